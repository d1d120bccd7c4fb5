// Acts on the roster: enrolling, changing, resetting, a new password. Owns: who may, who must stand beside, what is recorded.
// Serves 21 CFR 11.100 (one person, identity checked before), 11.10(d, g) (who may act), 11.300(a, c) (ids once, lost passwords).
// Each act: rules first, then passwords, then in one turn the signed event and its rows.
import { fail, type OperatorView, ok, type ParsedParamsOf, type Result, type Role, type RosterEntry } from "../protocol/index.ts";
import { keyIdOf } from "../record/index.ts";
import { makeWrappedKey, wrapKey } from "./keys.ts";
import { type Credentials, lockedOutUntil, type Proved, prove, takePen } from "./passwords.ts";
import { givesRights, hasSecond, leavingTakesTwo, mayResetOnlyAdmin } from "./proof.ts";
import type { Room } from "./room.ts";
import type { Person } from "./roster.ts";
import { insertOperator, setLockout, updateKey, updateOperator } from "./rows.ts";
import type { Session } from "./sessions.ts";
import { type ActsAs, type Payload, recordAct } from "./signing.ts";

/** What an entry says where nobody could stand beside. */
const NO_SECOND = "no second person existed";
const NOBODY_LEFT = "no other person was active";
/** Ids that the record uses for what is no person: an operator of that name could not be told from it. */
const RESERVED: ReadonlySet<string> = new Set(["engine", "automation"]);

/** Why this id cannot be a new person's, or null. Serves 21 CFR 11.100(a) and 11.300(a): never reused, never reassigned. */
export function idProblem(room: Room, id: string): Result<never> | null {
  if (RESERVED.has(id)) return fail("already-exists", `The id "${id}" is Holdpoint's own in the record. Choose another.`);
  if (room.roster.people.has(id))
    return fail("already-exists", `The id "${id}" is or was somebody's, and an id is never given twice. Choose another.`);
  return null;
}

type People = { session: Session; admin: Proved; second: Proved | null };

export function entryOf(room: Room, person: Person): RosterEntry {
  const found = room.find(person.view.id);
  const until = found?.ok ? lockedOutUntil(room, found.value.no) : null;
  const { view, status, keys, enrolledBy, second, checkedBy, how, resets } = person;
  return {
    ...view,
    status,
    keyId: keys.at(-1)!.key_id,
    enrolledBy,
    second,
    checkedBy,
    how,
    lockedOutUntil: until === null ? null : new Date(until).toISOString(),
    resets,
  };
}

/** The person's own open session, with the role of an admin, or a lead's where the only admin is to be reset; each refusal is recorded. */
function adminAt(room: Room, callerId: string, what: string, resets = ""): Result<Session> {
  const session = openSession(room, callerId, what);
  if (!session.ok) return session;
  const { id, name, roles } = session.value.operator;
  if (roles.includes("admin")) return session;
  const self = room.roster.people.get(id);
  if (resets !== "" && self !== undefined && mayResetOnlyAdmin(room.roster, self, resets)) return session;
  return room.refuse(room.actor(callerId), what, `${name} is ${roles.join(", ")}, and only an admin keeps the roster`);
}

export function openSession(room: Room, callerId: string, what: string): Result<Session> {
  const session = room.sessionAt(callerId);
  if (session !== null && session.lockedBy === "") return ok(session);
  const why = session === null ? "nobody is signed in" : "the session is locked";
  room.refused(room.account, what, why);
  return fail(session === null ? "not-signed-in" : "locked", `${what} was refused: ${why}.`);
}

/** Null, or why this second person will not do. `isNeeded` where somebody else could stand beside. */
function secondProblem(
  room: Room,
  session: Session,
  second: { id: string } | undefined,
  subject: string,
  isNeeded: boolean,
  what: string,
): Result<never> | null {
  if (second === undefined)
    return isNeeded
      ? fail("confirmation-needed", "This takes two people. Ask a second one, who is active on the roster, to type id and password here.")
      : null;
  const who = session.operator;
  if (second.id === who.id)
    return room.refuse(room.actor(session.callerId), what, `${who.name} cannot be the second person beside themself`);
  if (second.id === subject)
    return room.refuse(room.actor(session.callerId), what, `${second.id} cannot be the second person of an act about themself`);
  return null;
}

/** Proves one person after the other; a failure says whose password it was. */
async function provePeople(
  room: Room,
  session: Session,
  ownPassword: string,
  second: Credentials | undefined,
  what: string,
): Promise<Result<People>> {
  const { callerId } = session;
  const admin = await prove(room, callerId, { id: session.operator.id, password: ownPassword }, what);
  if (!admin.ok) return blamed(admin, "own", "Your own password");
  if (second === undefined) return ok({ session, admin: admin.value, second: null });
  const beside = await prove(room, callerId, second, `${what}, as second person`);
  return beside.ok ? ok({ session, admin: admin.value, second: beside.value }) : blamed(beside, "second", "The second person");
}

