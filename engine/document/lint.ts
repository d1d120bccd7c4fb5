// Lint: what a careful colleague would say about a runbook before the night. Owns the order of the rules;
// they are in lint-*.ts. What walks round the cluster pin is found in engine/cluster and joined by the caller.
import type { Diagnostic, RunbookDocument } from "../protocol/index.ts";
import { lintBlocks } from "./lint-blocks.ts";
import type { LintInput } from "./lint-input.ts";
import { lintReferences } from "./lint-references.ts";
import { lintSense } from "./lint-sense.ts";
import { lintText } from "./lint-text.ts";
import { MAX_FILE_BYTES, readStructure } from "./parse.ts";
import { createProblems, sortProblems } from "./problems.ts";

/**
 * Everything lint finds, without what is in `document.diagnostics` already. `source` are the bytes the document was
 * parsed from. Never throws.
 */
export function lintDocument(document: RunbookDocument, source: Uint8Array): Diagnostic[] {
  if (source.length > MAX_FILE_BYTES) return [];
  try {
    const reading = readStructure(source, { path: "", isPlain: true });
    const input: LintInput = { document, reading, problems: createProblems(reading.source) };
    lintReferences(input);
    lintBlocks(input);
    lintSense(input);
    lintText(input);
    return sortProblems(input.problems.list);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ line: 1, column: 1, severity: "error", code: "lint-failed", message: `Lint could not look at this file (${why}).` }];
  }
}
