// What the people room's parts share: record, roster, sessions, and the words for who acts.
// Owns: the roster kept up to date with the install log, refusals, ending and locking sessions. Does not check passwords.
import type { Ports } from "../ports.ts";
import { type Actor, type CanonicalValue, fail, ok, type Result, type Role } from "../protocol/index.ts";
import { ENGINE_ACTOR, type NewEvent, RecordError, type RecordStore } from "../record/index.ts";
import type { Source } from "./proof.ts";
import { applyRosterEvent, emptyRoster, type Person, ROSTER_EVENTS, type Roster } from "./roster.ts";
import { type Operator, operatorById } from "./rows.ts";
import { createSessions, type Session } from "./sessions.ts";

export type Found = { no: number; person: Person; wrapped: Operator["wrapped"] };
export type Room = ReturnType<typeof createRoom>;

/** The roles that a person alone holds besides their own: nobody else could sign, and every log of theirs says SOLO. */
const ALONE: readonly Role[] = ["approver", "witness"];

export const say = (type: string, actor: Actor, data: Record<string, CanonicalValue>): NewEvent => ({ type, actor, data });

export function createRoom({ store, ports }: { store: RecordStore; ports: Ports }) {
  const db = store.database;
  const sessions = createSessions(ports);
  const roster: Roster = emptyRoster();
  const source: Source = {
    installId: store.installId,
    between: (from, to) => store.events(store.install, { from, limit: to - from + 1 }),
  };
  for (const event of store.eventsOfType(store.install, ROSTER_EVENTS)) applyRosterEvent(roster, event, source);
  const unsubscribe = store.onAppended((log, event) => {
    if (log === store.install) applyRosterEvent(roster, event, source);
  });
  const listeners = new Set<(callerId: string) => void>();
  const changed = (callerId: string): void => {
    for (const listener of listeners) listener(callerId);
  };

  const account: Actor = {
    op_id: `os:${ports.place.osUser}`,
    name: ports.place.osUser,
    role: "unauthenticated",
    session: "",
    on_behalf_of: "",
  };
  const actorOf = ({ operator, id }: Session): Actor => ({
    op_id: operator.id,
    name: operator.name,
    role: operator.roles[0] ?? "",
    session: id,
    on_behalf_of: "",
  });

  function lockSession(session: Session, by: "person" | "idle"): void {
    if (session.lockedBy !== "") return;
    session.lockedBy = by; // before the event: a full disk must not leave a window open
    try {
      const actor = by === "idle" ? ENGINE_ACTOR : actorOf(session);
      store.append(store.install, say("session.locked", actor, { id: session.operator.id, session: session.id, by }));
    } finally {
      changed(session.callerId);
    }
  }

  /** Locks what has been left alone; called before every answer about a session, and by a timer for the screen's sake. */
  function lockIdle(): void {
    for (const session of sessions.due()) {
      try {
        lockSession(session, "idle");
      } catch (error) {
        // The lock holds although its event could not be written; the store's own problem is on screen already.
        if (!(error instanceof RecordError)) throw error;
      }
    }
  }

  /** The session at this door, locked or not. */
  function sessionAt(callerId: string): Session | null {
    lockIdle();
    return sessions.get(callerId);
  }
  /** The session at this door if somebody may act in it. */
  function openSession(callerId: string): Session | null {
    const session = sessionAt(callerId);
    return session !== null && session.lockedBy === "" ? session : null;
  }
  function actor(callerId: string): Actor {
    const session = openSession(callerId);
    return session === null ? account : actorOf(session);
  }

  function endSession(callerId: string, why: string): void {
    const session = sessions.end(callerId);
    if (session === null) return;
    try {
      store.append(store.install, say("session.ended", actorOf(session), { id: session.operator.id, session: session.id, why }));
    } finally {
      changed(callerId);
    }
  }

  const isSolo = (): boolean => roster.people.size < 2;

  function refused(by: Actor, what: string, why: string): void {
    store.append(store.install, { type: "access.refused", actor: by, reason: why, data: { what } });
  }

  return {
    store,
    ports,
    db,
    sessions,
    roster,
    account,
    changed,
    listeners,
    actorOf,
    actor,
    lockSession,
    lockIdle,
    sessionAt,
    openSession,
    endSession,
    isSolo,
    refused,
    now: (): string => new Date(ports.clock.now()).toISOString(),
    close: unsubscribe,

    /** Ends a person's sessions at every door. The sessions end even where the event cannot be written. */
    endSessionsOf(id: string, why: string): void {
      for (const session of sessions.of(id)) {
        try {
          endSession(session.callerId, why);
        } catch (error) {
          if (!(error instanceof RecordError)) throw error; // ended all the same; the store's problem is on screen
        }
      }
    },
    /**
     * The operator with the wrapped key; null for an id that nobody has. `record-damaged` where row and install log differ:
     * a key put into the table from outside opens nothing here.
     */
    find(id: string): Result<Found> | null {
      const row = operatorById(db, id);
      const person = roster.people.get(id);
      if (row === null && person === undefined) return null;
      if (row === null || person === undefined || row.wrapped.publicKey !== person.keys.at(-1)!.public_key)
        return fail(
          "record-damaged",
          `The key kept for ${id} is not the one that the install log names. Somebody changed the database from outside: verify the record before anybody signs.`,
        );
      return ok({ no: row.no, person, wrapped: row.wrapped });
    },
    /** Whether the person holds the role; alone in the installation, also those that need another person otherwise. */
    holds(person: Person, roles: readonly Role[]): boolean {
      return roles.some((role) => person.view.roles.includes(role) || (isSolo() && ALONE.includes(role)));
    },
    /** A refusal by role or person, recorded; the words go to the person and into the record. */
    refuse(by: Actor, what: string, why: string): Result<never> {
      refused(by, what, why);
      return fail("forbidden", `${what} was refused: ${why}.`);
    },
  };
}
