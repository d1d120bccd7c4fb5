import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LogId } from "../protocol/index.ts";
import { CHECKPOINT_EVERY_MS } from "./anchor.ts";
import { eventHash, genesisHash, payloadCommitment } from "./chain.ts";
import { openRecordStore, type RecordStore } from "./open.ts";
import { parseSidecar } from "./sidecar.ts";
import { appendRun, DANA, mustOpen, type TestPorts, temporaryHome, testPorts } from "./testing.ts";

let home: string;
let remove: () => void;
let ports: TestPorts;
let store: RecordStore;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  ports = testPorts();
  store = mustOpen(home, ports);
});
afterEach(() => {
  store.close();
  remove();
});

const makeRun = (): LogId => store.createLog({ kind: "run", genesis: { title: "T" }, actor: DANA });

describe("appending", () => {
  it("chains each event to the raw hash before it, from the genesis on", () => {
    const log = appendRun(store, ports, 5);
    let hash = genesisHash(Buffer.from(store.genesisLine(log)));
    for (const event of store.events(log)) {
      expect(event.body.prev).toBe(hash.toString("hex"));
      hash = eventHash(hash, Buffer.from(event.line));
      expect(event.hash).toBe(hash.toString("hex"));
    }
    expect(store.head(log)).toMatchObject({ seq: 5, hash: hash.toString("hex") });
  });

  it("reads back what it returned, also after a restart", () => {
    const log = makeRun();
    const stored = store.append(log, { type: "run.started", actor: DANA, data: { title: 'Grüße ≤ \u0000 "q"', n: 1 } });
    expect(store.events(log)).toEqual([stored]);
    store.close();
    store = mustOpen(home, ports);
    expect(store.events(log)).toEqual([stored]);
    expect(store.append(log, { type: "step.started", actor: DANA }).body).toMatchObject({ seq: 2, prev: stored.hash });
  });

  it("keeps a payload beside its event, bound by a salted commitment", () => {
    const log = makeRun();
    const bytes = Buffer.from("# Plan\n");
    const event = store.append(log, { type: "run.started", actor: DANA, payloads: [{ name: "plan", mediaType: "text/markdown", bytes }] });
    const { salt } = store.payloadWithSalt(log, 1, "plan")!;
    expect(event.body.payloads).toEqual([
      { name: "plan", media_type: "text/markdown", bytes: 7, commitment: payloadCommitment(salt, bytes) },
    ]);
    expect(Buffer.from(store.payload(log, 1, "plan")!)).toEqual(bytes);
    expect(store.payload(log, 1, "other")).toBeNull();
  });

  it("writes all of appendAll or nothing", () => {
    const log = makeRun();
    expect(() =>
      store.appendAll(log, [
        { type: "a", actor: DANA },
        { type: "step.skipped", actor: DANA, reason: " " },
      ]),
    ).toThrow(/needs a reason/);
    expect(store.head(log).seq).toBe(0);
    expect(
      store
        .appendAll(log, [
          { type: "a", actor: DANA },
          { type: "b", actor: DANA },
        ])
        .map((e) => e.body.seq),
    ).toEqual([1, 2]);
  });

  it("undoes the rows of appendWith when they fail, and its event with them", () => {
    expect(() =>
      store.appendWith(store.install, { type: "operator.enrolled", actor: DANA }, () => {
        throw new Error("no");
      }),
    ).toThrow(/no/);
    const seq = store.head(store.install).seq;
    expect(store.append(store.install, { type: "setting.changed", actor: DANA }).body.seq).toBe(seq + 1);
  });

  it.each([
    ["a fraction", { ratio: 0.5 }, /data\.ratio: the number 0\.5/],
    ["an unsafe integer", { n: 2 ** 53 }, /data\.n/],
    ["half a surrogate pair", { list: ["\ud800"] }, /data\.list\[0\]: .*lone surrogate/],
    ["an undefined value", { a: undefined }, /data\.a: a value of type undefined/],
  ])("refuses %s, naming its place", (_what, data, message) => {
    const log = makeRun();
    expect(() => store.append(log, { type: "x", actor: DANA, data: data as never })).toThrow(message);
    expect(store.head(log).seq).toBe(0);
  });

  it("refuses a correction of an event that is not there, or without a reason", () => {
    const log = appendRun(store, ports, 2);
    expect(() => store.append(log, { type: "corrected", actor: DANA, corrects: 3, reason: "typo" })).toThrow(/events 1 to 2/);
    expect(() => store.append(log, { type: "corrected", actor: DANA, corrects: 1 })).toThrow(/needs a reason/);
    expect(store.append(log, { type: "corrected", actor: DANA, corrects: 1, reason: "typo" }).body.corrects).toBe(1);
  });

  it("tells listeners after the commit, and survives a listener's bug", () => {
    const log = makeRun();
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const seen: string[] = [];
    const off = store.onAppended((_log, event) => {
      seen.push(event.body.type);
      expect(store.head(log).seq).toBe(event.body.seq);
    });
    const offAgain = store.onAppended(() => {
      throw new Error("a listener's bug");
    });
    store.append(log, { type: "a", actor: DANA });
    off();
    store.append(log, { type: "b", actor: DANA });
    expect(seen).toEqual(["a"]);
    offAgain();
    expect(warned).toHaveBeenCalledTimes(2);
    warned.mockRestore();
    expect(store.head(log).seq).toBe(2);
  });
});

