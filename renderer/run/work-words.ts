// Words for values, loops and transcribed work. Pure. Owns: these words.
import type { LoopState, StepState, ValueFact, ValueView } from "../../engine/protocol/index.ts";
import { formatBytes, formatDuration, formatMoment } from "../design/index.ts";

export const kindWords = ({ kind }: Pick<ValueView, "kind">): string => (kind === "captured" ? "captured from output" : kind);

export function howWords({ how, value, step }: Pick<ValueFact, "how" | "value" | "step">): string {
  const to = value === null ? "" : ` ${value === "" ? "empty" : value}`;
  switch (how) {
    case "start":
      return value === null ? "gave it at the start" : `set${to} at the start`;
    case "given":
      return `gave${to}${step === "" ? "" : ` for step ${step}`}`;
    case "captured":
      return `measured${to}${step === "" ? "" : ` in step ${step}`}`;
    case "changed":
      return value === null ? "changed it" : `changed it to${to}`;
    case "amended":
      return `set${to} with a new text`;
    case "again":
      return "gave it again after a restart";
    default:
      return how satisfies never;
  }
}

export const openLoops = (loops: readonly LoopState[] | undefined): LoopState[] => (loops ?? []).filter((one) => one.closedAt === null);

/** `due in 12:04`, `overdue by 3:10`, `open for 1:02:00`. */
export function dueWords(loop: LoopState, nowMs: number): string {
  if (loop.by === null) return `open for ${formatDuration(Math.max(0, nowMs - Date.parse(loop.openedAt)))}`;
  const left = Date.parse(loop.by) - nowMs;
  return left > 0 ? `due in ${formatDuration(left)}` : `overdue by ${formatDuration(-left)}`;
}

/** The one that presses most, and how many there are. */
export function loopsWords(loops: readonly LoopState[], nowMs: number): { text: string; isOverdue: boolean } {
  const first = [...loops].sort((a, b) => (a.by ?? "9").localeCompare(b.by ?? "9"))[0];
  if (!first) return { text: "", isOverdue: false };
  const more = loops.length === 1 ? "" : `, ${loops.length - 1} more`;
  return { text: `${first.name}: ${dueWords(first, nowMs)}${more}`, isOverdue: first.by !== null && Date.parse(first.by) <= nowMs };
}

export function manualWords(manual: NonNullable<StepState["manual"]>, zone: string): string {
  const parts = [
    `done elsewhere by ${manual.performedBy}${manual.place === "" ? "" : ` (${manual.place})`}, ${formatMoment(manual.claimedAt, zone)} as claimed`,
    `written down by ${manual.recordedBy}, ${formatMoment(manual.enteredAt, zone)}`,
    manual.value === null ? "" : `value ${manual.value}`,
    manual.note,
  ];
  return parts.filter((part) => part !== "").join("; ");
}

export const attachedWords = ({ name, bytes, sha256 }: { name: string; bytes: number; sha256: string }): string =>
  `${name}, ${formatBytes(bytes)}, SHA-256 ${sha256.slice(0, 12)}…`;
