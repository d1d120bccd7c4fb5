// A command cut into pieces, so that what was filled in can be told from what was written.
// Owns: the cutting. Does not fill placeholders: the engine does, and what it sent is shown as it was sent.
import type { Block } from "../../engine/protocol/index.ts";

export type Piece = { kind: "text" | "value" | "missing" | "variable" | "comment"; text: string; name: string };

/**
 * Pieces of what a block runs. Before it ran: the source with the values known so far. After: exactly what was sent;
 * its values are marked only where the source filled in gives the very same text.
 */
export function piecesOf(block: Block, values: Record<string, string>, resolved: string | null, variables: ReadonlySet<string>): Piece[] {
  const filled: Piece[] = [];
  let at = 0;
  for (const span of block.placeholderSpans) {
    if (span.start > at) filled.push({ kind: "text", text: block.commands.slice(at, span.start), name: "" });
    const value = values[span.name];
    if (value === undefined) filled.push({ kind: "missing", text: span.text, name: span.name });
    else filled.push({ kind: "value", text: value, name: span.name });
    at = span.end;
  }
  if (at < block.commands.length) filled.push({ kind: "text", text: block.commands.slice(at), name: "" });
  const text = filled.map((piece) => piece.text).join("");
  const pieces = resolved === null || trimmed(resolved) === trimmed(text) ? filled : [{ kind: "text" as const, text: resolved, name: "" }];
  return trimEnd(pieces.flatMap((piece) => (piece.kind === "text" ? variablesIn(piece.text, variables) : [piece])));
}
function trimmed(text: string): string {
  return text.replace(/\s+$/, "");
}
/** The last line end of a fence is not a line of its own on screen. */
function trimEnd(pieces: Piece[]): Piece[] {
  const last = pieces.at(-1);
  if (!last) return pieces;
  return [...pieces.slice(0, -1), { ...last, text: trimmed(last.text) }];
}
/** Marks `$NAME` and `${NAME}` of declared parameters, and lines that are comments. */
function variablesIn(text: string, variables: ReadonlySet<string>): Piece[] {
  const pieces: Piece[] = [];
  const pattern = /(^[ \t]*#[^\n]*)|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/gm;
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    const name = found[2] ?? found[3] ?? "";
    const isComment = found[1] !== undefined;
    if (!isComment && !variables.has(name)) continue;
    if (found.index > at) pieces.push({ kind: "text", text: text.slice(at, found.index), name: "" });
    pieces.push({ kind: isComment ? "comment" : "variable", text: found[0], name });
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ kind: "text", text: text.slice(at), name: "" });
  return pieces;
}
/** Names of declared parameters that a command reads, in order, each once. */
export function variablesUsed(text: string, variables: ReadonlySet<string>): string[] {
  const used = new Set<string>();
  for (const piece of variablesIn(text, variables)) if (piece.kind === "variable") used.add(piece.name);
  return [...used];
}
