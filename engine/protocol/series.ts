// The series of a runbook: its rehearsals and live runs beside each other, what they taught, and the difference between two of them.
// Owns: shapes. The sums are engine/series, over the record alone. Moments are ISO 8601 UTC, durations whole milliseconds.
import { z } from "zod";
import { LaunchId, LogId, Mode, RunId, Sha256, StepId, Timestamp, Verdict } from "./ids.ts";
import { RecoveryView } from "./recovery.ts";
import { RehearsalWay } from "./rehearsal.ts";
import { LearntDuration } from "./schedule.ts";

/** `drill:` of the front matter: how often it is to be rehearsed. Months are the calendar's, days are added after them. */
export const DrillEvery = z.object({ text: z.string(), months: z.int(), days: z.int() });
export type DrillEvery = z.infer<typeof DrillEvery>;

/** Last day, from this one (YYYY-MM-DD) on; a month's end stays one. Null past the year 9999. */
export function laterDay(day: string, { months, days }: Pick<DrillEvery, "months" | "days">): string | null {
  const date = new Date(`${day}T00:00:00Z`);
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(wanted, last) + days);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 ? null : date.toISOString().slice(0, 10);
}

/** When the next drill is due. `due`: not rehearsed within the time; `never`: not rehearsed at all; `soon`: within two weeks. */
export const DrillDue = z.object({
  every: z.string(),
  lastAt: Timestamp.nullable(),
  lastRun: RunId.nullable(),
  /** The day, UTC; null where it was never rehearsed: then it is due now. */
  dueOn: z.string().nullable(),
  state: z.enum(["never", "due", "soon", "in-time"]),
});
export type DrillDue = z.infer<typeof DrillDue>;

/** How a run's times compare with others: as they are, or with something left out that others waited for. */
export const SeriesPace = z.enum(["real", "walked", "played", "compressed"]);
export type SeriesPace = z.infer<typeof SeriesPace>;

/** One step of one run. */
export const SeriesCell = z.object({
  id: StepId,
  verdict: Verdict.nullable(),
  judgement: z.enum(["accepted", "rejected"]).nullable(),
  attempts: z.int(),
  failedAttempts: z.int(),
  /** Of the last attempt that ended; and of all of them. */
  ms: z.int().nullable(),
  allMs: z.int().nullable(),
  /** Text hash that it was done under. */
  sha256: Sha256.nullable(),
  /** An attempt of it is among what the plan learns from; else why not, where that may be said. */
  feeds: z.boolean(),
  why: z.string(),
});
export type SeriesCell = z.infer<typeof SeriesCell>;

export const SeriesFault = z.object({
  title: z.string(),
  kind: z.string(),
  step: z.string(),
  injectedAt: Timestamp,
  noticedAt: Timestamp.nullable(),
  clearedAt: Timestamp.nullable(),
  /** From injected to noticed. */
  foundMs: z.int().nullable(),
});
export type SeriesFault = z.infer<typeof SeriesFault>;

export const SeriesRun = z.object({
  run: RunId,
  /** Of its log in the installation. */
  number: z.int(),
  log: LogId,
  launch: LaunchId.nullable(),
  mode: Mode,
  way: RehearsalWay.nullable(),
  pace: SeriesPace,
  speed: z.number(),
  compress: z.number(),
  /** Counted among the rehearsals, or among the live runs, of this file: from 1, oldest first. */
  nth: z.int(),
  title: z.string(),
  version: z.string().nullable(),
  planSha256: z.string(),
  status: z.enum(["active", "held", "finished", "aborted"]),
  result: z.string(),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  /** Start to end; null until it has ended. */
  totalMs: z.int().nullable(),
  plannedMs: z.int().nullable(),
  /** Goes back from another run, or runs some of the steps only: its total is no total of the file. */
  isPart: z.boolean(),
  operator: z.string(),
  solo: z.boolean(),
  cluster: z.string().nullable(),
  clusterClass: z.string().nullable(),
  people: z.array(z.object({ id: z.string(), name: z.string() })),
  hasInstructor: z.boolean(),
  /** Null until its debrief: nobody is told of faults before. */
  faults: z.array(SeriesFault).nullable(),
  recovery: RecoveryView.nullable(),
  counts: z.object({ passed: z.int(), failed: z.int(), unknown: z.int(), skipped: z.int(), notRun: z.int() }),
  /** Empty for older runs, where those of all together would be too many to send. */
  steps: z.array(SeriesCell),
});
export type SeriesRun = z.infer<typeof SeriesRun>;

/** One step over all runs of the file. */
export const SeriesStep = z.object({
  id: StepId,
  number: z.string(),
  title: z.string(),
  /** In the file as it is now. */
  isInText: z.boolean(),
  /** Runs in which it was run. */
  rehearsed: z.int(),
  live: z.int(),
  lastRehearsedAt: Timestamp.nullable(),
  /** Its text is another one now than when it was rehearsed last. */
  changedSince: z.boolean(),
  attempts: z.int(),
  failedAttempts: z.int(),
  unknownAttempts: z.int(),
  skipped: z.int(),
  faults: z.int(),
  plannedMs: z.int().nullable(),
  learnt: LearntDuration.nullable(),
});
export type SeriesStep = z.infer<typeof SeriesStep>;

