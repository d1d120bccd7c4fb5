// A rehearsal: which of three ways it is practised, from what it plays, and who sees what of its instructor.
// Owns: shapes. What is played is engine/run, what is injected engine/rehearsal. Durations are milliseconds, moments ISO 8601 UTC.
import { z } from "zod";
import { RunId, StepId, TerminalId, Timestamp } from "./ids.ts";

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

/** What plays in one terminal now. `playedMs` of `totalMs` (recorded time) stood there at the moment `at`; from then on it grows by `speed`. */
export const Playing = z.object({
  terminal: TerminalId,
  step: StepId,
  block: z.int().min(0),
  totalMs: z.number(),
  playedMs: z.number(),
  at: Timestamp,
  isPaused: z.boolean(),
});
export type Playing = z.infer<typeof Playing>;

/** How a block of a rehearsal is or was practised. `differs`: its step's text is another than the one that was recorded. */
export const BlockPlayed = z.object({
  way: z.enum(["walk", "replay"]),
  recordedAt: Timestamp.nullable(),
  /** What it took then, milliseconds; null where nothing was recorded. */
  recordedMs: z.number().nullable(),
  differs: z.boolean(),
});
export type BlockPlayed = z.infer<typeof BlockPlayed>;

/** What everybody may see while it goes on: that there is an instructor, never what it is about to do. */
export const RehearsalView = z.object({
  way: RehearsalWay,
  source: z
    .object({ run: RunId, number: z.int(), startedAt: Timestamp, title: z.string(), mode: z.enum(["live", "rehearsal"]) })
    .nullable(),
  speed: z.number(),
  compress: z.number(),
  hasInstructor: z.boolean(),
  /** Only while something plays; never on record. */
  playing: z.array(Playing).optional(),
  isPaused: z.boolean().optional(),
});
export type RehearsalView = z.infer<typeof RehearsalView>;

/** An earlier run whose recordings can be played for a file, the newest first. Counts are of the file's own steps, as it reads now. */
export const RehearsalSource = z.object({
  run: RunId,
  number: z.int(),
  mode: z.enum(["live", "rehearsal"]),
  title: z.string(),
  operator: z.string(),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  result: z.string(),
  /** Steps whose recorded text is that of now, is another, and steps that were not run then, which are walked. */
  same: z.int(),
  changed: z.int(),
  absent: z.int(),
  /** Recorded time of everything that plays, milliseconds. */
  playsMs: z.number(),
  /** What it was run with; never a secret. */
  params: z.record(z.string(), z.string()),
  placeholders: z.record(z.string(), z.string()),
  /** Whose record it is where it came in a rehearsal bundle; "" for a run of this data directory. */
  from: z.string(),
});
export type RehearsalSource = z.infer<typeof RehearsalSource>;

export const REHEARSAL_METHODS = {
  "rehearsal.sources": { params: z.strictObject({ path: z.string().min(1).max(4096) }), result: z.array(RehearsalSource) },
} as const;

/** A person's word on a block that is walked through. */
export const WalkedParams = z.strictObject({
  run: RunId,
  step: StepId,
  block: z.int().min(0),
  outcome: z.enum(["passed", "failed", "unknown"]),
  note: z.string().trim().max(2000).optional(),
  /** What it would have printed, where it captures a value. */
  value: z.string().trim().max(10_000).optional(),
});
/** `skip`: what plays now is shown to its end at once. */
export const PlaybackParams = z.strictObject({
  run: RunId,
  speed: PlaySpeed.optional(),
  isPaused: z.boolean().optional(),
  skip: z.boolean().optional(),
});
