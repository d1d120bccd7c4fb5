// Everything that is found in a text without running it: what the parser says, what lint says, what walks round the cluster pin.
// Owns: joining them, each once, in the order of the lines. Finds nothing itself but where a bypass stands in the file.
import { findBypasses } from "../cluster/index.ts";
import type { Block, Diagnostic, RunbookDocument } from "../protocol/index.ts";

/** `linted` is what lintDocument gave for this very document. */
export function findingsOf(document: RunbookDocument, linted: Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return [...document.diagnostics, ...linted, ...bypasses(document)]
    .filter((one) => {
      const key = JSON.stringify([one.line, one.column, one.code, one.message]);
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Where a command line of a block stands in the file: prompts were stripped and sample output left out, so lines are matched in order. */
function placeOf(block: Block, line: number, column: number): { line: number; column: number } {
  const commands = block.commands.split("\n");
  const shown = block.text.split("\n");
  let at = -1;
  let shift = 0;
  for (let index = 0; index < line; index += 1) {
    const wanted = commands[index] ?? "";
    const next = shown.findIndex((text, position) => position > at && text.endsWith(wanted));
    if (next < 0) break;
    at = next;
    shift = (shown[next] ?? "").length - wanted.length;
  }
  return { line: block.line + Math.max(at, 0) + 1, column: column + shift };
}

/** Warnings for commands that choose a cluster by themselves (CLUSTER.md): the pin cannot hold them. */
function bypasses(document: RunbookDocument): Diagnostic[] {
  const blocks = [
    ...document.steps.flatMap((step) => step.blocks),
    ...document.categories.flatMap((one) => one.items.flatMap((item) => item.blocks)),
  ];
  return blocks
    .filter((block) => block.runnable)
    .flatMap((block) =>
      findBypasses(block.commands).map((found) => ({
        ...placeOf(block, found.line, found.column),
        severity: "warning" as const,
        code: "walks-round-the-pin",
        message: `${found.what}: this command may reach another cluster than the one the run is pinned to. Take it out, and choose the cluster with the run.`,
      })),
    );
}
