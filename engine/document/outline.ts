// Steps and phases of a runbook: which heading, list item or lone block is a step, and what belongs to it.
// Owns the three rules of FORMAT.md "Steps". Numbers and ids are given in number.ts, once all titles are known.
import type { Block, StepId } from "../protocol/index.ts";
import { type Content, leafMarkdown, taskMark } from "./content.ts";
import type { Directive } from "./directives.ts";
import type { Piece, Prose } from "./prose.ts";
import { strippedLines } from "./strip.ts";
import { lastSentence, sentencesOfLine, titleMarkdown } from "./titles.ts";
import { type Container, eachLeaf, isContainer, type Leaf, type Node, walk } from "./tree.ts";

/** `id` is the bold id before the text, where one was asked for. */
export type CheckDraft = {
  id: string | null;
  node: Container;
  line: number;
  checked: boolean;
  piece: Piece;
  rest: Piece | null;
  directive: Directive | null;
};
export type StepDraft = {
  title: Piece;
  section: SectionDraft;
  /** Ordinal among what stands beside it, or 0 where it is its section's heading itself. */
  isHeading: boolean;
  line: number;
  endLine: number;
  blocks: Block[];
  checks: CheckDraft[];
  directive: Directive | null;
  /** Number in the outline and id, once number.ts has given them. Fields, for a Map by object costs more than all else there. */
  number: string;
  id: StepId | null;
};
export type SectionDraft = {
  heading: Leaf | null;
  title: Piece;
  level: number;
  parent: SectionDraft | null;
  nodes: Node[];
  /** Steps that stand in this section itself. */
  steps: StepDraft[];
  phaseDirective: Directive | null;
  categoryDirective: Directive | null;
  children: SectionDraft[];
  /** Steps stand in it or below it; null until number.ts has looked. */
  hasSteps: boolean | null;
  /** The code host's slug of its heading, once titles are known. */
  slug: string;
};

/** Splits the file at its headings; headings inside quotes and lists are prose. The first section stands before any heading. */
export function readSections(content: Content, prose: Prose, title: Piece): SectionDraft[] {
  const first: SectionDraft = draft(null, title, 0, null);
  const sections = [first];
  const open: SectionDraft[] = [];
  let current = first;
  for (const node of content.tree.root.children) {
    if (node.kind === "heading") {
      const leaf = node as Leaf;
      while (open.length > 0 && open.at(-1)!.level >= leaf.level) open.pop();
      const markdown = leafMarkdown(content.source, leaf, 0);
      current = draft(leaf, leaf.isRaw ? prose.plain(markdown) : prose.inline(markdown), leaf.level, open.at(-1) ?? null);
      open.at(-1)?.children.push(current);
      open.push(current);
      sections.push(current);
    } else current.nodes.push(node);
  }
  return sections;
}

function draft(heading: Leaf | null, title: Piece, level: number, parent: SectionDraft | null): SectionDraft {
  return {
    heading,
    title,
    level,
    parent,
    nodes: [],
    steps: [],
    phaseDirective: null,
    categoryDirective: null,
    children: [],
    hasSteps: null,
    slug: "",
  };
}

export function readSteps(content: Content, sections: SectionDraft[], prose: Prose): StepDraft[] {
  const steps: StepDraft[] = [];
  const hasHeadings = sections.length > 1;
  for (const section of sections) {
    takeSectionDirectives(content, section);
    if (section.heading === null && !hasHeadings) readHeadless(content, section, prose, steps);
    else readSection(content, section, prose, steps);
  }
  return steps;
}

const NO_DIRECTIVES: readonly Directive[] = [];
function directivesAt(content: Content, leaf: Leaf | null, kind: Directive["kind"]): readonly Directive[] {
  const found = leaf === null ? undefined : content.directives.get(leaf);
  return found === undefined ? NO_DIRECTIVES : found.filter((directive) => directive.kind === kind);
}

function takeSectionDirectives(content: Content, section: SectionDraft): void {
  const take = (leaf: Leaf): void => {
    for (const directive of content.directives.get(leaf) ?? []) {
      if (directive.kind === "phase") section.phaseDirective ??= directive;
      if (directive.kind === "category") section.categoryDirective ??= directive;
    }
  };
  if (section.heading !== null) take(section.heading);
  for (const node of section.nodes) if (!isContainer(node)) take(node);
}

