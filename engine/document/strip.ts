// Takes the marks of quotes and lists off a line of the source, column by column as CommonMark counts them.
// Owns de-indentation. Reads the source again rather than a parser's copy, so that tabs and line ends stay as written.
import type { Source } from "./source.ts";
import type { Container, Leaf } from "./tree.ts";

const TAB = 9;
const SPACE = 32;

/** A place in a line; `split` counts the columns left of a tab that a container cut through. */
type Place = { at: number; column: number; split: number };

/** Where the content of `container` begins on `line`. A lazy line stops at the first container it does not carry. */
function contentPlace(source: Source, line: number, container: Container): Place {
  const chain: Container[] = [];
  for (let node: Container | null = container; node !== null; node = node.parent) {
    if (node.kind === "quote" || node.kind === "item") chain.push(node);
  }
  const place: Place = { at: source.starts[line - 1]!, column: 0, split: 0 };
  const end = source.ends[line - 1]!;
  for (let index = chain.length - 1; index >= 0; index--) {
    const node = chain[index]!;
    if (node.kind === "quote") {
      const before = { ...place };
      skipBlanks(source.text, end, place, 3);
      if (source.text.charCodeAt(place.at) !== 62 || place.at >= end || place.split > 0) return before;
      place.at++;
      place.column++;
      skipBlanks(source.text, end, place, 1);
    } else if (node.line === line) {
      // The marker itself is passed character by character; it holds no tab.
      skipBlanks(source.text, end, place, node.markerOffset);
      const marker = node.contentColumns - node.markerOffset;
      const markerWidth = markerChars(source.text, place.at, end);
      place.at += markerWidth;
      place.column += markerWidth;
      skipBlanks(source.text, end, place, marker - markerWidth);
    } else {
      const before = { ...place };
      if (skipBlanks(source.text, end, place, node.contentColumns) < node.contentColumns) {
        if (!isBlankFrom(source.text, place.at, end)) return before;
        return { at: end, column: place.column, split: 0 };
      }
    }
  }
  return place;
}

function markerChars(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return Math.min(at + 1, end) - from;
}

function isBlankFrom(text: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (text.charCodeAt(at) !== SPACE && text.charCodeAt(at) !== TAB) return false;
  return true;
}

/** Passes up to `count` columns of blanks; returns how many it passed. */
function skipBlanks(text: string, end: number, place: Place, count: number): number {
  let left = count;
  while (left > 0 && place.at < end) {
    const code = text.charCodeAt(place.at);
    if (code === TAB) {
      const width = place.split > 0 ? place.split : 4 - (place.column % 4);
      const taken = Math.min(width, left);
      place.column += taken;
      left -= taken;
      place.split = width - taken;
      if (place.split === 0) place.at++;
    } else if (code === SPACE) {
      place.at++;
      place.column++;
      left--;
    } else break;
  }
  return count - left;
}

/** Offset where the content of `container` begins on `line`; a tab that is cut through counts as content. */
export function contentOffset(source: Source, line: number, container: Container): number {
  return container.parent === null ? source.starts[line - 1]! : contentPlace(source, line, container).at;
}

/** One line without the marks of `container` and of what is around it; the rest of a split tab becomes spaces. */
export function strippedLine(source: Source, line: number, container: Container): string {
  if (container.parent === null) return source.text.slice(source.starts[line - 1], source.ends[line - 1]);
  const { at, split } = contentPlace(source, line, container);
  return split > 0 ? " ".repeat(split) + source.text.slice(at + 1, source.ends[line - 1]) : source.text.slice(at, source.ends[line - 1]);
}

/** Lines joined by line feeds, stripped for `container`. */
export function strippedLines(source: Source, line: number, endLine: number, container: Container): string {
  if (container.parent === null && !source.hasCarriage) return source.text.slice(source.starts[line - 1], source.ends[endLine - 1]);
  let joined = "";
  for (let at = line; at <= endLine; at++) joined += (at === line ? "" : "\n") + strippedLine(source, at, container);
  return joined;
}

export type FenceContent = {
  /** As in the source with its line ends, de-indented as CommonMark says. */
  text: string;
  /** The same with line feeds, and with a split tab kept whole: spaces in its place would break `<<-EOF`. */
  lines: string[];
  /** Offset in the source where each line begins. */
  offsets: number[];
};

/** Content of a fence, cut from the source. */
export function fenceContent(source: Source, leaf: Leaf): FenceContent {
  const last = leaf.isClosed ? leaf.endLine - 1 : leaf.endLine;
  const lines: string[] = [];
  const offsets: number[] = [];
  let text = "";
  for (let line = leaf.line + 1; line <= last; line++) {
    const end = source.ends[line - 1]!;
    const place =
      leaf.parent.parent === null ? { at: source.starts[line - 1]!, column: 0, split: 0 } : contentPlace(source, line, leaf.parent);
    if (leaf.level > 0) skipBlanks(source.text, end, place, leaf.level);
    const rest = source.text.slice(place.at, end);
    const next = source.starts[line] ?? source.text.length;
    const lineEnd = source.text.slice(end, next);
    lines.push(rest);
    offsets.push(place.at);
    text += (place.split > 0 ? " ".repeat(place.split) + rest.slice(1) : rest) + lineEnd;
  }
  return { text, lines, offsets };
}
