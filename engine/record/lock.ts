// One engine per data directory. Owns: the lock file `engine.lock`.
// The lock is SQLite's own (an exclusive transaction held open), so that the system releases it however the process ends.
import Database from "better-sqlite3";
import { fail, ok, type Result } from "../protocol/index.ts";
import { asRecordError } from "./errors.ts";

export type Lock = { release(): void };

/** Takes the lock at `path` without waiting; `busy` where another process (or this one) holds it. */
export function takeLock(path: string, home: string): Result<Lock> {
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { timeout: 0 });
    db.pragma("journal_mode = MEMORY"); // nothing is ever written, so there is nothing to journal
    db.exec("BEGIN EXCLUSIVE");
    const held = db;
    return ok({ release: () => held.close() });
  } catch (error) {
    db?.close();
    const problem = asRecordError(error, `The lock of ${home} could not be taken`);
    if (problem.code !== "busy") return fail(problem.code, problem.message);
    return fail("busy", `Another Holdpoint has ${home} open. Use its window, or close it and try again.`);
  }
}
