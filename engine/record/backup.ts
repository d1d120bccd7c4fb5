// Consistent copies of the database. Owns: VACUUM INTO, made durable, with the checkpoints beside the copy.
// Never copies the file by hand: a live database is more than its file.
import { createHash } from "node:crypto";
import { chmodSync, closeSync, copyFileSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Db } from "./database.ts";
import { asRecordError, RecordError } from "./errors.ts";
import { makePrivateDirectory, syncPath } from "./files.ts";

/** The sidecar's name beside a database that is not in a data directory. */
export const sidecarBeside = (database: string): string => `${database}.checkpoints.ndjson`;

/** Copies to `out`; throws RecordError `already-exists` rather than overwrite, `disk-full`, `read-only`. */
export function backupDatabase(db: Db, out: string, sidecar?: string): { path: string; bytes: number; sha256: string } {
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
