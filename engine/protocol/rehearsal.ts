// A rehearsal: which of three ways it is practised, from what it plays, and who sees what of its instructor.
// Owns: shapes. What is played is engine/run, what is injected engine/rehearsal. Durations are milliseconds, moments ISO 8601 UTC.
import { z } from "zod";
import { RunId, Timestamp } from "./ids.ts";

/** walk: nothing runs, a person reads and answers · replay: the recorded output of an earlier run plays · sandbox: commands run, never on production. */
export const RehearsalWay = z.enum(["walk", "replay", "sandbox"]);
export type RehearsalWay = z.infer<typeof RehearsalWay>;

/** Times the recorded speed; 0 shows each output at once. */
export const PlaySpeed = z.number().min(0).max(1000);

export const RehearsalRequest = z.object({
  way: RehearsalWay,
  /** Replay only: the run whose recordings play. */
  source: RunId.optional(),
  speed: PlaySpeed.optional(),
  /** Soaks, waits and gates take the time of the text divided by this; both are on record. 1 where it is not given. */
  compress: z.number().min(1).max(10_000).optional(),
  /** A `*.scenario.yaml` beside the runbook. With `seed` alone the instructor makes up its own. */
  scenario: z.string().min(1).max(4096).optional(),
  /** The same seed gives the same faults at the same moments. */
  seed: z.string().trim().min(1).max(80).optional(),
});
export type RehearsalRequest = z.infer<typeof RehearsalRequest>;

/** What everybody may see while it goes on: that there is an instructor, never what it is about to do. */
export const RehearsalView = z.object({
  way: RehearsalWay,
  source: z
    .object({ run: RunId, number: z.int(), startedAt: Timestamp, title: z.string(), mode: z.enum(["live", "rehearsal"]) })
    .nullable(),
  speed: z.number(),
  compress: z.number(),
  hasInstructor: z.boolean(),
});
export type RehearsalView = z.infer<typeof RehearsalView>;
