// Opens the database file as the record needs it. Owns: pragmas (set, read back, asserted), version checks, migrations.
// Does not know what an event is.
import { closeSync, existsSync, openSync } from "node:fs";
import { basename } from "node:path";
import Database from "better-sqlite3";
import { fail, ok, type Result } from "../protocol/index.ts";
import { asRecordError, RecordError } from "./errors.ts";
import { syncPath } from "./files.ts";
import type { Migration } from "./migrations/index.ts";

export type Db = Database.Database;

/** "HPLD", so that `file` and other tools can tell whose database this is. */
export const APPLICATION_ID = 0x48504c44;
/** 3.51.3 repairs the WAL-reset race that could corrupt a database under concurrent checkpoints (sqlite.org, 2026-03). */
const SQLITE_AT_LEAST = [3, 51, 3] as const;

// What each is for: WAL + FULL = an append is on the disk when it returns; recursive_triggers = INSERT OR REPLACE cannot
// walk past the delete triggers; secure_delete = an erased payload is overwritten; fullfsync = macOS really flushes.
const PRAGMAS: readonly (readonly [name: string, set: string, expected: string | number])[] = [
  ["journal_mode", "WAL", "wal"],
  ["synchronous", "FULL", 2],
  ["foreign_keys", "ON", 1],
  ["recursive_triggers", "ON", 1],
  ["secure_delete", "ON", 1],
  ["fullfsync", "ON", 1],
  ["checkpoint_fullfsync", "ON", 1],
  ["trusted_schema", "OFF", 0],
  ["cell_size_check", "ON", 1],
  ["mmap_size", "0", 0],
];

/**
 * Opens (or makes) the database for writing and brings it up to date. Fails with `newer-database` where a newer Holdpoint
 * wrote it, `record-damaged` where it is not ours or cannot be read. `before` makes the backup that a migration needs.
 */
export function openDatabase(
  path: string,
  migrations: readonly Migration[],
  before: (db: Db, from: number) => void,
): Result<{ db: Db; from: number; to: number }> {
  let db: Db | null = null;
  try {
    if (!existsSync(path)) {
      closeSync(openSync(path, "a", 0o600)); // made here so that -wal and -shm inherit the mode
      syncPath(path);
    }
    db = new Database(path, { timeout: 2_000 });
    assertSqlite(db);
    const from = assertOurs(db, path, migrations.length);
    setPragmas(db);
    if (from < migrations.length) migrate(db, from, migrations, before);
    return ok({ db, from, to: migrations.length });
  } catch (error) {
    db?.close();
    const { code, message } = asRecordError(error, `The database ${path} could not be opened`);
    return fail(code, message);
  }
}

/** Opens a database for reading only, as a verifier does. Throws RecordError. */
export function openForReading(path: string, known: number): Db {
  let db: Db | null = null;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
    db.pragma("trusted_schema = OFF");
    db.pragma("cell_size_check = ON");
    assertOurs(db, path, known);
    return db;
  } catch (error) {
    db?.close();
    throw asRecordError(error, `The database ${path} could not be read`);
  }
}

function assertSqlite(db: Db): void {
  const version = db.prepare("SELECT sqlite_version()").pluck().get() as string;
  const parts = version.split(".").map(Number);
  for (const [i, least] of SQLITE_AT_LEAST.entries()) {
    if ((parts[i] ?? 0) > least) return;
    if ((parts[i] ?? 0) < least)
      throw new RecordError(
        "record-damaged",
        `SQLite ${version} is too old for the record; ${SQLITE_AT_LEAST.join(".")} is needed. Install the better-sqlite3 of package.json.`,
      );
  }
}

/** Returns the schema version; throws where the file is another program's or a newer Holdpoint's. Writes nothing. */
function assertOurs(db: Db, path: string, known: number): number {
  const version = db.pragma("user_version", { simple: true }) as number;
  const id = db.pragma("application_id", { simple: true }) as number;
  const objects = db.prepare("SELECT COUNT(*) FROM sqlite_schema").pluck().get() as number;
  if (objects === 0 && version === 0 && id === 0) return 0;
  if (id !== APPLICATION_ID)
    throw new RecordError("record-damaged", `${path} is a database, but not one of Holdpoint's. Choose another data directory.`);
  if (version > known)
    throw new RecordError(
      "newer-database",
      `${basename(path)} has schema ${version}, written by a newer Holdpoint; this one knows schemas up to ${known}. Nothing was changed. Install the newer Holdpoint, or choose another data directory.`,
    );
  return version;
}

function setPragmas(db: Db): void {
  for (const [name, set, expected] of PRAGMAS) {
    db.pragma(`${name} = ${set}`);
    const actual = db.pragma(name, { simple: true });
    if (actual !== expected)
      throw new RecordError(
        "record-damaged",
        `SQLite did not take ${name} = ${set} (it says ${String(actual)}): appends would not be safe. Put the data directory on a local disk.`,
      );
  }
}

function migrate(db: Db, from: number, migrations: readonly Migration[], before: (db: Db, from: number) => void): void {
  if (from > 0) before(db, from);
  db.transaction(() => {
    if (from === 0) db.pragma(`application_id = ${APPLICATION_ID}`);
    for (const [i, step] of migrations.entries()) {
      if (step.version !== i + 1) throw new Error(`migration ${step.version} is not number ${i + 1}`);
      if (step.version > from) db.exec(step.sql);
    }
    const broken = db.prepare("SELECT COUNT(*) FROM pragma_foreign_key_check").pluck().get() as number;
    if (broken > 0) throw new RecordError("record-damaged", `after the migration ${broken} rows point at nothing; it was undone.`);
    db.pragma(`user_version = ${migrations.length}`);
  }).exclusive();
}
