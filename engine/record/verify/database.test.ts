import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPeople } from "../../people/index.ts";
import type { LogId, VerifyReport } from "../../protocol/index.ts";
import { sha256Hex } from "../chain.ts";
import { appendRun, DANA, mustOpen, rewrite, type TestPorts, tamper, temporaryHome, testPorts } from "../testing.ts";
import { verifyDatabase } from "./database.ts";
import { verifyInWorker } from "./in-worker.ts";

let home: string;
let remove: () => void;
let ports: TestPorts;
let logs: LogId[];
const CAST = '{"version":3}\n[0.1,"o","ok"]\n';

// Log numbers in SQL: 1 is the install log, 2 and 3 the runs; both runs have 8 events, the first a recording of its own.
beforeEach(() => {
  ({ home, remove } = temporaryHome());
  ports = testPorts();
  const store = mustOpen(home, ports);
  logs = [appendRun(store, ports, 8), appendRun(store, ports, 8)];
  mkdirSync(join(home, "recordings", "run-1"), { recursive: true });
  writeFileSync(join(home, "recordings", "run-1", "a.cast"), CAST);
  const data = { recording: "run-1/a.cast", recording_sha256: sha256Hex(CAST), recording_bytes: CAST.length };
  store.append(logs[0]!, { type: "step.ended", actor: DANA, outcome: "passed", data });
  store.close();
});
afterEach(() => remove());

const path = (): string => join(home, "holdpoint.db");
const verify = (options: Parameters<typeof verifyDatabase>[1] = {}): VerifyReport => verifyDatabase(path(), { home, ...options });
const codes = (report: VerifyReport): string[] => report.problems.map((one) => one.code);
const said = (report: VerifyReport): string => report.problems.map((one) => one.message).join("\n");
const sidecar = (): string => join(home, "checkpoints.ndjson");
const UPDATE_BODY = "UPDATE events SET body = replace(body, 'kubectl get pods # 4', 'kubectl get pods # 5') WHERE log_no = 2 AND seq = 4";

describe("an untouched database", () => {
  it("is consistent in itself, and verified with a fingerprint from outside", () => {
    const alone = verify();
    expect(alone).toMatchObject({
      verdict: "VERIFIED WITH WARNINGS",
      problems: [],
      logs: 3,
      recordings: 1,
      unanchored: 0,
      sourceKind: "database",
    });
    expect(alone.warnings.map((one) => one.code)).toEqual(["origin-not-proved"]);
    const proved = verify({ fingerprint: alone.fingerprint! });
    expect(proved).toMatchObject({ verdict: "VERIFIED", warnings: [] });
    expect(proved.notProved.join()).toMatch(/capture time.*root.*clock.*password/);
  });

  it("says how far a run's fingerprint reaches", () => {
    const store = mustOpen(home, ports);
    const { fingerprint } = store.head(logs[1]!);
    store.append(logs[1]!, { type: "x", actor: DANA });
    store.close();
    const report = verify({ fingerprint });
    expect(report.verdict).toBe("VERIFIED WITH WARNINGS");
    expect(report.warnings.map((one) => one.code)).toEqual(["after-the-fingerprint", "origin-of-one-log"]);
  });

  it("is refused with a fingerprint or a key of another installation", () => {
    expect(codes(verify({ fingerprint: "0000 0000 0000 0000 0000" }))).toEqual(["fingerprint-not-found"]);
    expect(codes(verify({ installKey: "0".repeat(64) }))).toEqual(["origin-differs"]);
  });

  it("is open while events have no checkpoint yet", () => {
    const store = mustOpen(home, ports);
    for (let i = 0; i < 5; i++) store.append(logs[0]!, { type: "x", actor: DANA });
    const report = verify();
    store.close();
    expect(report).toMatchObject({ verdict: "OPEN", unanchored: 5, problems: [] });
  });

  it("can be verified in a thread while an engine appends", async () => {
    const store = mustOpen(home, ports);
    const pending = verifyInWorker("database", path(), { home });
    for (let i = 0; i < 300; i++) store.append(logs[0]!, { type: "x", actor: DANA });
    expect((await pending).problems).toEqual([]);
    store.close();
    await expect(verifyInWorker("database", join(home, "none.db"))).rejects.toMatchObject({ code: "unreadable" });
  });

  it("can be looked at for one log", () => {
    const report = verify({ log: logs[0]! });
    expect(report).toMatchObject({ logs: 2, problems: [] });
    expect(report.warnings.map((one) => one.code)).toContain("one-log-only");
  });
});

