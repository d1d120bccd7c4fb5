// A document's schedule: made once per text, asked again and again as the night goes on.
// Owns: joining durations, order and fixed starts, and putting the sums into the protocol's words. Pure; the moment is given.
import type {
  LearntDuration,
  PlanFigures,
  PlanProblem,
  PlanStep,
  PlanView,
  RunbookDocument,
  Step,
  StepId,
  Verdict,
} from "../protocol/index.ts";
import { durationsOf, networkStep } from "./durations.ts";
import { fixedStarts } from "./fixed-starts.ts";
import { networkOf } from "./network.ts";
import { type Actual, type Baseline, baselineOf, type Forecast, forecastOf, type Plan } from "./schedule.ts";

export type ScheduleOf = {
  document: RunbookDocument;
  isWayBack(step: Step): boolean;
  learntOf(step: Step): LearntDuration | null;
  /** Of a rehearsal: its waits take the time of the text divided by this; 1 without it. */
  compress?: number;
};

/** How a run, or a file before it is run, stands against its schedule. Moments are milliseconds; actuals by position in the document. */
export type Standing = {
  startMs: number;
  nowMs: number;
  endedMs: number | null;
  actuals: readonly Actual[];
  zone: string;
  windowStart: number | null;
  windowEnd: number | null;
};

/** What only the record knows of a step. */
export type StepFacts = { status: PlanStep["status"]; verdict: Verdict | null; actualMs: number | null };
export type ViewHead = Pick<
  PlanView,
  "run" | "number" | "log" | "fingerprint" | "launch" | "mode" | "path" | "title" | "version" | "sha256" | "isStarted"
>;

export type Schedule = ReturnType<typeof createSchedule>;

