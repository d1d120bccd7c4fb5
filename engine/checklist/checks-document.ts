// The automatic checks of items as a runbook: what engine/run needs to run them like any other steps.
// Owns: one step per item with a runnable block. The texts are the checklist's own, cut from its bytes.
import { PLAIN_STEP, paramsNamedIn, type RunbookDocument, type Step } from "../protocol/index.ts";
import { categoriesOf } from "./items.ts";

/** Steps for the named items that have a runnable block, in file order; step id = item id. */
export function checksDocument(document: RunbookDocument, items: readonly string[]): RunbookDocument {
  const wanted = new Set(items);
  const steps: Step[] = [];
  const phases: RunbookDocument["phases"] = [];
  for (const category of categoriesOf(document)) {
    const own: Step[] = [];
    for (const item of category.items) {
      if (!wanted.has(item.id) || !item.blocks.some((block) => block.runnable)) continue;
      own.push({
        id: item.id as Step["id"],
        title: `${item.id} ${item.text}`,
        number: `${phases.length + 1}.${own.length + 1}`,
        phase: [category.title],
        line: item.line,
        endLine: item.blocks.at(-1)?.endLine ?? item.line,
        sha256: item.sha256,
        directive: { ...PLAIN_STEP, on: document.clusters[0] ?? "main" },
        blocks: item.blocks,
        checks: [],
      });
    }
    if (own.length === 0) continue;
    phases.push({
      title: category.title,
      path: [category.title],
      number: String(phases.length + 1),
      line: category.line,
      plannedMs: null,
      start: null,
      steps: own.map((step) => step.id),
    });
    steps.push(...own);
  }
  const isIn = new Set<string>(steps.map((step) => step.id));
  const flow = document.flow.map((node) =>
    node.type === "block" && node.item !== null && isIn.has(node.item) ? { ...node, step: node.item as Step["id"] } : node,
  );
  // Only what these checks name has to be given; what is given or has a default all the same reaches them, as in any run.
  const named = new Set(
    paramsNamedIn(
      document.params,
      steps.flatMap((step) => step.blocks),
    ),
  );
  const params = document.params.map((param) => (named.has(param) ? param : { ...param, required: false }));
  return { ...document, kind: "runbook", params, phases, steps, categories: [], decision: null, flow };
}
