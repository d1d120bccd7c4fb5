// Fences that Markdown does not read as fences: inside raw HTML, inside comments, indented by four columns or more,
// nested too deep. Owns finding them, so that no block of a file is lost without a word. They never run.
import type { Block } from "../protocol/index.ts";
import { parseInfo } from "./info.ts";
import type { Problems } from "./problems.ts";
import { lineText, type Source } from "./source.ts";
import { type Leaf, MAX_DEPTH, type Tree } from "./tree.ts";

export type HiddenFence = { leaf: Leaf; block: Block };

const OPENING = /^([ \t>]*)(`{3,}(?!.*`)|~{3,})[ \t]*(.*)$/;

/** All hidden fences in the order of the file, each as a block that does not run. */
export function findHiddenFences(source: Source, tree: Tree, problems: Problems): HiddenFence[] {
  if (!source.text.includes("```") && !source.text.includes("~~~")) return [];
  const found: HiddenFence[] = [];
  let open: { leaf: Leaf; line: number; marks: string; info: string; indent: number; last: number } | null = null;
  const close = (endLine: number): void => {
    if (open !== null) found.push({ leaf: open.leaf, block: hidden(source, open.leaf, open, endLine, problems) });
    open = null;
  };
  for (const leaf of tree.leaves) {
    if (leaf.kind === "fence" || leaf.kind === "heading" || leaf.kind === "break") {
      // A visible block ends what was never closed.
      if (open !== null) close(open.last);
      continue;
    }
    if (!canHide(source, leaf)) {
      if (open !== null) open.last = leaf.endLine;
      continue;
    }
    for (let line = leaf.line; line <= leaf.endLine; line++) {
      const text = line === leaf.line ? source.text.slice(leaf.offset, source.ends[line - 1]) : lineText(source, line);
      const match = OPENING.exec(text.length > 2_000 ? text.slice(0, 2_000) : text);
      if (open !== null) {
        open.last = line;
        if (match !== null && match[3]!.trim() === "" && match[2]![0] === open.marks[0] && match[2]!.length >= open.marks.length)
          close(line);
      } else if (match !== null) {
        open = { leaf, line, marks: match[2]!, info: match[3]!.trim(), indent: lineText(source, line).indexOf(match[2]!), last: line };
      }
    }
  }
  if (open !== null) close((open as { last: number }).last);
  return found;
}

function canHide(source: Source, leaf: Leaf): boolean {
  const from = source.starts[leaf.line - 1]!;
  const to = source.ends[leaf.endLine - 1]!;
  return holds(source.text, "```", from, to) || holds(source.text, "~~~", from, to);
}

// Bounded by the leaf: a plain indexOf would read to the end of the file for each of them.
function holds(text: string, marks: string, from: number, to: number): boolean {
  if (to - from > 4_096) return true;
  return text.slice(from, to).includes(marks);
}

function hidden(
  source: Source,
  leaf: Leaf,
  open: { line: number; marks: string; info: string; indent: number },
  endLine: number,
  problems: Problems,
): Block {
  const last = lineText(source, endLine);
  const isClosed = endLine > open.line && new RegExp(`^[ \\t>]*\\${open.marks[0]}{${open.marks.length},}[ \\t]*$`).test(last);
  const lines: string[] = [];
  for (let line = open.line + 1; line <= (isClosed ? endLine - 1 : endLine); line++) {
    lines.push(lineText(source, line).replace(new RegExp(`^[ \\t>]{0,${open.indent}}`), ""));
  }
  const { why, code, message } = reason(source, leaf);
  problems.add("warning", code, open.line, Math.max(1, lineText(source, open.line).indexOf(open.marks) + 1), message);
  const text = lines.length === 0 ? "" : `${lines.join("\n")}\n`;
  return {
    index: 0,
    line: open.line,
    endLine,
    language: parseInfo(open.info).language,
    runnable: false,
    shell: null,
    interpreter: null,
    why,
    commands: text,
    sampleOutput: null,
    text,
    placeholders: [],
    placeholderSpans: [],
    name: null,
    attributes: {},
    options: {},
  };
}

function reason(source: Source, leaf: Leaf): { why: string; code: string; message: string } {
  if (leaf.kind === "html") {
    const isComment = leaf.level === 2;
    const where = isComment ? `an HTML comment (line ${leaf.line})` : `raw HTML (line ${leaf.line})`;
    const open = isComment && !leaf.isClosed ? ", which is never closed" : "";
    const todo = isComment ? "" : " Leave a blank line before the fence to end the HTML.";
    return {
      why: `it stands inside ${where}${open}`,
      code: "fence-in-html",
      message: `This fence stands inside ${where}${open}, so Markdown shows it as text and it does not run.${todo}`,
    };
  }
  if (leaf.isRaw && source.ends[leaf.line - 1]! - leaf.offset < 8_000) {
    return {
      why: `it stands more than ${MAX_DEPTH} quotes and lists deep`,
      code: "fence-too-deep",
      message: `This fence stands more than ${MAX_DEPTH} quotes and lists deep and does not run.`,
    };
  }
  return {
    why: "it is indented by four columns or more, so Markdown reads it as plain text",
    code: "fence-indented",
    message:
      "This fence is indented by four columns or more, so Markdown reads it as plain text and it does not run. Move it left to where the text around it begins.",
  };
}
