// What the lint rules look at: the parsed document and the places its directives were written.
// Owns the shape; the rules are in the other lint files.
import type { RunbookDocument } from "../protocol/index.ts";
import type { Reading } from "./parse.ts";
import type { Problems } from "./problems.ts";

/** What every rule gets: the parsed document, the places of its directives, and where to complain. */
export type LintInput = { document: RunbookDocument; reading: Reading; problems: Problems };

/** Offset of a step's directive key, or of the step's own line where it has none. */
export function placeOf(input: LintInput, step: number, key: string): number {
  const directive = input.reading.drafts?.[step]?.directive ?? null;
  const line = input.document.steps[step]?.line ?? 1;
  return directive?.keyed.offsets[key] ?? directive?.offset ?? input.reading.source.starts[line - 1] ?? 0;
}
