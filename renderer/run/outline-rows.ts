// The outline as a flat list of rows, so that ten thousand of them can be virtualised.
// Owns: which rows there are and in which order, folding, counts. Does not draw.
import type { RunbookDocument, Step, StepState } from "../../engine/protocol/index.ts";
import { missingRoles } from "./hold.ts";

export type OutlineRow =
  | {
      type: "phase";
      key: string;
      title: string;
      number: string;
      plannedMs: number | null;
      actualMs: number | null;
      steps: number[];
      isFolded: boolean;
    }
  /** One row in place of the steps of a folded phase. */
  | { type: "folded"; key: string; phase: string; words: string; worst: StepGlyph }
  | { type: "step"; key: string; index: number }
  | { type: "hold"; key: string; index: number; state: "passed" | "next" | "waiting" | "ahead" };

export type StepGlyph = "passed" | "failed" | "unknown" | "skipped" | "running" | "held" | "signoff" | "open";

/** Heights in CSS pixels (LOOK-TOKENS); rows whose title wraps are measured and grow. */
export const ROW_PX = { phase: 34, folded: 29, step: 29, current: 48, hold: 13 } as const;

export function hasHoldLine(step: Step | undefined): boolean {
  return step !== undefined && (step.directive.signoff.length > 0 || step.directive.pointOfNoReturn);
}

/** The glyph of a step: what the engine found, else where it stands. */
export function glyphOf(state: StepState, step: Step | undefined): StepGlyph {
  if (state.status === "running") return "running";
  if (state.verdict !== null && state.status === "done") return state.verdict;
  if (state.status === "open" && (state.soak?.state === "interrupted" || state.blocks.some((block) => block.gate?.state === "interrupted")))
    return "held";
  if (state.status === "open") return state.verdict ?? "running";
  return (step?.directive.signoff.length ?? 0) > 0 && !isReleased(state) ? "signoff" : "open";
}

/** Every role has signed; nothing is known of it where the engine said nothing of its signatures. */
function isReleased(state: StepState): boolean {
  return (state.signoff?.roles.length ?? 0) > 0 && missingRoles(state).length === 0;
}

export function outlineRows(
  document: RunbookDocument,
  states: StepState[],
  folded: ReadonlySet<string>,
  current: string | null,
): OutlineRow[] {
  const stepById = new Map(document.steps.map((step) => [step.id as string, step]));
  const phaseOf = new Map<string, number>();
  document.phases.forEach((phase, index) => {
    // A step belongs to its innermost heading: later phases in the list are deeper or later.
    for (const id of phase.steps) phaseOf.set(id, index);
  });
  const members = new Map<number, number[]>();
  states.forEach((state, index) => {
    const phase = phaseOf.get(state.id);
    if (phase === undefined) return;
    const list = members.get(phase);
    if (list) list.push(index);
    else members.set(phase, [index]);
  });
  const holdAhead = nextHold(states, stepById);
  const rows: OutlineRow[] = [];
  let openPhase: number | undefined;
  let isHidden = false;
  states.forEach((state, index) => {
    const phase = phaseOf.get(state.id);
    if (phase !== openPhase) {
      openPhase = phase;
      isHidden = false;
      if (phase !== undefined) {
        const about = document.phases[phase]!;
        const steps = members.get(phase) ?? [];
        const key = phaseKey(about.path, phase);
        isHidden = folded.has(key) && !steps.some((one) => states[one]!.id === current);
        const within = steps.map((one) => states[one]!);
        rows.push({
          type: "phase",
          key,
          title: about.title,
          number: about.number,
          plannedMs: about.plannedMs ?? sum(within.map((one) => one.plannedMs)),
          actualMs: within.every((one) => one.status === "done") ? (sum(within.map((one) => one.durationMs)) ?? 0) : null,
          steps,
          isFolded: isHidden,
        });
        if (isHidden) rows.push({ type: "folded", key: `${key}/folded`, phase: key, ...summary(within, stepById) });
      }
    }
    if (isHidden) return;
    rows.push({ type: "step", key: state.id, index });
    if (hasHoldLine(stepById.get(state.id))) {
      const holdState =
        state.status === "done" || isReleased(state) ? "passed" : state.id === current ? "waiting" : index === holdAhead ? "next" : "ahead";
      rows.push({ type: "hold", key: `${state.id}/hold`, index, state: holdState });
    }
  });
  return rows;
}
export function phaseKey(path: string[], index: number): string {
  return `phase ${index} ${path.join(" / ")}`;
}
function nextHold(states: StepState[], steps: Map<string, Step>): number {
  const from = states.findIndex((state) => state.status === "todo");
  return from < 0 ? -1 : states.findIndex((state, index) => index >= from && hasHoldLine(steps.get(state.id)));
}
function sum(values: (number | null)[]): number | null {
  let total: number | null = null;
  for (const value of values) if (value !== null) total = (total ?? 0) + value;
  return total;
}
function summary(states: StepState[], steps: Map<string, Step>): { words: string; worst: StepGlyph } {
  const counts = countGlyphs(states, steps);
  const order: StepGlyph[] = ["failed", "unknown", "running", "held", "signoff", "open", "skipped", "passed"];
  const words = order.flatMap((glyph) => {
    const count = counts.get(glyph) ?? 0;
    if (count === 0) return [];
    const word = glyph === "open" ? "not started" : glyph === "signoff" ? "hold points" : glyph;
    return [`${count} ${word}`];
  });
  return { words: words.join(", "), worst: order.find((glyph) => (counts.get(glyph) ?? 0) > 0) ?? "open" };
}
export function countGlyphs(states: StepState[], steps: Map<string, Step>): Map<StepGlyph, number> {
  const counts = new Map<StepGlyph, number>();
  for (const state of states) {
    const glyph = glyphOf(state, steps.get(state.id));
    counts.set(glyph, (counts.get(glyph) ?? 0) + 1);
  }
  return counts;
}

/** Where a key moves the selection; null when the key is not one of the outline's. Wraps nowhere: ends are ends. */
export function moveInOutline(key: string, at: number, rows: OutlineRow[], pageRows = 10): number | null {
  const last = rows.length - 1;
  const towards = (from: number, step: 1 | -1): number => {
    let index = from;
    while (index >= 0 && index <= last && rows[index]!.type === "hold") index += step;
    return index < 0 || index > last ? at : index;
  };
  switch (key) {
    case "ArrowDown":
      return towards(Math.min(last, at + 1), 1);
    case "ArrowUp":
      return towards(Math.max(0, at - 1), -1);
    case "PageDown":
      return towards(Math.min(last, at + pageRows), -1);
    case "PageUp":
      return towards(Math.max(0, at - pageRows), 1);
    case "Home":
      return towards(0, 1);
    case "End":
      return towards(last, -1);
    default:
      return null;
  }
}