const blamed = (failure: Result<never>, whose: "own" | "second", words: string): Result<never> =>
  failure.ok ? failure : fail(failure.error.code, `${words}: ${failure.error.message}`, { whose });

/** While passwords were checked the window may have locked itself, or another sat down. */
function stillThere(room: Room, { session }: People, what: string): Result<Session> {
  const now = openSession(room, session.callerId, what);
  if (!now.ok || now.value.id === session.id) return now;
  return fail("conflict", "Somebody signed in here anew meanwhile. Nothing was recorded; do it again.");
}

function pens(room: Room, { session, admin, second }: People, what: string): ActsAs[] {
  const role = admin.found.person.view.roles.includes("admin") ? "admin" : "lead";
  const own = { pen: takePen(room, session.callerId, admin, what), role };
  if (second === null) return [own];
  const pen = takePen(room, session.callerId, second, `${what}, as second person`);
  return [own, { pen, role: pen.actor.role }];
}

/** `admin` and `approver` do not meet in one person, except where there is only one (RECORDS.md, People). */
const cannotMeet = (roles: readonly Role[]): boolean => roles.includes("admin") && roles.includes("approver");
const CANNOT_MEET =
  "admin and approver cannot meet in one person: who keeps the roster does not approve. Choose one; the other goes to somebody else.";

const idOf = (proved: Proved): string => proved.found.person.view.id;
const secondIn = (room: Room, { second }: People): string => (second !== null ? idOf(second) : room.isSolo() ? NO_SECOND : NOBODY_LEFT);
const everyone = ({ admin, second }: People): string[] => (second === null ? [idOf(admin)] : [idOf(admin), idOf(second)]);
const notHere = (id: string): Result<never> => fail("not-found", `Nobody on the roster has the id "${id}".`);

export async function enrol(room: Room, callerId: string, given: ParsedParamsOf<"people.enrol">): Promise<Result<RosterEntry>> {
  const what = "people.enrol";
  const session = adminAt(room, callerId, what);
  if (!session.ok) return session;
  const { id, name, title, checkedBy, how } = given;
  const roles = [...new Set(given.roles)];
  if (cannotMeet(roles)) return fail("conflict", CANNOT_MEET);
  const taken = idProblem(room, id);
  if (taken !== null) return taken;
  // From here on nobody is alone any more, and what being alone excused ends.
  const both = [...room.roster.people.values()].find(({ status, view }) => status === "active" && cannotMeet(view.roles));
  if (both !== undefined)
    return fail("conflict", `${both.view.name} is admin and approver, which only one alone may be. Take one role from them first.`);
  const isNeeded = hasSecond(room.roster, session.value.operator.id, id);
  const problem = secondProblem(room, session.value, given.second, id, isNeeded, what);
  if (problem !== null) return problem;
  const people = await provePeople(room, session.value, given.ownPassword, given.second, what);
  if (!people.ok) return people;
  const wrapped = await makeWrappedKey(id, given.password, room.ports.ids.random);
  const there = stillThere(room, people.value, what);
  if (!there.ok) return there;
  const view: OperatorView = { id, name, title, roles, createdAt: room.now() };
  const data: Payload = {
    id,
    name,
    title,
    roles,
    public_key: wrapped.publicKey,
    kdf: wrapped.kdf,
    checked_by: checkedBy,
    how,
    enrolled_by: everyone(people.value),
    second: secondIn(room, people.value),
  };
  recordAct(room, "operator.enrolled", data, "", pens(room, people.value, what), () => insertOperator(room.db, view, wrapped));
  return ok(entryOf(room, room.roster.people.get(id)!));
}

export async function change(room: Room, callerId: string, given: ParsedParamsOf<"people.change">): Promise<Result<RosterEntry>> {
  const what = "people.change";
  const session = adminAt(room, callerId, what);
  if (!session.ok) return session;
  const { id, reason } = given;
  const person = room.roster.people.get(id);
  if (person === undefined) return notHere(id);
  const changes = changesOf(person, given);
  if (Object.keys(changes).length === 0) return fail("invalid-params", `Nothing of ${id} would change. Change something, or leave it.`);
  const after = { ...person.view, ...toOf(changes) };
  const status = (changes["status"]?.to ?? person.status) as Person["status"];
  const rule = changeProblem(room, person, after.roles, status);
  if (rule !== null) return rule;
  const admin = session.value.operator.id;
  const takesTwo = givesRights(changes) || (changes["status"]?.to === "gone" && leavingTakesTwo(room.roster, admin, person, room.now()));
  const isNeeded = takesTwo && hasSecond(room.roster, admin, id);
  const problem = secondProblem(room, session.value, given.second, id, isNeeded, what);
  if (problem !== null) return problem;
  const people = await provePeople(room, session.value, given.ownPassword, given.second, what);
  if (!people.ok) return people;
  const there = stillThere(room, people.value, what);
  if (!there.ok) return there;
  const data: Payload = { id, changes, by: everyone(people.value) };
  const found = room.find(id);
  if (found === null) return notHere(id);
  if (!found.ok) return found;
  recordAct(room, "operator.changed", data, reason, pens(room, people.value, what), () => updateOperator(room.db, found.value.no, after));
  if (person.status === "gone") room.endSessionsOf(id, "left the roster");
  else for (const open of room.sessions.of(id)) open.operator = person.view;
  for (const open of room.sessions.of(id)) room.changed(open.callerId);
  return ok(entryOf(room, person));
}

