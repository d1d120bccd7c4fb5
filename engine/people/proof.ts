// Whether a roster event is what it says: signed by the people whom such an act takes, over the head before it.
// Owns: the statement's shape and these rules. What does not prove itself changes no roster: who writes into the database's
// file, knowing the chain, still makes nobody an admin. Does not write.
import type { CanonicalValue, Role, StoredEvent } from "../protocol/index.ts";
import { type Envelope, envelopeProblem, jcs } from "../record/index.ts";
import type { Person, Roster } from "./roster.ts";

/** Statements of roster acts: enrolments, changes, resets, passwords, delegations. */
export const ROSTER_PAYLOAD_TYPE = "application/vnd.holdpoint.roster.v1+json";

export type Data = { [key: string]: CanonicalValue };
type Head = { seq: number; hash: string };
/** What a roster is read from: its installation, and the install log's events from one seq to another, both included. */
export type Source = { installId: string; between(from: number, to: number): StoredEvent[] };

/** What everybody signs who acts: the act's data with where, what, why and when; each adds `signer`. */
export const statementOf = (act: string, data: Data, reason: string, installId: string, head: Head, at: string): Data => ({
  ...data,
  v: 1,
  kind: "roster",
  install_id: installId,
  head: { ...head },
  act,
  reason,
  at,
});

/** Anybody active besides the admin and the person that the act is about. */
export const hasSecond = (roster: Roster, admin: string, subject: string): boolean =>
  [...roster.people.values()].some(({ status, view }) => status === "active" && view.id !== admin && view.id !== subject);

/** Rights are given by two, as at enrolment; a name, or that somebody left, must not wait for a second person. */
export const givesRights = (changes: Record<string, { to?: unknown } | undefined>): boolean =>
  changes["roles"] !== undefined || changes["status"]?.to === "active";

/**
 * Nobody can reset the only admin but the admin who forgot: there a lead stands in, with a second person as for every reset. The key is
 * new, the event says who did it and why, and two people beside the admin have put their names to it.
 */
export const mayResetOnlyAdmin = (roster: Roster, by: Person, subject: string): boolean =>
  by.view.roles.includes("lead") && isOnlyAdmin(roster, subject);

const isOnlyAdmin = (roster: Roster, id: string): boolean =>
  [...roster.people.values()].every(({ status, view }) => (status === "active" && view.roles.includes("admin")) === (view.id === id));

/** How many people one admin may mark as gone alone in a day: somebody left is common, half of a team is not. */
const LEAVING_ALONE = 2;
const DAY_MS = 24 * 3_600_000;

/**
 * Whether marking somebody gone takes two: it would leave nobody else who leads or keeps the roster, or many have been marked in a day.
 * Only asked when it is done: events of before this rule, with one signature, stay what they are.
 */
export function leavingTakesTwo(roster: Roster, admin: string, subject: Person, now: string): boolean {
  const others = [...roster.people.values()].filter((one) => one.status === "active" && one !== subject && one.view.id !== admin);
  const isLastOf = (role: Role): boolean => subject.view.roles.includes(role) && !others.some((one) => one.view.roles.includes(role));
  const since = new Date(Date.parse(now) - DAY_MS).toISOString();
  const left = [...roster.people.values()].filter((one) => one.status === "gone" && (one.gone.at(-1)?.since ?? "") > since);
  return isLastOf("admin") || isLastOf("lead") || left.length >= LEAVING_ALONE;
}

