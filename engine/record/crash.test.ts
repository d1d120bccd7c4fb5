import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendRun, mustOpen, temporaryHome, testPorts } from "./testing.ts";
import { verifyDatabase } from "./verify/database.ts";

/** How often the writing process is killed; 150 before a release. */
const KILLS = Number(process.env["HOLDPOINT_KILLS"] ?? 15);
/** Bytes of the database flipped, one at a time; 9216 before a release. */
const FLIPS = Number(process.env["HOLDPOINT_FLIPS"] ?? 300);

let home: string;
let remove: () => void;
beforeEach(() => {
  ({ home, remove } = temporaryHome());
});
afterEach(() => remove());

/** Deterministic, so that a failure can be had again: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs the appending child, kills it once `enough` bytes of acknowledgements came (after a further moment), returns them. */
function appendUntilKilled(enough: number, thenTurns: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "crash-worker.ts"), home],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let out = "";
    let errors = "";
    let isKilled = false;
    const kill = (turns: number): void => {
      if (turns > 0) setImmediate(kill, turns - 1);
      else child.kill("SIGKILL");
    };
    child.stdout!.on("data", (data: Buffer) => {
      out += data.toString();
      if (out.length >= enough && !isKilled) {
        isKilled = true;
        kill(thenTurns);
      }
    });
    child.stderr!.on("data", (data: Buffer) => {
      errors += data.toString();
    });
    child.on("error", reject);
    child.on("close", (code, signal) =>
      signal === "SIGKILL" ? resolve(out) : reject(new Error(`the child ended by itself (${code}): ${errors}`)),
    );
  });
}

/** Starts the child and kills it when a file of its directory appears, after a further moment. */
function killOnceThere(directory: string, name: string, thenTurns: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "crash-worker.ts"), directory],
      {
        stdio: "ignore",
      },
    );
    const look = (turns: number): void => {
      if (child.exitCode !== null) return;
      if (turns > 0 || !existsSync(join(directory, name))) setImmediate(look, existsSync(join(directory, name)) ? turns - 1 : turns);
      else child.kill("SIGKILL");
    };
    look(thenTurns);
    child.on("error", reject);
    child.on("close", (code, signal) => (signal === "SIGKILL" ? resolve() : reject(new Error(`the child ended by itself (${code})`))));
  });
}

describe("a process that is killed while it appends", { timeout: 3_600_000 }, () => {
  it(`loses nothing that it acknowledged, and the chain verifies, ${KILLS} times`, async () => {
    const random = createRandom(20260315);
    let acknowledged = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      // From the very beginning (while the database is being made) to some hundred events later, past checkpoints.
      const out = await appendUntilKilled(kill % 5 === 0 ? 1 : Math.floor(random() * 14_000), Math.floor(random() * 400));
      const lines = out
        .slice(0, out.lastIndexOf("\n") + 1)
        .split("\n")
        .filter((line) => /^\d+ [0-9a-f]{64}$/.test(line));
      expect(out.startsWith("open well\n"), out.slice(0, 200)).toBe(true);
      const report = verifyDatabase(join(home, "holdpoint.db"), { home });
      expect(report.problems, `kill ${kill}`).toEqual([]);
      const db = new Database(join(home, "holdpoint.db"), { readonly: true });
      const hashOf = db.prepare("SELECT lower(hex(hash)) FROM events WHERE log_no = 2 AND seq = ?").pluck();
      for (const line of lines) {
        const [seq, hash] = line.split(" ") as [string, string];
        expect(hashOf.get(Number(seq)), `event ${seq} of kill ${kill}`).toBe(hash);
      }
      db.close();
      acknowledged += lines.length;
    }
    expect(acknowledged).toBeGreaterThan(KILLS * 20);
    const store = mustOpen(home);
    expect(store.problem).toBeNull();
    store.close();
  });
});

it("keeps a second process out while the first lives, and lets it in when the first was killed", async () => {
  const first = mustOpen(home);
  await expect(appendUntilKilled(1, 0)).rejects.toThrow(/ended by itself \(3\): busy: Another Holdpoint has .* open/);
  first.close();
  await appendUntilKilled(1, 0);
  mustOpen(home).close();
});

describe("a process that is killed while it makes its record", { timeout: 3_600_000 }, () => {
  it("leaves a directory that opens well", async () => {
    const random = createRandom(7);
    for (let kill = 0; kill < Math.max(6, KILLS / 5); kill++) {
      const fresh = temporaryHome();
      await killOnceThere(
        fresh.home,
        ["engine.lock", "install.key", "holdpoint.db", "holdpoint.db-wal", "checkpoints.ndjson"][kill % 5]!,
        Math.floor(random() * 60),
      );
      const store = mustOpen(fresh.home);
      expect(store.problem, `kill ${kill}`).toBeNull();
      store.close();
      expect(verifyDatabase(join(fresh.home, "holdpoint.db"), { home: fresh.home }).problems, `kill ${kill}`).toEqual([]);
      fresh.remove();
    }
  });
});

