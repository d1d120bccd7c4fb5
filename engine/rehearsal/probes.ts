// Which probe of a gate a moment of its text falls on: by number and not by the clock, so that a slow machine has the same drill.
// Owns: that arithmetic. Pure.
import type { BlockAttributes } from "../protocol/index.ts";

/** Number of the first probe that is due `afterMs` from the gate's beginning or later, from 1; null where none is. 1 for what is no gate. */
export function probeAfter({ gate, everyMs, forMs, withinMs }: BlockAttributes, afterMs: number): number | null {
  if (gate === undefined || everyMs === undefined || everyMs <= 0) return 1;
  const spanMs = (gate === "hold" ? forMs : withinMs) ?? 0;
  // A hold is probed at the end of each turn and at its own end, a wait at once and at the beginning of each turn.
  if (gate === "wait") return afterMs >= spanMs && afterMs > 0 ? null : Math.ceil(afterMs / everyMs) + 1;
  return afterMs > spanMs ? null : Math.max(1, Math.ceil(afterMs / everyMs));
}
