// The lanes of a run: steps of different lanes run side by side, each lane in the order of the file, with a shell of its own.
// Owns: which lane a step is in, and what this process knows of each. Starts nothing; what a lane does next is next.ts.
import type { StepState } from "../protocol/index.ts";
import type { LaneNow, LiveRun } from "./deps.ts";
import type { RunState } from "./state.ts";

/** Lane of a step; "" for a step that the run does not have. */
export const laneOf = (state: RunState, step: string): string => state.steps[state.positions.get(step) ?? -1]?.lane ?? "";

/**
 * The lanes in the order of the file. One that holds nothing but ways back is a lane only once something of it has begun: it waits for nobody.
 */
export function lanesOf(state: RunState): string[] {
  const lanes = new Set<string>();
  for (const step of state.steps) if (step.wayBack !== true || step.status !== "todo") lanes.add(step.lane);
  return [...lanes];
}

/** What this process knows of a lane, made when first asked for. */
export function laneNow(live: LiveRun, lane: string): LaneNow {
  let now = live.laneNows.get(lane);
  if (!now) {
    now = {
      checking: null,
      waitingFor: null,
      stopWaiting: null,
      driving: [],
      cancels: 0,
      runningOn: false,
      runOns: 0,
      waitsForNeeds: false,
      startedBy: null,
    };
    live.laneNows.set(lane, now);
  }
  return now;
}

export const laneNowOf = (live: LiveRun, step: string): LaneNow => laneNow(live, laneOf(live.state, step));

/** Something of the lane is being started, runs, or is being concluded. */
export const isDriven = (now: LaneNow): boolean => now.driving.length > 0;

export const isRunningOn = (live: LiveRun): boolean => [...live.laneNows.values()].some((now) => now.runningOn);

/** Run-on ends after what runs now: of one lane, or of all. */
export function endRunOn(live: LiveRun, lane?: string) {
  for (const [name, now] of live.laneNows) if (lane === undefined || name === lane) now.runningOn = false;
  wakeRunOn(live);
}

/** Ends waits for clusters that do not answer; true where there was one. */
export function stopWaits(live: LiveRun, lane?: string): boolean {
  let isOne = false;
  for (const [name, now] of live.laneNows) {
    if ((lane !== undefined && name !== lane) || now.stopWaiting === null) continue;
    isOne = true;
    now.stopWaiting.abort();
  }
  return isOne;
}

/** Lanes that wait for another lane's end look again. */
export function wakeRunOn(live: LiveRun) {
  for (const wake of live.sleepers.splice(0)) wake();
}

/** Until the next event, or until run-on is ended. */
export const nextNews = (live: LiveRun): Promise<void> => new Promise((resolve) => live.sleepers.push(resolve));

/** Foreground block that runs in the lane, oldest first. */
export const foregroundOf = (state: RunState, lane: string) =>
  state.running.find((entry) => !entry.isBackground && laneOf(state, entry.step) === lane) ?? null;

/** Steps of the lane, as they stand. */
export const stepsIn = (state: RunState, lane: string): StepState[] => state.steps.filter((step) => step.lane === lane);
