// Refusals that repeat: a view that asks again and again must not fill the record, and none may vanish from it.
// Owns: one event per method and session in a minute, with how many it stands for. Does not decide what is refused.
import type { Actor } from "../protocol/index.ts";
import { RecordError } from "../record/index.ts";
import type { Room } from "./room.ts";

/** Between two recorded refusals of the same method in the same session. Milliseconds, monotonic. */
export const REFUSAL_GAP_MS = 60_000;
/** Sessions are few; a door that makes up new ones all the time must not fill the memory. */
const MOST_KEPT = 1_000;

type Kept = { by: Actor; what: string; why: string; session: string; at: bigint; more: number };

export function createRefusals(room: Room) {
  const kept = new Map<string, Kept>();
  const now = (): bigint => room.ports.clock.monotonicNs();
  const isOver = ({ at }: Kept): boolean => now() - at >= BigInt(REFUSAL_GAP_MS) * 1_000_000n;

  /** The refusal stands whether or not it can be written; a full disk is said where something was to be done. */
  function write({ by, what, why, session }: Kept, count: number): void {
    try {
      room.store.append(room.store.install, { type: "access.refused", actor: by, reason: why, data: { what, session, count } });
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
    }
  }

  /** Writes what was only counted and has waited its minute (at the end: all of it), and forgets what is old. */
  function settle(isEnd = false): void {
    for (const [key, one] of kept) {
      if (!isEnd && !isOver(one)) continue;
      kept.delete(key);
      if (one.more > 0) write(one, one.more);
    }
  }

  return {
    settle,
    /** `count` of the event: refusals of this method in this session since the event before, this one included. */
    record(by: Actor, what: string, why: string, session: string): void {
      const key = `${session} ${by.op_id} ${what}`;
      const before = kept.get(key);
      if (before !== undefined && !isOver(before)) {
        kept.set(key, { ...before, why, more: before.more + 1 });
        return;
      }
      if (kept.size >= MOST_KEPT) settle(true);
      const one = { by, what, why, session, at: now(), more: 0 };
      kept.set(key, one);
      write(one, 1 + (before?.more ?? 0));
    },
  };
}