describe("clocks", () => {
  it("says first that the wall clock was set, in either direction", () => {
    const log = makeRun();
    store.append(log, { type: "a", actor: DANA });
    ports.advance(60_000, 1_000);
    store.append(log, { type: "b", actor: DANA });
    ports.advance(-60_000, 1_000);
    store.append(log, { type: "c", actor: DANA });
    ports.advance(2_000, 0);
    store.append(log, { type: "d", actor: DANA });
    expect(store.events(log).map((e) => e.body.type)).toEqual(["a", "clock.step", "b", "clock.step", "c", "d"]);
    expect(store.events(log)[1]!.body.data).toEqual({ wall_ms: 60_000, monotonic_ms: 1_000, parted_ms: 59_000, same_boot: true });
  });

  it("compares two boots by the wall clock only, backwards", () => {
    const log = makeRun();
    store.append(log, { type: "a", actor: DANA });
    ports.reboot();
    ports.advance(3_600_000, 1);
    store.append(log, { type: "b", actor: DANA });
    ports.reboot();
    ports.advance(-10_000, 1);
    store.append(log, { type: "c", actor: DANA });
    expect(store.events(log).map((e) => e.body.type)).toEqual(["a", "b", "clock.step", "c"]);
  });
});

describe("the database itself", () => {
  const other = (): Database.Database => {
    store.close();
    const db = new Database(join(home, "holdpoint.db"));
    db.pragma("recursive_triggers = ON");
    return db;
  };
  it.each([
    ["UPDATE", "UPDATE events SET body = body || ' '"],
    ["DELETE", "DELETE FROM events"],
    [
      "INSERT OR REPLACE",
      "INSERT OR REPLACE INTO events SELECT position, log_no, seq, type, hash, 'x' FROM events WHERE log_no = 2 AND seq = 2",
    ],
    ["a gap", "INSERT INTO events SELECT position + 9, log_no, seq + 9, type, hash, body FROM events WHERE log_no = 2 AND seq = 3"],
    [
      "a position that is not the seq's",
      "INSERT INTO events SELECT position + 2, log_no, seq + 1, type, hash, body FROM events WHERE log_no = 2 AND seq = 3",
    ],
    ["a deleted log", "DELETE FROM logs WHERE log_no = 2"],
    ["a renamed log", "UPDATE logs SET log = 'x'"],
    ["a replaced log", "INSERT OR REPLACE INTO logs SELECT log_no, log, kind, number, '{}', genesis_hash FROM logs WHERE log_no = 2"],
    ["a skipped log number", "INSERT INTO logs SELECT log_no + 5, 'x', kind, number + 5, '{}', genesis_hash FROM logs WHERE log_no = 2"],
    ["a changed payload", "UPDATE payloads SET bytes = x'00'"],
    ["a replaced payload", "INSERT OR REPLACE INTO payloads SELECT position, name, salt, x'00' FROM payloads"],
    ["a deleted payload", "DELETE FROM payloads"],
    ["an event of no log", "INSERT INTO events SELECT 9 * 4294967296 + 1, 9, 1, type, hash, body FROM events WHERE log_no = 2 AND seq = 1"],
  ])("refuses %s", (what, sql) => {
    const refusal = /not the seq|of no log/.test(what) ? /constraint failed/ : /holdpoint:/;
    appendRun(store, ports, 3);
    const db = other();
    const before = db.prepare("SELECT * FROM events").all();
    expect(() => db.exec(sql)).toThrow(refusal);
    expect(db.prepare("SELECT * FROM events").all()).toEqual(before);
    db.close();
    store = mustOpen(home, ports);
  });

  it("is private to its owner, with WAL, FULL and strict tables", () => {
    // Windows has no such modes; the folder of the account is private there.
    for (const file of process.platform === "win32" ? [] : ["holdpoint.db", "checkpoints.ndjson", "install.key"])
      expect(statSync(join(home, file)).mode & 0o777, file).toBe(0o600);
    expect(store.database.pragma("synchronous", { simple: true })).toBe(2);
    expect(store.database.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(
      store.database
        .prepare("SELECT COUNT(*) FROM pragma_table_list WHERE schema='main' AND type='table' AND strict=0 AND name NOT LIKE 'sqlite_%'")
        .pluck()
        .get(),
    ).toBe(0);
  });

  it("lets one engine in at a time, and the next one after it closed", () => {
    expect(openRecordStore({ home, ports })).toMatchObject({ ok: false, error: { code: "busy" } });
    store.close();
    store = mustOpen(home, ports);
  });
});

describe("logs", () => {
  it("numbers logs without gaps in the install log, with their genesis hash", () => {
    const logs = [makeRun(), makeRun(), makeRun()];
    const opened = store.eventsOfType(store.install, ["log.opened"]).map((e) => e.body.data);
    expect(opened.map((d) => d["number"])).toEqual([1, 2, 3]);
    expect(opened.map((d) => d["log"])).toEqual(logs);
    for (const data of opened)
      expect(data["genesis_sha256"]).toBe(genesisHash(Buffer.from(store.genesisLine(data["log"] as LogId))).toString("hex"));
  });

  it("does not let a caller's genesis overwrite the record's own keys", () => {
    expect(() => store.createLog({ kind: "run", genesis: { number: 7 }, actor: DANA })).toThrow(/genesis\.number/);
    expect(store.logs()).toHaveLength(1);
  });

  it("sums a run up from its events", () => {
    const log = appendRun(store, ports, 4);
    const [install, run] = store.summaries();
    expect(install).toMatchObject({ kind: "install", number: 0 });
    expect(run).toMatchObject({
      log,
      number: 1,
      title: "Blue-green switch",
      status: "finished",
      operator: "Dana Mercer",
      events: 4,
      run: "run-1",
    });
    expect(run!.endedAt).toBe(store.events(log).at(-1)!.body.ts_utc);
  });
});

describe("checkpoints", () => {
  const checkpoints = () => parseSidecar(readFileSync(join(home, "checkpoints.ndjson"))).map((line) => line.checkpoint!);

  it("anchors a log when it is opened, every 100 events, at the run's end and at closing", () => {
    const log = makeRun();
    for (let i = 0; i < 100; i++) store.append(log, { type: "x", actor: DANA });
    store.append(log, { type: "run.finished", actor: DANA });
    store.append(log, { type: "y", actor: DANA });
    store.close();
    expect(checkpoints().map((c) => c.why)).toEqual(["open", "log.opened", "events", "run.finished", "close"]);
    expect(checkpoints().map((c) => c.heads.find((h) => h.log === log)?.seq)).toEqual([undefined, 0, 100, 101, 102]);
    store = mustOpen(home, ports);
  });

  it("anchors what was recorded in the last minute, and only then", () => {
    store.close();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      store = mustOpen(home, ports);
      const log = makeRun();
      const before = checkpoints().length;
      vi.advanceTimersByTime(CHECKPOINT_EVERY_MS);
      expect(checkpoints()).toHaveLength(before);
      store.append(log, { type: "x", actor: DANA });
      vi.advanceTimersByTime(CHECKPOINT_EVERY_MS - 1);
      expect(checkpoints()).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(checkpoints().at(-1)).toMatchObject({ why: "timer", heads: [{ log, seq: 1 }, { number: 0 }] });
    } finally {
      vi.useRealTimers();
    }
  });

  it("repeats each head in the install log", () => {
    const log = appendRun(store, ports, 3);
    const [head] = store.eventsOfType(store.install, ["log.head"]);
    expect(head!.body.data).toEqual({ log, seq: 3, head: store.head(log).hash });
    expect(store.lastCheckpoint(log)).toMatchObject({ seq: 3 });
  });

  it("writes nothing while nothing moves", () => {
    const before = readFileSync(join(home, "checkpoints.ndjson"), "utf8");
    store.checkpoint(store.install, "timer");
    expect(readFileSync(join(home, "checkpoints.ndjson"), "utf8")).toBe(before);
    expect(existsSync(join(home, "checkpoints.ndjson"))).toBe(true);
  });
});
