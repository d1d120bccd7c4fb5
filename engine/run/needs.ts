// What a step waits for in other lanes, and whether that can still come. Pure over state and plan. Owns: that question alone.
import type { StepState } from "../protocol/index.ts";
import { coveredSteps, holdPointOf, isReleased } from "./hold-points.ts";
import type { RunPlan, StepPlan } from "./plan.ts";
import { isSettled, type RunState, satisfiesNeed } from "./state.ts";

/** Ids in `needs` that are not met, those of steps that are not there too. */
export const unmetNeeds = (state: RunState, plan: StepPlan): string[] =>
  plan.step.directive.needs.filter((id) => {
    const needed = state.steps[state.positions.get(id) ?? -1];
    return !needed || !satisfiesNeed(state, needed);
  });

/** Steps before a hold point that nobody has released: it is signed when they are done. */
export const uncovered = (state: RunState, plan: StepPlan): StepState[] =>
  isReleased(holdPointOf(state, plan)) || state.steps[state.positions.get(plan.step.id) ?? -1]?.wayBack === true
    ? []
    : coveredSteps(state, plan.step.id).filter((step) => !isSettled(step));

/**
 * True where every one of these ids can still come to its end without `step` having begun: waiting for it makes sense. False where one is
 * gone past, is nowhere, is off the main path, or waits in a ring. What keeps those before them from coming is asked for in their own lane.
 */
export function canCome(state: RunState, plan: RunPlan, step: StepState, ids: readonly string[]): boolean {
  const seen = new Map<string, boolean>([[step.id, false]]);
  const comes = (id: string): boolean => {
    const before = seen.get(id);
    if (before !== undefined) return before;
    // Met again on the way down, it waits for itself.
    seen.set(id, false);
    const position = state.positions.get(id);
    const needed = position === undefined ? undefined : state.steps[position];
    const can = needed !== undefined && comesOf(needed, position as number);
    seen.set(id, can);
    return can;
  };
  const comesOf = (needed: StepState, position: number): boolean => {
    if (isSettled(needed)) return true;
    if (needed.status !== "todo") return true;
    const own = plan.byId.get(needed.id);
    if (!own) return true;
    const before = state.steps.slice(0, position).findLast((one) => one.lane === needed.lane && one.wayBack !== true && !isSettled(one));
    if (before && !comes(before.id)) return false;
    return known(unmetNeeds(state, own)).every(comes) && uncovered(state, own).every((one) => comes(one.id));
  };
  const known = (needs: string[]) => needs.filter((id) => state.positions.has(id));
  return ids.every((id) => {
    const needed = state.steps[state.positions.get(id) ?? -1];
    if (!needed || (needed.wayBack === true && needed.status === "todo")) return false;
    return isSettled(needed) ? satisfiesNeed(state, needed) : comes(id);
  });
}
