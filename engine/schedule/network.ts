// What must come before what: steps of one lane in the order of the file, `needs` across lanes, hold points across all of them.
// Owns: the edges, their order, and what is wrong with them. Pure; knows neither times nor events.
import type { PlanProblem, StepId } from "../protocol/index.ts";

export type NetworkStep = { id: string; lane: string; needs: readonly string[]; isWayBack: boolean; isHoldPoint: boolean };

export type Network = {
  /** By position: what must have ended before it begins. Empty for a way back. */
  after: readonly (readonly number[])[];
  /** By position: the hold point that must have been released, and so have begun, before it begins; -1 for none. */
  released: Int32Array;
  /** Positions on the plan, each behind all that it waits for. Ways back are not in it. */
  order: readonly number[];
  problems: PlanProblem[];
};

/** In time proportional to steps and needs. `isPart`: the steps are some of a file's, so that a need may lie outside. */
export function networkOf(steps: readonly NetworkStep[], { isPart = false } = {}): Network {
  const problems: PlanProblem[] = [];
  const positions = new Map<string, number>();
  steps.forEach((step, at) => {
    if (!positions.has(step.id)) positions.set(step.id, at);
  });
  const after: number[][] = steps.map(() => []);
  /** How many of `after`, counted from its end, are needs: they alone can make a circle. */
  const needs: number[] = steps.map(() => 0);
  const released = new Int32Array(steps.length).fill(-1);
  const lastOfLane = new Map<string, number>();
  let holdPoint = -1;
  steps.forEach((step, at) => {
    if (step.isWayBack) return;
    // Who signs covers every step before: a hold point waits for all lanes, and all that follows waits for its release.
    if (step.isHoldPoint) after[at]!.push(...lastOfLane.values());
    else {
      const before = lastOfLane.get(step.lane);
      if (before !== undefined) after[at]!.push(before);
    }
    released[at] = holdPoint;
    if (step.isHoldPoint) holdPoint = at;
    lastOfLane.set(step.lane, at);
    for (const need of new Set(step.needs)) {
      const needed = positions.get(need);
      if (needed === undefined) {
        if (!isPart) problems.push(problem("need-unknown", `“${step.id}” needs “${need}”, and there is no such step.`, [step.id]));
      } else if (steps[needed]!.isWayBack)
        problems.push(problem("need-off-plan", `“${step.id}” needs “${need}”, which is a way back and not on the plan.`, [step.id, need]));
      else {
        after[at]!.push(needed);
        needs[at]!++;
      }
    }
  });
  return { after, released, order: sorted(steps, after, needs, released, problems), problems };
}

/** Kahn's order, the first of the file first. Where needs go in a circle, those of its first step are left out, and it is said. */
function sorted(
  steps: readonly NetworkStep[],
  after: number[][],
  needs: number[],
  released: Int32Array,
  problems: PlanProblem[],
): number[] {
  const waits = new Int32Array(steps.length);
  const then: number[][] = steps.map(() => []);
  steps.forEach((_, at) => {
    for (const before of after[at]!) then[before]!.push(at);
    if (released[at]! !== -1) then[released[at]!]!.push(at);
    waits[at] = after[at]!.length + (released[at] === -1 ? 0 : 1);
  });
  const order: number[] = [];
  const isIn = new Uint8Array(steps.length);
  const ready: number[] = [];
  const count = steps.filter((step) => !step.isWayBack).length;
  let first = 0;
  steps.forEach((step, at) => {
    if (!step.isWayBack && waits[at] === 0) ready.push(at);
  });
  while (order.length < count) {
    const at = ready.pop();
    if (at === undefined) {
      // The rest waits for itself. Edges of lanes and hold points run down the file, so its first step waits for needs alone.
      while (isIn[first] === 1 || steps[first]!.isWayBack) first++;
      const asked = after[first]!.splice(after[first]!.length - needs[first]!);
      const cut = asked.filter((need) => isIn[need] === 0);
      after[first]!.push(...asked.filter((need) => isIn[need] === 1));
      waits[first] = 0;
      for (const need of cut) then[need]!.splice(then[need]!.indexOf(first), 1);
      const names = cut.map((need) => steps[need]!.id);
      problems.push(
        problem("need-cycle", `“${steps[first]!.id}” needs ${names.map((name) => `“${name}”`).join(", ")}, which waits for it in turn.`, [
          steps[first]!.id,
          ...names,
        ]),
      );
      ready.push(first);
      continue;
    }
    isIn[at] = 1;
    order.push(at);
    for (const next of then[at]!) if (--waits[next]! === 0) ready.push(next);
  }
  return order;
}

const problem = (code: PlanProblem["code"], message: string, steps: string[]): PlanProblem => ({ code, message, steps: steps as StepId[] });
