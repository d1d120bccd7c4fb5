// One text being searched: the output itself, or the payload of a string sequence (title, link, clipboard) inside it.
// Owns: where the search stands, and the gaps between the units of the shadow text. Indices are those of the stream's buffer.
import type { Candidate } from "./redactor-candidates.ts";
import { type Machine, SPECIAL } from "./redactor-machine.ts";

/** Output between two shadow units: an escape sequence, or a line break or wrap (dropped where it stands inside a secret). */
export type Gap = { start: number; end: number; isKept: boolean };
export type Context = {
  state: number;
  candidates: Candidate[];
  gaps: Gap[];
  /** A point (and the state there) from which the way to a later state can be gone again. */
  markIndex: number;
  markState: number;
  /** Index after the last hit counted for each known value. */
  lastHit: Map<string, number>;
};

export function makeContext(): Context {
  return { state: 0, candidates: [], gaps: [], markIndex: 0, markState: 0, lastHit: new Map() };
}

export function resetContext(context: Context, index: number): void {
  context.state = 0;
  context.candidates = [];
  context.gaps = [];
  context.markIndex = index;
  context.markState = 0;
  context.lastHit.clear();
}

export function addGap(context: Context, start: number, end: number, isKept: boolean): void {
  context.markIndex = end;
  context.markState = context.state;
  // Where nothing is under way, nothing will be measured over this gap.
  if (context.state === 0 && context.candidates.length === 0) return;
  const { gaps } = context;
  const last = gaps[gaps.length - 1];
  if (last !== undefined && last.end === start && last.isKept === isKept) last.end = end;
  else gaps.push({ start, end, isKept });
}

/** Index at which the last `length` shadow units before `end` begin; 0 when the beginning was given out already. */
export function startOf(context: Context, length: number, end: number): number {
  let at = end;
  let need = length;
  for (let index = context.gaps.length - 1; index >= 0; index -= 1) {
    const gap = context.gaps[index]!;
    if (gap.end > at) continue;
    const between = at - gap.end;
    if (between >= need) return at - need;
    need -= between;
    at = gap.start;
  }
  return Math.max(0, at - need);
}

/** The state after the shadow units up to `end`. Linear, since every gap sets the mark and units are gone over again from there. */
export function stateAt(context: Context, machine: Machine, text: string, end: number): number {
  return walk(context, machine, text, context.markIndex, context.markState, end);
}

/** New tables: the text that is still held is gone over again from its beginning. */
export function restate(context: Context, machine: Machine, text: string, end: number): void {
  context.state = walk(context, machine, text, 0, 0, end);
  context.markIndex = end;
  context.markState = context.state;
}

function walk(context: Context, machine: Machine, text: string, from: number, fromState: number, end: number): number {
  const { gaps } = context;
  let state = fromState;
  let gap = gaps.findLastIndex((one) => one.end <= from) + 1;
  for (let index = from; index < end; index += 1) {
    while (gap < gaps.length && gaps[gap]!.end <= index) gap += 1;
    if (gap < gaps.length && gaps[gap]!.start <= index) continue;
    const next = machine.step(state, text.charCodeAt(index));
    if (next !== SPECIAL) state = next;
  }
  return state;
}

/** Moves all indices: the buffer's first `cut` characters were given out. */
export function moveContext(context: Context, cut: number): void {
  context.markIndex -= cut;
  if (context.markIndex < 0) {
    // What is held begins here: from the root on, the way through it leads to the same state.
    context.markIndex = 0;
    context.markState = 0;
  }
  if (context.gaps.length > 0) {
    context.gaps = context.gaps.filter((gap) => gap.end > cut);
    for (const gap of context.gaps) {
      gap.start = Math.max(0, gap.start - cut);
      gap.end -= cut;
    }
  }
  for (const [rule, end] of context.lastHit) {
    if (end <= cut) context.lastHit.delete(rule);
    else context.lastHit.set(rule, end - cut);
  }
  for (const candidate of context.candidates) {
    if (candidate.start >= 0) candidate.start = Math.max(0, candidate.start - cut);
    candidate.end = Math.max(0, candidate.end - cut);
    candidate.grownTo = Math.max(0, candidate.grownTo - cut);
    candidate.waitsFrom = Math.max(0, candidate.waitsFrom - cut);
    candidate.fedTo = Math.max(0, candidate.fedTo - cut);
  }
}
