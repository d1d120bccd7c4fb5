// Drives a step from its first action to where a person is needed.
// Owns: the order of blocks and checks, the cluster's proof around them, the step's verdict. Commands and their refusals are in commands.ts.
import { fail, ok, type Result, type StepId, type StepState, type Verdict } from "../protocol/index.ts";
import { startBackground } from "./background.ts";
import { type BlockEnd, runBlock } from "./blocks.ts";
import { startCountdown } from "./countdown.ts";
import type { LaneShell, LiveRun, RunDeps, Who } from "./deps.ts";
import { foreseeNext } from "./foresee.ts";
import { holdQuietly, type Resuming, runGate } from "./gates.ts";
import { runJob } from "./jobs.ts";
import { laneNowOf, lanesOf, wakeRunOn } from "./lanes.ts";
import { append, appendOrKeep, type Draft, ENGINE, eventOf, holdByEngine, wholeMs } from "./live.ts";
import { loopDrafts } from "./loops.ts";
import { isOnProduction, nextTodo, pendingAction } from "./next.ts";
import { proveAfter } from "./pins.ts";
import { needsTyping, type StepPlan, stopsRunOn } from "./plan.ts";
import { closeRecording } from "./recordings.ts";
import { settleRecovery } from "./recovery.ts";
import { clusterOf, ensureShell, shellKey } from "./shells.ts";
import { resumeSoak, type Soaking, soakOf, startSoak } from "./soak.ts";
import { isSettled, type RunState } from "./state.ts";
import { askObjects, recordObjects } from "./watching.ts";

export type DriveOptions = {
  /** Begins a new attempt: always for a step that is done. */
  fresh: boolean;
  /** Only this block, the others as they are. */
  onlyBlock?: number;
  asShell?: string;
  nested?: boolean;
  /** Recorded with the attempt's start. */
  reason?: string;
  /** Goes on with a gate or a soak of this step that was interrupted. */
  resume?: Resuming;
  /** A run-on: stop before anything that is dangerous or confirmed by typing. */
  isRunOn?: boolean;
};

/**
 * Starts the step and returns when its first block is on record and running (or waits for its cluster, or nothing was left to
 * run); the rest goes on behind. Fails where it could not begin, with the reason's own code.
 */
export function drive(deps: RunDeps, live: LiveRun, who: Who, id: string, options: DriveOptions): Promise<Result<null>> {
  const begun = Promise.withResolvers<Result<null>>();
  laneNowOf(live, id).startedBy = { step: id, name: who.actor.name, at: new Date(deps.ports.clock.now()).toISOString() };
  const work: Promise<void> = driveToEnd(deps, live, who, id, options, () => begun.resolve(ok(null)))
    .then((result) => begun.resolve(result))
    .catch((error: unknown) => {
      const message = `Step ${id} met a defect of Holdpoint: ${error instanceof Error ? error.message : String(error)}. The run is held; its commands may have run.`;
      holdByEngine(deps, live, message, id);
      begun.resolve(fail("internal", message));
      process.emitWarning(error instanceof Error ? error : message, "HoldpointRun");
    })
    .finally(() => {
      live.drives.delete(work);
      deps.notify.changed(live.run, null);
      foreseeNext(deps, live);
    });
  live.drives.add(work);
  return begun.promise;
}

/** Drives the step until a person is needed; fails where it could not begin. */
export async function driveToEnd(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  id: string,
  options: DriveOptions,
  onBegun: () => void,
): Promise<Result<null>> {
  const now = laneNowOf(live, id);
  now.driving.push(id);
  try {
    return await driveStep(deps, live, who, id, options, onBegun);
  } finally {
    const position = now.driving.lastIndexOf(id);
    if (position >= 0) now.driving.splice(position, 1);
    wakeRunOn(live);
  }
}

