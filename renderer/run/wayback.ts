// Which way back counts now: that of the step under way, else of the last one that was begun.
// Owns: the choice. Does not start anything.
import type { RunbookDocument, Step, StepState } from "../../engine/protocol/index.ts";
import { type WayBack, wayBackOf } from "./sections.ts";

export type WayBackNow = { from: Step; way: WayBack; targetMs: number | null };

/** Ways back of the steps begun so far, the nearest first; what was never begun needs no undoing. */
export function waysBack(document: RunbookDocument, states: StepState[], focus: string | null, path: string): WayBackNow[] {
  const found: WayBackNow[] = [];
  const seen = new Set<string>();
  const at = states.findIndex((state) => state.id === focus);
  const begun = states.map((state, index) => ({ state, index })).filter(({ state, index }) => index === at || state.status !== "todo");
  for (const { index } of begun.reverse()) {
    const step = document.steps.find((one) => one.id === states[index]!.id);
    if (!step) continue;
    const way = wayBackOf(step.directive.rollback, document, path);
    if (way === null) continue;
    const key = JSON.stringify(way);
    if (seen.has(key)) continue;
    seen.add(key);
    found.push({ from: step, way, targetMs: step.directive.targetMs });
  }
  // The step under way comes first even where a later one was begun out of order.
  return found.sort((a, b) => Number(b.from.id === focus) - Number(a.from.id === focus));
}