/** A run of a section's content that makes one step: the heading's own, or one item of an ordered list. */
type Part = { leaves: Leaf[]; item: Container | null; nodes: Node[] };

function readSection(content: Content, section: SectionDraft, prose: Prose, steps: StepDraft[]): void {
  let isFirst = true;
  for (const part of splitParts(content, section)) {
    const step =
      part.item === null ? headingStep(content, section, part, isFirst, prose) : itemStep(content, section, part.item, part, prose);
    if (part.item === null) isFirst = false;
    if (step !== null) addStep(section, steps, step, part.leaves);
  }
}

function addStep(section: SectionDraft, steps: StepDraft[], step: StepDraft, leaves: Leaf[]): void {
  for (const leaf of leaves) leaf.step = steps.length;
  steps.push(step);
  section.steps.push(step);
}

function splitParts(content: Content, section: SectionDraft): Part[] {
  const lists = stepLists(content, section);
  if (lists.size === 0) {
    const leaves: Leaf[] = section.heading === null ? [] : [section.heading];
    for (const node of section.nodes) eachLeaf(node, (leaf) => leaves.push(leaf));
    return [{ leaves, item: null, nodes: section.nodes }];
  }
  const parts: Part[] = [];
  let current: Part = { leaves: section.heading === null ? [] : [section.heading], item: null, nodes: [] };
  const visit = (node: Node): void => {
    if (!isContainer(node)) {
      current.leaves.push(node);
      current.nodes.push(node);
    } else if (lists.has(node)) {
      parts.push(current);
      for (const item of node.children as Container[]) {
        const part: Part = { leaves: [], item, nodes: item.children };
        eachLeaf(item, (leaf) => part.leaves.push(leaf));
        parts.push(part);
      }
      current = { leaves: [], item: null, nodes: [] };
    } else if (hasList(node, lists)) {
      for (const child of node.children) visit(child);
    } else {
      eachLeaf(node, (leaf) => current.leaves.push(leaf));
      current.nodes.push(node);
    }
  };
  for (const node of section.nodes) visit(node);
  parts.push(current);
  return parts;
}

const hasList = (container: Container, lists: ReadonlySet<Container>): boolean => {
  let found = false;
  walk(container, (node) => {
    if (isContainer(node) && lists.has(node)) found = true;
    return !found;
  });
  return found;
};

const NO_LISTS: ReadonlySet<Container> = new Set();
/** Outermost ordered lists whose items hold runnable blocks. A heading with a step directive of its own keeps them as its blocks. */
function stepLists(content: Content, section: SectionDraft): ReadonlySet<Container> {
  if (!section.nodes.some(isContainer)) return NO_LISTS;
  const lists = new Set<Container>();
  const own = [section.heading, ...section.nodes.filter((node): node is Leaf => !isContainer(node))];
  const isDeclared = own.some((leaf) => directivesAt(content, leaf, "step").length > 0);
  const visit = (node: Node): void => {
    if (!isContainer(node)) return;
    if (node.kind === "list" && node.isOrdered) {
      let runs = false;
      let isDeclaredInside = false;
      eachLeaf(node, (leaf) => {
        runs ||= content.blocks.get(leaf)?.some((block) => block.runnable) === true;
        isDeclaredInside ||= directivesAt(content, leaf, "step").length > 0;
      });
      if (runs && (!isDeclared || isDeclaredInside)) lists.add(node);
      if (runs) return;
    }
    for (const child of node.children) visit(child);
  };
  for (const node of section.nodes) visit(node);
  return lists;
}

function headingStep(content: Content, section: SectionDraft, part: Part, isFirst: boolean, prose: Prose): StepDraft | null {
  const found = collect(content, part, prose);
  const isAction = found.directive !== null || found.checks.length > 0 || found.blocks.some((block) => block.runnable);
  if (!isAction) return null;
  const heading = isFirst ? section.heading : null;
  const first = part.leaves[0]!;
  let endLine = first.endLine;
  for (const leaf of part.leaves) if (leaf.endLine > endLine) endLine = leaf.endLine;
  return {
    title: isFirst ? section.title : continuedTitle(section),
    section,
    isHeading: heading !== null,
    line: (heading ?? first).line,
    endLine,
    blocks: found.blocks,
    checks: found.checks,
    directive: found.directive,
    number: "",
    id: null,
  };
}

