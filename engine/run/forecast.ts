// How a run stands against its plan: the schedule of its text, fed with what is on record.
// Owns: that translation, and the plan of a file before it is started. The sums are engine/schedule; the caller gives the moment.
import type { LaunchId, LearntDuration, PlanFigures, PlanView, RunbookDocument, StepState } from "../protocol/index.ts";
import { type Actual, createSchedule, type Schedule } from "../schedule/index.ts";
import { compressionOf } from "./compress.ts";
import type { LaunchWindow, LiveRun, RunDeps } from "./deps.ts";
import { planOf, type RunPlan } from "./plan.ts";
import { isSettled, type RunState } from "./state.ts";

/** Made once per text in force: an amendment brings a new plan. */
const schedules = new WeakMap<RunPlan, Schedule>();

type LearntOf = (step: { id: string; sha256: string }) => LearntDuration | null;
export function scheduleOf(plan: RunPlan, learntOf: () => LearntOf, compress = 1): Schedule {
  let schedule = schedules.get(plan);
  if (schedule === undefined) {
    schedule = createSchedule({
      document: plan.document,
      isWayBack: (step) => plan.byId.get(step.id)?.isWayBack === true,
      learntOf: learntOf(),
      compress,
    });
    schedules.set(plan, schedule);
  }
  return schedule;
}

/** Each step of the text as the schedule counts it. What failed has to be done again; a rejected end too. */
export function actualsOf(state: RunState, plan: RunPlan): Actual[] {
  return plan.steps.map(({ step: { id } }): Actual => {
    const step = state.steps[state.positions.get(id) ?? -1];
    const isOff = state.notApplicable.has(id);
    if (!step || step.status === "todo") return { status: "todo", start: null, end: null, isOff };
    const start = step.startedAt === null ? null : Date.parse(step.startedAt);
    if (step.status !== "done") return { status: "running", start, end: null, isOff, until: untilOf(step) };
    const end = step.endedAt === null ? start : Date.parse(step.endedAt);
    return { status: isToDoAgain(step) ? "again" : "done", start, end, isOff };
  });
}

/** When the gate that holds, or the soak, will be over if all goes well; how long a gate waits is not known. */
function untilOf(step: StepState): number | null {
  const ends = [
    step.soak?.state === "soaking" ? step.soak.endsAt : null,
    ...step.blocks.map(({ gate }) => (gate?.state === "probing" && gate.kind === "hold" ? gate.endsAt : null)),
  ].flatMap((moment) => (moment == null ? [] : [Date.parse(moment)]));
  return ends.length === 0 ? null : Math.max(...ends);
}

const isToDoAgain = (step: StepState): boolean => !isSettled(step) && (step.verdict === "failed" || step.judgement?.outcome === "rejected");

const standing = (state: RunState, plan: RunPlan, nowMs: number, { start, end, zone }: LaunchWindow) => ({
  startMs: Date.parse(state.startedAt),
  nowMs,
  endedMs: state.endedAt === null ? null : Date.parse(state.endedAt),
  actuals: actualsOf(state, plan),
  zone,
  windowStart: start === null ? null : Date.parse(start),
  windowEnd: end === null ? null : Date.parse(end),
});

/** Of the launch where there is one; times of day are read in the site's zone where the launch names none. */
export function windowOf(deps: RunDeps, launch: LaunchId | null): LaunchWindow {
  const { start = null, end = null, zone = "" } = (launch === null ? null : deps.launches?.windowOf?.(launch)) ?? {};
  return { start, end, zone: zone || (deps.siteZone?.() ?? "") };
}

/** As above, for one run: what was learnt is what was known when it started. Checks of a launch's items are no plan to learn for. */
const scheduleOfRun = (deps: RunDeps, { state, plan }: LiveRun): Schedule =>
  scheduleOf(
    plan,
    () => (state.isChecks || !deps.learnt ? nothingLearnt : deps.learnt.of(state.path, state.startedAt)),
    compressionOf({ state }),
  );
export const nothingLearnt: LearntOf = () => null;

/** Null before the start is on record. */
export function figuresOf(deps: RunDeps, live: LiveRun): (PlanFigures & { forecastEnd: string | null }) | null {
  const { state, plan } = live;
  if (state.startedAt === "") return null;
  return scheduleOfRun(deps, live).figures(standing(state, plan, deps.ports.clock.now(), windowOf(deps, live.launch)));
}

export function planViewOf(deps: RunDeps, live: LiveRun): PlanView {
  const { state, plan } = live;
  const byPosition = plan.steps.map(({ step }) => state.steps[state.positions.get(step.id) ?? -1]);
  return scheduleOfRun(deps, live).view(
    {
      run: live.run,
      number: live.number,
      log: live.log,
      fingerprint: deps.store.head(live.log).fingerprint,
      launch: live.launch,
      mode: state.mode,
      path: state.path,
      title: state.title,
      version: state.version,
      sha256: state.planSha256,
      isStarted: true,
    },
    standing(state, plan, deps.ports.clock.now(), windowOf(deps, live.launch)),
    (at) => {
      const step = byPosition[at];
      return { status: step?.status ?? "todo", verdict: step?.verdict ?? null, actualMs: step?.durationMs ?? null };
    },
  );
}

/** The plan of a file as if it were started at `startMs`. */
export function previewOf(
  document: RunbookDocument,
  path: string,
  at: { startMs: number; launch: PlanView["launch"]; window: LaunchWindow; learntOf: LearntOf },
): PlanView {
  const plan = planOf(document);
  const actuals = plan.steps.map((): Actual => ({ status: "todo", start: null, end: null, isOff: false }));
  const { start, end, zone } = at.window;
  return scheduleOf(plan, () => at.learntOf).view(
    {
      run: null,
      number: null,
      log: null,
      fingerprint: null,
      launch: at.launch,
      mode: null,
      path,
      title: document.title,
      version: document.version,
      sha256: document.sha256,
      isStarted: false,
    },
    {
      startMs: at.startMs,
      nowMs: at.startMs,
      endedMs: null,
      actuals,
      zone,
      windowStart: start === null ? null : Date.parse(start),
      windowEnd: end === null ? null : Date.parse(end),
    },
    () => ({ status: "todo", verdict: null, actualMs: null }),
  );
}
