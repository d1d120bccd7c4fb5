// The record of one data directory, opened for writing. Owns: appending, heads, logs, reading back, closing.
// One durable insert per append; everything derived is computed on reading. Does not interpret what happened.
import type { Ports } from "../ports.ts";
import type { Actor, CanonicalValue, EventBody, LogId, StoredEvent } from "../protocol/index.ts";
import { clockStep, type Made, makeEvent, momentNow, momentOf, type NewEvent, type Tip } from "./body.ts";
import { fingerprintOf, genesisHash } from "./chain.ts";
import type { Db } from "./database.ts";
import { asRecordError, isFatalForWriting, RecordError } from "./errors.ts";
import { jcs } from "./jcs.ts";

/** position = log_no * 2^32 + seq (migration 1). */
export const SEQS_PER_LOG = 2 ** 32;

export type LogRow = {
  logNo: number;
  log: LogId;
  kind: "install" | "run" | "launch";
  number: number;
  genesis: string;
  genesisHash: Buffer;
};
export type LogEntry = {
  log: LogId;
  kind: "install" | "run" | "launch";
  /** Without gaps from 1; 0 is the install log. */
  number: number;
  genesis: Record<string, CanonicalValue>;
  events: number;
  head: string;
  fingerprint: string;
};
export type Writer = ReturnType<typeof createWriter>;

const GENESIS_OURS = ["v", "kind", "log", "number", "install", "install_id", "install_key", "opened_at", "tz", "tz_off_min"];

