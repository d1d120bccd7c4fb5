// The plan of a night beside what really happens: planned, actual and forecast of every step, slack, drift and the critical path.
// Owns: shapes only. The sums are engine/schedule. Moments are ISO 8601 UTC, durations whole milliseconds; "now" is `at`.
import { z } from "zod";
import { LaunchId, LogId, Mode, RunId, Sha256, StepId, Timestamp, Verdict } from "./ids.ts";

/** Where a planned duration comes from: the step's own text, earlier runs of it, its share of its phase (or of the file), nowhere. */
export const DurationSource = z.enum(["text", "learnt", "phase", "none"]);
export type DurationSource = z.infer<typeof DurationSource>;

/** What earlier runs took over the same step: middle and quartiles of `n` passed attempts, `sameText` of them under this very text. */
export const LearntDuration = z.object({ medianMs: z.int(), p25Ms: z.int(), p75Ms: z.int(), n: z.int(), sameText: z.int() });
export type LearntDuration = z.infer<typeof LearntDuration>;

/** A wait inside a step, drawn within its bar. `wait` gates have no time of their own: at most `ms`. */
export const PlanPart = z.object({ kind: z.enum(["hold", "wait", "soak"]), ms: z.int(), block: z.int().nullable() });
export type PlanPart = z.infer<typeof PlanPart>;

export const PlanStep = z.object({
  id: StepId,
  number: z.string(),
  title: z.string(),
  phase: z.array(z.string()),
  lane: z.string(),
  needs: z.array(StepId),
  status: z.enum(["todo", "running", "open", "done"]),
  verdict: Verdict.nullable(),
  /** Undoes another step: off the plan, it has actual times at most. */
  isWayBack: z.boolean(),
  isOptional: z.boolean(),
  /** Its `when` did not hold: it takes no time. */
  isOff: z.boolean(),
  /** Roles that release it first; it stands across all lanes. */
  signoff: z.array(z.string()),
  parts: z.array(PlanPart),
  plannedMs: z.int(),
  source: DurationSource,
  /** What the text says, where it does; and what earlier runs took, where there are any. */
  textMs: z.int().nullable(),
  learnt: LearntDuration.nullable(),
  /** By the plan as it was when the run started. Null off the plan. */
  plannedStart: Timestamp.nullable(),
  plannedEnd: Timestamp.nullable(),
  /** As recorded; null for what has not happened. */
  actualStart: Timestamp.nullable(),
  actualEnd: Timestamp.nullable(),
  actualMs: z.int().nullable(),
  /** Earliest, counted from now: equal to the actual times where there are any. */
  start: Timestamp.nullable(),
  end: Timestamp.nullable(),
  /** Latest without moving the forecast end; null once it has begun. */
  latestStart: Timestamp.nullable(),
  latestEnd: Timestamp.nullable(),
  slackMs: z.int().nullable(),
  isCritical: z.boolean(),
  /** End, actual or else forecast, against the planned end; positive is late. */
  driftMs: z.int().nullable(),
  /** Not before: the start that its phase fixes. */
  fixedStart: Timestamp.nullable(),
});
export type PlanStep = z.infer<typeof PlanStep>;

export const PlanProblem = z.object({
  code: z.enum(["need-unknown", "need-off-plan", "need-cycle", "planned-below-soak", "start-not-understood"]),
  message: z.string(),
  steps: z.array(StepId),
});
export type PlanProblem = z.infer<typeof PlanProblem>;

export const PlanView = z.object({
  /** Null for a plan of a file that has not been started. */
  run: RunId.nullable(),
  number: z.int().nullable(),
  log: LogId.nullable(),
  fingerprint: z.string().nullable(),
  launch: LaunchId.nullable(),
  mode: Mode.nullable(),
  path: z.string(),
  title: z.string(),
  version: z.string().nullable(),
  sha256: Sha256,
  /** The launch's own zone, IANA; "" where there is none. Clock times in the text are read in it. */
  zone: z.string(),
  at: Timestamp,
  start: Timestamp,
  endedAt: Timestamp.nullable(),
  isStarted: z.boolean(),
  /** Nothing of the plan is left to do. */
  isFinished: z.boolean(),
  /** What the text itself says the whole takes; the longest path may come to less. */
  saidMs: z.int().nullable(),
  /** Null where no step has a duration. */
  plannedEnd: Timestamp.nullable(),
  forecastEnd: Timestamp.nullable(),
  driftMs: z.int().nullable(),
  /** Later, at a moment `t` without news, the forecast end is the later of `forecastEnd` and `t + restMs`. */
  restMs: z.int(),
  window: z.object({ start: Timestamp.nullable(), end: Timestamp.nullable() }),
  /** Window end minus forecast end; negative is past the window. */
  windowSlackMs: z.int().nullable(),
  /** In the order of the file. */
  lanes: z.array(z.string()),
  fixedStarts: z.array(z.object({ phase: z.string(), at: Timestamp })),
  /** From the first to the last: what decides the end. */
  criticalPath: z.array(StepId),
  steps: z.array(PlanStep),
  problems: z.array(PlanProblem),
});
export type PlanView = z.infer<typeof PlanView>;

/** The few figures of the plan that every header of a run carries. */
export const PlanFigures = z.object({
  plannedEnd: Timestamp.nullable(),
  driftMs: z.int().nullable(),
  restMs: z.int(),
  windowEnd: Timestamp.nullable(),
});
export type PlanFigures = z.infer<typeof PlanFigures>;

const path = z.string().min(1).max(4096);
export const SCHEDULE_METHODS = {
  "run.plan": { params: z.strictObject({ run: RunId }), result: PlanView },
  /** The plan of a file before it is started: from `start`, else from the launch's window, else from now. */
  "document.plan": {
    params: z.strictObject({ path, start: Timestamp.optional(), launch: LaunchId.optional() }),
    result: PlanView,
  },
} as const;
