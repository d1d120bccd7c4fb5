// A gate and a soak as they stand: what was probed, what it gave, when it will be over, what interrupted it.
// Owns: shapes. Durations are milliseconds, moments ISO 8601 UTC; a measured value is a decimal string, since the record holds whole numbers only.
import { z } from "zod";
import { Expectation } from "./document.ts";
import { Timestamp, Verdict } from "./ids.ts";

/** Probes that a gate's state carries, the newest: enough for a chart of the screen's width. All of them are on record. */
export const MOST_PROBES = 240;

/** Time in which nothing was probed, or in which a soak was not watched. `acceptedBy` is "" until a person went on in spite of it. */
export const Gap = z.object({ from: Timestamp, to: Timestamp, ms: z.int(), why: z.string(), acceptedBy: z.string() });
export type Gap = z.infer<typeof Gap>;

export const GateProbe = z.object({
  /** Counts from 1; a gate that is started again counts anew. */
  n: z.int(),
  at: Timestamp,
  /** Since the gate's start: when it was due. */
  dueMs: z.int(),
  /** What it measured, as a decimal string; null where it printed no number. */
  value: z.string().nullable(),
  verdict: Verdict,
  because: z.string(),
  /** How much later than due it began. */
  lateMs: z.int(),
  /** Within the limit, and past the earlier one of `warn=`. */
  isWarn: z.boolean(),
});
export type GateProbe = z.infer<typeof GateProbe>;

export const GateState = z.object({
  kind: z.enum(["hold", "wait"]),
  everyMs: z.int(),
  forMs: z.int().nullable(),
  withinMs: z.int().nullable(),
  /** In a compressed rehearsal: what the text asks for. The times above are those that are kept. */
  text: z.object({ everyMs: z.int(), forMs: z.int().nullable(), withinMs: z.int().nullable(), compress: z.number() }).optional(),
  startedAt: Timestamp,
  /** When a hold will have held, or a wait will be too late; null while it stands interrupted, and when it is over. */
  endsAt: Timestamp.nullable(),
  /** Counted so far, by a clock that nobody sets: what `for` and `within` are compared with. As of `elapsedAt`. */
  elapsedMs: z.int(),
  elapsedAt: Timestamp,
  threshold: Expectation.nullable(),
  warn: Expectation.nullable(),
  minSamples: z.int().nullable(),
  counts: z.object({ passed: z.int(), failed: z.int(), unknown: z.int(), warned: z.int() }),
  probes: z.array(GateProbe),
  state: z.enum(["probing", "interrupted", "done"]),
  interruptedBecause: z.string(),
  gaps: z.array(Gap),
});
export type GateState = z.infer<typeof GateState>;

export const SoakState = z.object({
  ms: z.int(),
  /** In a compressed rehearsal: what the text asks for, and by what it is divided. */
  text: z.object({ ms: z.int(), compress: z.number() }).optional(),
  startedAt: Timestamp,
  endsAt: Timestamp.nullable(),
  elapsedMs: z.int(),
  elapsedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  early: z.object({ by: z.string(), reason: z.string() }).nullable(),
  state: z.enum(["soaking", "interrupted", "done"]),
  interruptedBecause: z.string(),
  gaps: z.array(Gap),
});
export type SoakState = z.infer<typeof SoakState>;
