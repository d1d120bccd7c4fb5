// The state of a run in words, for whoever takes it over. Owns: which lines there are, and what makes them untrue.
// Pure over state, plan and the run's header; what waits in the launch is handed in. The hand-over itself is handover.ts.
import type { HandoverSummary, RunHeader, StepState } from "../protocol/index.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { planViewOf } from "./forecast.ts";
import { holdPointOf, isReleased } from "./hold-points.ts";
import { stepEndWords } from "./step-words.ts";
import { valuesOf } from "./values.ts";
import { headerOf } from "./view.ts";
import { rollbackOf } from "./wayback.ts";

/** A minute late is nobody's concern at a hand-over; more is. Milliseconds. */
const LATE_MS = 60_000;
/** Values longer than this are named, not told: a hand-over is read. Characters. */
const VALUE_CHARS = 200;

const named = (step: StepState): string => `Step ${step.number} ${step.title}`;
const minute = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

/** 8 min; 1 h 05 min; 40 s. */
export function spell(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** `waiting`: what the launch waits for beside this run (its open loops, conditions, incidents), in words. */
export function summaryOf(deps: RunDeps, live: LiveRun, waiting: readonly string[]): HandoverSummary {
  const { state } = live;
  const header = headerOf(deps, live);
  return {
    standing: standingLines(live, header),
    done: state.steps.filter((step) => step.status === "done").map((step) => `${named(step)}: ${stepEndWords(step)}`),
    running: runningLines(live),
    held: state.hold === null ? [] : [`Held by ${state.hold.by} since ${minute(state.hold.since)}: ${state.hold.reason}`],
    late: lateLines(deps, live, header),
    open: [...openLines(live, header), ...waiting],
    values: valueLines(live),
    next: nextLines(header),
    wayBack: wayBackLines(deps, live, header),
  };
}

function standingLines({ state }: LiveRun, header: RunHeader): string[] {
  const path = state.steps.filter((step) => step.wayBack !== true && step.removed !== true);
  const where = header.clusters.map((pin) => `${pin.context} (${pin.class ?? "no class"}, ${pin.state})`).join(", ");
  const isForecast = header.forecastEnd !== null && state.status === "active";
  return [
    `${path.filter((step) => step.status === "done").length} of ${path.length} steps are done; the run is ${header.status}, ${state.mode}`,
    where === "" ? "On no cluster" : `On ${where}`,
    `Started ${minute(state.startedAt)}${header.plannedMs === null ? ", without a plan" : `, planned ${spell(header.plannedMs)}`}${
      isForecast ? `, forecast end ${minute(header.forecastEnd!)}` : ""
    }`,
  ];
}

function runningLines({ state }: LiveRun): string[] {
  return state.steps
    .filter((step) => step.status === "running" || step.status === "open")
    .map((step) => {
      const part = step.blocks.filter((block) => block.status === "running").map((block) => `block ${block.index + 1}`);
      const soaks = step.soak !== undefined && step.soak.state === "soaking" ? ["its soak"] : [];
      const now = [...part, ...soaks].join(" and ");
      return `${named(step)}${step.startedAt === null ? "" : `, since ${minute(step.startedAt)}`}: ${now === "" ? "begun, and waits for a person" : `${now} runs`}`;
    });
}

function lateLines(deps: RunDeps, live: LiveRun, header: RunHeader): string[] {
  const plan = planViewOf(deps, live);
  const late: string[] = [];
  const { driftMs = null, windowEnd = null } = header.plan ?? {};
  if (driftMs !== null && driftMs > LATE_MS) late.push(`The run is ${spell(driftMs)} behind its plan`);
  if (windowEnd !== null && plan.windowSlackMs !== null)
    late.push(
      plan.windowSlackMs < 0
        ? `The forecast end is ${spell(plan.windowSlackMs)} past the window, which ends ${minute(windowEnd)}`
        : `The window ends ${minute(windowEnd)}; ${spell(plan.windowSlackMs)} are left by the forecast`,
    );
  for (const step of plan.steps)
    if (
      step.status !== "done" &&
      !step.isWayBack &&
      step.plannedStart !== null &&
      Date.parse(plan.at) - Date.parse(step.plannedStart) > LATE_MS
    )
      late.push(
        step.status === "todo"
          ? `Step ${step.number} ${step.title} was to start ${minute(step.plannedStart)}`
          : `Step ${step.number} ${step.title} is under way and was to start ${minute(step.plannedStart)}`,
      );
  return late;
}

function openLines({ state, plan, secretsWanted, problem }: LiveRun, header: RunHeader): string[] {
  const open: string[] = [];
  if (problem !== null) open.push(problem);
  if (state.proposal !== null)
    open.push(`A new text that ${state.proposal.name} proposed waits for a second signature: ${state.proposal.reason}`);
  for (const step of state.steps) {
    if (step.status === "done" && step.verdict === "unknown" && step.judgement === null && step.passedOver !== true)
      open.push(`${named(step)}: its end is unknown and was not judged`);
    if (step.status === "done" && step.verdict === "failed" && step.passedOver !== true && step.removed !== true)
      open.push(`${named(step)}: failed, and nobody has decided what follows`);
    if (step.status === "done") continue;
    const own = plan.byId.get(step.id);
    if (!own) continue;
    if (step.status !== "todo")
      for (const check of step.checks)
        if (!check.confirmed) open.push(`${named(step)}: “${own.step.checks[check.index]?.text ?? ""}” is not confirmed`);
    const point = holdPointOf(state, own);
    if (point !== null && !isReleased(point)) open.push(`${named(step)}: waits for ${point.missing.join(" and ")} to sign`);
  }
  if (secretsWanted.length > 0) open.push(`Secrets to be given again after a restart: ${secretsWanted.join(", ")}`);
  for (const loop of header.loops ?? [])
    if (loop.closedAt === null)
      open.push(`${loop.isOverdue ? "Overdue" : "Open"}: ${loop.name}${loop.by === null ? "" : `, to be closed by ${minute(loop.by)}`}`);
  for (const note of state.notes)
    if (note.kind === "incident" || note.kind === "near-miss") open.push(`${note.kind} at ${minute(note.at)}: ${note.title}`);
  return open;
}

/** Secrets are named and never told; who changed a value in mid-run, and why, is told with it. */
function valueLines(live: LiveRun): string[] {
  return valuesOf(live).flatMap(({ name, kind, value, history }) => {
    if (kind === "secret") return [`${name} is a secret`];
    if (value === null) return [];
    const last = history.findLast((one) => one.how === "changed");
    const short = value.length > VALUE_CHARS ? `${value.slice(0, VALUE_CHARS)} … (${value.length} characters)` : value;
    return [`${name} = ${short}${last === undefined ? "" : `, changed by ${last.by} ${minute(last.at)}: ${last.reason}`}`];
  });
}

function nextLines({ nextAction, lanes = [] }: RunHeader): string[] {
  const of = ({ say, detail }: { say: string; detail: string }) => (detail === "" ? say : `${say}. ${detail}`);
  const others = lanes.filter((lane) => lanes.length > 1 && lane.nextAction.kind !== "none" && lane.nextAction.say !== nextAction.say);
  return [of(nextAction), ...others.map((lane) => `In lane ${lane.lane}: ${of(lane.nextAction)}`)];
}

function wayBackLines(deps: RunDeps, { state, plan }: LiveRun, header: RunHeader): string[] {
  const lines: string[] = [];
  for (const step of state.steps) {
    const back = step.status === "todo" ? undefined : rollbackOf(plan, step, deps.ports.clock.now());
    if (back === undefined || step.undone !== undefined) continue;
    const promise = back.targetMs === null ? "" : `, promised in ${spell(back.targetMs)}`;
    const until =
      back.validUntil === null ? "" : `, ${back.isExpired ? "no longer valid since" : "valid until"} ${minute(back.validUntil)}`;
    lines.push(`${named(step)} is undone by ${back.name}${promise}${until}`);
  }
  const { latestWayBack: latest = null, pointOfNoReturn: point = null, undoneBy = [] } = header;
  if (latest !== null) lines.push(`Begun by ${minute(latest)} the way back of all that was done still fits the window`);
  if (point !== null) lines.push(`There is no way back behind step ${point.step}: ${point.by} went past it ${minute(point.at)}`);
  for (const one of undoneBy) lines.push(`${one.by} decided the way back ${minute(one.decidedAt)}: ${one.title}, ${one.status}`);
  return lines.length > 0 ? lines : ["Nothing that was done has a way back in this runbook"];
}
