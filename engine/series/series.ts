// The series of a runbook out of its runs: each run, each step over all of them, the trend, who took part.
// Owns: those sums. Pure: the same runs give the same series. Reads no clock but the `now` that it is given.
import type {
  LearntDuration,
  RecoveryView,
  RunbookDocument,
  SeriesCell,
  SeriesRun,
  SeriesStep,
  SeriesTrend,
  SeriesView,
  StepId,
  TrendPoint,
  Verdict,
} from "../protocol/index.ts";
import { drillDue } from "./drill.ts";
import { type Attempt, paceOf, type RunFacts, type StepText } from "./facts.ts";
import { faultsOf } from "./faults.ts";
import { learntFrom, notLearnt } from "./learning.ts";

/** What a series takes from elsewhere: the number of a log, the recovery clocks of a run, when one under way is expected to end. */
export type Outside = {
  numberOf(run: RunFacts): number;
  recoveryOf(run: RunFacts): RecoveryView | null;
  /** ISO 8601; null where nothing says so. */
  forecastOf(run: RunFacts): string | null;
  learntOf(step: { id: string; sha256: string }): LearntDuration | null;
  now: string;
};
/** The file as it is now; null where it is gone. */
export type Text = Pick<RunbookDocument, "title" | "version" | "sha256" | "plannedMs" | "rtoMs" | "rpoMs" | "drill" | "steps">;

/** Runs of the file itself: an item's automatic check is none. Oldest first. */
export const runsOf = (runs: readonly RunFacts[], path: string): RunFacts[] =>
  runs
    .filter((run) => run.path === path && !run.isChecks)
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));

/** `runs`: of this file alone, oldest first. */
export function seriesOf(path: string, text: Text | null, runs: readonly RunFacts[], outside: Outside): SeriesView {
  const last = runs.at(-1);
  return {
    path,
    title: text?.title ?? last?.title ?? path,
    sha256: text?.sha256 ?? null,
    version: text?.version ?? null,
    plannedMs: text?.plannedMs ?? null,
    rtoMs: text?.rtoMs ?? null,
    rpoMs: text?.rpoMs ?? null,
    drill: drillDue(text?.drill ?? null, runs, outside.now),
    runs: withoutOldCells(viewsOf(runs, outside)),
    steps: stepsOf(text, runs, outside),
    trend: trendOf(text, runs, outside),
    people: peopleOf(runs),
  };
}

/** Cells of runs and steps in one answer; some 200 bytes each. Of more, the newest runs have theirs. */
const MOST_CELLS = 10_000;

function withoutOldCells(runs: SeriesRun[]): SeriesRun[] {
  let left = MOST_CELLS;
  return runs
    .toReversed()
    .map((run) => {
      left -= run.steps.length;
      return left >= 0 ? run : { ...run, steps: [] };
    })
    .reverse();
}

/** Each run as it is shown, with its place among the rehearsals or the live runs. */
export function viewsOf(runs: readonly RunFacts[], outside: Pick<Outside, "numberOf" | "recoveryOf">): SeriesRun[] {
  const nths = nthsOf(runs);
  return runs.map((run, index) => runView(run, nths[index]!, outside));
}

function nthsOf(runs: readonly RunFacts[]): number[] {
  const counted = { live: 0, rehearsal: 0 };
  return runs.map(({ mode }) => {
    counted[mode] += 1;
    return counted[mode];
  });
}