/** Why the event must not change the roster as it stands, in words; null where it may. */
export function actProblem(roster: Roster, event: StoredEvent, source: Source): string | null {
  const { type, data } = event.body;
  // Before the first person there is no key to sign with but their own; the operating-system account made them.
  if (type === "operator.enrolled" && roster.people.size === 0) return firstProblem(event, source);
  const signed = signersOf(roster, event, source);
  if (typeof signed === "string") return signed;
  const [first, second] = signed;
  if (first === undefined) return "nobody signed it";
  const id = String(data["id"]);
  const isAdmin = first.view.roles.includes("admin");
  if (type === "operator.password_changed") return first.view.id === id ? null : "its owner did not sign it";
  if (type === "delegation.added") return first.view.id === data["from"] ? null : "the one who delegates did not sign it";
  if (type === "delegation.revoked") {
    const handed = roster.delegations.get(Number(data["seq"]));
    return isAdmin || handed?.from === first.view.id ? null : "neither the one who delegated nor an admin signed it";
  }
  if (!isAdmin && !(type === "operator.reset" && mayResetOnlyAdmin(roster, first, id))) return "no admin signed it";
  if (second?.view.id === id) return "the person that it is about stood beside";
  if (type === "operator.reset" && first.view.id === id) return "the person that it is about signed it";
  const takesTwo = type !== "operator.changed" || givesRights((data["changes"] ?? {}) as Record<string, { to?: unknown }>);
  const isNeeded = type === "operator.reset" || (takesTwo && hasSecond(roster, first.view.id, id));
  return isNeeded && second === undefined ? "it takes two people, and one signed it" : null;
}

/** The first operator's own signature under their entry; null also where an older Holdpoint made it without one. */
function firstProblem({ body }: StoredEvent, source: Source): string | null {
  const { own_signature: own, ...data } = body.data as Data;
  if (own === undefined) return null;
  const envelope = own as unknown as Envelope;
  const { signer, ...statement } = (envelope.payload ?? {}) as Data;
  const problem = envelopeProblem(envelope, ROSTER_PAYLOAD_TYPE, String(data["public_key"]));
  if (problem !== null) return `of the first operator's own signature, ${problem}`;
  const { head, at } = statement;
  if ((signer as Data | undefined)?.["op_id"] !== data["id"]) return "the first operator signed it as somebody else";
  if (!isHead(head as Head | undefined, body.seq, body.prev, source)) return "it was signed at another place of the log";
  const expected = statementOf(body.type, data, body.reason, source.installId, head as Head, String(at));
  return jcs(statement) === jcs(expected) ? null : "the first operator signed something else";
}

/** The people whose valid signatures the event carries, in its order; or what is wrong with one of them. */
function signersOf(roster: Roster, { body }: StoredEvent, source: Source): Person[] | string {
  const { envelopes, ...data } = body.data as Data & { envelopes?: unknown };
  const signed: Person[] = [];
  for (const envelope of Array.isArray(envelopes) ? (envelopes as Envelope[]) : []) {
    const { signer, ...statement } = (envelope?.payload ?? {}) as Data;
    const named = (signer ?? {}) as Record<string, CanonicalValue>;
    const person = roster.people.get(String(named["op_id"]));
    if (person?.status !== "active") return "somebody signed it who was not on the roster";
    if (signed.includes(person)) return "one person signed it twice";
    const key = person.keys.at(-1)!;
    const problem = envelopeProblem(envelope, ROSTER_PAYLOAD_TYPE, key.public_key);
    if (problem !== null) return `of ${person.view.id}'s signature, ${problem}`;
    const { name, title } = person.view;
    if (named["key_id"] !== key.key_id || named["name"] !== name || named["title"] !== title)
      return `${person.view.id} signed it as somebody else`;
    const { head, at } = statement;
    if (!isHead(head as Head | undefined, body.seq, body.prev, source)) return "it was signed at another place of the log";
    const expected = statementOf(body.type, data, body.reason, source.installId, head as Head, String(at));
    if (jcs(statement) !== jcs(expected)) return `${person.view.id} signed something else`;
    signed.push(person);
  }
  return signed;
}

/** The head right before the event, but for a `clock.step` that the record puts first by itself: no statement fits twice. */
function isHead(head: Head | undefined, seq: number, previous: string, source: Source): boolean {
  if (typeof head?.seq !== "number" || head.seq < 1 || head.seq >= seq) return false;
  if (head.seq === seq - 1) return head.hash === previous;
  // The engine puts one such event before another; far away heads need not be read to be refused.
  if (head.seq < seq - 2) return false;
  const [at, step] = source.between(head.seq, seq - 1);
  return at?.hash === head.hash && step?.body.type === "clock.step";
}
