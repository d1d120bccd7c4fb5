// Placeholders that a step still lacks: which they are, and where their drafts are kept.
// Owns: the rule as far as the window can see it. The engine takes the values, records them, and refuses what a shell would misread.
import type { RunbookDocument, Step, StepState } from "../../engine/protocol/index.ts";

/** Names without a value, in reading order; a secret is never filled into a command, so that it is not asked for here. */
export function missingIn(step: Step, values: Record<string, string>, secrets: ReadonlySet<string>): string[] {
  const wanted = new Set(step.blocks.filter((block) => block.runnable).flatMap((block) => block.placeholders));
  return [...wanted].filter((name) => values[name] === undefined && !secrets.has(name));
}

export const secretsOf = (document: RunbookDocument): ReadonlySet<string> =>
  new Set(document.params.filter((param) => param.type === "secret").map((param) => param.name));

/** Only a step that has not begun is filled: what ran once keeps the values it ran with. */
export function canFill(
  step: Step | undefined,
  state: StepState | undefined,
  values: Record<string, string>,
  secrets: ReadonlySet<string>,
): boolean {
  if (step === undefined || state?.status !== "todo" || state.unsupported.length > 0) return false;
  return missingIn(step, values, secrets).length > 0;
}

export const fillKey = (step: string, name: string): string => `${step} <${name}>`;
/** DOM id of a placeholder's field, so that the primary action can lead to it. */
export const fillFieldId = (run: string, step: string, name: string): string => `fill-${run}-${step}-${name}`;

/** The drafts of a step's missing placeholders; null while one is empty. */
export function filled(step: string, names: string[], drafts: Record<string, string>): Record<string, string> | null {
  const given = names.map((name) => [name, (drafts[fillKey(step, name)] ?? "").trim()] as const);
  return given.every(([, value]) => value !== "") ? Object.fromEntries(given) : null;
}
