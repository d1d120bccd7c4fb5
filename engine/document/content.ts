// Everything read from the leaves of one file before it is known what belongs to which step: blocks, directives,
// task items, texts. Owns those tables. outline.ts and checklist.ts share them.
import type { Block, ShellKind } from "../protocol/index.ts";
import { columnOf, readBlock } from "./blocks.ts";
import { createDirectiveFinder, type Directive } from "./directives.ts";
import { findHiddenFences } from "./hidden-fences.ts";
import type { Problems } from "./problems.ts";
import type { Source } from "./source.ts";
import { strippedLines } from "./strip.ts";
import { type Container, type Leaf, MAX_DEPTH, MAX_LINE_CHARS, type Node, type Tree } from "./tree.ts";

export type Content = {
  source: Source;
  tree: Tree;
  problems: Problems;
  /** Visible and hidden fences by the leaf that holds them. */
  blocks: Map<Leaf, Block[]>;
  directives: Map<Leaf, Directive[]>;
};

export function readContent(source: Source, tree: Tree, shell: ShellKind | null, problems: Problems): Content {
  const blocks = new Map<Leaf, Block[]>();
  const directives = new Map<Leaf, Directive[]>();
  const findDirectives = createDirectiveFinder(source, problems);
  for (const leaf of tree.leaves) {
    if (leaf.kind === "fence") blocks.set(leaf, [readBlock(source, leaf, shell, problems)]);
    else if (leaf.kind === "code") sayIndented(source, leaf, problems);
    else if (leaf.kind !== "break") {
      const found = findDirectives(leaf);
      if (found.length > 0) directives.set(leaf, found);
      if (leaf.kind === "html" && leaf.level === 2 && !leaf.isClosed) {
        problems.add(
          "error",
          "unclosed-comment",
          leaf.line,
          columnOf(source, leaf),
          "This comment is never closed, so the rest of the text is not shown. Close it with -->.",
        );
      }
    }
  }
  for (const { leaf, block } of findHiddenFences(source, tree, problems)) {
    const known = blocks.get(leaf);
    if (known === undefined) blocks.set(leaf, [block]);
    else known.push(block);
  }
  if (tree.tooDeepLine > 0) {
    problems.add(
      "warning",
      "too-deep",
      tree.tooDeepLine,
      1,
      `Quotes and lists stand more than ${MAX_DEPTH} deep here; what is deeper is shown as plain text.`,
    );
  }
  for (const line of tree.tooLongLines) {
    problems.add("warning", "line-too-long", line, 1, `This line is longer than ${MAX_LINE_CHARS} characters; it is shown as plain text.`);
  }
  return { source, tree, problems, blocks, directives };
}

function sayIndented(source: Source, leaf: Leaf, problems: Problems): void {
  problems.add(
    "info",
    "indented-code",
    leaf.line,
    columnOf(source, leaf),
    "Text indented by four columns is shown as code, but is no fence: it names no language and does not run. Put it in a fence to run it.",
  );
}

const TASK = /^\[([ xX])\][ \t]+(?=\S)/;

/** The paragraph of a task item (`- [ ] text`, `1. [x] text`), or null. */
export function taskLeaf(node: Node): Leaf | null {
  if (node.kind !== "item") return null;
  const first = (node as Container).children[0];
  return first !== undefined && first.kind === "paragraph" ? (first as Leaf) : null;
}

/** `[ ]`, `[x]` or `[X]` before an item's text: whether it is ticked, and how long the mark is; null where it is no task. */
export function taskMark(source: Source, node: Node): { checked: boolean; width: number; leaf: Leaf } | null {
  const leaf = taskLeaf(node);
  if (leaf === null || source.text.charCodeAt(leaf.offset) !== 91) return null;
  const match = TASK.exec(source.text.slice(leaf.offset, Math.min(leaf.offset + 200, source.ends[leaf.line - 1]!)));
  return match === null ? null : { checked: match[1] !== " ", width: match[0].length, leaf };
}

const COMMENTS = /<!--[\s\S]*?(?:-->|$)/g;

/** Markdown of a paragraph or heading: no container marks, no comments, for a task no box, for a heading no hashes. */
export function leafMarkdown(source: Source, leaf: Leaf, skip: number): string {
  const from = leaf.offset + skip;
  let text = source.text.slice(from, source.ends[leaf.line - 1]);
  const last = leaf.isSetext ? leaf.endLine - 1 : leaf.endLine;
  if (last > leaf.line) {
    // The first line's container marks are passed already; only later lines need it.
    text += `\n${strippedLines(source, leaf.line + 1, last, leaf.parent)}`;
  }
  if (leaf.kind === "heading" && !leaf.isSetext) text = text.replace(/(?:^|[ \t]+)#+[ \t]*$/, "");
  return (text.includes("<!--") ? text.replaceAll(COMMENTS, "") : text).trim();
}
