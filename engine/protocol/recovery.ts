// Recovery time and recovery point of a run: what is measured against which target, as it stands.
// Owns: shapes, and the two sums that everything shows. Durations are milliseconds, moments ISO 8601 UTC.
import { z } from "zod";
import { Reason, RunId, Timestamp } from "./ids.ts";

/** What the front matter's `recovery:` names. Step ids without `#`; names of blocks. */
export const RecoveryKeys = z.object({
  /** Its passed end declares the disaster; null where a person does it (`run.declare`). */
  declared: z.string().nullable(),
  /** Its passed end is the verified end of the recovery. */
  verified: z.string().nullable(),
  /** Blocks whose last line is the moment of the last recoverable write, one per store. */
  lastWrite: z.array(z.string()),
});
export type RecoveryKeys = z.infer<typeof RecoveryKeys>;

export const LastWrite = z.object({
  /** Name of the block that measured it. */
  block: z.string(),
  step: z.string(),
  at: Timestamp,
  lastWrite: Timestamp,
  /** Declared − last write, never negative; null before the disaster is declared. */
  lostMs: z.int().nullable(),
  /** A recorded answer was played: the moment stands as far before the declaration as it did then. */
  isPlayed: z.boolean(),
});
export type LastWrite = z.infer<typeof LastWrite>;

/** waiting: not declared yet · running: declared, not verified · met, missed: against the target · measured: there is no target · open: the run ended before. */
export const RecoveryState = z.enum(["waiting", "running", "met", "missed", "measured", "open"]);
export type RecoveryState = z.infer<typeof RecoveryState>;

export const RecoveryView = z.object({
  keys: RecoveryKeys,
  /** `isClaimed`: the moment was said by a person, later than it was. */
  declared: z
    .object({ seq: z.int(), at: Timestamp, by: z.string(), step: z.string(), reason: z.string(), isClaimed: z.boolean() })
    .nullable(),
  verified: z.object({ seq: z.int(), at: Timestamp, by: z.string(), step: z.string() }).nullable(),
  rto: z.object({
    targetMs: z.int().nullable(),
    /** Declared → verified; null until then, and a window counts on from `declared.at`. */
    ms: z.int().nullable(),
    /** The same with compressed waits at the length of the text; null where none was compressed. */
    textMs: z.int().nullable(),
    state: RecoveryState,
  }),
  rpo: z.object({
    targetMs: z.int().nullable(),
    /** The worst of the stores measured so far; null before one is, or before the declaration. */
    ms: z.int().nullable(),
    measured: z.array(LastWrite),
    /** Blocks that have measured nothing yet. */
    missing: z.array(z.string()),
    state: RecoveryState,
  }),
  /** Wall clock and monotonic clock parted so far in between, milliseconds; other than 0, the figures are as exact as that. */
  clocksPartedMs: z.int(),
});
export type RecoveryView = z.infer<typeof RecoveryView>;

/** `at`: when it was declared, where that was before now. Said again with a later reason, it replaces what was said before. */
export const declareParams = z.strictObject({ run: RunId, at: Timestamp.optional(), reason: Reason });

/** Time lost of a store: nothing where it kept what was written after the declaration. */
export const lostMs = (declaredAt: string, lastWrite: string): number => Math.max(0, Date.parse(declaredAt) - Date.parse(lastWrite));

/** Against the target; `measured` where there is none. */
export const againstTarget = (ms: number, targetMs: number | null): "met" | "missed" | "measured" =>
  targetMs === null ? "measured" : ms <= targetMs ? "met" : "missed";