export function createSchedule({ document, isWayBack, learntOf, compress }: ScheduleOf) {
  const { steps, phases } = document;
  const durations = durationsOf(document, isWayBack, learntOf, compress);
  const network = networkOf(steps.map((step) => ({ ...networkStep(step), isWayBack: isWayBack(step) })));
  const ms = Float64Array.from(durations, (duration) => duration.ms);
  const hasDurations = durations.some((duration) => duration.source !== "none");
  const lanes = [...new Set(steps.filter((step) => !isWayBack(step)).map((step) => step.directive.lane))];
  const positions = new Map(steps.map((step, at) => [step.id as string, at]));
  const inPhase = phases.map((phase) => phase.steps.flatMap((id) => positions.get(id) ?? []));
  const problems: PlanProblem[] = [...network.problems];
  durations.forEach((duration, at) => {
    if (!duration.isBelowWaits) return;
    const message = `“${steps[at]!.id}” is planned shorter than its own gates and soak; they are what is counted.`;
    problems.push({ code: "planned-below-soak", message, steps: [steps[at]!.id] });
  });

  type Base = { key: string; plan: Plan; phaseStarts: (number | null)[]; baseline: Baseline; problems: PlanProblem[] };
  let base: Base | null = null;

  /** The plan at the start of a run is asked for with every change of it, and does not change. */
  function baseOf({ startMs, actuals, zone }: Standing): Base {
    let off = "";
    actuals.forEach((actual, at) => {
      if (actual.isOff) off += ` ${at}`;
    });
    const key = `${startMs} ${zone}${off}`;
    if (base?.key === key) return base;
    const phaseStarts = fixedStarts(
      phases.map((phase) => phase.start),
      startMs,
      zone,
    );
    const notBefore = new Float64Array(steps.length).fill(Number.NEGATIVE_INFINITY);
    const unread: PlanProblem[] = [];
    phaseStarts.forEach((moment, index) => {
      if (moment !== null) for (const at of inPhase[index]!) notBefore[at] = Math.max(notBefore[at]!, moment);
      else if (phases[index]!.start !== null)
        unread.push({
          code: "start-not-understood",
          message: `Phase “${phases[index]!.title}” starts at “${phases[index]!.start}”, which is neither a time of day nor an offset.`,
          steps: phases[index]!.steps,
        });
    });
    const plan = { network, durations: ms, notBefore };
    base = { key, plan, phaseStarts, baseline: baselineOf(plan, startMs, (at) => actuals[at]!.isOff), problems: unread };
    return base;
  }

  const endOf = (forecast: Forecast, standing: Standing): number => standing.endedMs ?? forecast.whole;

  function figures(standing: Standing): PlanFigures & { forecastEnd: string | null } {
    const { plan, baseline } = baseOf(standing);
    return figuresOf(baseline, forecastOf(plan, standing.actuals, standing.endedMs ?? standing.nowMs), standing);
  }

  function figuresOf(baseline: Baseline, forecast: Forecast, standing: Standing): PlanFigures & { forecastEnd: string | null } {
    return {
      plannedEnd: hasDurations ? moment(baseline.whole) : null,
      forecastEnd: hasDurations && standing.endedMs === null ? moment(forecast.whole) : null,
      driftMs: hasDurations ? Math.round(endOf(forecast, standing) - baseline.whole) : null,
      restMs: Math.round(forecast.rest),
      windowEnd: standing.windowEnd === null ? null : moment(standing.windowEnd),
    };
  }

  function view(head: ViewHead, standing: Standing, factsOf: (at: number) => StepFacts): PlanView {
    const { plan, baseline, phaseStarts, problems: unread } = baseOf(standing);
    const isOver = standing.endedMs !== null;
    const forecast = forecastOf(plan, standing.actuals, standing.endedMs ?? standing.nowMs);
    const { plannedEnd, forecastEnd, driftMs, restMs } = figuresOf(baseline, forecast, standing);
    const end = endOf(forecast, standing);
    return {
      ...head,
      zone: standing.zone,
      at: moment(standing.nowMs),
      start: moment(standing.startMs),
      endedAt: isOver ? moment(end) : null,
      isFinished: forecast.isFinished,
      saidMs: document.plannedMs,
      plannedEnd,
      forecastEnd,
      driftMs,
      restMs,
      window: {
        start: standing.windowStart === null ? null : moment(standing.windowStart),
        end: standing.windowEnd === null ? null : moment(standing.windowEnd),
      },
      windowSlackMs: standing.windowEnd === null || !hasDurations ? null : Math.round(standing.windowEnd - end),
      lanes,
      fixedStarts: phaseStarts.flatMap((at, index) => (at === null ? [] : [{ phase: phases[index]!.title, at: moment(at) }])),
      // What was left undone when a run ended decides nothing any more.
      criticalPath: forecast.path.filter((at) => !isOver || standing.actuals[at]!.status === "done").map((at) => steps[at]!.id),
      steps: steps.map((step, at) => stepView(step, at, { plan, baseline, forecast, standing, isOver, facts: factsOf(at) })),
      problems: [...problems, ...unread],
    };
  }

  type Sums = { plan: Plan; baseline: Baseline; forecast: Forecast; standing: Standing; isOver: boolean; facts: StepFacts };
  function stepView(step: Step, at: number, { plan, baseline, forecast, standing, isOver, facts }: Sums): PlanStep {
    const actual = standing.actuals[at]!;
    const duration = durations[at]!;
    const off = isWayBack(step);
    const isDone = actual.status === "done";
    const isTodo = actual.status === "todo";
    const hasForecast = !off && (isDone || !isOver);
    const latestEnd = !off && isTodo && !isOver ? forecast.latestEnd[at]! : Number.NaN;
    const fixed = plan.notBefore[at]!;
    return {
      id: step.id,
      number: step.number,
      title: step.title,
      phase: step.phase,
      lane: step.directive.lane,
      needs: step.directive.needs as StepId[],
      status: facts.status,
      verdict: facts.verdict,
      isWayBack: off,
      isOptional: step.directive.optional,
      isOff: actual.isOff,
      signoff: step.directive.signoff,
      parts: duration.parts,
      plannedMs: Math.round(duration.ms),
      source: duration.source,
      textMs: duration.textMs,
      learnt: duration.learnt,
      plannedStart: off ? null : moment(baseline.start[at]!),
      plannedEnd: off ? null : moment(baseline.end[at]!),
      actualStart: momentOrNull(actual.start),
      actualEnd: isDone || actual.status === "again" ? momentOrNull(actual.end) : null,
      actualMs: facts.actualMs,
      start: hasForecast ? moment(forecast.start[at]!) : momentOrNull(actual.start),
      end: hasForecast ? moment(forecast.end[at]!) : momentOrNull(actual.end),
      latestStart: Number.isNaN(latestEnd) ? null : moment(latestEnd - duration.ms),
      latestEnd: Number.isNaN(latestEnd) ? null : moment(latestEnd),
      slackMs: off || isDone || isOver ? null : Math.round(forecast.slack[at]!),
      isCritical: !off && (isDone || !isOver) && forecast.isCritical[at] === 1,
      driftMs: hasForecast && !actual.isOff ? Math.round(forecast.end[at]! - baseline.end[at]!) : null,
      fixedStart: off || fixed === Number.NEGATIVE_INFINITY ? null : moment(fixed),
    };
  }

  return { figures, view, durations, lanes, problems };
}

const DAY_MS = 86_400_000;
let day = { of: Number.NaN, text: "" };
const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
/** As Date's toISOString, which for the ten thousand moments of a long plan takes longer than all sums together. */
function moment(ms: number): string {
  const of = Math.floor(ms / DAY_MS);
  if (of !== day.of) day = { of, text: new Date(of * DAY_MS).toISOString().slice(0, 11) };
  const rest = Math.floor(ms - of * DAY_MS);
  const seconds = Math.floor(rest / 1000);
  const millis = String(rest % 1000).padStart(3, "0");
  return `${day.text}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${millis}Z`;
}
const momentOrNull = (ms: number | null): string | null => (ms === null ? null : moment(ms));
