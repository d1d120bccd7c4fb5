// Which way back counts now: that of the step under way, else of the last one that was begun.
// Owns: the choice. Does not start anything.
import type { RunbookDocument, Step, StepState } from "../../engine/protocol/index.ts";
import { type WayBack, wayBackOf } from "./sections.ts";

export type WayBackNow = { from: Step; way: WayBack; targetMs: number | null };

/** More than a tired person reads; the rest is in the runbook. */
export const WAYS_SHOWN = 4;

/** Ways back of the steps begun so far, the nearest first; what was never begun needs no undoing. */
export function waysBack(document: RunbookDocument, states: StepState[], focus: string | null, path: string): WayBackNow[] {
  const found: WayBackNow[] = [];
  const seen = new Set<string>();
  const steps = new Map(document.steps.map((step) => [step.id as string, step]));
  const add = (id: string): void => {
    const step = steps.get(id);
    if (step === undefined || step.directive.rollback === null) return;
    const way = wayBackOf(step.directive.rollback, document, path);
    const key = JSON.stringify(way);
    if (way === null || seen.has(key)) return;
    seen.add(key);
    found.push({ from: step, way, targetMs: step.directive.targetMs });
  };
  // The step under way comes first even where a later one was begun out of order.
  if (focus !== null) add(focus);
  for (let index = states.length - 1; index >= 0 && found.length < WAYS_SHOWN; index--) {
    const state = states[index]!;
    if (state.status !== "todo") add(state.id);
  }
  return found;
}
