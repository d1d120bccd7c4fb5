// GFM tables in a paragraph of the source: which lines are a table, and its cells as written (GFM 4.10).
// Owns the cutting of rows, with the line each stands on. What a table means is table-items.ts; its HTML is marked's.
import type { Source } from "./source.ts";
import { strippedLine } from "./strip.ts";
import type { Leaf } from "./tree.ts";

export type TableRow = { line: number; cells: string[] };
export type Table = { leaf: Leaf; header: string[]; rows: TableRow[] };

/** Every cell of the second line. */
const DELIMITER = /^:?-+:?$/;
const COMMENTS = /<!--[\s\S]*?(?:-->|$)/g;

/** The table that a paragraph is or ends with, or null. A row goes to the paragraph's end, as in GFM: only a blank line or another block ends it. */
export function readTable(source: Source, leaf: Leaf): Table | null {
  if (leaf.kind !== "paragraph" || leaf.isRaw || leaf.endLine === leaf.line) return null;
  for (let line = leaf.line + 1; line <= leaf.endLine; line++) {
    const text = lineOf(source, leaf, line);
    const delimiters = text.includes("|") ? cellsOf(text) : [];
    if (delimiters.length === 0 || !delimiters.every((cell) => DELIMITER.test(cell))) continue;
    const header = cellsOf(lineOf(source, leaf, line - 1));
    if (header.length !== delimiters.length) continue;
    const rows: TableRow[] = [];
    for (let at = line + 1; at <= leaf.endLine; at++) rows.push({ line: at, cells: cellsOf(lineOf(source, leaf, at)) });
    return { leaf, header, rows };
  }
  return null;
}

const lineOf = (source: Source, leaf: Leaf, line: number): string =>
  line === leaf.line ? source.text.slice(leaf.offset, source.ends[line - 1]) : strippedLine(source, line, leaf.parent);

/** Cells of a row, trimmed, comments left out. `\|` is a pipe in a cell, also inside code (GFM example 200). */
export function cellsOf(line: string): string[] {
  const text = (line.includes("<!--") ? line.replaceAll(COMMENTS, "") : line).trim();
  const cells: string[] = [];
  let cell = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === "\\" && text[at + 1] === "|") {
      cell += "|";
      at++;
    } else if (char === "|") {
      cells.push(cell.trim());
      cell = "";
    } else cell += char;
  }
  // A pipe at either end is a border, not a cell.
  if (!text.endsWith("|") || text.endsWith("\\|")) cells.push(cell.trim());
  if (text.startsWith("|")) cells.shift();
  return cells;
}
