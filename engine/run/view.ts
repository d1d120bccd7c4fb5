// A run as the doors show it. Owns: putting state, plan and live facts together. Pure but for the moment it is given.
import type { RunHeader, RunView, StepState } from "../protocol/index.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { figuresOf, windowOf } from "./forecast.ts";
import { handoverView } from "./handover.ts";
import { holdPointOf } from "./hold-points.ts";
import { isRunningOn } from "./lanes.ts";
import { factsOf } from "./live.ts";
import { loopViews } from "./loops.ts";
import { playingNow } from "./playing.ts";
import { currentAndNext, laneViews, nextAction } from "./primary.ts";
import { recoveryView } from "./recovery-state.ts";
import { latestWayBack, noReturn, rollbackOf } from "./wayback.ts";

export function headerOf(deps: RunDeps, live: LiveRun): RunHeader {
  const { state, plan } = live;
  const facts = factsOf(live);
  const lanes = laneViews(state, plan, facts);
  const primary = nextAction(state, plan, facts, lanes);
  const head = deps.store.head(live.log);
  const { forecastEnd = null, ...figures } = figuresOf(deps, live) ?? {};
  return {
    run: live.run,
    log: live.log,
    launch: live.launch,
    isChecks: state.isChecks,
    number: live.number,
    mode: state.mode,
    recovery: recoveryView(state),
    rehearsal: rehearsalView(deps, live),
    title: state.title,
    path: state.path,
    version: state.version,
    reviewed: state.reviewed,
    planSha256: state.planSha256,
    status: live.problem !== null && state.status === "active" ? "held" : state.status,
    result: state.result,
    hold: state.hold ?? (live.problem === null ? null : { by: "Holdpoint", reason: live.problem, since: live.problemSince }),
    operator: state.operator,
    operatorId: state.operatorId,
    solo: state.solo,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    plannedMs: state.plannedMs,
    forecastEnd,
    ...("restMs" in figures ? { plan: figures } : {}),
    clusters: [...state.pins.values()],
    needsCluster: plan.clusters.length > 0 || state.pins.size > 0,
    ...currentAndNext(state, lanes, primary),
    nextAction: primary,
    lanes,
    runningOn: isRunningOn(live),
    runAllArmed: state.runAllArmed,
    events: head.seq,
    head: head.hash,
    fingerprint: head.fingerprint,
    checkpointAt: deps.store.lastCheckpoint(live.log)?.at ?? null,
    redactions: state.redactions,
    recordedBytes: state.recordedBytes,
    terminals: terminalsOf(live),
    secretsWanted: live.secretsWanted,
    loops: loopViews(state, deps.ports.clock.now()),
    proposed: proposedOf(live),
    undoes: state.undoes,
    undoneBy: state.undoneBy,
    pointOfNoReturn: noReturn(state, plan),
    latestWayBack: latestWayBack(state, plan, windowOf(deps, live.launch).end),
    countdown: state.countdown,
    handover: handoverView(live),
    handovers: state.handovers,
    notes: live.launch === null ? state.notes : [],
  };
}

/** Neither its scenario nor its seed: the team does not see it coming. */
function rehearsalView(deps: RunDeps, live: LiveRun): RunHeader["rehearsal"] {
  const { rehearsal } = live.state;
  if (rehearsal === null) return null;
  const { way, source, speed, compress, hasInstructor } = rehearsal;
  const view = { way, source, speed, compress, hasInstructor };
  return live.playing === null ? view : { ...view, playing: playingNow(deps, live), isPaused: live.playing.pace.now.isPaused };
}

function proposedOf({ run, state: { proposal } }: LiveRun): RunHeader["proposed"] {
  if (proposal === null) return null;
  const { name, at, reason, sha256 } = proposal;
  return { by: name, at, reason, sha256, subject: { kind: "amendment", id: `${run}/${sha256}` } };
}

export const viewOf = (deps: RunDeps, live: LiveRun): RunView => ({
  header: headerOf(deps, live),
  steps: live.state.steps.map((step) => withBack(deps, live, withSkip(live, withSignoff(live, step)))),
  values: { ...live.state.placeholders, ...live.state.values },
});

export const terminalsOf = (live: LiveRun): RunHeader["terminals"] =>
  [...live.lanes].map((lane) => ({
    id: lane.id,
    shell: lane.kind,
    lane: lane.lane,
    cluster: lane.cluster,
    alive: lane.session.isAlive(),
  }));

export const stepsOf = (deps: RunDeps, live: LiveRun, ids: Iterable<string>): StepState[] =>
  [...ids]
    .flatMap((id) => live.state.steps[live.state.positions.get(id) ?? -1] ?? [])
    .map((step) => withBack(deps, live, withSkip(live, withSignoff(live, step))));

function withBack(deps: RunDeps, live: LiveRun, step: StepState): StepState {
  const rollback = rollbackOf(live.plan, step, deps.ports.clock.now());
  return rollback === undefined ? step : { ...step, rollback };
}

function withSkip({ run, state }: LiveRun, step: StepState): StepState {
  const proposed = state.skips.get(step.id);
  if (proposed === undefined) return step;
  const { seq, name: by, reason, at } = proposed;
  return { ...step, skipProposed: { by, reason, at, subject: { kind: "skip", id: `${run}/${seq}` } } };
}

function withSignoff(live: LiveRun, step: StepState): StepState {
  const plan = live.plan.byId.get(step.id);
  const point = plan ? holdPointOf(live.state, plan) : null;
  if (point === null) return step;
  const own = live.state.signatures.filter((one) => one.kind === "holdpoint" && one.about === step.id);
  const last = own.at(-1);
  const stale = own.filter((one) => one.isStale && one.meaning !== "rejected");
  return {
    ...step,
    signoff: {
      roles: point.roles,
      signed: point.signed.map(({ role, name, at }) => ({ role, name, at })),
      stale: stale.map(({ role, name, at, staleBecause }) => ({ role, name, at, because: staleBecause })),
      rejected: last?.meaning === "rejected" ? { role: last.role, name: last.name, at: last.at, reason: last.reason } : null,
    },
  };
}