/** Appends and reads. Checkpoints, keys and backups are laid over it in open.ts. */
export function createWriter(db: Db, ports: Ports, identity: { install: LogId; installId: string; publicKey: string }) {
  const insertEvent = db.prepare<[number, number, number, string, Buffer, string]>(
    "INSERT INTO events (position, log_no, seq, type, hash, body) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const insertPayload = db.prepare<[number, string, Uint8Array, Uint8Array]>(
    "INSERT INTO payloads (position, name, salt, bytes) VALUES (?, ?, ?, ?)",
  );
  const insertLog = db.prepare<[number, string, string, number, string, Buffer]>(
    "INSERT INTO logs (log_no, log, kind, number, genesis, genesis_hash) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const selectLogs = db.prepare<[], LogRow>(
    "SELECT log_no AS logNo, log, kind, number, genesis, genesis_hash AS genesisHash FROM logs ORDER BY log_no",
  );
  const selectLast = db.prepare<[number, number], { seq: number; hash: Buffer; body: string }>(
    "SELECT seq, hash, body FROM events WHERE position BETWEEN ? AND ? ORDER BY position DESC LIMIT 1",
  );
  const selectEvents = db.prepare<[number, number, number], { hash: Buffer; body: string }>(
    "SELECT hash, body FROM events WHERE position BETWEEN ? AND ? ORDER BY position LIMIT ?",
  );
  const selectOfTypes = db.prepare<[number, number, string], { hash: Buffer; body: string }>(
    "SELECT hash, body FROM events WHERE position BETWEEN ? AND ? AND type IN (SELECT value FROM json_each(?)) ORDER BY position",
  );
  const selectPayload = db.prepare<[number, string], { salt: Buffer; bytes: Buffer | null }>(
    "SELECT salt, bytes FROM payloads WHERE position = ? AND name = ?",
  );

  const rows = new Map<LogId, LogRow>(selectLogs.all().map((row) => [row.log, row]));
  const tips = new Map<LogId, Tip>();
  const listeners = new Set<(log: LogId, event: StoredEvent) => void>();
  let broken: RecordError | null = null;
  let isWriting = false;

  const rowOf = (log: LogId): LogRow => {
    const row = rows.get(log);
    if (row === undefined) throw new RecordError("not-found", `The record has no log ${log}.`);
    return row;
  };
  const spanOf = (row: LogRow): [number, number] => [row.logNo * SEQS_PER_LOG, (row.logNo + 1) * SEQS_PER_LOG - 1];

  function tipOf(log: LogId): Tip {
    const known = tips.get(log);
    if (known !== undefined) return known;
    const row = rowOf(log);
    const last = selectLast.get(...spanOf(row));
    const tip: Tip =
      last === undefined
        ? { log, seq: 0, hash: row.genesisHash, time: null }
        : { log, seq: last.seq, hash: last.hash, time: momentOf(JSON.parse(last.body) as EventBody) };
    tips.set(log, tip);
    return tip;
  }

  /** Commits `made` and whatever `work` does in one transaction, and only then moves the heads. */
  function commit(made: readonly Made[], work: (() => void) | null): void {
    if (broken !== null) throw broken;
    if (isWriting) throw new Error("an append within an append: hand the work over to appendWith");
    isWriting = true;
    try {
      const [only] = made;
      // One insert is its own transaction; BEGIN and COMMIT around it would only cost time.
      if (work === null && made.length === 1 && only!.payloads.length === 0) insert(only!);
      else
        db.transaction(() => {
          work?.();
          for (const one of made) insert(one);
        }).immediate();
      for (const { tip } of made) tips.set(tip.log, tip);
    } catch (error) {
      tips.clear(); // whatever was rolled back, the next append asks the database for its heads
      const problem = asRecordError(error, "The event could not be recorded");
      if (isFatalForWriting(error)) broken = problem;
      throw problem;
    } finally {
      isWriting = false;
    }
  }

  function insert(made: Made): void {
    const { logNo } = rowOf(made.tip.log);
    const position = logNo * SEQS_PER_LOG + made.tip.seq;
    insertEvent.run(position, logNo, made.tip.seq, made.body.type, made.hash, made.line);
    for (const { name, salt, bytes } of made.payloads) insertPayload.run(position, name, salt, bytes);
  }

  function notify(made: readonly Made[]): void {
    for (const one of made) {
      const event = storedOf(one);
      for (const listener of listeners) {
        try {
          listener(one.tip.log, event);
        } catch (error) {
          // The event is on the disk: a listener's bug must not make its append look failed.
          process.emitWarning(error instanceof Error ? error : String(error), "HoldpointListener");
        }
      }
    }
  }

  function appendAll(log: LogId, events: readonly NewEvent[], work: (() => void) | null = null): StoredEvent[] {
    if (broken !== null) throw broken;
    const made: Made[] = [];
    const asked: Made[] = [];
    let tip = tipOf(log);
    for (const event of events) {
      const now = momentNow(ports);
      const step = clockStep(tip.time, now);
      for (const next of step === null ? [event] : [step, event]) {
        const one = makeEvent(tip, next, now, ports, identity.installId);
        made.push(one);
        tip = one.tip;
        if (next === event) asked.push(one);
      }
    }
    if (made.length > 0 || work !== null) commit(made, work);
    notify(made);
    return asked.map(storedOf);
  }

  /**
   * Appends the `clock.step` that the next event would be preceded by, if one is due. For who must know the next event's seq and
   * the head before it: a signature names both.
   */
  function settleClock(log: LogId): number {
    const tip = tipOf(log);
    const now = momentNow(ports);
    const step = clockStep(tip.time, now);
    if (step === null) return 0;
    const made = [makeEvent(tip, step, now, ports, identity.installId)];
    commit(made, null);
    notify(made);
    return made.length;
  }

  /** Inserts a log's row and lets the install log name it, in one transaction. */
  function createLog(log: LogId, kind: LogRow["kind"], own: Record<string, CanonicalValue>, actor: Actor): void {
    const logNo = rows.size + 1;
    const zone = ports.clock.zone();
    for (const key of GENESIS_OURS)
      if (key in own && !(key === "kind" && own[key] === kind))
        throw new RecordError("invalid-params", `genesis.${key} is set by the record, not by the caller.`);
    const genesis: Record<string, CanonicalValue> = {
      ...own,
      v: 1,
      kind,
      log,
      number: logNo - 1,
      install: identity.install,
      install_id: identity.installId,
      install_key: identity.publicKey,
      opened_at: new Date(ports.clock.now()).toISOString(),
      tz: zone.name,
      tz_off_min: zone.offsetMinutes,
    };
    const line = jcs(genesis);
    const row: LogRow = { logNo, log, kind, number: logNo - 1, genesis: line, genesisHash: genesisHash(Buffer.from(line, "utf8")) };
    const work = () => void insertLog.run(logNo, log, kind, row.number, line, row.genesisHash);
    if (kind === "install") {
      rows.set(log, row);
      const created: NewEvent = {
        type: "install.created",
        actor,
        data: { install_id: identity.installId, install_key: identity.publicKey },
      };
      try {
        appendAll(log, [created], work);
      } catch (error) {
        rows.delete(log);
        throw error;
      }
      return;
    }
    const opened: NewEvent = {
      type: "log.opened",
      actor,
      data: { number: row.number, log, genesis_sha256: row.genesisHash.toString("hex") },
    };
    appendAll(identity.install, [opened], work);
    rows.set(log, row);
  }

  const toStored = (row: { hash: Buffer; body: string }): StoredEvent => ({
    hash: row.hash.toString("hex"),
    line: row.body,
    body: JSON.parse(row.body) as EventBody,
  });

  return {
    appendAll,
    settleClock,
    createLog,
    tipOf,
    rows: (): LogRow[] => [...rows.values()],
    head(log: LogId): { seq: number; hash: string; fingerprint: string } {
      const { seq, hash } = tipOf(log);
      const hex = hash.toString("hex");
      return { seq, hash: hex, fingerprint: fingerprintOf(hex) };
    },
    events(log: LogId, range: { from?: number; limit?: number } = {}): StoredEvent[] {
      const [start, end] = spanOf(rowOf(log));
      return selectEvents.all(start + Math.max(range.from ?? 1, 1), end, range.limit ?? -1).map(toStored);
    },
    eventsOfType(log: LogId, types: readonly string[]): StoredEvent[] {
      return selectOfTypes.all(...spanOf(rowOf(log)), JSON.stringify(types)).map(toStored);
    },
    genesis: (log: LogId): Record<string, CanonicalValue> => JSON.parse(rowOf(log).genesis) as Record<string, CanonicalValue>,
    genesisLine: (log: LogId): string => rowOf(log).genesis,
    payload(log: LogId, seq: number, name: string): { salt: Buffer; bytes: Buffer | null } | null {
      return selectPayload.get(rowOf(log).logNo * SEQS_PER_LOG + seq, name) ?? null;
    },
    onAppended(callback: (log: LogId, event: StoredEvent) => void): () => void {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
    broken: (): RecordError | null => broken,
  };
}

const storedOf = (made: Made): StoredEvent => ({ hash: made.hash.toString("hex"), line: made.line, body: made.body });
