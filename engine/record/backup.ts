// Consistent copies of the database. Owns: VACUUM INTO, made durable, with the checkpoints beside the copy.
// Never copies the file by hand: a live database is more than its file.
import { createHash } from "node:crypto";
import { chmodSync, closeSync, copyFileSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import type { Db } from "./database.ts";
import { asRecordError, RecordError } from "./errors.ts";
import { makePrivateDirectory, syncPath } from "./files.ts";
import { linesUpTo } from "./sidecar.ts";

export type Backup = { path: string; bytes: number; sha256: string };

/** The sidecar's name beside a database that is not in a data directory. */
export const sidecarBeside = (database: string): string => `${database}.checkpoints.ndjson`;

/**
 * As backupDatabase, of a file that an engine may have open in another thread. It goes on recording meanwhile, so that of the
 * checkpoints those are copied that are about events of the copy.
 */
export function backupFile(path: string, out: string, sidecar: string): Backup {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const made = backupDatabase(db, out);
    if (!existsSync(sidecar)) return made;
    try {
      const lines = linesUpTo(readFileSync(sidecar), ...lastOfInstall(out));
      writeFileSync(sidecarBeside(out), lines, { mode: 0o600, flag: "wx" });
      syncPath(sidecarBeside(out));
    } catch (error) {
      throw asRecordError(error, `The checkpoints beside the backup ${out} could not be written`);
    }
    return made;
  } finally {
    db.close();
  }
}

/** The install log of the copy and the seq of its last event. */
function lastOfInstall(copy: string): [string, number] {
  const db = new Database(copy, { readonly: true });
  try {
    const row = db
      .prepare<[], { log: string; seq: number }>(
        "SELECT log, (SELECT MAX(seq) FROM events WHERE log_no = 1) AS seq FROM logs WHERE log_no = 1",
      )
      .get();
    return [row?.log ?? "", row?.seq ?? 0];
  } finally {
    db.close();
  }
}

/** Copies to `out`; throws RecordError `already-exists` rather than overwrite, `disk-full`, `read-only`. */
export function backupDatabase(db: Db, out: string, sidecar?: string): Backup {
  for (const path of [out, sidecarBeside(out)])
    if (existsSync(path))
      throw new RecordError("already-exists", `${path} is already there; a backup overwrites nothing. Choose another name.`);
  try {
    makePrivateDirectory(dirname(out));
    db.prepare("VACUUM INTO ?").run(out);
    chmodSync(out, 0o600);
    syncPath(out);
    if (sidecar !== undefined && existsSync(sidecar)) {
      copyFileSync(sidecar, sidecarBeside(out));
      chmodSync(sidecarBeside(out), 0o600);
      syncPath(sidecarBeside(out));
    }
    return { path: out, bytes: statSync(out).size, sha256: sha256OfFile(out).sha256 };
  } catch (error) {
    throw asRecordError(error, `The backup ${out} could not be made`);
  }
}

/** Hash of the first `limit` bytes of a file (all of it by default), read in pieces so that memory stays flat. */
export function sha256OfFile(path: string, limit = Number.POSITIVE_INFINITY): { sha256: string; bytes: number } {
  const file = openSync(path, "r");
  const digest = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  let bytes = 0;
  try {
    while (bytes < limit) {
      const read = readSync(file, buffer, 0, Math.min(buffer.length, limit - bytes), null);
      if (read === 0) break;
      digest.update(buffer.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
  return { sha256: digest.digest("hex"), bytes };
}
