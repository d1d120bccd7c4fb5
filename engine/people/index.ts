// People: who they are, signing in, locks, roles, and signing with their own keys. Owns: this room's door.
// The roster's acts are acts.ts and delegations.ts, passwords passwords.ts, signatures signing.ts. Does not know what a sign-off covers.
import type { Ports } from "../ports.ts";
import {
  type Actor,
  type Delegation,
  fail,
  type OperatorView,
  ok,
  type ParsedParamsOf,
  type Result,
  type Role,
  type RosterEntry,
  type SessionView,
  type StoredEvent,
} from "../protocol/index.ts";
import { type Envelope, RecordError, type RecordStore } from "../record/index.ts";
import { change, changePassword, enrol, entryOf, idProblem, reset } from "./acts.ts";
import { delegate, delegationInForce, delegationView, revokeDelegation } from "./delegations.ts";
import { makeKey } from "./keys.ts";
import { type Proved, prove, type Signer } from "./passwords.ts";
import { createRefusals } from "./refusals.ts";
import { createRoom, say } from "./room.ts";
import { type KeyPeriod, ROSTER_EVENTS } from "./roster.ts";
import { countOperators, insertOperator, lockoutOf, setLockout } from "./rows.ts";
import type { Session } from "./sessions.ts";
import { type Payload, type Refused, recordFirst, signAs } from "./signing.ts";

export { DELEGATION_MAX_MS } from "./delegations.ts";
export { LOCKOUT_AFTER, LOCKOUT_MS, type Signer } from "./passwords.ts";
export { ROSTER_PAYLOAD_TYPE } from "./proof.ts";
export { REFUSAL_GAP_MS } from "./refusals.ts";
export type { KeyPeriod } from "./roster.ts";

/** How often idle sessions are looked for; a session is shown as locked on time whatever this is. */
const IDLE_LOOK_MS = 5_000;
/** The first operator leads, operates and keeps the roster; approving what one executed oneself is left out (see `requireRole`). */
const FIRST_ROLES: Role[] = ["lead", "operator", "admin"];

/** Who gives a command: what run/ takes. `roles` is empty for the account of the operating system. */
export type Who = { actor: Actor; roles: Role[]; title: string; isAuthenticated: boolean };

