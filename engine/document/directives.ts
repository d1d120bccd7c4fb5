// HTML comments that speak to Holdpoint: `<!-- step: {…} -->` and its kin. Owns finding them and their YAML;
// what each key means is in directive-keys.ts.

import { isMap, isScalar } from "yaml";
import { readFlowMap } from "./flow-map.ts";
import type { Keyed } from "./keyed.ts";
import type { Problems } from "./problems.ts";
import type { Source } from "./source.ts";
import { contentOffset } from "./strip.ts";
import { nearest } from "./suggest.ts";
import type { Leaf } from "./tree.ts";
import { parseYamlMap, toKeyed } from "./yaml-map.ts";

export const DIRECTIVES = ["step", "phase", "check", "item", "category", "decision"] as const;
export type DirectiveKind = (typeof DIRECTIVES)[number];
export type Directive = {
  kind: DirectiveKind;
  leaf: Leaf;
  /** Offset of `<!--` in the source. */
  offset: number;
  line: number;
  keyed: Keyed;
};

/** Where a comment is; `inner` is what stands between its marks, with the place of each of its characters. */
type Comment = { start: number; end: number };

/** Finds the directives of one leaf after another, in the order of the file. Text in code spans is no comment. */
export function createDirectiveFinder(source: Source, problems: Problems): (leaf: Leaf) => Directive[] {
  // Where the next comment begins; looked up again only when passed, or each leaf would read the file to its end.
  let next = source.text.indexOf("<!--");
  return (leaf) => {
    const from = Math.max(source.starts[leaf.line - 1]!, leaf.offset);
    const to = source.ends[leaf.endLine - 1]!;
    if (next !== -1 && next < from) next = source.text.indexOf("<!--", from);
    if (next === -1 || next >= to) return [];
    const found: Directive[] = [];
    for (const comment of comments(source, from, next, to, leaf.kind !== "html")) {
      const directive = readComment(source, leaf, comment, problems);
      if (directive !== null) found.push(directive);
    }
    return found;
  };
}

function comments(source: Source, from: number, first: number, to: number, isText: boolean): Comment[] {
  const { text } = source;
  const found: Comment[] = [];
  // Looked up in the leaf alone: in a text without any, the whole file before it would be read for each leaf.
  const within = text.slice(first, to).lastIndexOf("-->");
  const lastEnd = within === -1 ? -1 : first + within;
  // Code spans are followed in texts of a size that people write; beyond it every run of ticks would look for its partner.
  const hasSpans = isText && to - from < 50_000;
  let at = hasSpans ? from : first;
  while (at < to) {
    if (hasSpans && text[at] === "`") {
      let run = at;
      while (text[run] === "`") run++;
      const marks = text.slice(at, run);
      const close = closingRun(text, run, to, marks);
      at = close === -1 ? run : close;
      continue;
    }
    if (text.startsWith("<!--", at)) {
      if (lastEnd < at + 4) return found;
      const end = text.indexOf("-->", at + 4);
      if (end + 3 > to) return found;
      found.push({ start: at, end: end + 3 });
      at = end + 3;
      continue;
    }
    at++;
  }
  return found;
}

function closingRun(text: string, from: number, to: number, marks: string): number {
  for (let at = text.indexOf(marks, from); at !== -1 && at < to; at = text.indexOf(marks, at)) {
    let end = at;
    while (text[end] === "`") end++;
    if (end - at === marks.length) return end;
    at = end;
  }
  return -1;
}

function readComment(source: Source, leaf: Leaf, comment: Comment, problems: Problems): Directive | null {
  const head = /^<!--\s*([A-Za-z][\w-]*)\s*:\s*(\{?)/.exec(source.text.slice(comment.start, comment.start + 200));
  if (head === null) return null;
  const word = head[1]!;
  const kind = DIRECTIVES.find((candidate) => candidate === word);
  if (kind === undefined) {
    const meant = head[2] === "{" ? nearest(word, DIRECTIVES) : null;
    if (meant !== null) {
      problems.addAt(
        "warning",
        "unknown-directive",
        comment.start,
        `"${word}" is no directive, so the comment is not in force. Did you mean "${meant}"?`,
      );
    }
    return null;
  }
  // Prose after the word (`<!-- step: see the wiki -->`) is a remark, not a directive.
  const { text, place, line } = innerText(source, leaf, comment);
  const isMapping = head[2] === "{" || /^\s*\w+\s*:\s*\n\s+[\w-]+\s*:/.test(text);
  if (!isMapping) return null;
  const simple = readFlowMap(text);
  if (simple !== null && simple.key === kind) {
    const keyed: Keyed = { values: {}, offsets: {}, offset: place(simple.at) };
    for (const entry of simple.entries) {
      keyed.values[entry.key] = entry.value;
      keyed.offsets[entry.key] = place(entry.at);
    }
    return { kind, leaf, offset: comment.start, line, keyed };
  }
  const parsed = parseYamlMap(text, place);
  const broken = parsed.problems[0];
  const keyed = broken === undefined ? inner(parsed, kind, place) : null;
  if (keyed === null) {
    const why = broken?.message ?? `"${kind}" is no mapping of keys to values`;
    problems.addAt(
      "error",
      "malformed-directive",
      broken?.at ?? comment.start,
      `The ${kind} directive cannot be read, so none of its keys is in force: ${why}.`,
    );
  }
  return { kind, leaf, offset: comment.start, line, keyed: keyed ?? { values: {}, offsets: {}, offset: comment.start } };
}

function inner(parsed: ReturnType<typeof parseYamlMap>, kind: string, place: (at: number) => number): Keyed | null {
  const contents = parsed.document?.contents;
  if (!isMap(contents)) return null;
  const pair = contents.items.find((candidate) => isScalar(candidate.key) && candidate.key.value === kind);
  try {
    return isMap(pair?.value) ? toKeyed(pair.value, parsed.document!, place) : null;
  } catch {
    return null; // too many aliases: said by the caller as "cannot be read"
  }
}

/** The text between the marks with container prefixes taken off its later lines. */
function innerText(source: Source, leaf: Leaf, comment: Comment): { text: string; place: (at: number) => number; line: number } {
  let line = leaf.line;
  while (line < leaf.endLine && source.starts[line]! <= comment.start) line++;
  const firstLine = line;
  if (comment.end <= source.ends[line - 1]!) {
    const from = comment.start + 4;
    const text = source.text.slice(from, comment.end - 3);
    return { text: text.includes("\t") ? text.replaceAll("\t", " ") : text, place: (at) => from + at, line };
  }
  const pieces: { at: number; offset: number }[] = [{ at: 0, offset: comment.start + 4 }];
  const stop = comment.end - 3;
  let text = source.text.slice(comment.start + 4, Math.min(stop, source.ends[line - 1]!));
  while (source.ends[line - 1]! < stop) {
    line++;
    const offset = contentOffset(source, line, leaf.parent);
    text += "\n";
    pieces.push({ at: text.length, offset });
    text += source.text.slice(offset, Math.min(stop, source.ends[line - 1]!));
  }
  const place = (at: number): number => {
    let piece = pieces[0]!;
    for (const candidate of pieces) if (candidate.at <= at) piece = candidate;
    return piece.offset + (at - piece.at);
  };
  // Tabs are no YAML indentation; a directive indented with them is still readable.
  return { text: text.replaceAll("\t", " "), place, line: firstLine };
}