function runView(run: RunFacts, nth: number, outside: Pick<Outside, "numberOf" | "recoveryOf">): SeriesRun {
  const steps = cellsOf(run);
  const count = (wanted: Verdict) => steps.filter(({ verdict }) => verdict === wanted).length;
  return {
    run: run.run,
    number: outside.numberOf(run),
    log: run.log,
    launch: (run.launch || null) as SeriesRun["launch"],
    mode: run.mode,
    way: run.way,
    pace: paceOf(run),
    speed: run.speed,
    compress: run.compress,
    nth,
    title: run.title,
    version: run.version,
    planSha256: run.planSha256,
    status: run.status,
    result: run.result,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    totalMs: totalOf(run),
    plannedMs: run.plannedMs,
    isPart: run.isPart,
    operator: run.operator,
    solo: run.solo,
    cluster: run.cluster,
    clusterClass: run.clusterClass,
    people: [...run.people].map(([id, name]) => ({ id, name })),
    hasInstructor: run.hasInstructor,
    faults: faultsOf(run),
    recovery: outside.recoveryOf(run),
    counts: {
      passed: count("passed"),
      failed: count("failed"),
      unknown: count("unknown"),
      skipped: count("skipped"),
      notRun: steps.filter(({ verdict, attempts }) => verdict === null && attempts === 0).length,
    },
    steps,
  };
}

const attemptsByStep = new WeakMap<RunFacts, ReadonlyMap<string, Attempt[]>>();
const NONE: readonly Attempt[] = [];
/** Grouped once per run: a long runbook asks for each of its steps in each of its runs. */
function attemptsOf(run: RunFacts, step: string): readonly Attempt[] {
  let of = attemptsByStep.get(run);
  if (of === undefined) {
    of = Map.groupBy(run.attempts, (attempt) => attempt.step);
    attemptsByStep.set(run, of);
  }
  return of.get(step) ?? NONE;
}

/** Steps of the text in force, and those that were run under an earlier one. */
function cellsOf(run: RunFacts): SeriesCell[] {
  const known = new Set(run.steps.map(({ id }) => id));
  const gone = [...new Set(run.attempts.map(({ step }) => step))].filter((id) => !known.has(id));
  const ran = new Set([...run.attempts.map(({ step }) => step), ...run.skipped]);
  const ids = [...run.steps.filter(({ id, isWayBack }) => !isWayBack || ran.has(id)).map(({ id }) => id), ...gone];
  return ids.map((id) => cellOf(run, id));
}

function cellOf(run: RunFacts, id: string): SeriesCell {
  const attempts = attemptsOf(run, id);
  const last = attempts.at(-1);
  const ended = attempts.filter(({ ms }) => ms !== null);
  const reasons = attempts.map((attempt) => notLearnt(run, attempt));
  return {
    id: id as StepId,
    verdict: run.skipped.has(id) ? "skipped" : (last?.verdict ?? null),
    judgement: run.judged.get(id) ?? null,
    attempts: attempts.length,
    failedAttempts: attempts.filter(({ verdict }) => verdict === "failed").length,
    ms: ended.at(-1)?.ms ?? null,
    allMs: ended.length === 0 ? null : ended.reduce((sum, { ms }) => sum + ms!, 0),
    sha256: last?.sha256 || null,
    feeds: maySay(run) && reasons.includes(null),
    why: reasons.length === 0 || reasons.includes(null) ? "" : maySay(run) ? (reasons.at(-1) ?? "") : "not said before the debrief",
  };
}

/** Which attempt is left out because of a fault tells where the fault was: nothing of it is shown before the debrief. */
const maySay = (run: RunFacts): boolean => !run.hasInstructor || run.isDebriefed;

function stepsOf(text: Text | null, runs: readonly RunFacts[], outside: Outside): SeriesStep[] {
  const now = new Map((text?.steps ?? []).map((step) => [step.id as string, step]));
  const older = new Map<string, StepText>();
  for (const run of runs) for (const step of run.steps) if (!now.has(step.id)) older.set(step.id, step);
  return [
    ...[...now.values()].map(({ id, number, title, sha256, directive }) =>
      stepOf({ id, number, title, sha256, plannedMs: directive.plannedMs, isWayBack: false, on: "" }, true, runs, outside),
    ),
    ...[...older.values()]
      .filter(({ id }) => runs.some((run) => attemptsOf(run, id).length > 0))
      .map((step) => stepOf(step, false, runs, outside)),
  ];
}