export type People = {
  /** Everybody who is active, in the order of enrolment; for choosing a name. The roster also has who left. */
  list(): OperatorView[];
  hasOperators(): boolean;
  /**
   * Enrols the first operator and, where a caller is named, signs them in there without asking for the password twice.
   * `already-exists` once anybody is enrolled.
   */
  createFirst(given: { id: string; name: string; password: string }, callerId?: string): Promise<Result<SessionView>>;
  /** Also unlocks a locked session. `wrong-password`, `locked` while locked out, `forbidden` for somebody gone. */
  signIn(callerId: string, given: { id: string; password: string }): Promise<Result<SessionView>>;
  signOut(callerId: string): void;
  lock(callerId: string): void;
  /** A person is there: the idle time begins anew. Does not unlock. */
  stir(callerId: string): void;
  session(callerId: string): SessionView | null;
  /** The operator signed in and not locked, else the operating-system account with role `unauthenticated`. */
  actor(callerId: string): Actor;
  who(callerId: string): Who;
  /** Until a second person has ever been enrolled, logs are labelled SOLO; that somebody leaves does not bring it back. */
  isSolo(): boolean;
  /**
   * The actor, if signed in with one of `roles`; a refusal is recorded in the install log as access.refused.
   * One person alone (SOLO) also counts as approver and witness: there is nobody else, and the log says SOLO.
   */
  requireRole(callerId: string, roles: readonly Role[], what: string): Result<Actor>;
  /** Whether this person is active and holds the roster role now, alone also approver and witness; for a signer who is not signed in. */
  holdsRole(id: string, role: Role): boolean;
  /**
   * Records a refusal that another room decided: one event per method and session in a minute, with their count. `callerId` names the
   * session where the actor does not (a locked window acts for nobody).
   */
  refused(actor: Actor, what: string, why: string, callerId?: string): void;

  /** Everybody ever enrolled, gone ones too, and every delegation ever given. Supports 21 CFR 11.10(d), 11.300(a). */
  roster(): { people: RosterEntry[]; delegations: Delegation[] };
  /** Name, title and roles now, also of who is gone; null for an id that was never given. */
  operator(id: string): OperatorView | null;
  /** All keys a person has had, oldest first; a signature is checked under the one it names, whatever came after. */
  keysOf(id: string): KeyPeriod[];
  /** The roster as events of the install log, in order: what an export carries so that signatures can be checked without us. */
  rosterEvents(): StoredEvent[];
  /** Roster events that were not signed by the people they take, and so changed nothing: somebody wrote into the database's file. */
  rosterProblems(): string[];
  /**
   * A new person, by an admin signed in at `callerId` (own password again) and a second active person; the second is left out
   * only where none exists, and the entry says so. `forbidden`, `not-signed-in`, `locked`, `wrong-password` (details.whose),
   * `confirmation-needed` without a second, `already-exists` for an id ever used, `conflict` for roles that cannot meet.
   * Supports 21 CFR 11.100(a, b) and 11.300(a): one person each, identity checked by somebody named, ids never given twice.
   */
  enrol(callerId: string, given: ParsedParamsOf<"people.enrol">): Promise<Result<RosterEntry>>;
  /**
   * Name, title, roles, leaving or coming back; by an admin, with a reason. Rights (roles, coming back) take a second person who
   * is not the one they are given to, where there is one; so does it that the last other lead or admin leaves, or a third person in a day:
   * one admin cannot empty the roster alone. Who is gone is signed out everywhere. `conflict` for the last admin.
   * Supports 21 CFR 11.10(g), 11.300(b).
   */
  change(callerId: string, given: ParsedParamsOf<"people.change">): Promise<Result<RosterEntry>>;
  /**
   * A new key and password for somebody who lost theirs; by an admin and a second person, neither of them the person. The only admin is
   * reset by a lead and a second person: otherwise a forgotten password would leave the roster to nobody. Ends the
   * lockout and the person's sessions. Old signatures stay under the old key (`keysOf`). Supports 21 CFR 11.300(c), 11.200(a)(3).
   */
  reset(callerId: string, given: ParsedParamsOf<"people.reset">): Promise<Result<RosterEntry>>;
  /** One's own: the same key, wrapped anew; the key id stays. Supports 21 CFR 11.300(b). */
  changePassword(callerId: string, given: ParsedParamsOf<"people.changePassword">): Promise<Result<null>>;
  /** Signed by the one signed in at `callerId`, for at most 30 days, of roles that they hold themselves and never admin. */
  delegate(callerId: string, given: ParsedParamsOf<"people.delegate">): Promise<Result<Delegation>>;
  /** By who gave it, or an admin. `conflict` where it is not in force. */
  revokeDelegation(callerId: string, given: ParsedParamsOf<"people.revokeDelegation">): Promise<Result<Delegation>>;
  /**
   * The delegation by which `to` may act for `from` in `role` at `at` (ISO 8601 UTC, milliseconds), or null: expired, revoked, one of
   * them gone, another role, or handed on by somebody else. That `from` holds a role of a launch is for the launch to check.
   */
  delegationInForce(from: string, to: string, role: string, at: string): Delegation | null;
  /**
   * One signature for one typed password. Checks id and password (a wrong one counts towards the lockout, with its event), then in
   * one synchronous turn records that the person is there, calls `build` for the payload, signs it, and lets the key go.
   * `build` gets the signer as the payload must name them; it must be synchronous, must read the head it binds within the call, may
   * answer a failure instead (handed back, nothing signed), and must not append. `signer.session` is the session of this door where
   * the person is signed in there, else one of this use alone, so that two signers at one keyboard never share one.
   * `wrong-password`, `locked` (locked out, or the window is locked), `forbidden` for somebody gone (recorded), `record-damaged`.
   * Do not await it inside `build` of another: passwords are checked one at a time.
   * Supports 21 CFR 11.50, 11.70, 11.200(a)(1): every signature takes both components.
   */
  signAs(
    given: { id: string; password: string; callerId: string },
    payloadType: string,
    build: (signer: Signer) => Payload | Refused,
  ): Promise<Result<Envelope>>;

  /** Minutes until an untouched session locks; kept between 1 and 15. */
  setIdleMinutes(minutes: number): void;
  /** Tells when a session was locked, opened, changed or ended. */
  onChanged(listener: (callerId: string) => void): () => void;
  close(): void;
};