describe("a changed event", () => {
  it("is named, once", () => {
    tamper(home, UPDATE_BODY);
    const report = verify();
    expect(report.verdict).toBe("NOT VERIFIED");
    expect(report.problems).toMatchObject([{ code: "event-changed", log: logs[0], seq: 4 }]);
  });

  it("is named when its hash was changed with it", () => {
    tamper(home, (db) => {
      db.exec("CREATE TEMP TABLE keep AS SELECT position, body, hash FROM events WHERE log_no = 2 AND seq > 4");
      rewrite(db, 2, 4, (body) => {
        body.data["exit_code"] = 1;
      });
      db.exec("UPDATE events SET body = k.body, hash = k.hash FROM keep k WHERE k.position = events.position");
    });
    expect(verify().problems).toMatchObject([{ code: "chain-broken", seq: 4 }]);
  });

  it("is named when everything after it was rehashed, by the checkpoints; and without them it is not (the control)", () => {
    const edit = (db: Database.Database) =>
      rewrite(db, 2, 4, (body) => {
        body.data["exit_code"] = 1;
      });
    tamper(home, edit);
    const report = verify();
    expect(new Set(codes(report))).toEqual(new Set(["head-differs"]));
    expect(said(report)).toMatch(/checkpoints\.ndjson/);
    const kept = readFileSync(sidecar());
    rmSync(sidecar());
    expect(said(verify()), "the install log has the head too").toMatch(/install log \(event \d+\) has: the log was rewritten/);
    writeFileSync(sidecar(), kept);
    // The control: the install log's heads rehashed too, and no sidecar. Nothing is left to notice it.
    tamper(home, (db) => {
      const heads = db.prepare("SELECT seq, hash FROM events WHERE log_no = 2").all() as { seq: number; hash: Buffer }[];
      const events = db.prepare("SELECT seq, body FROM events WHERE log_no = 1 AND type = 'log.head'").all() as {
        seq: number;
        body: string;
      }[];
      for (const { seq, body } of events) {
        const data = (JSON.parse(body) as { data: { log: string; seq: number } }).data;
        if (data.log === logs[0])
          rewrite(db, 1, seq, (mine) => {
            mine.data["head"] = heads.find((head) => head.seq === data.seq)!.hash.toString("hex");
          });
      }
    });
    expect(codes(verify())).toContain("head-differs");
    rmSync(sidecar());
    rmSync(join(home, "install.key"));
    expect(verifyDatabase(path())).toMatchObject({ verdict: "OPEN", problems: [] });
  });

  it("is named when a column beside it was changed", () => {
    tamper(home, "UPDATE events SET type = 'run.finished' WHERE log_no = 2 AND seq = 4");
    expect(verify().problems).toMatchObject([{ code: "column-changed", seq: 4 }]);
  });
});

describe("events cut, removed, doubled, swapped", () => {
  it("names events cut from the end, by the sidecar", () => {
    tamper(home, "DELETE FROM payloads; DELETE FROM events WHERE log_no = 3 AND seq > 6");
    const report = verify();
    const cut = report.problems.filter((one) => one.code === "events-cut");
    expect(cut).toMatchObject([{ log: logs[1], seq: 6 }]);
    expect(cut[0]!.message).toMatch(/checkpoint of .* has event 8: 2 events were cut from the end/);
  });

  it("names a removed event", () => {
    tamper(home, "DELETE FROM events WHERE log_no = 2 AND seq = 4");
    expect(verify().problems).toMatchObject([{ code: "gap", seq: 4 }]);
  });

  it("names a doubled event", () => {
    tamper(home, "INSERT INTO events SELECT position + 6, log_no, 10, type, hash, body FROM events WHERE log_no = 2 AND seq = 4");
    const report = verify();
    expect(codes(report)).toContain("out-of-order");
    expect(report.verdict).toBe("NOT VERIFIED");
  });

  it("names two swapped events", () => {
    tamper(home, (db) => {
      const [a, b] = db.prepare("SELECT position, type, hash, body FROM events WHERE log_no = 2 AND seq IN (4, 5)").all() as {
        position: number;
        type: string;
        hash: Buffer;
        body: string;
      }[];
      const set = db.prepare("UPDATE events SET type = ?, hash = ?, body = ? WHERE position = ?");
      set.run(a!.type, a!.hash, a!.body, b!.position);
      set.run(b!.type, b!.hash, b!.body, a!.position);
    });
    expect(codes(verify())).toEqual(expect.arrayContaining(["gap", "out-of-order"]));
  });

  it("names an event moved to another log", () => {
    tamper(
      home,
      "UPDATE events SET (type, hash, body) = (SELECT type, hash, body FROM events WHERE log_no = 3 AND seq = 4) WHERE log_no = 2 AND seq = 4",
    );
    expect(codes(verify())).toContain("event-of-another-log");
  });

  it("lists all of several changes", () => {
    tamper(home, `${UPDATE_BODY}; UPDATE payloads SET bytes = x'41'; DELETE FROM events WHERE log_no = 3 AND seq = 3`);
    expect(codes(verify())).toEqual(expect.arrayContaining(["event-changed", "payload-changed", "gap"]));
  });
});

