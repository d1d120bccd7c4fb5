// A password typed: does it open the key? Owns: proving, counting failures, the lockout, and what a proved person signs with.
// Serves 21 CFR 11.200(a)(1) (id and password, both, at each signing) and 11.300(d) (attempts are stopped and reported).
// Does not decide what may be signed.
import type { KeyObject } from "node:crypto";
import { type Actor, type CanonicalValue, fail, ok, type Result } from "../protocol/index.ts";
import { ENGINE_ACTOR, type Envelope, signEnvelope } from "../record/index.ts";
import { openKey, pretendToOpen } from "./keys.ts";
import { type Found, type Room, say } from "./room.ts";
import { lockoutOf, setLockout } from "./rows.ts";

/** RECORDS.md: lockout after 10 failures in a row, surviving restart. Whatever the password was typed for counts. */
export const LOCKOUT_AFTER = 10;
/**
 * How long a lockout lasts. A single local operator must not be shut out of a running night for good, and at this pace
 * guessing gets 10 tries per quarter of an hour, then one.
 */
export const LOCKOUT_MS = 15 * 60_000;

export type Credentials = { id: string; password: string };
/** A person whose password opened their key. Holds the private key: let go of it in the same turn that uses it. */
export type Proved = { found: Found; privateKey: KeyObject };
/** Who signs, as it stands in a signature's payload; `session` tells apart two people at one door. */
export type Signer = { op_id: string; name: string; title: string; key_id: string; session: string };
export type Pen = { actor: Actor; signer: Signer; sign(payloadType: string, payload: { [key: string]: CanonicalValue }): Envelope };

/** When the lockout ends, milliseconds since 1970; null where none is in force. */
export function lockedOutUntil(room: Room, no: number): number | null {
  const { lockedAt } = lockoutOf(room.db, no);
  if (lockedAt === null) return null;
  const until = Date.parse(lockedAt) + LOCKOUT_MS;
  return room.ports.clock.now() < until ? until : null;
}

const lockedOut = (room: Room, until: number): Result<never> =>
  fail(
    "locked",
    `Too many wrong passwords: this operator is locked out for ${Math.ceil((until - room.ports.clock.now()) / 60_000)} more minutes. What runs goes on.`,
  );

/**
 * The key behind id and password. `wrong-password` (counted, recorded), `locked` while locked out, `forbidden` for who is gone,
 * `record-damaged` where the key is not the enrolled one. `what` says in the record what the password was typed for.
 * An unknown id costs as much time as a wrong password and says the same.
 */
export async function prove(room: Room, callerId: string, { id, password }: Credentials, what: string): Promise<Result<Proved>> {
  const { store, db } = room;
  const found = room.find(id);
  if (found === null) {
    await pretendToOpen(password);
    return failed(room, null, callerId, what);
  }
  if (!found.ok) return found;
  const { no, person, wrapped } = found.value;
  const until = lockedOutUntil(room, no);
  if (until !== null) {
    const { failures } = lockoutOf(db, no);
    store.append(
      store.install,
      say("operator.signin_failed", room.actor(callerId), { id, why: "locked out", failures, caller: callerId, what }),
    );
    return lockedOut(room, until);
  }
  const key = await openKey(id, password, wrapped);
  if (!key.ok) return key.error.code === "wrong-password" ? failed(room, found.value, callerId, what) : key;
  // Only after the password: an id alone does not tell who has left.
  if (person.status === "gone") return room.refuse(room.actor(callerId), what, `${person.view.name} (${id}) has left the roster`);
  return ok({ found: found.value, privateKey: key.value });
}

function failed(room: Room, found: Found | null, callerId: string, what: string): Result<never> {
  const { store, db, ports } = room;
  const by = room.actor(callerId);
  if (found === null) {
    // The id is not recorded: people type passwords into the wrong field.
    store.append(store.install, say("operator.signin_failed", by, { id: "", why: "unknown id", failures: 0, caller: callerId, what }));
    return fail("wrong-password", "Id or password is wrong.");
  }
  const { id } = found.person.view;
  const failures = lockoutOf(db, found.no).failures + 1;
  const isLockedOut = failures >= LOCKOUT_AFTER;
  const lockedAt = isLockedOut ? room.now() : null;
  store.appendWith(store.install, say("operator.signin_failed", by, { id, why: "wrong password", failures, caller: callerId, what }), () =>
    setLockout(db, found.no, { failures, lockedAt }),
  );
  if (!isLockedOut) return fail("wrong-password", "Id or password is wrong.");
  store.append(store.install, say("operator.locked_out", ENGINE_ACTOR, { id, failures, minutes: LOCKOUT_MS / 60_000 }));
  return lockedOut(room, ports.clock.now() + LOCKOUT_MS);
}

/**
 * Records that the person is there (and the end of their failures), and hands out what they sign with. Synchronous: what is
 * signed next in the same turn sees the record exactly as this left it. Who is signed in at this door signs in that session;
 * anybody else, in a session of this one use, so that two people at one keyboard never share one (four eyes).
 */
export function takePen(room: Room, callerId: string, { found, privateKey }: Proved, what: string): Pen {
  const { store, db, ports, sessions } = room;
  const { view, keys } = found.person;
  const session = room.openSession(callerId);
  const own = session !== null && session.operator.id === view.id ? session : null;
  const actor: Actor = {
    op_id: view.id,
    name: view.name,
    role: view.roles[0] ?? "",
    session: own?.id ?? ports.ids.next(),
    on_behalf_of: "",
  };
  const event = say(own === null ? "operator.signed_once" : "operator.reauthenticated", actor, {
    id: view.id,
    session: actor.session,
    caller: callerId,
    what,
  });
  if (lockoutOf(db, found.no).failures > 0)
    store.appendWith(store.install, event, () => setLockout(db, found.no, { failures: 0, lockedAt: null }));
  else store.append(store.install, event);
  if (own !== null) sessions.stir(own);
  const { key_id, public_key } = keys.at(-1)!;
  return {
    actor,
    signer: { op_id: view.id, name: view.name, title: view.title, key_id, session: actor.session },
    sign: (payloadType, payload) => signEnvelope(payloadType, payload, { keyId: key_id, publicKey: public_key, privateKey }),
  };
}
