// Opens a data directory's record: lock, database, install key, install log, sidecar, timer. Owns: that order, and closing.
// Appending is store.ts; this file never touches an event's bytes.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Ports } from "../ports.ts";
import {
  type Actor,
  type CanonicalValue,
  fail,
  type LogId,
  type LogSummary,
  ok,
  type Result,
  type StoredEvent,
} from "../protocol/index.ts";
import { CHECKPOINT_EVERY_MS, createAnchors, sidecarProblem } from "./anchor.ts";
import { backupDatabase } from "./backup.ts";
import { ENGINE_ACTOR, type NewEvent } from "./body.ts";
import type { SigningKey } from "./chain.ts";
import { type Db, openDatabase } from "./database.ts";
import { asRecordError, RecordError } from "./errors.ts";
import { makePrivateDirectory } from "./files.ts";
import { makeInstallKey, readInstallKey } from "./keys.ts";
import { takeLock } from "./lock.ts";
import { MIGRATIONS, type Migration } from "./migrations/index.ts";
import { placesOf } from "./places.ts";
import { openSidecar } from "./sidecar.ts";
import { createWriter, type LogEntry, type Writer } from "./store.ts";
import { createSummaries } from "./summary.ts";

export type RecordStore = {
  /** The install log: people, settings, and the index of all other logs. */
  readonly install: LogId;
  readonly installId: string;
  /** Public half of the install key, 64 hex digits: what a verifier may be told from outside. */
  readonly installKey: string;
  /** What is wrong with this record and must stay on screen; null while all is well. Appending stays possible. */
  readonly problem: string | null;
  /** Handle for people/ (operators, lockouts). Events are written through append only; triggers see to the rest. */
  readonly database: Db;
  readonly home: string;
  /** Opens a log and names it in the install log (numbered from 1 without gaps), in one transaction. */
  createLog(options: { kind: "run" | "launch"; genesis: Record<string, CanonicalValue>; actor: Actor }): LogId;
  /** Durable when it returns. Throws RecordError: disk-full, record-damaged, reason-needed, invalid-params, not-found … */
  append(log: LogId, event: NewEvent): StoredEvent;
  /** All of them in one transaction. */
  appendAll(log: LogId, events: NewEvent[]): StoredEvent[];
  /** Appends a due `clock.step` now, so that the next append's first event is the one after the head. */
  settleClock(log: LogId): void;
  /** An event and the rows it stands for, in one transaction; `work` must not append. */
  appendWith(log: LogId, event: NewEvent, work: (db: Db) => void): StoredEvent;
  events(log: LogId, range?: { from?: number; limit?: number }): StoredEvent[];
  /** Events of the named types only, in order. */
  eventsOfType(log: LogId, types: readonly string[]): StoredEvent[];
  head(log: LogId): { seq: number; hash: string; fingerprint: string };
  genesis(log: LogId): Record<string, CanonicalValue>;
  /** The genesis exactly as hashed. */
  genesisLine(log: LogId): string;
  payload(log: LogId, seq: number, name: string): Uint8Array | null;
  /** A payload with the salt that its commitment needs; `bytes` is null where it was erased. */
  payloadWithSalt(log: LogId, seq: number, name: string): { salt: Uint8Array; bytes: Uint8Array | null } | null;
  /** Every log, the install log first. */
  logs(): LogEntry[];
  /** One row per log for lists, newest last; folded from the events. */
  summaries(): LogSummary[];
  /** Writes a signed checkpoint of all logs that moved. Never throws; a failure shows in `problem`. */
  checkpoint(log: LogId, why: string): void;
  lastCheckpoint(log: LogId): { seq: number; at: string } | null;
  onAppended(callback: (log: LogId, event: StoredEvent) => void): () => void;
  /** Consistent copy of the database at `out` (which must not exist), with the checkpoints beside it. */
  backup(out: string, actor?: Actor): { path: string; bytes: number };
  /** Signs with the install key; null where the key is missing. For exports. */
  readonly signingKey: SigningKey | null;
  close(): void;
};

