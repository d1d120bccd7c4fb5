// Counts what xterm has really written and says when to acknowledge it.
// Owns: the counting. Does not send: the registry does.
import { ACK_EVERY_CHARS } from "../../engine/protocol/flow-control.ts";

export type AckCounter = {
  /** Call from the write callback; returns the characters to acknowledge now, 0 for none. */
  written(chars: number): number;
  /** A new channel or a re-synced screen starts the engine's count afresh. */
  reset(): void;
  readonly pending: number;
};

/** Characters are UTF-16 units, as the engine counts them. What is left below one batch is acknowledged with the next. */
export function createAckCounter(every = ACK_EVERY_CHARS): AckCounter {
  let pending = 0;
  return {
    written(chars) {
      pending += chars;
      if (pending < every) return 0;
      const due = pending;
      pending = 0;
      return due;
    },
    reset() {
      pending = 0;
    },
    get pending() {
      return pending;
    },
  };
}