type Changes = { [field: string]: { from: string | Role[]; to: string | Role[] } };

function changesOf(person: Person, given: ParsedParamsOf<"people.change">): Changes {
  const { name, title, roles } = person.view;
  const now = { name, title, roles, status: person.status };
  const wanted = {
    name: given.name,
    title: given.title,
    roles: given.roles === undefined ? undefined : [...new Set(given.roles)],
    status: given.status,
  };
  const changes: Changes = {};
  for (const field of ["name", "title", "roles", "status"] as const) {
    const to = wanted[field];
    if (to !== undefined && JSON.stringify(to) !== JSON.stringify(now[field])) changes[field] = { from: now[field], to };
  }
  return changes;
}

const toOf = (changes: Changes): Partial<OperatorView> =>
  Object.fromEntries(Object.entries(changes).flatMap(([field, { to }]) => (field === "status" ? [] : [[field, to]])));

function changeProblem(room: Room, person: Person, roles: readonly Role[], status: Person["status"]): Result<never> | null {
  if (status === "active" && cannotMeet(roles) && !room.isSolo()) return fail("conflict", CANNOT_MEET);
  const isLastAdmin = ![...room.roster.people.values()].some(
    (other) => other !== person && other.status === "active" && other.view.roles.includes("admin"),
  );
  if (isLastAdmin && (status === "gone" || !roles.includes("admin")))
    return fail("conflict", `${person.view.name} is the only admin: without one nobody could keep the roster. Make another admin first.`);
  return null;
}

export async function reset(room: Room, callerId: string, given: ParsedParamsOf<"people.reset">): Promise<Result<RosterEntry>> {
  const what = "people.reset";
  const { id, reason } = given;
  const session = adminAt(room, callerId, what, id);
  if (!session.ok) return session;
  const person = room.roster.people.get(id);
  if (person === undefined) return notHere(id);
  if (id === session.value.operator.id)
    return room.refuse(room.actor(callerId), what, `${person.view.name} cannot reset their own key: it takes two others`);
  if (person.status === "gone") return fail("conflict", `${person.view.name} has left the roster; there is no password to reset.`);
  const problem = secondProblem(room, session.value, given.second, id, true, what);
  if (problem !== null) return problem;
  const people = await provePeople(room, session.value, given.ownPassword, given.second, what);
  if (!people.ok) return people;
  const wrapped = await makeWrappedKey(id, given.password, room.ports.ids.random);
  const there = stillThere(room, people.value, what);
  if (!there.ok) return there;
  const found = room.find(id);
  if (found === null) return notHere(id);
  if (!found.ok) return found;
  const { no } = found.value;
  const data: Payload = {
    id,
    public_key: wrapped.publicKey,
    key_id: keyIdOf(wrapped.publicKey),
    kdf: wrapped.kdf,
    old_key_id: person.keys.at(-1)!.key_id,
    by: everyone(people.value),
  };
  recordAct(room, "operator.reset", data, reason, pens(room, people.value, what), () => {
    updateKey(room.db, no, wrapped);
    setLockout(room.db, no, { failures: 0, lockedAt: null });
  });
  room.endSessionsOf(id, "key reset");
  return ok(entryOf(room, person));
}

export async function changePassword(room: Room, callerId: string, given: ParsedParamsOf<"people.changePassword">): Promise<Result<null>> {
  const what = "people.changePassword";
  const session = openSession(room, callerId, what);
  if (!session.ok) return session;
  const { id } = session.value.operator;
  if (given.newPassword.normalize("NFC") === given.password.normalize("NFC"))
    return fail("invalid-params", "The new password is the old one. Choose another.");
  const people = await provePeople(room, session.value, given.password, undefined, what);
  if (!people.ok) return people;
  const { found, privateKey } = people.value.admin;
  const wrapped = await wrapKey(id, privateKey, given.newPassword, room.ports.ids.random);
  const there = stillThere(room, people.value, what);
  if (!there.ok) return there;
  const pen = takePen(room, callerId, people.value.admin, what);
  recordAct(room, "operator.password_changed", { id }, "", [{ pen, role: pen.actor.role }], () => updateKey(room.db, found.no, wrapped));
  return ok(null);
}