/** Of what stands behind an ordered list that gave steps of its own; read when marked has run. */
function continuedTitle(section: SectionDraft): Piece {
  return {
    html: "",
    get text() {
      return `${section.title.text} (continued)`;
    },
  };
}

function itemStep(content: Content, section: SectionDraft, item: Container, part: Part, prose: Prose): StepDraft {
  const found = collect(content, part, prose);
  const mark = taskMark(content.source, item);
  const first = item.children[0];
  let title: Piece = { html: "", text: `${item.number}${item.marker}` };
  if (first !== undefined && first.kind === "paragraph") {
    title = itemTitle(content, first as Leaf, mark?.width ?? 0, prose);
  } else {
    const named = found.blocks.find((block) => block.runnable);
    if (named !== undefined) title = { html: "", text: named.name ?? firstCommand(named) };
  }
  return { title, section, isHeading: false, line: item.line, endLine: item.endLine, ...found, number: "", id: null };
}

/** What a part holds: its fences, its task items, its directive. */
function collect(content: Content, part: Part, prose: Prose): { blocks: Block[]; checks: CheckDraft[]; directive: Directive | null } {
  const blocks: Block[] = [];
  let directive: Directive | null = null;
  for (const leaf of part.leaves) {
    const own = content.blocks.get(leaf);
    // One by one: a hostile leaf may hold more fences than a call takes arguments.
    for (const block of own ?? []) blocks.push(block);
    for (const found of directivesAt(content, leaf, "step")) {
      if (directive === null) directive = found;
      else
        content.problems.addAt(
          "warning",
          "repeated-directive",
          found.offset,
          `This step has a directive already (line ${directive.line}); this one is not in force.`,
        );
    }
  }
  const checks: CheckDraft[] = [];
  const nodes = part.item === null ? part.nodes : [part.item];
  const visit = (candidate: Node): undefined => {
    const check = readCheckDraft(content, candidate, prose);
    if (check !== null) checks.push(check);
    return undefined;
  };
  for (const node of nodes) {
    if (!isContainer(node)) continue;
    visit(node);
    walk(node, visit);
  }
  for (let index = 0; index < blocks.length; index++) blocks[index]!.index = index;
  return { blocks, checks, directive };
}

/** A task item as a check; its own further paragraphs and plain lists are part of it. */
export function readCheckDraft(content: Content, node: Node, prose: Prose, idPattern: RegExp | null = null): CheckDraft | null {
  const mark = taskMark(content.source, node);
  if (mark === null) return null;
  const item = node as Container;
  const directive = ownDirective(content, item, "check");
  const written = leafMarkdown(content.source, mark.leaf, mark.width);
  const id = idPattern?.exec(written) ?? null;
  const markdown = id === null ? written : written.slice(id[0].length);
  return {
    id: id?.[1] ?? null,
    node: item,
    line: item.line,
    checked: mark.checked,
    piece: mark.leaf.isRaw ? prose.plain(markdown) : prose.inline(markdown),
    rest: restOf(content, item, prose),
    directive,
  };
}

/** A directive of an item: in its own text, not in that of an item below. */
export function ownDirective(content: Content, item: Container, kind: Directive["kind"]): Directive | null {
  for (const child of item.children) {
    if (isContainer(child)) continue;
    const found = directivesAt(content, child, kind)[0];
    if (found !== undefined) return found;
  }
  return null;
}

function restOf(content: Content, item: Container, prose: Prose): Piece | null {
  const rest = item.children.slice(1).filter((child) => isPlain(content, child));
  if (rest.length === 0) return null;
  const pieces = rest.map((child) => {
    const markdown = markdownOf(content, child, item);
    return !isContainer(child) && child.isRaw ? prose.plain(markdown) : prose.blocks(markdown);
  });
  // Filled when marked has run; read only then.
  return {
    get html() {
      return pieces.map((piece) => piece.html).join("");
    },
    text: "",
  };
}

/** Prose without fences, task items or text that marked must not see. */
export function isPlain(content: Content, node: Node): boolean {
  if (!isContainer(node)) {
    if (content.blocks.has(node) || isSilent(content, node)) return false;
    return node.kind !== "fence" && !node.isRaw;
  }
  if (taskMark(content.source, node) !== null) return false;
  return node.children.every(
    (child) => isPlain(content, child) || (!isContainer(child) && isSilent(content, child) && !content.blocks.has(child)),
  );
}

