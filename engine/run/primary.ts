// The lanes of a run as the doors show them, and the one primary action among what they ask for.
// Owns: that choice. A lane that runs never hides what another one asks for; of several, the oldest comes first. Pure.
import type { NextAction, RunHeader, StepState } from "../protocol/index.ts";
import { foregroundOf, lanesOf } from "./lanes.ts";
import { action, finishAction, focusStep, type LiveFacts, laneAction, nextTodo, RESULT_WORDS } from "./next.ts";
import type { RunPlan } from "./plan.ts";
import { spanWords } from "./run-clock.ts";
import { isRecovered, isSettled, type RunState } from "./state.ts";

export type LaneView = NonNullable<RunHeader["lanes"]>[number];

/** Lanes in the order of the file. A plain runbook has one. */
export function laneViews(state: RunState, plan: RunPlan, live: LiveFacts): LaneView[] {
  const isOver = state.status === "finished" || state.status === "aborted";
  return lanesOf(state).map((lane) => {
    const focus = focusStep(state, lane);
    const current = focus && focus.status !== "todo" ? focus.id : null;
    const next = nextTodo(state, lane, current ?? undefined)?.id ?? null;
    const due = isOver ? null : laneAction(state, plan, live, lane);
    const nextAction = due ?? action({ kind: "none", say: isOver ? "The run is over" : `Nothing is left in lane ${lane}` });
    return { lane, current, next, status: isOver ? "done" : statusOf(state, live, lane, due, focus), nextAction };
  });
}

/** running: something of it is under way · waiting: for another lane, a cluster or a person's decision · idle: its next action can be done now. */
function statusOf(state: RunState, live: LiveFacts, lane: string, due: NextAction | null, focus: StepState | null): LaneView["status"] {
  const { waitingFor, checking, driving } = live.lane(lane);
  if (waitingFor !== null && (due === null || due.kind === "wait")) return "waiting";
  if (due?.kind === "walk") return "idle";
  if (foregroundOf(state, lane) || checking !== null || (driving !== null && waitingFor === null)) return "running";
  if (focus === null || due === null) return "done";
  return due.kind === "run-step" || due.kind === "run-block" || due.kind === "confirm-check" ? "idle" : "waiting";
}

/** The primary action of the run. */
export function nextAction(state: RunState, plan: RunPlan, live: LiveFacts, views = laneViews(state, plan, live)): NextAction {
  if (state.status === "finished" || state.status === "aborted")
    return action({
      kind: "none",
      say: state.status === "finished" ? "The run is finished" : "The run was aborted",
      detail: state.status === "finished" ? (RESULT_WORDS[state.result] ?? state.result) : "What was done until then stands on record.",
    });
  const back = wayBackAction(state);
  if (back) return back;
  const isHeld = state.status === "held";
  const due = views.filter((view) => view.nextAction.kind !== "none");
  const first = due.toSorted((a, b) => rank(a, isHeld) - rank(b, isHeld) || since(state, a) - since(state, b))[0];
  return first?.nextAction ?? finishAction(state);
}

/** While the run is gone back from, and once it is, that is what there is to do: going on needs a resume of its own. */
function wayBackAction(state: RunState): NextAction | null {
  const last = state.undoneBy.at(-1);
  if (!last || state.status !== "held") return null;
  if (last.status === "running" || last.status === "deciding")
    return action({
      kind: "wait",
      say: `Going back: ${last.title}`,
      detail: `Decided by ${last.by} at ${last.decidedAt.slice(11, 19)} UTC${last.targetMs === null ? "" : `, promised under ${spanWords(last.targetMs)}`}. This run is held meanwhile.`,
    });
  // Held once more after it went on: what it is held for now is what there is to do.
  if (!isRecovered(state) || last.measure === null) return null;
  const { durationMs, met } = last.measure;
  const promise =
    last.targetMs === null || met === null
      ? ""
      : met
        ? `, in time (${spanWords(last.targetMs)})`
        : `, late by ${spanWords(durationMs - last.targetMs)}`;
  return action({
    kind: "finish",
    say: `Gone back in ${spanWords(durationMs)}${promise}`,
    detail: `“${last.title}” is verified. Finish this run, or resume it to try again.`,
    button: "Finish the run",
    after: "The record is closed and can be exported.",
  });
}

/** An unknown end is looked at before anything else; what nobody can do anything about now comes after what somebody can. */
function rank({ nextAction: { kind, button, signs, needs }, status }: LaneView, isHeld: boolean): number {
  if (kind === "judge" || kind === "recheck") return 0;
  // What the run is held for comes before the hold itself, which every other lane shows.
  if (kind === "gate" || kind === "way-back" || (isHeld && kind === "retry-or-skip")) return 0.5;
  if (kind === "resume") return 1;
  if (kind === "wait") return status === "running" ? 4 : needs === undefined ? 5 : 6;
  return kind === "blocked" && button === "" && signs === undefined ? 3 : 2;
}

/** Since when the lane asks for this, milliseconds since 1970. */
function since(state: RunState, { lane, nextAction: { step: id } }: LaneView): number {
  const step = id === null ? undefined : state.steps[state.positions.get(id) ?? -1];
  if (!step) return 0;
  const moments = [state.startedAt, step.endedAt, step.startedAt, ...step.checks.map((check) => check.at)].map(moment);
  for (const { startedAt, durationMs } of step.blocks) if (startedAt !== null) moments.push(moment(startedAt) + (durationMs ?? 0));
  if (step.status === "todo") for (const one of state.steps) if (one.lane === lane && isSettled(one)) moments.push(moment(one.endedAt));
  return Math.max(...moments);
}

const moment = (at: string | null): number => (at === null ? 0 : Date.parse(at));

/** What runs or is open now, of the lane whose action is the primary one where it has one; and what comes next, in the order of the file. */
export function currentAndNext(state: RunState, views: readonly LaneView[], primary: NextAction): Pick<RunHeader, "current" | "next"> {
  const own = views.find((view) => view.nextAction.step !== null && view.nextAction.step === primary.step);
  const order = own ? [own, ...views.filter((view) => view !== own)] : views;
  const current = order.map((view) => view.current).find((id) => id !== null) ?? null;
  const first = state.steps.find((step) => views.some((view) => view.next === step.id))?.id ?? null;
  return { current, next: own !== undefined && own.next === primary.step ? own.next : first };
}