describe("logs", () => {
  it("names a deleted run, by the install log", () => {
    tamper(
      home,
      "DELETE FROM payloads WHERE position / 4294967296 = 2; DELETE FROM events WHERE log_no = 2; DELETE FROM logs WHERE log_no = 2",
    );
    const report = verify();
    expect(report.problems.filter((one) => one.code === "log-missing")).toMatchObject([{ log: logs[0] }]);
    expect(said(report)).toMatch(/Log 1 .* opened 2026-03-15.* by Dana Mercer, is not in the database: it was deleted/);
  });

  it("names a deleted run although the install log was rewritten without it, by the sidecar", () => {
    tamper(home, (db) => {
      db.exec(
        "DELETE FROM payloads WHERE position / 4294967296 = 3; DELETE FROM events WHERE log_no = 3; DELETE FROM logs WHERE log_no = 3",
      );
      const mine = (body: { type: string; data: Record<string, unknown> }) => body.data["log"] === logs[1];
      for (const { seq, body } of db.prepare("SELECT seq, body FROM events WHERE log_no = 1").all() as { seq: number; body: string }[])
        if (mine(JSON.parse(body) as never))
          rewrite(db, 1, seq, (event) => {
            event.type = "setting.changed";
            event.data = {};
          });
    });
    const report = verify();
    expect(report.problems.filter((one) => one.code === "log-missing")).toMatchObject([{ log: logs[1] }]);
    expect(codes(report)).toContain("head-differs");
  });

  it("names a run that was put in without the install log", () => {
    tamper(home, "INSERT INTO logs SELECT 4, 'log-01ARZ3NDEKTSV4RRFFQ69G5FAV', kind, 3, genesis, genesis_hash FROM logs WHERE log_no = 3");
    expect(codes(verify())).toEqual(expect.arrayContaining(["log-unlisted", "genesis-differs"]));
  });

  it("names a changed genesis", () => {
    tamper(home, "UPDATE logs SET genesis = replace(genesis, 'Blue', 'Grue') WHERE log_no = 2");
    expect(codes(verify())).toEqual(["genesis-changed"]);
  });
});

describe("what hangs on events", () => {
  it.each([
    ["changed", "UPDATE payloads SET bytes = x'41'", "payload-changed"],
    ["salted anew", "UPDATE payloads SET salt = zeroblob(32)", "payload-changed"],
    ["missing", "DELETE FROM payloads", "payload-missing"],
    ["put in", "INSERT INTO payloads SELECT position + 1, name, salt, bytes FROM payloads", "payload-unbound"],
  ])("names a payload %s", (_what, sql, code) => {
    tamper(home, sql);
    expect(new Set(codes(verify()))).toEqual(new Set([code]));
  });

  const cast = (): string => join(home, "recordings", "run-1", "a.cast");
  it.each([
    ["changed", () => writeFileSync(cast(), CAST.replace("ok", "no")), "recording-changed"],
    ["cut", () => truncateSync(cast(), CAST.length - 1), "recording-changed"],
    ["longer", () => appendFileSync(cast(), "x"), "recording-longer"],
    ["missing", () => rmSync(cast()), "recording-missing"],
    ["missing with its whole folder", () => rmSync(join(home, "recordings"), { recursive: true }), "recording-missing"],
  ])("names a recording %s", (_what, change, code) => {
    change();
    expect(codes(verify())).toEqual([code]);
  });

  it("does not follow a recording's path out of its folder", () => {
    const store = mustOpen(home, ports);
    const data = { recording: "../checkpoints.ndjson", recording_sha256: sha256Hex("") };
    store.append(logs[0]!, { type: "step.ended", actor: DANA, data });
    store.close();
    expect(codes(verify())).toEqual(["recording-path"]);
  });

  it("names an operator whose key was exchanged", async () => {
    const store = mustOpen(home, ports);
    const people = createPeople({ store, ports });
    await people.createFirst({ id: "dana", name: "Dana", password: "correct horse" }, "w1");
    people.close();
    store.close();
    expect(codes(verify())).toEqual([]);
    tamper(home, `UPDATE operators SET public_key = '${"0".repeat(64)}'`);
    expect(codes(verify())).toEqual(["operator-differs"]);
    tamper(home, "DELETE FROM operators");
    expect(codes(verify())).toEqual(["operator-differs"]);
  });
});

