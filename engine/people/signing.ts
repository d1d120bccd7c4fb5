// Signing with a person's own key. Owns: one signature for one typed password, and the statements of roster acts.
// Serves 21 CFR 11.70 (bound to its record), 11.100(a) (one key, one person), 11.200(a) (both components at each signing).
// Does not know what a sign-off is about: the launch builds the payload.
import type { KeyObject } from "node:crypto";
import { type Actor, type CanonicalValue, type Failure, fail, ok, type Result, type StoredEvent } from "../protocol/index.ts";
import { type Envelope, keyIdOf, signEnvelope } from "../record/index.ts";
import { type Credentials, type Pen, prove, type Signer, takePen } from "./passwords.ts";
import { ROSTER_PAYLOAD_TYPE, statementOf } from "./proof.ts";
import type { Room } from "./room.ts";

export type Payload = { [key: string]: CanonicalValue };
/** What a payload's builder may answer instead: the refusal goes to the caller, and nothing is signed. */
export type Refused = { ok: false; error: Failure };

export async function signAs(
  room: Room,
  { callerId, ...credentials }: Credentials & { callerId: string },
  payloadType: string,
  build: (signer: Signer) => Payload | Refused,
): Promise<Result<Envelope>> {
  const what = "signature";
  const locked = lockedDoor(room, callerId);
  if (locked !== null) return locked;
  const proved = await prove(room, callerId, credentials, what);
  if (!proved.ok) return proved;
  const lockedSince = lockedDoor(room, callerId);
  if (lockedSince !== null) return lockedSince;
  const pen = takePen(room, callerId, proved.value, what);
  const payload = build(pen.signer);
  if (isRefused(payload)) return payload;
  assertNames(payload, pen.signer);
  return ok(pen.sign(payloadType, payload));
}

/** A window that locked itself takes no signatures either: its session's person is not known to sit there. */
export function lockedDoor(room: Room, callerId: string): Result<never> | null {
  const session = room.sessionAt(callerId);
  return session === null || session.lockedBy === ""
    ? null
    : fail("locked", "The window is locked. Enter your password to go on, then sign; what runs goes on meanwhile.");
}

const isRefused = (built: Payload | Refused): built is Refused => built["ok"] === false && "error" in built;

/** A payload that names another signer than the one whose key signs it would be a defect; it must not get a signature. */
function assertNames(payload: Payload, signer: Signer): void {
  const named = payload["signer"] as Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(signer))
    if (named?.[key] !== value) throw new Error(`the payload's signer.${key} is not that of ${signer.op_id}`);
}

/** One of the people who act, with the role they act in. */
export type ActsAs = { pen: Pen; role: string };

/**
 * Appends a roster act, signed by each who acts over the head before it, with the rows it stands for in the same transaction.
 * Nothing may be awaited between the pens and this: the head that is signed is the event right before.
 * The statement is {v, kind, install_id, head, act, …data, reason, signer, at}; `reason` is also the event's.
 */
export function recordAct(room: Room, type: string, data: Payload, reason: string, signers: ActsAs[], work: () => void): StoredEvent {
  const { store } = room;
  const { seq, hash } = store.head(store.install);
  const common = statementOf(type, data, reason, store.installId, { seq, hash }, room.now());
  const envelopes = signers.map(({ pen, role }) => pen.sign(ROSTER_PAYLOAD_TYPE, { ...common, signer: { ...pen.signer, role } }));
  const actor = { ...signers[0]!.pen.actor, role: signers[0]!.role };
  return store.appendWith(store.install, { type, actor, reason, data: { ...data, envelopes } }, work);
}

/**
 * Appends the first enrolment. Nobody stands there who could vouch for it; the new key signs its own making all the same, so that the
 * entry cannot be given another name, title or key afterwards without that key. Older installations have none, and stay valid.
 */
export function recordFirst(
  room: Room,
  data: Payload,
  key: { privateKey: KeyObject; publicKey: string },
  by: Actor,
  work: () => void,
): void {
  const { store } = room;
  const type = "operator.enrolled";
  const { seq, hash } = store.head(store.install);
  const keyId = keyIdOf(key.publicKey);
  const signer = { op_id: data["id"]!, name: data["name"]!, title: data["title"]!, key_id: keyId, session: "", role: "" };
  const payload = { ...statementOf(type, data, "", store.installId, { seq, hash }, room.now()), signer };
  const envelope = signEnvelope(ROSTER_PAYLOAD_TYPE, payload, { keyId, publicKey: key.publicKey, privateKey: key.privateKey });
  store.appendWith(store.install, { type, actor: by, data: { ...data, own_signature: envelope as unknown as CanonicalValue } }, work);
}
