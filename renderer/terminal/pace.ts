// Speeds of a replay, and how far it is. Owns: their words and that arithmetic. Pure.
import type { Playing } from "../../engine/protocol/index.ts";

export const SPEEDS: readonly { value: string; word: string }[] = [
  { value: "0.5", word: "half speed" },
  { value: "1", word: "real speed" },
  { value: "2", word: "2 times" },
  { value: "4", word: "4 times" },
  { value: "10", word: "10 times" },
  { value: "60", word: "60 times" },
  { value: "0", word: "at once" },
];
export const speedWord = (speed: number): string => SPEEDS.find((one) => Number(one.value) === speed)?.word ?? `${speed} times`;

/** Recorded milliseconds shown by `now`, as far as the last word of the engine and its speed say. */
export function playedBy({ playedMs, totalMs, at, isPaused }: Playing, speed: number, now: number): number {
  if (isPaused) return Math.min(playedMs, totalMs);
  return Math.min(totalMs, playedMs + Math.max(0, now - Date.parse(at)) * speed);
}
