// Rehearsals that move: a runbook with its scenarios and recorded runs in one file, opened on another machine for walking and replaying.
// Owns: shapes and methods. The file is engine/export/moving.
import { z } from "zod";
import { RunId, Timestamp } from "./ids.ts";

const Path = z.string().min(1).max(4096);

export const PackedView = z.object({
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  /** To be told to the other side by another way than the file. */
  fingerprint: z.string(),
  texts: z.array(z.string()),
  runs: z.int(),
  searched: z.object({ files: z.int(), bytes: z.number(), values: z.int() }),
});
export type PackedView = z.infer<typeof PackedView>;

/** A rehearsal bundle that was unpacked here. */
export const MovedView = z.object({
  folder: z.string(),
  /** Text on this machine that it is about, and all its texts. */
  main: z.string(),
  texts: z.array(z.string()),
  title: z.string(),
  install: z.string(),
  packedBy: z.string(),
  packedAt: Timestamp,
  fingerprint: z.string(),
  runs: z.array(z.object({ number: z.int(), title: z.string(), runs: z.array(RunId) })),
});
export type MovedView = z.infer<typeof MovedView>;

export const MOVING_METHODS = {
  /**
   * Writes a rehearsal bundle of a runbook and its last runs, or of one run. `forbidden` where a secret was found: nothing is written then.
   * `values`: further secrets to search for; they are kept nowhere.
   */
  "rehearsal.pack": {
    params: z.strictObject({
      path: Path.optional(),
      run: RunId.optional(),
      /** With `path`: how many of its runs go along, the newest first. */
      runs: z.int().min(0).max(20).optional(),
      values: z.array(z.string().min(1).max(100_000)).max(200).optional(),
      out: Path.optional(),
    }),
    result: PackedView,
  },
  /** Checks every byte, then unpacks into the data directory and opens the texts in the library. `record-damaged` where it was tampered with. */
  "rehearsal.unpack": {
    params: z.strictObject({ path: Path, fingerprint: z.string().trim().min(1).max(60).optional() }),
    result: MovedView.extend({ isOriginProved: z.boolean(), warnings: z.array(z.string()) }),
  },
  "rehearsal.moved": { params: z.strictObject({}), result: z.array(MovedView) },
} as const;
