// A hold point in words: which roles still have to sign, who has, what overtook a signature, and who refused.
// Owns: the sentences. Who may sign and what a signature covers is the engine's.
import type { RunHeader, StepState } from "../../engine/protocol/index.ts";

/** Roles that have not signed; a role that is asked twice stays until it has signed twice. */
export function missingRoles({ signoff }: StepState): string[] {
  const missing = [...(signoff?.roles ?? [])];
  for (const { role } of signoff?.signed ?? []) {
    const at = missing.indexOf(role);
    if (at >= 0) missing.splice(at, 1);
  }
  return missing;
}

/** Not begun, and waiting for a signature. */
export const isHeldBySignature = (state: StepState): boolean => state.status === "todo" && missingRoles(state).length > 0;

export const listWords = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** `waits for release-manager`, `released by Mira Olsen`, `rejected by Ben Okafor: …`; "" where nobody is to sign or the step is done. */
export function holdWords(state: StepState): string {
  const { signoff } = state;
  if (signoff === undefined || state.status !== "todo") return "";
  if (signoff.rejected) return `rejected by ${signoff.rejected.name}: ${signoff.rejected.reason}`;
  const missing = missingRoles(state);
  if (missing.length === 0) return `released by ${listWords(signoff.signed.map((one) => one.name))}`;
  const stale = staleOf(state);
  return `waits for ${listWords(missing)}${stale.length === 0 ? "" : stale.length === 1 ? ", a signature is stale" : `, ${stale.length} signatures are stale`}`;
}

/** Stale signatures whose role has not signed again since: one that was given anew needs no word any more. */
export function staleOf(state: StepState): NonNullable<NonNullable<StepState["signoff"]>["stale"]> {
  const missing = new Set(missingRoles(state));
  const latest = new Map((state.signoff?.stale ?? []).filter((one) => missing.has(one.role)).map((one) => [one.role, one]));
  return [...latest.values()];
}

/** Of a step that is done: that a signature which released it counts no more. */
export const overtakenWords = (state: StepState): string =>
  state.status === "done" && staleOf(state).length > 0 ? "released by a signature that is stale now" : "";

/** The roles that the run waits for, where a signature is the next thing; null otherwise. */
export function waitsFor({ status, nextAction }: Pick<RunHeader, "status" | "nextAction">): string | null {
  if (status !== "active" || nextAction.kind !== "blocked" || nextAction.signs === undefined) return null;
  return listWords(nextAction.signs.roles);
}

/** What a step has to do with a text that is no longer in force. */
export function textWords(state: StepState): string {
  if (state.removed === true) return "no longer in the text";
  return state.earlierText === true ? "under an earlier text" : "";
}
