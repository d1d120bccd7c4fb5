// The one error class of the record room. Owns: its codes and what SQLite's result codes mean for a person.
// Does not decide what a run does about it (engine/run holds it).
import type { ErrorCode } from "../protocol/index.ts";

/** Thrown by append and its kin. Branch on `code`; the message says what happened, what it means, what to do. */
export class RecordError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "RecordError";
    this.code = code;
  }
}

const sqliteCode = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
};

/** An error that leaves it open whether bytes reached the disk: after one, nothing more may be called durable. */
export const isFatalForWriting = (error: unknown): boolean =>
  /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN)/.test(sqliteCode(error)) && !isDiskFull(error);

const isDiskFull = (error: unknown): boolean => /^SQLITE_FULL/.test(sqliteCode(error)) || ["ENOSPC", "EDQUOT"].includes(sqliteCode(error));

/** Turns whatever SQLite or the file system threw into a RecordError; passes a RecordError through. */
export function asRecordError(error: unknown, doing: string): RecordError {
  if (error instanceof RecordError) return error;
  const code = sqliteCode(error);
  const said = error instanceof Error ? error.message : String(error);
  const cause = { cause: error };
  if (isDiskFull(error))
    return new RecordError("disk-full", `${doing}: the disk is full. Nothing was recorded; free space, then go on.`, cause);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return new RecordError("busy", `${doing}: the database is in use by another program (${said}). Close it, then try again.`, cause);
  if (/^(SQLITE_READONLY|SQLITE_PERM|SQLITE_AUTH|EACCES|EPERM|EROFS)/.test(code))
    return new RecordError("read-only", `${doing}: the data directory cannot be written (${said}). Give the account write access.`, cause);
  if (/^(SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN)|EIO)/.test(code))
    return new RecordError(
      "record-damaged",
      `${doing}: the disk or the database file failed (${code}: ${said}). Nothing more is recorded until Holdpoint is started again; check the disk and verify the record.`,
      cause,
    );
  return new RecordError("internal", `${doing}: ${said}`, cause);
}
