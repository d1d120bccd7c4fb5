// A way back as text: which steps a `rollback` names, and a document of only these, in the order in which they are run.
// Owns: that reading. Pure; the text that a run pins stays whole, only what is run of it is less.
import type { RunbookDocument, Step } from "../protocol/index.ts";

/** Lane of a way back whose steps stand in several: they undo one after the other, in one shell. */
const ONE_LANE = "main";

export const isFileTarget = (target: string): boolean => /\.(?:md|markdown)(?:#|$)/i.test(target);

/** Steps that `#place` or `place` names: one by its id, or all under a heading. Empty where there is none. */
export function stepsNamed(document: RunbookDocument, target: string): Step[] {
  const name = target.trim().replace(/^#/, "");
  const exact = document.steps.find((step) => step.id === name);
  if (exact) return [exact];
  const at = document.flow.findIndex((node) => node.type === "heading" && node.slug === name);
  const heading = document.flow[at];
  if (heading?.type !== "heading") return [];
  const ids = new Set<string>();
  for (const node of document.flow.slice(at)) {
    if (node !== heading && node.type === "heading" && node.level <= heading.level) break;
    if (node.step !== null) ids.add(node.step);
  }
  return document.steps.filter((step) => ids.has(step.id));
}

/** Only these steps, in this order: each needs only what is among them, and names no way back of its own. */
export function subsetOf(document: RunbookDocument, ids: readonly string[]): RunbookDocument {
  const byId = new Map(document.steps.map((step) => [step.id as string, step]));
  const chosen = ids.flatMap((id) => byId.get(id) ?? []);
  const isIn = new Set<string>(chosen.map((step) => step.id));
  const lanes = new Set(chosen.map((step) => step.directive.lane));
  const before = new Set<string>();
  const steps = chosen.map((step) => {
    const needs = step.directive.needs.filter((id) => before.has(id));
    before.add(step.id);
    return { ...step, directive: { ...step.directive, needs, rollback: null, lane: lanes.size === 1 ? step.directive.lane : ONE_LANE } };
  });
  return {
    ...document,
    plannedMs: null,
    steps,
    phases: document.phases.flatMap((phase) => {
      const own = phase.steps.filter((id) => isIn.has(id));
      return own.length === 0 ? [] : [{ ...phase, plannedMs: null, start: null, steps: own }];
    }),
    flow: chosen.flatMap((step) => document.flow.filter((node) => node.step === step.id)),
  };
}