async function driveStep(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  id: string,
  options: DriveOptions,
  onBegun: () => void,
): Promise<Result<null>> {
  const plan = live.plan.byId.get(id);
  if (!plan) return fail("not-found", `${live.state.path} has no step "${id}".`);
  const attempt = stepNow(live, id).attempt + (options.fresh ? 1 : 0);
  const { cancels } = laneNowOf(live, id);
  const proved = new Set<LaneShell>();
  const ends: BlockEnd[] = [];
  let begin: Draft | null = options.fresh ? beginning(id, attempt, plan, options) : null;
  let { onlyBlock: only, resume } = options;
  while (resume?.block !== null) {
    const index = only ?? resume?.block;
    const block = index !== undefined ? plan.step.blocks[index] : nextBlock(live, plan, begin !== null);
    if (!block || (ends.length > 0 && mustPause(live, plan, block.index, options))) break;
    const isOnly = only !== undefined;
    only = undefined;
    const request = {
      step: id,
      block,
      who,
      begin,
      attempt,
      nested: options.nested === true,
      asShell: isOnly ? (options.asShell ?? null) : null,
      proved,
      cancels,
      onBegun,
    };
    if (block.options.background) {
      const detached = await startBackground(deps, live, request);
      if (!detached.ok) return detached;
      begin = null;
      continue;
    }
    // A gate that is walked through is answered once, for the whole of it.
    const isWalked = resume === undefined && live.playing?.isWalked(request) === true;
    const isGate = block.options.gate !== undefined && block.runnable && !isWalked;
    const ended = isGate
      ? await runGate(deps, live, resume ? { ...request, resume } : request)
      : await (block.options.job === true && request.asShell === null && live.playing === null ? runJob : runBlock)(deps, live, request);
    resume = undefined;
    if (!ended.ok) {
      if (ends.length === 0) return ended;
      // The step had begun: what stops it is said, and it stays open where it is.
      deps.notify.alarm(live.run, id as StepId, "warn", `Step ${plan.step.number} stopped`, ended.error.message);
      break;
    }
    begin = null;
    // It runs on by itself, and so does its step on record.
    if (ended.value.isDetached === true) return ok(null);
    ends.push(ended.value);
    if (ended.value.verdict !== "passed" || isOnly) break;
  }
  if (begin !== null) {
    const written = append(deps, live, [eventOf(live, who.actor, begin)]);
    if (!written.ok) return written;
    live.begun.set(id, deps.ports.clock.monotonicNs());
  }
  const last = ends.at(-1);
  const differs = await proveLanes(deps, live, id, attempt, ends);
  // Interrupted is not ended: the step stays open where it is.
  const ended = last?.isInterrupted === true ? null : (last ?? null);
  if (resume?.block === null) resumeSoak(deps, live, who, soakingOf(deps, live, who, plan, attempt), resume);
  else await conclude(deps, live, who, plan, { attempt, last: ended, differs });
  settleWhens(deps, live);
  if (live.soaks.has(id)) {
    onBegun();
    await soakOf(live, id);
  }
  if (last && !last.shellAlive && live.handOvers.get(shellKey(last.lane))?.from) await reopen(deps, live, last.lane);
  return ok(null);
}

const stepNow = (live: LiveRun, id: string): StepState => live.state.steps[live.state.positions.get(id) ?? -1] as StepState;

function beginning(step: string, attempt: number, plan: StepPlan, options: DriveOptions): Draft {
  return {
    type: "step.started",
    step,
    attempt,
    ...(options.reason === undefined || options.reason === "" ? {} : { reason: options.reason }),
    data: {
      title: plan.step.title,
      number: plan.step.number,
      sha256: plan.step.sha256,
      planned_ms: plan.step.directive.plannedMs,
      role_wanted: plan.step.directive.role,
      only_block: options.onlyBlock ?? null,
    },
  };
}

/** The next block to run, or null where a check or nothing comes first. `isFresh`: the attempt's start is not on record yet. */
function nextBlock(live: LiveRun, plan: StepPlan, isFresh: boolean) {
  const action = isFresh ? (plan.actions[0] ?? null) : pendingAction(stepNow(live, plan.step.id), plan);
  return action?.kind === "block" ? action.block : null;
}

/** Between two blocks of a step: a hold, a typed confirmation or run-on's limits leave the step open. */
function mustPause(live: LiveRun, plan: StepPlan, index: number, options: DriveOptions): boolean {
  if (live.state.status !== "active" || live.problem !== null || live.isClosing) return true;
  const block = plan.step.blocks[index];
  if (!block) return true;
  if (needsTyping(block, isOnProduction(live.state, stepNow(live, plan.step.id)))) return true;
  return options.isRunOn === true && stopsRunOn(block);
}