describe("the file and its checkpoints", () => {
  it("names a trigger taken away and a table put in", () => {
    tamper(home, "CREATE TABLE extra (a TEXT) STRICT");
    expect(said(verify())).toMatch(/"extra".*not ours/);
    tamper(home, "DROP TABLE extra");
    expect(codes(verify())).toEqual([]);
    const store = mustOpen(home, ports);
    store.database.exec("DROP TRIGGER events_no_delete");
    store.close();
    expect(said(verify())).toMatch(/"events_no_delete".*missing/);
  });

  const lines = (): string[] => readFileSync(sidecar(), "utf8").trimEnd().split("\n");
  it("names a checkpoint removed, changed, or the whole file gone; a torn last line is only a warning", () => {
    const all = lines();
    writeFileSync(sidecar(), `${[...all.slice(0, 2), ...all.slice(3)].join("\n")}\n`);
    expect(codes(verify())).toEqual(["checkpoint-order"]);
    writeFileSync(sidecar(), `${all.map((line, i) => (i === 2 ? line.replace('"seq":8', '"seq":7') : line)).join("\n")}\n`);
    expect(codes(verify())).toEqual(expect.arrayContaining(["checkpoint-signature", "checkpoint-order"]));
    writeFileSync(sidecar(), `${all.slice(1).join("\n")}\n`);
    expect(codes(verify())).toEqual(expect.arrayContaining(["checkpoint-order", "checkpoints-begun-anew"]));
    // As a power cut and the next start leave it: the lines after a torn one begin on their own.
    writeFileSync(sidecar(), `${all.join("\n")}\n${all[1]!.slice(0, 90)}\n`);
    const torn = verify();
    expect(torn.problems).toEqual([]);
    expect(torn.warnings.map((one) => one.code)).toContain("checkpoint-unreadable");
    rmSync(sidecar());
    expect(codes(verify())).toEqual(["no-checkpoints"]);
  });

  it("names a file of checkpoints that was emptied, or cut in the middle of a line or at the end of one", () => {
    const whole = readFileSync(sidecar());
    const all = lines();
    expect(verify().problems).toEqual([]);
    writeFileSync(sidecar(), "");
    expect(verify()).toMatchObject({ verdict: "NOT VERIFIED", problems: [{ code: "no-checkpoints" }] });
    for (let kept = 1; kept < all[0]!.length; kept += 97) {
      writeFileSync(sidecar(), whole.subarray(0, kept));
      expect(codes(verify()), `${kept} bytes kept`).toEqual(["checkpoints-cut", "no-checkpoints"]);
    }
    for (let kept = all[0]!.length + 2; kept < whole.length - 1; kept += 97) {
      writeFileSync(sidecar(), whole.subarray(0, kept));
      expect(codes(verify()), `${kept} bytes kept`).toContain("checkpoints-cut");
    }
    // The last line too: the install log has the heads that it was written for.
    for (let kept = 1; kept < all.length; kept += 1) {
      writeFileSync(sidecar(), `${all.slice(0, kept).join("\n")}\n`);
      expect(codes(verify()), `${kept} of ${all.length} lines kept`).toEqual(["checkpoints-cut"]);
    }
    writeFileSync(sidecar(), whole);
    expect(verify().problems).toEqual([]);
  });

  it("does not take a checkpoint for cut off that a killed engine had no time to write, but any before it", () => {
    const store = mustOpen(home, ports);
    store.append(logs[0]!, { type: "x", actor: DANA });
    const before = readFileSync(sidecar());
    store.checkpoint(store.install, "timer");
    writeFileSync(sidecar(), before);
    expect(verify()).toMatchObject({ verdict: "OPEN", problems: [] });
    store.append(store.install, { type: "y", actor: DANA });
    expect(codes(verify())).toEqual(["checkpoints-cut"]);
    store.close();
  });

  it("refuses what is no database of ours, and reads nothing into a file that is not there", () => {
    expect(() => verifyDatabase(join(home, "none.db"))).toThrow(/does not exist/);
    writeFileSync(join(home, "text.db"), "just text, and long enough to be mistaken for a header of some kind".repeat(20));
    expect(() => verifyDatabase(join(home, "text.db"))).toThrow(/could not be read/);
    expect(existsSync(join(home, "text.db-wal"))).toBe(false);
  });
});