/** A comment alone: nothing of it is shown. */
export function isSilent(content: Content, leaf: Leaf): boolean {
  if (leaf.kind !== "html" || leaf.level !== 2) return false;
  if (!leaf.isClosed) return true;
  const to = content.source.ends[leaf.endLine - 1]!;
  const end = content.source.text.lastIndexOf("-->", to);
  return end !== -1 && content.source.text.slice(end + 3, to).trim() === "";
}

export function markdownOf(content: Content, node: Node, base: Container): string {
  return strippedLines(content.source, node.line, node.endLine, base);
}

/** Rule 3: no heading anywhere. Ordered lists give steps by rule 2, every other runnable block is one by itself. */
function readHeadless(content: Content, section: SectionDraft, prose: Prose, steps: StepDraft[]): void {
  for (const part of splitParts(content, section)) {
    if (part.item !== null) addStep(section, steps, itemStep(content, section, part.item, part, prose), part.leaves);
    else readLoneBlocks(content, section, part, prose, steps);
  }
}

function readLoneBlocks(content: Content, section: SectionDraft, part: Part, prose: Prose, steps: StepDraft[]): void {
  const checks = collect(content, part, prose).checks;
  let waiting: Directive | null = null;
  let paragraph: Leaf | null = null;
  let current: StepDraft | null = null;
  const checkAt = new Map(checks.map((check) => [taskMark(content.source, check.node)!.leaf, check]));
  for (const leaf of part.leaves) {
    waiting = directivesAt(content, leaf, "step")[0] ?? waiting;
    const check = checkAt.get(leaf);
    if (check !== undefined) {
      if (current === null) {
        current = lone(section, section.title, leaf, waiting);
        addStep(section, steps, current, []);
        waiting = null;
      }
      leaf.step = steps.length - 1;
      current.checks.push(check);
      current.endLine = Math.max(current.endLine, check.node.endLine);
      continue;
    }
    for (const block of content.blocks.get(leaf) ?? []) {
      if (!block.runnable) continue;
      current = lone(section, titleOfLone(content, block, paragraph, prose), leaf, waiting);
      current.blocks.push(block);
      block.index = 0;
      waiting = null;
      addStep(section, steps, current, [leaf]);
    }
    if (leaf.kind === "paragraph") paragraph = leaf;
    else if (leaf.kind === "fence") paragraph = null;
  }
  if (waiting !== null && current === null && part.leaves.length > 0) {
    current = lone(section, section.title, waiting.leaf, waiting);
    addStep(section, steps, current, [waiting.leaf]);
  } else if (waiting !== null) {
    content.problems.addAt(
      "warning",
      "misplaced-directive",
      waiting.offset,
      "This step directive stands behind the last block of a file without headings and belongs to no step.",
    );
  }
}

function lone(section: SectionDraft, title: Piece, leaf: Leaf, directive: Directive | null): StepDraft {
  return {
    title,
    section,
    isHeading: false,
    line: leaf.line,
    endLine: leaf.endLine,
    blocks: [],
    checks: [],
    directive,
    number: "",
    id: null,
  };
}

function titleOfLone(content: Content, block: Block, paragraph: Leaf | null, prose: Prose): Piece {
  if (block.name !== null) return { html: "", text: block.name };
  if (paragraph === null || paragraph.isRaw) return { html: "", text: firstCommand(block) };
  // The last sentence before the block introduces it.
  return lastSentence(prose.inline(titleMarkdown(leafMarkdown(content.source, paragraph, 0).replace(/:\s*$/, ""), true)));
}

/** An item is titled by its first line (FORMAT), read on to the end of a sentence that the line breaks. */
function itemTitle(content: Content, leaf: Leaf, skip: number, prose: Prose): Piece {
  const markdown = titleMarkdown(leafMarkdown(content.source, leaf, skip), false);
  const read = (text: string): Piece => (leaf.isRaw ? prose.plain(text) : prose.inline(text));
  const whole = read(markdown);
  const end = markdown.indexOf("\n");
  return sentencesOfLine(whole, end < 0 ? whole : read(markdown.slice(0, end)));
}

/** The first line of a block that does something, short enough for a title. */
export function firstCommand(block: Block): string {
  const line =
    block.commands.split("\n").find((candidate) => candidate.trim() !== "" && !candidate.trimStart().startsWith("#")) ?? block.language;
  const trimmed = line.trim();
  return trimmed.length > 80 ? `${trimmed.slice(0, 79)}…` : trimmed;
}