async function proveLanes(deps: RunDeps, live: LiveRun, step: string, attempt: number, ends: BlockEnd[]): Promise<string | null> {
  const lanes = new Map(ends.map((end) => [end.lane, end.reported]));
  const differs: string[] = [];
  const asked = new Set<string>();
  for (const [lane, reported] of lanes) {
    const asking = asked.has(lane.cluster) ? null : askObjects(deps, live, lane, step);
    asked.add(lane.cluster);
    const words = await proveAfter(deps, live, lane, step, reported);
    if (words !== null) differs.push(words);
    await recordObjects(deps, live, lane, { step, attempt, when: "after" }, asking);
  }
  return differs.length === 0 ? null : differs.join("; ");
}

type Concluding = { attempt: number; last: BlockEnd | null; differs: string | null };

/** Ends the step if anything ended it, or leaves it open for a person. */
export async function conclude(deps: RunDeps, live: LiveRun, who: Who, plan: StepPlan, given: Concluding): Promise<void> {
  const step = stepNow(live, plan.step.id);
  if (step.status === "running" && live.unwritten.length > 0)
    live.unconcluded.push(() => conclude(deps, live, who, plan, given).then(() => given.differs));
  if (step.status !== "open") return;
  const verdict = stepVerdict(step, plan, given);
  if (verdict === null) return;
  const { soakMs } = plan.step.directive;
  if (verdict.outcome === "passed" && soakMs !== null && step.soak === undefined) {
    startSoak(deps, live, who, soakingOf(deps, live, who, plan, given.attempt), soakMs);
    return;
  }
  await endStep(deps, live, who, plan, given.attempt, verdict.outcome, verdict.because, given.last?.alarm);
  if (given.last?.alarm && verdict.outcome === "failed") {
    holdQuietly(deps, live, `${given.last.alarm.title}.`, step.id);
    if (given.differs === null) startCountdown(deps, live, who, plan);
  }
  if (given.differs !== null) holdByEngine(deps, live, `${given.differs}. Look at what the step did, judge it, then resume.`, step.id);
}

/** What a soak needs to end its step. */
export function soakingOf(deps: RunDeps, live: LiveRun, who: Who, plan: StepPlan, attempt: number): Soaking {
  const done = async (words: string) => {
    await endStep(deps, live, who, plan, attempt, "passed", `${plan.actions.length === 0 ? "" : `${passedWords(plan)}; `}${words}`);
    settleWhens(deps, live);
  };
  return { step: plan.step.id, attempt, done };
}

/** Writes what a full disk had kept back, and ends the steps that waited for it. Fails where that still cannot be, or where a cluster differs. */
export async function writeKept(deps: RunDeps, live: LiveRun): Promise<Result<null>> {
  const kept = append(deps, live, []);
  if (!kept.ok) return kept;
  const differs: string[] = [];
  for (const end of live.unconcluded.splice(0)) differs.push((await end()) ?? "");
  const written = append(deps, live, []);
  const words = differs.filter((one) => one !== "");
  return words.length === 0 ? written : fail("conflict", `${words.join("; ")}. Look at what the step did, judge it, then resume.`);
}

function stepVerdict(step: StepState, plan: StepPlan, { last, differs }: Concluding): { outcome: Verdict; because: string } | null {
  if (differs !== null) return { outcome: "unknown", because: differs };
  if (last !== null && last.verdict !== "passed") return { outcome: last.verdict, because: last.because };
  // A step that only waits has nothing else to pass by.
  if (plan.actions.length === 0 && plan.step.directive.soakMs === null) return null;
  if (pendingAction(step, plan) !== null) return null;
  const bad = step.blocks.find((block) => block.status === "done" && block.verdict !== "passed");
  if (bad) return { outcome: bad.verdict ?? "unknown", because: bad.because };
  return { outcome: "passed", because: passedWords(plan) };
}

export function passedWords(plan: StepPlan): string {
  const kinds = new Set(plan.actions.map((action) => action.kind));
  if (!kinds.has("check")) return plan.actions.length === 1 ? "its command passed" : "every command passed";
  return kinds.has("block") ? "every command passed and every check is confirmed" : "every check is confirmed";
}

