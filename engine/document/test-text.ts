// Small helpers of this room's tests. Owns nothing; never imported by the product.
import type { Block, Diagnostic, RunbookDocument } from "../protocol/index.ts";
import { RunbookDocument as Schema } from "../protocol/index.ts";
import { lintDocument } from "./lint.ts";
import { parseDocument } from "./parse.ts";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Parses and holds the result against the protocol's schema. */
export function read(text: string, path = "runbooks/test.md"): RunbookDocument {
  const document = parseDocument(bytes(text), { path });
  Schema.parse(document);
  return document;
}

/** The only fence of a text. */
export function onlyBlock(text: string): Block {
  const blocks = blocksOf(read(text));
  if (blocks.length !== 1) throw new Error(`expected one block, found ${blocks.length}`);
  return blocks[0]!;
}

/** A fence of this language with these lines, as parsed. */
export const fence = (info: string, ...lines: string[]): Block => onlyBlock(`# T\n\n~~~~~${info}\n${lines.join("\n")}\n~~~~~\n`);

export function blocksOf(document: RunbookDocument): Block[] {
  return [
    ...document.steps.flatMap((step) => step.blocks),
    ...document.categories.flatMap((category) => category.items.flatMap((item) => item.blocks)),
    ...document.otherBlocks,
  ].sort((a, b) => a.line - b.line);
}

export const codes = (diagnostics: Diagnostic[]): string[] => diagnostics.map((diagnostic) => diagnostic.code);
export const lint = (text: string): Diagnostic[] => lintDocument(read(text), bytes(text));
/** `line:column code` of each diagnostic. */
export const places = (diagnostics: Diagnostic[]): string[] => diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`);
