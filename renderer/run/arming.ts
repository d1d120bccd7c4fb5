// When the one primary action may be taken: by which key, and how long an action must have stood still.
// Owns: the rule of LOOK.md ("a keystroke meant for the last screen decides nothing"). Does not act.
import type { NextAction, RunHeader } from "../../engine/protocol/index.ts";

/** An action that changed under the hand is armed after this long (LOOK.md); a double press takes about 200 ms. */
export const ARMING_MS = 800;

/** Two actions are the same only if deciding them means the same thing. */
export function actionKey(action: NextAction): string {
  return [action.kind, action.step ?? "", action.block ?? "", action.check ?? "", action.typed ?? "", action.button].join("\u0000");
}

/** Production, or a live cluster nobody has classed yet: the plain Enter decides nothing there. */
export function isGuarded(header: Pick<RunHeader, "mode" | "clusters">): boolean {
  return header.mode === "live" && header.clusters.some((pin) => pin.class === "production" || pin.class === null);
}

/** The keys of the primary action, in the words of renderer/app/keys.ts. Where a terminal or a control has the focus, the plain Enter is theirs. */
export function primaryKeys(guarded: boolean): { combo: string; scope: "free" | "always" }[] {
  const everywhere = { combo: "Mod+Enter", scope: "always" } as const;
  return guarded ? [everywhere] : [{ combo: "Enter", scope: "free" }, everywhere];
}
/** The key printed on the button: the one that works where the focus is now. */
export function primaryKeyLabel(guarded: boolean, isTerminalFocused: boolean): string {
  return guarded || isTerminalFocused ? "Mod+Enter" : "Enter";
}

export type Arming = { key: string; since: number };
/** Follows the action: a new one starts a new wait, the same one goes on counting. Times in milliseconds of one clock. */
export function follow(arming: Arming | null, key: string, now: number): Arming {
  return arming?.key === key ? arming : { key, since: now };
}
/** Milliseconds until the action is armed; 0 when it is. */
export function armingLeftMs(arming: Arming | null, now: number): number {
  return arming ? Math.max(0, ARMING_MS - (now - arming.since)) : ARMING_MS;
}