/** A run's end or stop and every signature are anchored at once: the laptop may be closed right after. */
const CHECKPOINT_AFTER = new Set(["run.finished", "run.aborted", "run.held", "signoff.added", "signoff.withdrawn", "launch.closed"]);

export function openRecordStore(options: { home: string; ports: Ports; migrations?: readonly Migration[] }): Result<RecordStore> {
  const places = placesOf(options.home);
  try {
    makePrivateDirectory(places.home);
  } catch (error) {
    const { code, message } = asRecordError(error, `The data directory ${places.home} could not be made`);
    return fail(code, message);
  }
  const lock = takeLock(places.lock, places.home);
  if (!lock.ok) return lock;
  let backup: string | null = null;
  const opened = openDatabase(places.database, options.migrations ?? MIGRATIONS, (db, from) => {
    makePrivateDirectory(places.backups);
    backup = join(places.backups, `before-schema-${from + 1}-${stamp(options.ports)}.db`);
    backupDatabase(db, backup);
  });
  if (!opened.ok) {
    lock.value.release();
    return opened;
  }
  const { db, from, to } = opened.value;
  try {
    const store = assemble(db, options.ports, options.home, lock.value.release);
    if (from > 0 && from < to)
      store.append(store.install, { type: "database.migrated", actor: ENGINE_ACTOR, data: { from, to, backup: backup ?? "" } });
    return ok(store);
  } catch (error) {
    db.close();
    lock.value.release();
    const { code, message } = asRecordError(error, `The record in ${options.home} could not be opened`);
    return fail(code, message);
  }
}

/** Tidying that a full disk refuses is done at the next closing: what was recorded lies whole in SQLite's log until then. */
function unlessFull(tidy: () => void): void {
  try {
    tidy();
  } catch (error) {
    if (asRecordError(error, "closing the record").code !== "disk-full") throw error;
  }
}

const stamp = (ports: Ports): string => new Date(ports.clock.now()).toISOString().replace(/[:.]/g, "-");

/** The install log and its writer; made on first open, with the install key. */
function openInstall(
  db: Db,
  ports: Ports,
  keyPath: string,
): { writer: Writer; install: LogId; installId: string; key: SigningKey | null; publicKey: string } {
  const row = db.prepare<[], { log: LogId; genesis: string }>("SELECT log, genesis FROM logs WHERE log_no = 1").get();
  if (row !== undefined) {
    const genesis = JSON.parse(row.genesis) as Record<string, string>;
    const publicKey = String(genesis["install_key"]);
    const installId = String(genesis["install_id"]);
    const key = readInstallKey(keyPath);
    const writer = createWriter(db, ports, { install: row.log, installId, publicKey });
    return { writer, install: row.log, installId, key: key?.publicKey === publicKey ? key : null, publicKey };
  }
  // The key comes first: a database whose key never reached the disk could not sign its checkpoints.
  const key = readInstallKey(keyPath) ?? makeInstallKey(keyPath);
  const installId = ports.ids.next();
  const install = `install-${installId}` as LogId;
  const writer = createWriter(db, ports, { install, installId, publicKey: key.publicKey });
  const actor: Actor = {
    op_id: `os:${ports.place.osUser}`,
    name: ports.place.osUser,
    role: "unauthenticated",
    session: "",
    on_behalf_of: "",
  };
  writer.createLog(install, "install", { host: ports.place.host, app: ports.place.app }, actor);
  return { writer, install, installId, key, publicKey: key.publicKey };
}

