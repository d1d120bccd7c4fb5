// When the one primary key may act: which keystroke it is, and how long an action must have stood still.
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

export type Keystroke = {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
  isComposing: boolean;
};
/** Where the focus is: `terminal`, `control` (a field, button, link or menu that has its own Enter), or neither. */
export type FocusPlace = "terminal" | "control" | "elsewhere";

/** Whether a keystroke means the primary action. A held-down key repeats and never counts. */
export function isPrimaryKey(stroke: Keystroke, guarded: boolean, focus: FocusPlace): boolean {
  if (stroke.key !== "Enter" || stroke.repeat || stroke.isComposing || stroke.altKey || stroke.shiftKey) return false;
  if (stroke.ctrlKey || stroke.metaKey) return true;
  return !guarded && focus === "elsewhere";
}

/** What the button says its key is, given where the focus is. */
export function primaryKeyLabel(guarded: boolean, focus: FocusPlace, isMac: boolean): string[] {
  if (!guarded && focus !== "terminal") return ["Enter"];
  return [isMac ? "⌘" : "Ctrl", "Enter"];
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
