// The one action of the moment, as an act that can be taken: armed, not twice, with what it needs.
// Owns: from NextAction to method and params. Does not ask questions (asking.tsx) nor draw.
import { useEffect, useRef, useState } from "react";
import type { NextAction, RunbookDocument, RunId, SignSubject } from "../../engine/protocol/index.ts";
import { type Arming, actionKey, armingLeftMs, follow } from "./arming.ts";

/** What the primary action does, with what it still needs from a person. */
export type Plan =
  | {
      type: "act";
      method: "run.step" | "run.block" | "run.retry" | "run.check";
      step: string;
      block: number | null;
      check: number | null;
      typed: string | null;
    }
  | { type: "value"; step: string; check: number }
  | { type: "fill"; step: string }
  | { type: "recheck"; step: string; block: number }
  | { type: "judge"; step: string }
  | { type: "walked"; step: string; block: number }
  | { type: "resume" }
  | { type: "finish" }
  | { type: "gate"; step: string; block: number | null }
  | { type: "way-back"; step: string }
  /** With the roles that still have to sign. */
  | { type: "sign"; subject: SignSubject; roles: string[] }
  | { type: "none" };

/** `canFill`: what keeps the step from starting is a placeholder that a person can fill in. */
export function planOf(action: NextAction, document: RunbookDocument, drafts: Record<string, string>, canFill = false): Plan {
  const step = action.step;
  const typed = action.typed;
  switch (action.kind) {
    case "run-step":
      return step === null ? { type: "none" } : { type: "act", method: "run.step", step, block: null, check: null, typed };
    case "run-block":
      return step === null || action.block === null
        ? { type: "none" }
        : { type: "act", method: "run.block", step, block: action.block, check: null, typed };
    case "confirm-check": {
      if (step === null || action.check === null) return { type: "none" };
      const check = document.steps.find((one) => one.id === step)?.checks[action.check];
      // Chosen or pasted at the check itself; attaching it confirms it.
      if (check?.value === "file" || check?.value === "picture") return { type: "value", step, check: action.check };
      const needsValue = check?.value !== null && check?.value !== undefined && (drafts[draftKey(step, action.check)] ?? "").trim() === "";
      if (needsValue) return { type: "value", step, check: action.check };
      return { type: "act", method: "run.check", step, block: null, check: action.check, typed: null };
    }
    case "recheck":
      return step === null || action.block === null ? { type: "none" } : { type: "recheck", step, block: action.block };
    case "judge":
      return step === null ? { type: "none" } : { type: "judge", step };
    case "retry-or-skip":
      return step === null ? { type: "none" } : { type: "act", method: "run.retry", step, block: null, check: null, typed };
    case "gate":
      return step === null ? { type: "none" } : { type: "gate", step, block: action.block };
    case "way-back":
      return step === null ? { type: "none" } : { type: "way-back", step };
    case "resume":
      return { type: "resume" };
    case "finish":
      return { type: "finish" };
    case "blocked":
      if (action.signs !== undefined) return { type: "sign", ...action.signs };
      return step !== null && canFill ? { type: "fill", step } : { type: "none" };
    case "walk":
      return step === null || action.block === null ? { type: "none" } : { type: "walked", step, block: action.block };
    case "wait":
    case "none":
      return { type: "none" };
    default:
      action.kind satisfies never;
      return { type: "none" };
  }
}
export const draftKey = (step: string, check: number): string => `${step} ${check}`;
/** DOM id of a check's value field, so that the primary action can lead to it. */
export const valueFieldId = (run: RunId | string, step: string, check: number): string => `value-${run}-${step}-${check}`;

/** Whether the action on screen has stood long enough to be taken. Follows the action; renders again when it is armed. */
export const useArmed = (action: NextAction): boolean => useArmedKey(actionKey(action));

/** The same of anything that is told from what came before it by a key. */
export function useArmedKey(key: string): boolean {
  const arming = useRef<Arming | null>(null);
  const [armedKey, setArmedKey] = useState<string | null>(null);
  useEffect(() => {
    arming.current = follow(arming.current, key, performance.now());
    const timer = setTimeout(() => setArmedKey(key), armingLeftMs(arming.current, performance.now()));
    return () => clearTimeout(timer);
  }, [key]);
  return armedKey === key;
}