describe("a database with a byte changed", { timeout: 3_600_000 }, () => {
  /** Everything that a reader of the record would see, or null where it cannot be read. */
  function meaningOf(path: string): string | null {
    try {
      const db = new Database(path, { readonly: true });
      try {
        return JSON.stringify([
          db.prepare("SELECT log, kind, number, genesis, hex(genesis_hash) FROM logs ORDER BY log_no").raw().all(),
          db.prepare("SELECT log_no, seq, type, hex(hash), body FROM events ORDER BY position").raw().all(),
          db.prepare("SELECT position, name, hex(salt), hex(bytes) FROM payloads ORDER BY position, name").raw().all(),
          db.prepare("SELECT sql FROM sqlite_schema ORDER BY name").raw().all(),
        ]);
      } finally {
        db.close();
      }
    } catch {
      return null;
    }
  }

  it(`never changes its meaning unnoticed, ${FLIPS} times`, () => {
    const ports = testPorts();
    const store = mustOpen(home, ports);
    appendRun(store, ports, 12);
    appendRun(store, ports, 3);
    store.close();
    const path = join(home, "holdpoint.db");
    const whole = readFileSync(path);
    const meaning = meaningOf(path);
    expect(meaning).not.toBeNull();
    const random = createRandom(9216);
    const file = openSync(path, "r+");
    const unnoticed: string[] = [];
    let noticed = 0;
    for (let flip = 0; flip < FLIPS; flip++) {
      const place = Math.floor(random() * whole.length);
      const value = whole[place]! ^ (1 << Math.floor(random() * 8));
      writeSync(file, Buffer.from([value]), 0, 1, place);
      let isNoticed = true;
      try {
        isNoticed = verifyDatabase(path, { home }).verdict === "NOT VERIFIED";
      } catch {
        // cannot be read as a database of ours at all: that is noticed
      }
      if (isNoticed) noticed += 1;
      else if (meaningOf(path) !== meaning) unnoticed.push(`byte ${place}: ${whole[place]} → ${value}`);
      writeSync(file, whole, place, 1, place);
    }
    fsyncSync(file);
    closeSync(file);
    expect(unnoticed).toEqual([]);
    expect(noticed, "most bytes hold something").toBeGreaterThan(FLIPS / 4);
    expect(verifyDatabase(path, { home }).problems).toEqual([]);
  });
});

describe("an old copy put back", () => {
  it("is said on screen, again after each restart, and does not stop recording", () => {
    const ports = testPorts();
    const first = mustOpen(home, ports);
    const log = appendRun(first, ports, 5);
    first.close();
    copyFileSync(join(home, "holdpoint.db"), join(home, "old.db"));
    const second = mustOpen(home, ports);
    expect(second.problem).toBeNull();
    for (let i = 0; i < 7; i++)
      second.append(log, { type: "x", actor: { op_id: "a", name: "A", role: "", session: "", on_behalf_of: "" } });
    second.close();
    copyFileSync(join(home, "old.db"), join(home, "holdpoint.db"));
    for (let restart = 0; restart < 3; restart++) {
      const store = mustOpen(home, ports);
      expect(store.problem).toMatch(/run log 1 (ends at event|is not)|event 12 of run log 1 is not the one/);
      if (restart === 0) expect(store.problem).toMatch(/ends at event 5, it had 12 at .*: 7 are missing/);
      store.append(log, { type: "y", actor: { op_id: "a", name: "A", role: "", session: "", on_behalf_of: "" } });
      store.close();
    }
    expect(verifyDatabase(join(home, "holdpoint.db"), { home }).verdict).toBe("NOT VERIFIED");
  });

  it.each([
    ["the checkpoints are gone", "checkpoints.ndjson", null, /checkpoints \(checkpoints\.ndjson\) are gone/],
    ["the checkpoints are begun anew", "checkpoints.ndjson", "\n", /are gone/],
    ["the install key is gone", "install.key", null, /install key \(install\.key\) is missing/],
    ["the install key is damaged", "install.key", "x", /install key \(install\.key\) is not this database's/],
  ])("says when %s", (_what, name, content, message) => {
    const ports = testPorts();
    const store = mustOpen(home, ports);
    appendRun(store, ports, 5);
    store.close();
    if (content === null) rmSync(join(home, name));
    else writeFileSync(join(home, name), content);
    for (let restart = 0; restart < 2; restart++) {
      const again = mustOpen(home, ports);
      expect(again.problem).toMatch(restart === 0 || name === "install.key" ? message : /begins at event \d+ of the install log/);
      appendRun(again, ports, 2);
      again.close();
    }
  });
});
