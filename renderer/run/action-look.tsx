// How an action looks and which keys its button takes, the primary one and those of other lanes alike.
// Owns: these two rules. Draws nothing.
import type { NextAction } from "../../engine/protocol/index.ts";
import type { StatusState } from "../design/index.ts";

export const ICONS: Record<NextAction["kind"], StatusState | "box"> = {
  "run-step": "open",
  "run-block": "open",
  "confirm-check": "box",
  wait: "running",
  walk: "open",
  gate: "held",
  "way-back": "failed",
  recheck: "unknown",
  judge: "unknown",
  "retry-or-skip": "failed",
  resume: "held",
  finish: "passed",
  blocked: "signoff",
  none: "passed",
};

/** In a row, where there is no room for a box: a check is open. */
export function actionIcon({ kind, needs }: NextAction): StatusState {
  if (needs !== undefined) return "open";
  const icon = ICONS[kind];
  return icon === "box" ? "open" : icon;
}

/** A focused button answers Enter and Space by itself, and again while they are held down. On production it must not, and repeats never count. */
export const keepKeys =
  (isGuarded: boolean) =>
  (event: React.KeyboardEvent): void => {
    const isPlain = !event.ctrlKey && !event.metaKey;
    if ((event.key === "Enter" || event.key === " ") && (event.repeat || (isGuarded && isPlain))) event.preventDefault();
  };
