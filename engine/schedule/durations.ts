// How long each step is planned to take, and who says so: its text, earlier runs, its share of its phase, nobody.
// Owns: that choice and the waits inside a step. Pure; what was learnt is given.
import type { DurationSource, LearntDuration, PlanPart, RunbookDocument, Step } from "../protocol/index.ts";
import { type Network, networkOf } from "./network.ts";

export type StepDuration = {
  ms: number;
  source: DurationSource;
  textMs: number | null;
  learnt: LearntDuration | null;
  parts: PlanPart[];
  /** The text plans less than the gates and the soak that it asks for; they are what was counted. */
  isBelowWaits: boolean;
};

/** By position in `document.steps`. Ways back are off the plan: zero. */
export function durationsOf(
  document: RunbookDocument,
  isWayBack: (step: Step) => boolean,
  learntOf: (step: Step) => LearntDuration | null,
  /** Of a rehearsal: its gates and soaks take the time of the text divided by this. */
  compress = 1,
): StepDuration[] {
  const durations = document.steps.map((step): StepDuration => {
    const parts = partsOf(step);
    const waits = parts.reduce((sum, part) => sum + (part.kind === "wait" ? 0 : part.ms), 0);
    const textMs = step.directive.plannedMs;
    const learnt = learntOf(step);
    const said = textMs ?? learnt?.medianMs ?? (waits > 0 ? waits : null);
    const kept = compress === 1 ? parts : parts.map((part) => ({ ...part, ms: Math.floor(part.ms / compress + 0.5) }));
    if (isWayBack(step)) return { ms: 0, source: "none", textMs, learnt, parts: kept, isBelowWaits: false };
    const saved = parts.reduce((sum, part, at) => sum + (part.kind === "wait" ? 0 : part.ms - kept[at]!.ms), 0);
    return {
      ms: Math.max(said ?? 0, waits) - saved,
      source: textMs !== null ? "text" : learnt !== null ? "learnt" : waits > 0 ? "text" : "none",
      textMs,
      learnt,
      parts: kept,
      isBelowWaits: textMs !== null && textMs < waits,
    };
  });
  shareOut(document, durations, isWayBack);
  return durations;
}

/** Gates in the order of the page, then the soak, which follows the commands. */
function partsOf(step: Step): PlanPart[] {
  const parts: PlanPart[] = [];
  for (const { options, runnable, index } of step.blocks) {
    if (!runnable || options.gate === undefined) continue;
    const ms = options.gate === "hold" ? options.forMs : options.withinMs;
    if (ms !== undefined) parts.push({ kind: options.gate, ms, block: index });
  }
  if (step.directive.soakMs !== null) parts.push({ kind: "soak", ms: step.directive.soakMs, block: null });
  return parts;
}

/**
 * What a phase (and then the file) plans beyond its steps' own figures goes to those without one, in equal parts, so large that the
 * longest path through them takes just what was planned: two lanes side by side have the whole time each, not half of it.
 */
function shareOut(document: RunbookDocument, durations: StepDuration[], isWayBack: (step: Step) => boolean): void {
  const positions = new Map(document.steps.map((step, index) => [step.id as string, index]));
  const give = (ids: readonly string[], total: number | null): void => {
    const all = ids.map((id) => positions.get(id) ?? -1).filter((at) => at !== -1 && !isWayBack(document.steps[at]!));
    const open = all.filter((at) => durations[at]!.source === "none");
    if (total === null || open.length === 0) return;
    const network = networkOf(
      all.map((at) => ({ ...networkStep(document.steps[at]!), isWayBack: false })),
      { isPart: true },
    );
    const ms = share(
      network,
      all.map((at) => (durations[at]!.source === "none" ? null : durations[at]!.ms)),
      total,
    );
    for (const at of open) Object.assign(durations[at]!, { ms: Math.max(durations[at]!.ms, Math.round(ms)), source: "phase" });
  };
  for (const phase of document.phases) give(phase.steps, phase.plannedMs);
  give(
    document.steps.map((step) => step.id),
    document.plannedMs,
  );
}

/** The longest path grows with the share as the upper edge of straight lines: from above, each step of this search lands on the next line. */
function share(network: Network, said: readonly (number | null)[], total: number): number {
  let each = total;
  for (let round = 0; round < said.length + 1; round++) {
    const length = new Float64Array(said.length);
    const open = new Int32Array(said.length);
    let longest = -1;
    for (const at of network.order) {
      for (const before of network.after[at]!)
        if (length[before]! > length[at]! || (length[before] === length[at] && open[before]! > open[at]!)) {
          length[at] = length[before]!;
          open[at] = open[before]!;
        }
      length[at]! += said[at] ?? each;
      open[at]! += said[at] === null ? 1 : 0;
      if (longest === -1 || length[at]! > length[longest]!) longest = at;
    }
    if (longest === -1 || length[longest]! <= total) return each;
    if (open[longest] === 0) return 0;
    const next = Math.max(0, each - (length[longest]! - total) / open[longest]!);
    if (each - next < 0.5) return next;
    each = next;
  }
  return each;
}

export const networkStep = (step: Step): { id: string; lane: string; needs: readonly string[]; isHoldPoint: boolean } => ({
  id: step.id,
  lane: step.directive.lane,
  needs: step.directive.needs,
  isHoldPoint: step.directive.signoff.length > 0,
});
