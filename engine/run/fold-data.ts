// What a fold reads events with, and how it changes a step or a block. Owns: reading untrusted data, and replacing instead of changing.
// A missing or wrong key gives the neutral value, never an exception.
import type { BlockState, StepState, Verdict } from "../protocol/index.ts";
import type { RunState } from "./state.ts";

export type Data = Record<string, unknown>;

export function changeStep(state: RunState, id: string, change: (step: StepState) => Partial<StepState>) {
  const position = state.positions.get(id);
  const step = position === undefined ? undefined : state.steps[position];
  if (position === undefined || !step) return;
  state.steps[position] = { ...step, ...change(step) };
}

export function changeBlock(state: RunState, id: string, index: number, change: (block: BlockState) => Partial<BlockState>) {
  changeStep(state, id, (step) => ({
    blocks: step.blocks.map((block) => (block.index === index ? { ...block, ...change(block) } : block)),
  }));
}

export const verdictOf = (outcome: string): Verdict =>
  outcome === "passed" || outcome === "failed" || outcome === "skipped" ? outcome : "unknown";

export const text = (data: Data, key: string): string => (typeof data[key] === "string" ? data[key] : "");
export const textOrNull = (data: Data, key: string): string | null => (typeof data[key] === "string" ? data[key] : null);
export const numberOrNull = (data: Data, key: string): number | null => (Number.isSafeInteger(data[key]) ? (data[key] as number) : null);
export const whole = (data: Data, key: string): number => Math.max(0, numberOrNull(data, key) ?? 0);
export const texts = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries((value ?? {}) as Data).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
export const sum = (value: unknown): number =>
  Object.values((value ?? {}) as Data).reduce((total: number, count) => total + (Number.isSafeInteger(count) ? (count as number) : 0), 0);