function assemble(db: Db, ports: Ports, home: string, release: () => void): RecordStore {
  const places = placesOf(home);
  const hadKey = existsSync(places.key);
  const { writer, install, installId, key, publicKey } = openInstall(db, ports, places.key);
  const sidecar = openSidecar(places.sidecar);
  const logs = (): LogEntry[] =>
    writer.rows().map(({ log, kind, number }) => {
      const { seq, hash, fingerprint } = writer.head(log);
      return { log, kind, number, genesis: writer.genesis(log), events: seq, head: hash, fingerprint };
    });
  const hashAt = (log: LogId, seq: number): string | null =>
    seq === 0
      ? (writer
          .rows()
          .find((row) => row.log === log)
          ?.genesisHash.toString("hex") ?? null)
      : (writer.events(log, { from: seq, limit: 1 })[0]?.hash ?? null);
  const keyProblem =
    key !== null
      ? null
      : `The install key (install.key) is ${hadKey ? "not this database's" : "missing"}: no checkpoint can be signed. Put it back from the machine that made this record.`;
  const atOpening = sidecarProblem(sidecar.lines, publicKey, logs(), hashAt);
  const behind = new Set<LogId>();
  const anchors = createAnchors(
    {
      ports,
      sidecar,
      key,
      installId,
      install,
      head: (log) => writer.head(log),
      numberOf: (log) => writer.rows().find((row) => row.log === log)?.number ?? -1,
      appendToInstall: (events) => void writer.appendAll(install, events),
    },
    behind,
  );
  // Events whose checkpoint never came (a crash) are anchored with the next one.
  for (const { log, events } of logs()) if (events > (anchors.last(log)?.seq ?? -1)) behind.add(log);
  anchors.checkpoint("open");
  const timer = setInterval(() => anchors.checkpoint("timer"), CHECKPOINT_EVERY_MS);
  timer.unref();
  const summaries = createSummaries(writer);
  let isClosed = false;

  function appendAll(log: LogId, events: NewEvent[], work: (() => void) | null = null): StoredEvent[] {
    if (isClosed) throw new RecordError("record-damaged", "The record is closed: Holdpoint is ending. Nothing was recorded.");
    const stored = writer.appendAll(log, events, work);
    anchors.appended(log, events.length);
    if (events.some(({ type }) => CHECKPOINT_AFTER.has(type))) anchors.checkpoint(events.at(-1)!.type);
    return stored;
  }

  return {
    install,
    installId,
    installKey: publicKey,
    home,
    database: db,
    signingKey: key,
    get problem() {
      const all = [writer.broken()?.message ?? null, atOpening, keyProblem, anchors.problem()].filter((one) => one !== null);
      return all.length === 0 ? null : all.join(" ");
    },
    createLog({ kind, genesis, actor }) {
      const log = `log-${ports.ids.next()}` as LogId;
      writer.createLog(log, kind, genesis, actor);
      anchors.appended(install, 1);
      anchors.appended(log, 0);
      anchors.checkpoint("log.opened"); // from here on no run can vanish
      return log;
    },
    append: (log, event) => appendAll(log, [event])[0]!,
    appendAll: (log, events) => appendAll(log, events),
    settleClock(log) {
      const made = writer.settleClock(log);
      if (made > 0) anchors.appended(log, made);
    },
    appendWith: (log, event, work) => appendAll(log, [event], () => work(db))[0]!,
    events: writer.events,
    eventsOfType: writer.eventsOfType,
    head: writer.head,
    genesis: writer.genesis,
    genesisLine: writer.genesisLine,
    payload: (log, seq, name) => writer.payload(log, seq, name)?.bytes ?? null,
    payloadWithSalt: writer.payload,
    logs,
    summaries,
    checkpoint: (_log, why) => anchors.checkpoint(why),
    lastCheckpoint: anchors.last,
    onAppended: writer.onAppended,
    backup(out, actor = ENGINE_ACTOR) {
      anchors.checkpoint("backup");
      const made = backupDatabase(db, out, places.sidecar);
      appendAll(install, [{ type: "backup.made", actor, data: { path: made.path, bytes: made.bytes, sha256: made.sha256 } }]);
      return { path: made.path, bytes: made.bytes };
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      anchors.checkpoint("close");
      try {
        unlessFull(sidecar.close);
        unlessFull(() => db.pragma("wal_checkpoint(TRUNCATE)")); // so that a copied file is complete
      } finally {
        db.close();
        release();
      }
    },
  };
}