function stepOf(step: StepText, isInText: boolean, runs: readonly RunFacts[], outside: Outside): SeriesStep {
  const { id, number, title, sha256, plannedMs } = step;
  const of = (run: RunFacts): readonly Attempt[] => attemptsOf(run, id);
  const ran = runs.filter((run) => of(run).length > 0);
  const rehearsals = ran.filter(({ mode }) => mode === "rehearsal");
  const attempts = runs.flatMap(of);
  const lastRehearsed = rehearsals.flatMap(of).at(-1);
  return {
    id: id as StepId,
    number,
    title,
    isInText,
    rehearsed: rehearsals.length,
    live: ran.length - rehearsals.length,
    lastRehearsedAt: lastRehearsed === undefined ? null : (lastRehearsed.endedAt ?? rehearsals.at(-1)!.startedAt),
    changedSince: isInText && lastRehearsed !== undefined && lastRehearsed.sha256 !== sha256,
    attempts: attempts.length,
    failedAttempts: attempts.filter(({ verdict }) => verdict === "failed").length,
    unknownAttempts: attempts.filter(({ verdict }) => verdict === "unknown").length,
    skipped: runs.filter((run) => run.skipped.has(id)).length,
    faults: runs.reduce((sum, run) => sum + (faultsOf(run) ?? []).filter((fault) => fault.step === id).length, 0),
    plannedMs,
    learnt: isInText ? outside.learntOf({ id, sha256 }) : null,
  };
}

/** Recovery times where any run measured one; else how long the whole took. Runs of a part, and those broken off, are no point. */
export function trendOf(
  text: Pick<Text, "rtoMs" | "plannedMs"> | null,
  runs: readonly RunFacts[],
  outside: Pick<Outside, "recoveryOf" | "forecastOf">,
): SeriesTrend {
  const nths = nthsOf(runs);
  const whole = runs
    .map((run, index) => ({ run, nth: nths[index]!, recovery: outside.recoveryOf(run) }))
    .filter(({ run: { isPart, status } }) => !isPart && status !== "aborted");
  const of = whole.some(({ recovery }) => recovery !== null && recovery.rto.ms !== null) ? "rto" : "total";
  const measured = whole.findLast(({ recovery }) => recovery !== null && recovery.rto.targetMs !== null)?.recovery?.rto.targetMs ?? null;
  const targetMs = of === "rto" ? (text?.rtoMs ?? measured) : (text?.plannedMs ?? null);
  const points = whole.flatMap(({ run, nth, recovery }): TrendPoint[] => {
    const from = of === "rto" ? (recovery?.declared?.at ?? null) : run.startedAt;
    const done = of === "rto" ? (recovery?.rto.ms ?? null) : totalOf(run);
    const forecast = run.endedAt === null ? outside.forecastOf(run) : null;
    const ms = done ?? (from === null || forecast === null ? null : Math.max(0, Date.parse(forecast) - Date.parse(from)));
    if (ms === null) return [];
    const met = targetMs === null ? null : ms <= targetMs;
    return [{ run: run.run, nth, mode: run.mode, pace: paceOf(run), ms, met, isForecast: done === null, at: run.startedAt }];
  });
  return { of, targetMs, points };
}

const totalOf = ({ startedAt, endedAt }: RunFacts): number | null =>
  endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt);

function peopleOf(runs: readonly RunFacts[]): SeriesView["people"] {
  const found = new Map<string, SeriesView["people"][number]>();
  for (const run of runs)
    for (const [id, name] of run.people) {
      const one = found.get(id) ?? { id, name, rehearsals: 0, live: 0 };
      one.name = name;
      if (run.mode === "rehearsal") one.rehearsals += 1;
      else one.live += 1;
      found.set(id, one);
    }
  return [...found.values()].sort((a, b) => b.rehearsals + b.live - (a.rehearsals + a.live) || (a.name < b.name ? -1 : 1));
}

/** Samples of one step, oldest first: what its median is of. */
export const samplesOf = (runs: readonly RunFacts[], step: string): Attempt[] =>
  runs.flatMap((run) => learntFrom(run).filter((attempt) => attempt.step === step));
