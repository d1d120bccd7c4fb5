// Helpers for tests of records: a data directory of their own, clocks that can be set. Owns: nothing of the product.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { type Ports, realPorts } from "../ports.ts";
import type { Actor, CanonicalValue, EventBody, LogId } from "../protocol/index.ts";
import { eventHash } from "./chain.ts";
import { jcs } from "./jcs.ts";
import { openRecordStore, type RecordStore } from "./open.ts";

export const DANA: Actor = { op_id: "dana.mercer", name: "Dana Mercer", role: "operator", session: "s1", on_behalf_of: "" };

/** A fresh directory, removed by `remove`. */
export function temporaryHome(): { home: string; remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), "hp-record-"));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export type TestPorts = Ports & { advance(wallMs: number, monoMs?: number): void; reboot(): void };

/** Clocks that stand still until advanced, both by the same amount unless told otherwise; real ids. */
export function testPorts(start = Date.UTC(2026, 2, 15, 0, 30)): TestPorts {
  const real = realPorts();
  let wall = start;
  let mono = 1_000_000_000n;
  let boot = "boot-1";
  return {
    clock: {
      now: () => wall,
      monotonicNs: () => mono,
      get boot() {
        return boot;
      },
      zone: () => ({ name: "Europe/Bucharest", offsetMinutes: 120 }),
    },
    ids: real.ids,
    place: { host: "night-desk", osUser: "dana", app: "holdpoint/test" },
    advance(wallMs, monoMs = wallMs) {
      wall += wallMs;
      mono += BigInt(monoMs) * 1_000_000n;
    },
    reboot() {
      boot = `${boot}+`;
      mono = 5n;
    },
  };
}

/** Opens a store or throws what it said. */
export function mustOpen(home: string, ports: Ports = testPorts()): RecordStore {
  const opened = openRecordStore({ home, ports });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.message}`);
  return opened.value;
}

/** A run of one passed step: as many events as asked, of the types a real run has. */
export function appendRun(store: RecordStore, ports: TestPorts, events: number): LogId {
  const log = store.createLog({ kind: "run", genesis: { run: `run-${ports.ids.next()}`, title: "Blue-green switch" }, actor: DANA });
  const subject = { run: "run-1", mode: "live", step: "switch", attempt: 1, cluster: "main" };
  for (let i = 1; i <= events; i++) {
    ports.advance(1_000);
    const type = i === 1 ? "run.started" : i === events ? "run.finished" : i % 2 === 0 ? "block.started" : "block.ended";
    const ended = type === "block.ended" ? { outcome: "passed" } : {};
    const payloads = i === 1 ? [{ name: "plan", mediaType: "text/markdown", bytes: Buffer.from("# Plan\n") }] : [];
    store.append(log, {
      type,
      actor: DANA,
      subject,
      ...ended,
      data: { block: i, text: `kubectl get pods # ${i} ≤ “ok”`, exit_code: 0 },
      payloads,
    });
  }
  return log;
}

/**
 * What somebody with the file and SQLite can do: triggers taken away, SQL run, triggers put back. The database must be closed.
 * `rewrite` also gets the handle.
 */
export function tamper(home: string, change: string | ((db: Database.Database) => void)): void {
  const db = new Database(join(home, "holdpoint.db"));
  db.pragma("foreign_keys = OFF");
  const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as { name: string; sql: string }[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  if (typeof change === "string") db.exec(change);
  else change(db);
  for (const { sql } of triggers) db.exec(sql);
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
}

/** Edits an event and rehashes everything after it in its log, as somebody who knows the format would. */
export function rewrite(db: Database.Database, logNo: number, seq: number, edit: (body: EventBody) => void): void {
  const row = db.prepare("SELECT genesis_hash AS hash FROM logs WHERE log_no = ?").get(logNo) as { hash: Buffer };
  const rows = db.prepare("SELECT position, seq, body FROM events WHERE log_no = ? ORDER BY seq").all(logNo) as {
    position: number;
    seq: number;
    body: string;
  }[];
  let previous = row.hash;
  for (const one of rows) {
    const body = JSON.parse(one.body) as EventBody;
    body.prev = previous.toString("hex");
    if (one.seq === seq) edit(body);
    const line = jcs(body as unknown as CanonicalValue);
    previous = eventHash(previous, Buffer.from(line));
    db.prepare("UPDATE events SET body = ?, hash = ?, type = ? WHERE position = ?").run(line, previous, body.type, one.position);
  }
}
