// Unpacks a rehearsal bundle that was checked, into a folder that is not there yet. Owns: the layout, and that each byte written is the
// byte that was checked: hashed anew on its way, from the same open file. Makes folders and plain files alone, and follows no link.
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { syncDirectory } from "../../record/index.ts";
import type { BagFile } from "../verifiers/verify.mjs";
import type { Checked } from "./check.ts";

/** Below the folder: texts for the library, and each run as the folder that its bundle unpacks to. */
export const TEXTS = "texts";
export const RUNS = "runs";

/** Throws RangeError where the file changed while it was unpacked, and what the disk says. */
export function layDown({ parcel, files, hashes, runs }: Checked, folder: string): void {
  mkdirSync(folder, { recursive: false, mode: 0o700 });
  for (const { path, file } of parcel.texts) write(folder, [TEXTS, ...path.split("/")], files.get(file)!, hashes.get(file)!);
  for (const { run, inner } of runs)
    for (const [path, file] of inner.files) write(folder, [RUNS, run.log, ...path.split("/")], file, inner.hashes.get(path)!);
  syncDirectory(folder);
}

function write(folder: string, parts: string[], file: BagFile, sha256: string): void {
  const target = join(folder, ...parts);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const output = openSync(target, "wx", 0o600);
  const digest = createHash("sha256");
  try {
    for (const piece of file.pieces()) {
      digest.update(piece);
      for (let done = 0; done < piece.length; ) done += writeSync(output, piece, done);
    }
    fsyncSync(output);
  } finally {
    closeSync(output);
  }
  if (digest.digest("hex") !== sha256) throw new RangeError("the file changed while it was unpacked");
}
