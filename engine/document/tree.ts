// Block structure of a Markdown file: containers and leaves with the lines they stand on.
// Owns the shapes. Every leaf knows its lines in the source; text is cut from there when it is needed.

export type Leaf = {
  kind: "heading" | "fence" | "code" | "html" | "paragraph" | "break";
  parent: Container;
  line: number;
  /** Last line; for a fence the closing fence, or its last content line where it is never closed. */
  endLine: number;
  /** Offset in the source where the leaf's first line begins, container prefix and indentation left out. */
  offset: number;
  /** Heading: level. Fence: number of columns its content is moved left. HTML: CommonMark's kind 1-7. */
  level: number;
  /** Heading: underlined form, its last line is the underline. */
  isSetext: boolean;
  /** Fence: the marks, e.g. "```", and the info string as written. */
  marks: string;
  info: string;
  isClosed: boolean;
  /** Text that Markdown's own parser must not see: nested too deep or too long. */
  isRaw: boolean;
  /** Index of the step or checklist item that owns the leaf, or -1; set by outline.ts and checklist.ts. */
  step: number;
  item: number;
};

export type Container = {
  kind: "document" | "quote" | "list" | "item";
  parent: Container | null;
  children: Node[];
  line: number;
  endLine: number;
  /** List and item: ordered, and the marker character. Item: its number. */
  isOrdered: boolean;
  marker: string;
  number: number;
  /** Item: columns of the marker's indentation plus marker plus padding; what its later lines are moved left by. */
  contentColumns: number;
  markerOffset: number;
  depth: number;
};

export type Node = Leaf | Container;

export const isContainer = (node: Node): node is Container =>
  node.kind === "quote" || node.kind === "list" || node.kind === "item" || node.kind === "document";

export type Tree = {
  root: Container;
  /** Every leaf in the order of the file. */
  leaves: Leaf[];
  /** Lines where nesting went past MAX_DEPTH, and lines longer than MAX_LINE_CHARS; first ones only. */
  tooDeepLine: number;
  tooLongLines: number[];
};

/** Containers inside one another. Real files stay below 10; marked needs seconds from some hundreds on, and overflows at 3,000. */
export const MAX_DEPTH = 32;
/** Characters of a prose line given to marked, whose emphasis rules take quadratic time (12,000 characters of `_a__b `: 0.3 s). */
export const MAX_LINE_CHARS = 8_000;

/** Calls `visit` for each node below `container`, outermost first; `false` leaves its children out. Depth is bounded by MAX_DEPTH. */
export function walk(container: Container, visit: (node: Node) => boolean | undefined): void {
  for (const child of container.children) {
    if (visit(child) === false || !isContainer(child)) continue;
    walk(child, visit);
  }
}

/** The first leaf at or below a node, or null in an empty item. */
export function firstLeaf(node: Node): Leaf | null {
  if (!isContainer(node)) return node;
  for (const child of node.children) {
    const found = firstLeaf(child);
    if (found !== null) return found;
  }
  return null;
}

/** Calls `visit` for every leaf at or below a node, in the order of the file. */
export function eachLeaf(node: Node, visit: (leaf: Leaf) => void): void {
  if (!isContainer(node)) visit(node);
  else for (const child of node.children) eachLeaf(child, visit);
}