export function createPeople({ store, ports }: { store: RecordStore; ports: Ports }): People {
  const room = createRoom({ store, ports });
  const { db, sessions, roster, account, actorOf, endSession } = room;
  const refusals = createRefusals(room);
  const timer = setInterval(() => {
    room.lockIdle();
    refusals.settle();
  }, IDLE_LOOK_MS);
  timer.unref();

  /** By table or by record: rows taken out of the table do not make this an installation without people. */
  const hasOperators = (): boolean => roster.people.size > 0 || countOperators(db) > 0;

  // One password at a time: failures are counted in order, and memory stays at one scrypt.
  let queue: Promise<unknown> = Promise.resolve();
  /** Expected failures of the record (disk full …) are answers at this door, not exceptions. */
  const inTurn = <T>(work: () => Promise<Result<T>>): Promise<Result<T>> => {
    const result = queue.then(async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof RecordError) return fail(error.code, error.message);
        throw error;
      }
    });
    queue = result.catch(() => undefined);
    return result;
  };

  const viewOf = (session: Session): SessionView => ({ operator: session.operator, since: session.since, locked: session.lockedBy !== "" });

  /** Opens the session; a session of somebody else at this door is ended first, one's own is unlocked as a new one. */
  function enter(callerId: string, operator: OperatorView, no: number): SessionView {
    const old = sessions.get(callerId);
    if (old !== null) endSession(callerId, old.operator.id === operator.id ? "signed in again" : "another operator signed in");
    const session = sessions.open(callerId, operator);
    const signedIn = say("operator.signed_in", actorOf(session), { id: operator.id, session: session.id, caller: callerId });
    try {
      if (lockoutOf(db, no).failures > 0)
        store.appendWith(store.install, signedIn, () => setLockout(db, no, { failures: 0, lockedAt: null }));
      else store.append(store.install, signedIn);
    } catch (error) {
      sessions.end(callerId); // not on record, so not signed in
      throw error;
    }
    room.changed(callerId);
    return viewOf(session);
  }
  const enterProved = (callerId: string, { found }: Proved): SessionView => enter(callerId, found.person.view, found.no);

  async function signIn(callerId: string, given: { id: string; password: string }): Promise<Result<SessionView>> {
    const proved = await prove(room, callerId, given, "people.signIn");
    return proved.ok ? ok(enterProved(callerId, proved.value)) : proved;
  }

  async function createFirst(given: { id: string; name: string; password: string }, callerId?: string): Promise<Result<SessionView>> {
    if (hasOperators()) return fail("already-exists", "There is an operator already. Sign in; further people are enrolled by two.");
    const taken = idProblem(room, given.id);
    if (taken !== null) return taken;
    const { privateKey, wrapped } = await makeKey(given.id, given.password, ports.ids.random);
    const view: OperatorView = {
      id: given.id as OperatorView["id"],
      name: given.name,
      title: "",
      roles: FIRST_ROLES,
      createdAt: room.now(),
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
      enrolled_by: [],
      second: "",
    };
    recordFirst(room, data, { privateKey, publicKey: wrapped.publicKey }, account, () => insertOperator(db, view, wrapped));
    if (callerId === undefined) return ok({ operator: view, since: view.createdAt, locked: false });
    return ok(enter(callerId, view, 1));
  }

  function requireRole(callerId: string, roles: readonly Role[], what: string): Result<Actor> {
    const session = room.sessionAt(callerId);
    const isLocked = session !== null && session.lockedBy !== "";
    const by = room.actor(callerId);
    const person = session === null ? undefined : roster.people.get(session.operator.id);
    const why = isLocked
      ? "the session is locked"
      : person === undefined
        ? "nobody is signed in"
        : room.holds(person, roles)
          ? ""
          : `${person.view.name} is ${person.view.roles.join(", ") || "without a role"}, not ${roles.join(" or ")}`;
    if (why === "") return ok(by);
    room.refused(by, what, why);
    return fail(isLocked ? "locked" : person === undefined ? "not-signed-in" : "forbidden", `${what} was refused: ${why}.`);
  }

  return {
    list: () => [...roster.people.values()].flatMap(({ status, view }) => (status === "active" ? [view] : [])),
    hasOperators,
    createFirst: (given, callerId) => inTurn(() => createFirst(given, callerId)),
    signIn: (callerId, given) => inTurn(() => signIn(callerId, given)),
    signOut: (callerId) => endSession(callerId, "signed out"),
    lock(callerId) {
      const session = room.openSession(callerId);
      if (session !== null) room.lockSession(session, "person");
    },
    stir(callerId) {
      const session = room.openSession(callerId);
      if (session !== null) sessions.stir(session);
    },
    session(callerId) {
      const session = room.sessionAt(callerId);
      return session === null ? null : viewOf(session);
    },
    actor: room.actor,
    who(callerId) {
      const session = room.openSession(callerId);
      if (session === null) return { actor: account, roles: [], title: "", isAuthenticated: false };
      return { actor: actorOf(session), roles: session.operator.roles, title: session.operator.title, isAuthenticated: true };
    },
    isSolo: room.isSolo,
    requireRole,
    holdsRole(id, role) {
      const person = roster.people.get(id);
      return person?.status === "active" && room.holds(person, [role]);
    },
    refused: (by, what, why, callerId = "") => refusals.record(by, what, why, sessions.get(callerId)?.id ?? by.session),
    roster: () => ({
      people: [...roster.people.values()].map((person) => entryOf(room, person)),
      delegations: [...roster.delegations.values()].map((handed) => delegationView(room, handed, room.now())),
    }),
    operator: (id) => roster.people.get(id)?.view ?? null,
    keysOf: (id) => structuredClone(roster.people.get(id)?.keys ?? []),
    rosterEvents: () => store.eventsOfType(store.install, ROSTER_EVENTS),
    rosterProblems: () => [...roster.problems],
    enrol: (callerId, given) => inTurn(() => enrol(room, callerId, given)),
    change: (callerId, given) => inTurn(() => change(room, callerId, given)),
    reset: (callerId, given) => inTurn(() => reset(room, callerId, given)),
    changePassword: (callerId, given) => inTurn(() => changePassword(room, callerId, given)),
    delegate: (callerId, given) => inTurn(() => delegate(room, callerId, given)),
    revokeDelegation: (callerId, given) => inTurn(() => revokeDelegation(room, callerId, given)),
    delegationInForce: (from, to, role, at) => delegationInForce(room, from, to, role, at),
    signAs: (given, payloadType, build) => inTurn(() => signAs(room, given, payloadType, build)),
    setIdleMinutes: sessions.setIdleMinutes,
    onChanged(listener) {
      room.listeners.add(listener);
      return () => void room.listeners.delete(listener);
    },
    close() {
      clearInterval(timer);
      refusals.settle(true);
      room.close();
    },
  };
}
