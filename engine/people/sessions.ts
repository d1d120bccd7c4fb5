// Who sits at which door. Owns: sessions bound to a caller's id, and the idle lock (monotonic: setting the clock helps nobody).
// Kept in this process only: a restart signs everybody out. Does not check passwords.
import type { Ports } from "../ports.ts";
import type { OperatorView } from "../protocol/index.ts";

/** RECORDS.md: the idle lock is 10 minutes unless set, and at most 15. */
export const IDLE_LOCK_MINUTES = 10;
export const IDLE_LOCK_MINUTES_MAX = 15;

export type Session = {
  id: string;
  callerId: string;
  operator: OperatorView;
  since: string;
  lockedBy: "" | "person" | "idle";
  lastSignNs: bigint;
};

export function createSessions(ports: Ports) {
  const sessions = new Map<string, Session>();
  let idleMinutes = IDLE_LOCK_MINUTES;
  const isIdle = (session: Session): boolean =>
    ports.clock.monotonicNs() - session.lastSignNs >= BigInt(Math.round(idleMinutes * 60_000)) * 1_000_000n;
  return {
    open(callerId: string, operator: OperatorView): Session {
      const session: Session = {
        id: ports.ids.next(),
        callerId,
        operator,
        since: new Date(ports.clock.now()).toISOString(),
        lockedBy: "",
        lastSignNs: ports.clock.monotonicNs(),
      };
      sessions.set(callerId, session);
      return session;
    },
    get: (callerId: string): Session | null => sessions.get(callerId) ?? null,
    end(callerId: string): Session | null {
      const session = sessions.get(callerId) ?? null;
      sessions.delete(callerId);
      return session;
    },
    /** Every session of one person, at whichever door. */
    of: (operatorId: string): Session[] => [...sessions.values()].filter((session) => session.operator.id === operatorId),
    /** Sessions whose time ran out and that nobody has locked yet. */
    due: (): Session[] => [...sessions.values()].filter((session) => session.lockedBy === "" && isIdle(session)),
    stir(session: Session): void {
      session.lastSignNs = ports.clock.monotonicNs();
    },
    setIdleMinutes(minutes: number): void {
      idleMinutes = Math.min(Math.max(minutes, 1), IDLE_LOCK_MINUTES_MAX);
    },
  };
}
