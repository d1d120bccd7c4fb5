// Whether a file that does not say its kind is a checklist. Owns the signs; a front matter's `kind:` goes before all of them.
import { type Content, taskMark } from "./content.ts";
import { hasTableItems } from "./table-items.ts";
import { isContainer, walk } from "./tree.ts";

/** Fewer boxes in a file without commands are the checks of a step done by hand; as many and more are a list. */
const MIN_LIST_ITEMS = 10;
/** `- [ ] **INF-01** …` */
const BOLD_ID_TASK = /^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\][ \t]+\*\*[A-Z][A-Z0-9]*-\d+\w?[:.]?\*\*/m;
const BOLD_ID = /^\*\*[A-Z][A-Z0-9]*-\d+\w?[:.]?\*\*/;

/**
 * A checklist speaks of items or categories, or gives its tasks bold ids; or it runs nothing, declares no steps, and is a long list of
 * boxes or has a table of states. The last two are asked only of files without a block that runs: reading a runbook costs nothing more.
 */
export function looksLikeChecklist(content: Content): boolean {
  let hasSteps = false;
  for (const found of content.directives.values()) {
    for (const { kind } of found) {
      if (kind === "item" || kind === "category" || kind === "decision") return true;
      hasSteps ||= kind === "step" || kind === "phase" || kind === "check";
    }
  }
  // The text says quickly that there is none; what it finds may stand in a fence that shows how to write one.
  if (BOLD_ID_TASK.test(content.source.text) && hasBoldIdTask(content)) return true;
  if (hasSteps) return false;
  for (const blocks of content.blocks.values()) if (blocks.some((block) => block.runnable)) return false;
  return countTasks(content) >= MIN_LIST_ITEMS || hasTableItems(content);
}

function hasBoldIdTask(content: Content): boolean {
  let found = false;
  walk(content.tree.root, (node) => {
    const mark = found || !isContainer(node) ? null : taskMark(content.source, node);
    if (mark !== null)
      found = BOLD_ID.test(content.source.text.slice(mark.leaf.offset + mark.width, content.source.ends[mark.leaf.line - 1]));
    return !found;
  });
  return found;
}

function countTasks(content: Content): number {
  let count = 0;
  walk(content.tree.root, (node) => {
    if (isContainer(node) && taskMark(content.source, node) !== null) count++;
    return undefined;
  });
  return count;
}
