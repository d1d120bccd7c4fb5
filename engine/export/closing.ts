// How every export ends: whole and under its name, or not at all. Owns: the moves, the sync, what goes wrong in words.
// What is written, and the event that tells of it, is the caller's.
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fail, ok, type Result } from "../protocol/index.ts";
import { RecordError, type RecordStore, syncDirectory } from "../record/index.ts";
import type { Exported, ExportJob, Written } from "./index.ts";

/** `work` writes below `part`; `told` appends the event once everything stands under its name. */
export async function closeExport(
  store: RecordStore,
  out: string,
  work: (part: string, key: ExportJob["key"]) => Promise<Written>,
  told: (written: Written) => void,
): Promise<Result<Exported>> {
  const key = store.signingKey;
  if (key === null)
    return fail(
      "record-damaged",
      "The install key (install.key) is missing, and without it an export cannot be closed. Put it back, then export again.",
    );
  if (isTaken(out)) return fail("already-exists", `${out} is already there; an export overwrites nothing. Choose another name.`);
  const part = `${out}.part-${process.pid}`;
  try {
    rmSync(part, { recursive: true, force: true });
    mkdirSync(dirname(out), { recursive: true });
    const written = await work(part, key);
    const taken = written.moves.find(({ to }) => isTaken(to));
    if (taken !== undefined)
      throw new RecordError("already-exists", `${taken.to} is already there; an export overwrites nothing. Choose another name.`);
    for (const { from, to } of written.moves) {
      if (existsSync(to)) rmdirSync(to); // an empty folder, as a file dialog makes them
      renameSync(from, to);
    }
    rmSync(part, { recursive: true, force: true });
    syncDirectory(dirname(out));
    told(written);
    return ok({ path: out, files: written.files, bytes: written.bytes, damaged: written.damaged });
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (error instanceof RecordError) return fail(error.code, error.message);
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const what = `${out} could not be written (${(error as Error).message}).`;
    if (code === "ENOSPC" || code === "EDQUOT") return fail("disk-full", `${what} The disk is full; nothing was left behind.`);
    if (["EACCES", "EPERM", "EROFS"].includes(code)) return fail("read-only", `${what} Choose a folder that you may write to.`);
    if (["ENOTEMPTY", "EEXIST"].includes(code)) return fail("already-exists", `${what} Something is already there; choose another name.`);
    if (["ENOTDIR", "ENAMETOOLONG", "EISDIR"].includes(code)) return fail("invalid-params", `${what} Choose another name.`);
    throw error;
  }
}

const isTaken = (path: string): boolean => {
  if (!existsSync(path)) return false;
  try {
    return readdirSync(path).length > 0;
  } catch {
    return true; // a file
  }
};
