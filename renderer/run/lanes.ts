// Which lanes of a run are beside the one whose action is the primary one. Pure. Owns: that choice and its words.
import type { LaneState, RunHeader, StepState } from "../../engine/protocol/index.ts";

type Lanes = Pick<RunHeader, "lanes" | "nextAction" | "status">;

/** Lanes with something to do or to wait for, without the one that the dock shows large. None for a plain runbook. */
export function otherLanes({ lanes = [], nextAction, status }: Lanes): LaneState[] {
  if (lanes.length < 2 || status === "finished" || status === "aborted") return [];
  const primary = lanes.findIndex((one) => one.nextAction.step === nextAction.step && one.nextAction.kind === nextAction.kind);
  // A held run is resumed once, for all its lanes.
  return lanes.filter((one, index) => index !== primary && one.nextAction.kind !== "none" && one.nextAction.kind !== "resume");
}

/** Lanes whose command runs, without this one: "traffic", "traffic and checks". */
export function alsoRunning({ lanes = [] }: Pick<RunHeader, "lanes">, lane: string | undefined): string[] {
  return lanes.length < 2 ? [] : lanes.filter((one) => one.status === "running" && one.lane !== lane).map((one) => one.lane);
}

/** The step that runs in each lane, newest last wins; "" for the lane of a step that has none. */
export function runningByLane(steps: readonly StepState[]): Record<string, string> {
  return Object.fromEntries(steps.filter((step) => step.status === "running").map((step) => [step.lane, step.id]));
}

/** Steps that are the next of their lane and may be started now. */
export const dueSteps = ({ lanes = [] }: Pick<RunHeader, "lanes">): string[] =>
  lanes.flatMap(({ nextAction: { kind, step } }) => (kind === "run-step" && step !== null ? [step] : []));
