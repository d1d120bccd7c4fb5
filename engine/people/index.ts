// People: who they are, signing in, locks, roles. Owns: operators, their wrapped keys, lockouts, sessions, and the events
// that say so in the install log. Signatures over sign-offs, further people and resets come with sign-offs.
import type { Ports } from "../ports.ts";
import {
  type Actor,
  type CanonicalValue,
  fail,
  type OperatorView,
  ok,
  type Result,
  type Role,
  type SessionView,
} from "../protocol/index.ts";
import { ENGINE_ACTOR, type NewEvent, RecordError, type RecordStore } from "../record/index.ts";
import { makeWrappedKey, openKey, pretendToOpen } from "./keys.ts";
import { allOperators, countOperators, insertOperator, lockoutOf, type Operator, operatorById, setLockout } from "./rows.ts";
import { createSessions, type Session } from "./sessions.ts";

/** RECORDS.md: lockout after 10 failures in a row, surviving restart. */
export const LOCKOUT_AFTER = 10;
/**
 * How long a lockout lasts. A single local operator must not be shut out of a running night for good, and at this pace
 * guessing gets 10 tries per quarter of an hour, then one.
 */
export const LOCKOUT_MS = 15 * 60_000;
/** How often idle sessions are looked for; a session is shown as locked on time whatever this is. */
const IDLE_LOOK_MS = 5_000;
/** The first operator leads, operates and keeps the roster; approving what one executed oneself is left out. */
const FIRST_ROLES: Role[] = ["lead", "operator", "admin"];

/** Who gives a command: what run/ takes. `roles` is empty for the account of the operating system. */
export type Who = { actor: Actor; roles: Role[]; title: string; isAuthenticated: boolean };

export type People = {
  list(): OperatorView[];
  hasOperators(): boolean;
  /**
   * Enrols the first operator and, where a caller is named, signs them in there without asking for the password twice.
   * `already-exists` once anybody is enrolled.
   */
  createFirst(given: { id: string; name: string; password: string }, callerId?: string): Promise<Result<SessionView>>;
  /** Also unlocks a locked session. `wrong-password`, or `locked` while locked out. */
  signIn(callerId: string, given: { id: string; password: string }): Promise<Result<SessionView>>;
  signOut(callerId: string): void;
  lock(callerId: string): void;
  /** A person is there: the idle time begins anew. Does not unlock. */
  stir(callerId: string): void;
  session(callerId: string): SessionView | null;
  /** The operator signed in and not locked, else the operating-system account with role `unauthenticated`. */
  actor(callerId: string): Actor;
  who(callerId: string): Who;
  /** Until a second person exists, logs are labelled SOLO. */
  isSolo(): boolean;
  /** The actor, if signed in with one of `roles`; a refusal is recorded in the install log as access.refused. */
  requireRole(callerId: string, roles: readonly Role[], what: string): Result<Actor>;
  /** Records a refusal that another room decided. */
  refused(actor: Actor, what: string, why: string): void;
  /** Minutes until an untouched session locks; kept between 1 and 15. */
  setIdleMinutes(minutes: number): void;
  /** Tells when a session was locked, opened or ended. */
  onChanged(listener: (callerId: string) => void): () => void;
  close(): void;
};

