// The roster as the install log tells it: who is enrolled, since when, with which keys and roles, and who stands in for whom.
// Owns: the fold of roster events that prove themselves (proof.ts). They are the authority; the operators' rows only carry wrapped
// keys beside them. Does not write, does not check passwords, and has no clock.
import type { Delegation, OperatorId, OperatorView, Role, StoredEvent } from "../protocol/index.ts";
import { keyIdOf } from "../record/index.ts";
import { actProblem, type Source } from "./proof.ts";

/** Every event type that changes the roster; what an export of the roster carries. */
export const ROSTER_EVENTS = [
  "operator.enrolled",
  "operator.changed",
  "operator.reset",
  "operator.password_changed",
  "delegation.added",
  "delegation.revoked",
] as const;

/** A key of a person and when it was theirs; `until` is null for the one in use. */
export type KeyPeriod = { key_id: string; public_key: string; since: string; until: string | null };

export type Person = {
  view: OperatorView;
  status: "active" | "gone";
  keys: KeyPeriod[];
  enrolledBy: string[];
  /** Id of the second person, or the words that say why there was none. */
  second: string;
  checkedBy: string;
  how: string;
  resets: number;
  /** Times away from the roster; the last one is open while the person is gone. */
  gone: { seq: number; since: string; until: string | null }[];
};
export type Handed = Omit<Delegation, "state"> & { revokedAt: string | null };
export type Roster = {
  people: Map<string, Person>;
  delegations: Map<number, Handed>;
  /** Roster events that did not prove themselves and changed nothing, in words. */
  problems: string[];
};

export const emptyRoster = (): Roster => ({ people: new Map(), delegations: new Map(), problems: [] });
const isRosterEvent = (type: string): boolean => (ROSTER_EVENTS as readonly string[]).includes(type);

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

/** Takes one event of the install log in; others than ROSTER_EVENTS, and those that do not prove themselves, change nothing. */
export function applyRosterEvent(roster: Roster, event: StoredEvent, source: Source): void {
  const { type, data, ts_utc: at, seq, reason } = event.body;
  if (!isRosterEvent(type)) return;
  const problem = actProblem(roster, event, source);
  if (problem !== null)
    return void roster.problems.push(`Event ${seq} of the install log (${type}) does not count: ${problem}. Verify the record.`);
  const id = text(data["id"]);
  const person = roster.people.get(id);
  if (type === "operator.enrolled" && person === undefined) roster.people.set(id, enrolled(id, data, at));
  else if (type === "operator.changed" && person !== undefined) change(person, data["changes"], at, seq);
  else if (type === "operator.reset" && person !== undefined) {
    person.keys.at(-1)!.until = at;
    person.keys.push(keyPeriod(data["public_key"], at));
    person.resets += 1;
  } else if (type === "delegation.added")
    roster.delegations.set(seq, {
      seq,
      from: text(data["from"]) as OperatorId,
      to: text(data["to"]) as OperatorId,
      roles: texts(data["roles"]),
      reason,
      since: at,
      until: text(data["until"]),
      revokedAt: null,
    });
  else if (type === "delegation.revoked") {
    const handed = roster.delegations.get(Number(data["seq"]));
    if (handed !== undefined) handed.revokedAt ??= at;
  }
}

function keyPeriod(publicKey: unknown, since: string): KeyPeriod {
  const public_key = text(publicKey);
  return { key_id: keyIdOf(public_key), public_key, since, until: null };
}

function enrolled(id: string, data: Record<string, unknown>, at: string): Person {
  return {
    view: {
      id: id as OperatorId,
      name: text(data["name"]),
      title: text(data["title"]),
      roles: texts(data["roles"]) as Role[],
      createdAt: at,
    },
    status: "active",
    keys: [keyPeriod(data["public_key"], at)],
    enrolledBy: texts(data["enrolled_by"]),
    second: text(data["second"]),
    checkedBy: text(data["checked_by"]),
    how: text(data["how"]),
    resets: 0,
    gone: [],
  };
}

function change(person: Person, changes: unknown, at: string, seq: number): void {
  const to = (field: string): unknown => (changes as Record<string, { to?: unknown }> | undefined)?.[field]?.to;
  const [name, title, roles, status] = ["name", "title", "roles", "status"].map(to);
  person.view = {
    ...person.view,
    ...(name === undefined ? {} : { name: text(name) }),
    ...(title === undefined ? {} : { title: text(title) }),
    ...(roles === undefined ? {} : { roles: texts(roles) as Role[] }),
  };
  if (status === "gone") person.gone.push({ seq, since: at, until: null });
  if (status === "active" && person.gone.length > 0) person.gone.at(-1)!.until = at;
  if (status === "gone" || status === "active") person.status = status;
}

/** Whether the person was on the roster and not gone at `at` (ISO 8601 UTC, milliseconds: compares as text). */
export const wasActive = (person: Person | undefined, at: string): boolean =>
  person !== undefined &&
  person.view.createdAt <= at &&
  !person.gone.some(({ since, until }) => since <= at && (until === null || at < until));

/** A delegation ends with its time, its revocation, or when either person leaves; the earliest counts. */
export function delegationState(roster: Roster, handed: Handed, at: string): Delegation["state"] {
  if (handed.revokedAt !== null && handed.revokedAt <= at) return "revoked";
  if (handed.until <= at) return "expired";
  // Who left and came back does not find old delegations in force again: they are signed anew.
  const left = [handed.from, handed.to].some((id) => roster.people.get(id)?.gone.some(({ seq, since }) => seq > handed.seq && since <= at));
  return left ? "revoked" : "in force";
}