/** The picture: one point per run, oldest first. `isForecast`: under way, by its forecast end. */
export const TrendPoint = z.object({
  run: RunId,
  nth: z.int(),
  mode: Mode,
  pace: SeriesPace,
  ms: z.int(),
  /** Against the target; null without one. */
  met: z.boolean().nullable(),
  isForecast: z.boolean(),
  at: Timestamp,
});
export type TrendPoint = z.infer<typeof TrendPoint>;
export const SeriesTrend = z.object({
  /** rto: declared to verified · total: start to end. */
  of: z.enum(["rto", "total"]),
  targetMs: z.int().nullable(),
  points: z.array(TrendPoint),
});
export type SeriesTrend = z.infer<typeof SeriesTrend>;

export const SeriesView = z.object({
  path: z.string(),
  title: z.string(),
  /** Null where the file is not there any more: what is on record stays. */
  sha256: Sha256.nullable(),
  version: z.string().nullable(),
  plannedMs: z.int().nullable(),
  rtoMs: z.int().nullable(),
  rpoMs: z.int().nullable(),
  drill: DrillDue.nullable(),
  runs: z.array(SeriesRun),
  steps: z.array(SeriesStep),
  trend: SeriesTrend,
  people: z.array(z.object({ id: z.string(), name: z.string(), rehearsals: z.int(), live: z.int() })),
});
export type SeriesView = z.infer<typeof SeriesView>;

/** One line of the list of all runbooks. */
export const SeriesEntry = z.object({
  path: z.string(),
  title: z.string(),
  /** In an opened folder; else it is known from the record alone. */
  isListed: z.boolean(),
  rehearsals: z.int(),
  live: z.int(),
  last: z
    .object({ run: RunId, number: z.int(), way: RehearsalWay.nullable(), at: Timestamp, status: z.string(), result: z.string() })
    .nullable(),
  drill: DrillDue.nullable(),
  rtoMs: z.int().nullable(),
  rpoMs: z.int().nullable(),
  trend: SeriesTrend,
});
export type SeriesEntry = z.infer<typeof SeriesEntry>;

export const ComparedBlock = z.object({
  block: z.int(),
  verdict: Verdict,
  because: z.string(),
  exitCode: z.int().nullable(),
  ms: z.int().nullable(),
  bytes: z.int(),
  outputSha256: z.string(),
  /** Resolved and redacted, as it was sent. */
  text: z.string(),
});
export const ComparedStepSide = z.object({
  verdict: Verdict.nullable(),
  judgement: z.enum(["accepted", "rejected"]).nullable(),
  because: z.string(),
  attempts: z.int(),
  ms: z.int().nullable(),
  /** Of the last attempt. */
  blocks: z.array(ComparedBlock),
});
export type ComparedStepSide = z.infer<typeof ComparedStepSide>;
export const ComparedStep = z.object({
  id: StepId,
  number: z.string(),
  title: z.string(),
  change: z.enum(["same", "changed", "added", "removed"]),
  /** The step as written in either text, where they differ. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  a: ComparedStepSide.nullable(),
  b: ComparedStepSide.nullable(),
  /** b minus a. */
  deltaMs: z.int().nullable(),
  sameVerdict: z.boolean(),
  /** Null where one of them ran no command. */
  sameOutput: z.boolean().nullable(),
});
export type ComparedStep = z.infer<typeof ComparedStep>;
export const RunComparison = z.object({
  a: SeriesRun,
  b: SeriesRun,
  sameText: z.boolean(),
  steps: z.array(ComparedStep),
  params: z.array(z.object({ name: z.string(), a: z.string().nullable(), b: z.string().nullable() })),
});
export type RunComparison = z.infer<typeof RunComparison>;

const path = z.string().min(1).max(4096);
export const SERIES_METHODS = {
  /** Every runbook that is listed or was run, the most urgent drill first. */
  "series.list": { params: z.strictObject({}), result: z.array(SeriesEntry) },
  "series.of": { params: z.strictObject({ path }), result: SeriesView },
  "run.compare": { params: z.strictObject({ a: RunId, b: RunId }), result: RunComparison },
  /** What a step printed in either run, as plain text; of a long one its beginning and end. */
  "run.compareOutput": {
    params: z.strictObject({ a: RunId, b: RunId, step: StepId }),
    result: z.object({ a: z.string().nullable(), b: z.string().nullable(), whyA: z.string(), whyB: z.string() }),
  },
  /** The table of recovery measurements over all runs. `from`, `to`: a day (UTC, `to` inclusive) or a moment. */
  "record.exportRecovery": {
    params: z.strictObject({
      format: z.enum(["csv", "xlsx", "md", "json"]),
      from: z.string().max(40).optional(),
      to: z.string().max(40).optional(),
      out: path.optional(),
    }),
    result: z.object({ path: z.string(), files: z.array(z.string()), bytes: z.number() }),
  },
} as const;