export function createPeople({ store, ports }: { store: RecordStore; ports: Ports }): People {
  const db = store.database;
  const sessions = createSessions(ports);
  const listeners = new Set<(callerId: string) => void>();
  const changed = (callerId: string): void => {
    for (const listener of listeners) listener(callerId);
  };
  // One password at a time: failures are counted in order, and memory stays at one scrypt.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
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
  const viewOf = (session: Session): SessionView => ({ operator: session.operator, since: session.since, locked: session.lockedBy !== "" });
  const say = (type: string, actor: Actor, data: Record<string, CanonicalValue>): NewEvent => ({ type, actor, data });

  function lockSession(session: Session, by: "person" | "idle"): void {
    if (session.lockedBy !== "") return;
    session.lockedBy = by; // before the event: a full disk must not leave a window open
    try {
      store.append(
        store.install,
        say("session.locked", by === "idle" ? ENGINE_ACTOR : actorOf(session), { id: session.operator.id, session: session.id, by }),
      );
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
  const timer = setInterval(lockIdle, IDLE_LOOK_MS);
  timer.unref();

  const openSession = (callerId: string): Session | null => {
    lockIdle();
    const session = sessions.get(callerId);
    return session !== null && session.lockedBy === "" ? session : null;
  };

  function endSession(callerId: string, why: string): void {
    const session = sessions.end(callerId);
    if (session === null) return;
    try {
      store.append(store.install, say("session.ended", actorOf(session), { id: session.operator.id, session: session.id, why }));
    } finally {
      changed(callerId);
    }
  }

  const lockedUntil = (lockedAt: string | null): number | null => {
    if (lockedAt === null) return null;
    const until = Date.parse(lockedAt) + LOCKOUT_MS;
    return ports.clock.now() < until ? until : null;
  };

  function failed(operator: Operator | null, callerId: string): Result<never> {
    if (operator === null) {
      // The id is not recorded: people type passwords into the wrong field.
      store.append(store.install, say("operator.signin_failed", account, { id: "", why: "unknown id", failures: 0, caller: callerId }));
      return fail("wrong-password", "Id or password is wrong.");
    }
    const failures = lockoutOf(db, operator.no).failures + 1;
    const isLockedOut = failures >= LOCKOUT_AFTER;
    const lockedAt = isLockedOut ? new Date(ports.clock.now()).toISOString() : null;
    const { id } = operator.view;
    store.appendWith(store.install, say("operator.signin_failed", account, { id, why: "wrong password", failures, caller: callerId }), () =>
      setLockout(db, operator.no, { failures, lockedAt }),
    );
    if (!isLockedOut) return fail("wrong-password", "Id or password is wrong.");
    store.append(store.install, say("operator.locked_out", ENGINE_ACTOR, { id, failures, minutes: LOCKOUT_MS / 60_000 }));
    return lockedOut(ports.clock.now() + LOCKOUT_MS);
  }

  const lockedOut = (until: number): Result<never> =>
    fail(
      "locked",
      `Too many wrong passwords: this operator is locked out for ${Math.ceil((until - ports.clock.now()) / 60_000)} more minutes. What runs goes on.`,
    );

  async function signIn(callerId: string, { id, password }: { id: string; password: string }): Promise<Result<SessionView>> {
    const operator = operatorById(db, id);
    if (operator === null) {
      await pretendToOpen(password);
      return failed(null, callerId);
    }
    const before = lockoutOf(db, operator.no);
    const until = lockedUntil(before.lockedAt);
    if (until !== null) {
      store.append(
        store.install,
        say("operator.signin_failed", account, { id, why: "locked out", failures: before.failures, caller: callerId }),
      );
      return lockedOut(until);
    }
    const key = await openKey(id, password, operator.wrapped);
    if (!key.ok) return key.error.code === "wrong-password" ? failed(operator, callerId) : key;
    return ok(enter(callerId, operator, before.failures > 0));
  }

  /** Opens the session; a session of somebody else at this door is ended first, one's own is unlocked as a new one. */
  function enter(callerId: string, operator: Operator, hadFailures: boolean): SessionView {
    const old = sessions.get(callerId);
    if (old !== null) endSession(callerId, old.operator.id === operator.view.id ? "signed in again" : "another operator signed in");
    const session = sessions.open(callerId, operator.view);
    const signedIn = say("operator.signed_in", actorOf(session), { id: operator.view.id, session: session.id, caller: callerId });
    try {
      if (hadFailures) store.appendWith(store.install, signedIn, () => setLockout(db, operator.no, { failures: 0, lockedAt: null }));
      else store.append(store.install, signedIn);
    } catch (error) {
      sessions.end(callerId); // not on record, so not signed in
      throw error;
    }
    changed(callerId);
    return viewOf(session);
  }

  async function createFirst(given: { id: string; name: string; password: string }, callerId?: string): Promise<Result<SessionView>> {
    if (countOperators(db) > 0) return fail("already-exists", "There is an operator already. Sign in; further people are enrolled by two.");
    const wrapped = await makeWrappedKey(given.id, given.password, ports.ids.random);
    const view: OperatorView = {
      id: given.id as OperatorView["id"],
      name: given.name,
      title: "",
      roles: FIRST_ROLES,
      createdAt: new Date(ports.clock.now()).toISOString(),
    };
    const { id, name, title, roles } = view;
    const data = {
      id,
      name,
      title,
      roles,
      public_key: wrapped.publicKey,
      kdf: wrapped.kdf,
      checked_by: "",
      how: "first operator of this installation",
    };
    store.appendWith(store.install, say("operator.enrolled", account, data), () => insertOperator(db, view, wrapped));
    if (callerId === undefined) return ok({ operator: view, since: view.createdAt, locked: false });
    return ok(enter(callerId, operatorById(db, id)!, false));
  }

  /** Expected failures of the record (disk full …) are answers at this door, not exceptions. */
  const answering = <T>(work: () => Promise<Result<T>>): Promise<Result<T>> =>
    inTurn(async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof RecordError) return fail(error.code, error.message);
        throw error;
      }
    });

  return {
    list: () => allOperators(db).map(({ view }) => view),
    hasOperators: () => countOperators(db) > 0,
    createFirst: (given, callerId) => answering(() => createFirst(given, callerId)),
    signIn: (callerId, given) => answering(() => signIn(callerId, given)),
    signOut: (callerId) => endSession(callerId, "signed out"),
    lock(callerId) {
      const session = openSession(callerId);
      if (session !== null) lockSession(session, "person");
    },
    stir(callerId) {
      const session = openSession(callerId);
      if (session !== null) sessions.stir(session);
    },
    session(callerId) {
      lockIdle();
      const session = sessions.get(callerId);
      return session === null ? null : viewOf(session);
    },
    actor(callerId) {
      const session = openSession(callerId);
      return session === null ? account : actorOf(session);
    },
    who(callerId) {
      const session = openSession(callerId);
      if (session === null) return { actor: account, roles: [], title: "", isAuthenticated: false };
      return { actor: actorOf(session), roles: session.operator.roles, title: session.operator.title, isAuthenticated: true };
    },
    isSolo: () => countOperators(db) < 2,
    requireRole(callerId, roles, what) {
      const session = openSession(callerId);
      const locked = sessions.get(callerId) !== null && session === null;
      const actor = session === null ? account : actorOf(session);
      const why = locked
        ? "the session is locked"
        : session === null
          ? "nobody is signed in"
          : session.operator.roles.some((role) => roles.includes(role))
            ? ""
            : `${session.operator.name} is ${session.operator.roles.join(", ") || "without a role"}, not ${roles.join(" or ")}`;
      if (why === "") return ok(actor);
      this.refused(actor, what, why);
      return fail(locked ? "locked" : session === null ? "not-signed-in" : "forbidden", `${what} was refused: ${why}.`);
    },
    refused(actor, what, why) {
      store.append(store.install, { type: "access.refused", actor, reason: why, data: { what } });
    },
    setIdleMinutes: sessions.setIdleMinutes,
    onChanged(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}
