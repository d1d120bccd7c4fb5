// The rows of a text's outline: phases once above their steps, or the categories of a checklist. Pure.
// Owns: the order. Does not draw.
import type { RunbookDocument } from "../../engine/protocol/index.ts";

export type OutlineRow =
  | { kind: "phase"; key: string; number: string; title: string; plannedMs: number | null }
  | { kind: "step"; key: string; target: string; number: string; title: string; plannedMs: number | null; holds: boolean }
  | { kind: "category"; key: string; target: string; title: string; items: number };

export function outlineRows(text: RunbookDocument): OutlineRow[] {
  if (text.kind === "checklist")
    return text.categories.map((category) => ({
      kind: "category",
      key: `category ${category.line}`,
      target: category.title,
      title: category.title,
      items: category.items.length,
    }));
  const rows: OutlineRow[] = [];
  let phaseKey = "";
  const phases = new Map(text.phases.map((phase) => [phase.path.join("\n"), phase]));
  for (const step of text.steps) {
    const key = step.phase.join("\n");
    if (key !== phaseKey && step.phase.length > 0) {
      const phase = phases.get(key);
      rows.push({
        kind: "phase",
        key: `phase ${step.line}`,
        number: phase?.number ?? "",
        title: step.phase.at(-1) ?? "",
        plannedMs: phase?.plannedMs ?? null,
      });
    }
    phaseKey = key;
    rows.push({
      kind: "step",
      key: `step ${step.id}`,
      target: step.id,
      number: step.number,
      title: step.title,
      plannedMs: step.directive.plannedMs,
      holds: step.directive.signoff.length > 0,
    });
  }
  return rows;
}
