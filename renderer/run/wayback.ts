// The ways back as the window shows them: which is before the person first, and the words for promise, deadline and validity.
// Owns: choice and words. What there is, and what it undoes, the engine says.
import type { RunHeader, StepState, Trouble, WayBackCandidate, WayBackView } from "../../engine/protocol/index.ts";
import { formatDuration, formatMinute } from "../design/format.ts";

export const TROUBLE_WORDS: Record<Trouble, string> = {
  "critical-bug": "Critical bug",
  performance: "Performance",
  data: "Data",
  security: "Security",
};

export const KIND_WORDS: Record<WayBackCandidate["kind"], string> = {
  step: "A step's own",
  run: "The whole run",
  emergency: "Emergency",
  procedure: "Procedure",
};

/** Gone back from, verified, and nothing begun since. */
export function isRecovered({ undoneBy }: Pick<RunHeader, "undoneBy">): boolean {
  const last = undoneBy?.at(-1);
  return last?.status === "recovered" && last.isPast !== true;
}

/** In the order in which they are offered: for a trouble those that serve it, best first; what is gone comes last and stays in sight. */
export function offered({ candidates, byTrouble }: WayBackView, trouble: Trouble | null): WayBackCandidate[] {
  const isGone = (one: WayBackCandidate): number => Number(one.gone !== "");
  if (trouble === null) return candidates.toSorted((a, b) => isGone(a) - isGone(b));
  const best = byTrouble[trouble];
  return [...best.flatMap((id) => candidates.filter((one) => one.id === id)), ...candidates.filter((one) => one.gone !== "")];
}

/** The one that is chosen at first: that of the step that was asked for, else the first that can be taken. */
export function firstChoice(candidates: readonly WayBackCandidate[], step: string | null): string | null {
  const open = candidates.filter((one) => one.gone === "");
  const asked = open.find(
    (one) => step !== null && (one.step === step || (one.kind === "step" && one.undoes.some(({ id }) => id === step))),
  );
  return (asked ?? open[0])?.id ?? null;
}

export const promiseWords = ({ targetMs }: Pick<WayBackCandidate, "targetMs">): string =>
  targetMs === null ? "no time promised" : `promised under ${formatDuration(targetMs)}`;

/** Until when it can be begun and still be verified within the window; "" without a window. */
export function latestWords(latest: string | null | undefined, now: number): { words: string; isLate: boolean } | null {
  if (latest == null) return null;
  const isLate = now > Date.parse(latest);
  return { words: `${isLate ? "had to begin by" : "must begin by"} ${formatMinute(latest)} UTC`, isLate };
}

export function validWords({ validUntil, isExpired }: Pick<WayBackCandidate, "validUntil" | "isExpired">, now: number): string {
  if (validUntil === null) return "";
  const left = Date.parse(validUntil) - now;
  return isExpired || left <= 0 ? `ran out ${formatDuration(-left)} ago` : `valid for another ${formatDuration(left)}`;
}

/** What stands on the button of the situation bar: the promise of the way back that comes first. */
export function nearestWords(steps: readonly StepState[], focus: string | null): string {
  const begun = steps.filter((step) => step.startedAt !== null && step.undone === undefined && step.rollback !== undefined);
  const nearest = begun.find((step) => step.id === focus) ?? begun.at(-1);
  if (nearest?.rollback === undefined) return "none named";
  const { targetMs, isExpired } = nearest.rollback;
  return isExpired ? "ran out" : targetMs === null ? "no time promised" : `under ${formatDuration(targetMs)}`;
}