export async function endStep(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  plan: StepPlan,
  attempt: number,
  outcome: Verdict,
  because: string,
  /** Said instead of the step's own failure; null says nothing. */
  alarm?: { title: string; detail: string } | null,
): Promise<void> {
  const { id } = plan.step;
  const step = stepNow(live, id);
  const recording = await closeRecording(deps, live, id, outcome);
  const data = {
    duration_ms: stepDuration(deps, live, step),
    planned_ms: plan.step.directive.plannedMs,
    because,
    ...recording,
  };
  appendOrKeep(deps, live, [
    eventOf(live, outcome === "unknown" ? ENGINE : who.actor, {
      type: "step.ended",
      step: id,
      attempt,
      cluster: clusterOf(live, id),
      outcome,
      data,
    }),
    ...(outcome === "passed" ? loopDrafts(plan, attempt) : []).map((draft) => eventOf(live, who.actor, draft)),
  ]);
  if (alarm !== null && (outcome === "failed" || outcome === "unknown"))
    deps.notify.alarm(
      live.run,
      id,
      "fail",
      alarm?.title ?? (outcome === "failed" ? `Step ${step.number} failed` : `The end of step ${step.number} is unknown`),
      alarm?.detail ?? because,
    );
}

/** Monotonic where this process saw the start; after a restart the wall clock is all there is. */
function stepDuration(deps: RunDeps, live: LiveRun, step: StepState): number {
  const begun = live.begun.get(step.id);
  if (begun !== undefined) return wholeMs(Number(deps.ports.clock.monotonicNs() - begun) / 1e6);
  return step.startedAt === null ? 0 : Math.max(0, deps.ports.clock.now() - Date.parse(step.startedAt));
}

/**
 * What follows by itself from where the run stands now: the recovery's moments, and steps that do not apply.
 * Steps whose `when` does not hold are skipped by rule, with the rule as the reason, as soon as they would be next in their lane and what they
 * need is decided: a step of another lane may still give the value.
 */
export function settleWhens(deps: RunDeps, live: LiveRun) {
  if (live.state.status === "finished" || live.state.status === "aborted") return;
  settleRecovery(deps, live);
  for (let isSkipped = true; isSkipped; ) {
    isSkipped = false;
    for (const step of lanesOf(live.state).flatMap((lane) => comingUp(live.state, lane))) {
      const directive = live.plan.byId.get(step.id)?.step.directive;
      const when = directive?.when;
      if (!when || live.state.values[when.param] === when.value) continue;
      if (directive.needs.some((id) => isUndecided(live.state.steps[live.state.positions.get(id) ?? -1]))) continue;
      const reason = `does not apply: ${when.param} is ${JSON.stringify(live.state.values[when.param] ?? "")}, not ${JSON.stringify(when.value)}`;
      const written = append(deps, live, [
        eventOf(live, ENGINE, {
          type: "step.skipped",
          step: step.id,
          outcome: "skipped",
          reason,
          data: { applies: false, because: reason },
        }),
      ]);
      if (!written.ok) return;
      isSkipped = true;
    }
  }
}

/** A lane's next step, and those before it that wait for their cluster: whether a step applies is no question to a cluster. */
function comingUp(state: RunState, lane: string): StepState[] {
  const next = nextTodo(state, lane);
  const todo = state.steps.filter((step) => step.lane === lane && step.status === "todo" && step.wayBack !== true);
  return todo.slice(0, todo.findIndex((step) => step.id === next?.id) + 1);
}

const isUndecided = (step: StepState | undefined): boolean => step !== undefined && step.wayBack !== true && !isSettled(step);

async function reopen(deps: RunDeps, live: LiveRun, lane: LaneShell) {
  if (live.isClosing || live.state.status === "finished" || live.state.status === "aborted") return;
  const opened = await ensureShell(deps, live, lane);
  // The step before is done and recorded; that no new shell opens is met again, and said, by the next step.
  if (!opened.ok) deps.notify.alarm(live.run, null, "warn", "No new shell could be opened", opened.error.message);
}
