// Standing in for somebody: signed by the one who is stood in for, for at most 30 days, revocable, one step only.
// Owns: the rules of a delegation and whether one is in force. A delegate signs as self, on behalf of.
// Does not know who holds which role in a launch: that `from` holds it is for the launch to check.
import { type Delegation, fail, ok, type ParsedParamsOf, type Result, Role } from "../protocol/index.ts";
import { openSession } from "./acts.ts";
import { prove, takePen } from "./passwords.ts";
import type { Room } from "./room.ts";
import { delegationState, type Handed, wasActive } from "./roster.ts";
import { recordAct } from "./signing.ts";

/** A holiday, not a transfer: longer needs a new act. */
export const DELEGATION_MAX_MS = 30 * 24 * 3_600_000;

const isAdmin = (room: Room, id: string): boolean => room.roster.people.get(id)?.view.roles.includes("admin") === true;
const isRosterRole = (role: string): role is Role => Role.options.includes(role as Role);

export function delegationView(room: Room, { revokedAt: _, ...handed }: Handed, at: string): Delegation {
  return { ...handed, state: delegationState(room.roster, room.roster.delegations.get(handed.seq)!, at) };
}

export async function delegate(room: Room, callerId: string, given: ParsedParamsOf<"people.delegate">): Promise<Result<Delegation>> {
  const what = "people.delegate";
  const session = openSession(room, callerId, what);
  if (!session.ok) return session;
  const from = session.value.operator;
  const { to, reason } = given;
  const roles = [...new Set(given.roles.map((role) => role.trim()))];
  const now = room.ports.clock.now();
  const until = Date.parse(given.until);
  if (to === from.id) return fail("invalid-params", "A delegation goes to somebody else.");
  if (room.roster.people.get(to)?.status !== "active") return fail("not-found", `Nobody active on the roster has the id "${to}".`);
  if (until <= now) return fail("invalid-params", `The end (${given.until}) is past. Give a time to come.`);
  if (until - now > DELEGATION_MAX_MS) return fail("invalid-params", "A delegation lasts at most 30 days. Give an earlier end.");
  if (roles.includes("")) return fail("invalid-params", "A role has no name. Name it, or name none to hand on all.");
  if (roles.includes("admin")) return room.refuse(room.actor(callerId), what, "keeping the roster cannot be handed on");
  // One's own roles only, which also ends chains: what came by delegation is not among them.
  const foreign = roles.filter((role) => isRosterRole(role) && !from.roles.includes(role));
  if (foreign.length > 0) return room.refuse(room.actor(callerId), what, `${from.name} does not hold ${foreign.join(", ")} themself`);
  if (roles.includes("approver") && isAdmin(room, to))
    return room.refuse(room.actor(callerId), what, `${to} is an admin, and admin and approver cannot meet in one person`);
  const proved = await prove(room, callerId, { id: from.id, password: given.password }, what);
  if (!proved.ok) return proved;
  const there = openSession(room, callerId, what);
  if (!there.ok) return there;
  const pen = takePen(room, callerId, proved.value, what);
  const data = { from: from.id, to, roles, until: new Date(until).toISOString() };
  const event = recordAct(room, "delegation.added", data, reason, [{ pen, role: pen.actor.role }], () => {});
  return ok(delegationView(room, room.roster.delegations.get(event.body.seq)!, room.now()));
}

/** By the one who delegated, or by an admin; signed by whoever does it. */
export async function revokeDelegation(
  room: Room,
  callerId: string,
  given: ParsedParamsOf<"people.revokeDelegation">,
): Promise<Result<Delegation>> {
  const what = "people.revokeDelegation";
  const session = openSession(room, callerId, what);
  if (!session.ok) return session;
  const who = session.value.operator;
  const handed = room.roster.delegations.get(given.seq);
  if (handed === undefined) return fail("not-found", `Event ${given.seq} of the install log is no delegation.`);
  if (handed.from !== who.id && !who.roles.includes("admin"))
    return room.refuse(room.actor(callerId), what, `${who.name} did not give this delegation and is no admin`);
  if (delegationState(room.roster, handed, room.now()) !== "in force")
    return fail("conflict", "This delegation is not in force any more; there is nothing to revoke.");
  const proved = await prove(room, callerId, { id: who.id, password: given.password }, what);
  if (!proved.ok) return proved;
  const there = openSession(room, callerId, what);
  if (!there.ok) return there;
  const pen = takePen(room, callerId, proved.value, what);
  const role = handed.from === who.id ? pen.actor.role : "admin";
  recordAct(room, "delegation.revoked", { seq: given.seq }, given.reason, [{ pen, role }], () => {});
  return ok(delegationView(room, room.roster.delegations.get(given.seq)!, room.now()));
}

/**
 * The delegation by which `to` stands in for `from` in `role` at `at` (ISO 8601 UTC with milliseconds), the one that lasts longest;
 * null without one. One step only: where A handed to B and B to C, nothing is in force from A to C.
 */
export function delegationInForce(room: Room, from: string, to: string, role: string, at: string): Delegation | null {
  const { people, delegations } = room.roster;
  const giver = people.get(from);
  if (!wasActive(giver, at) || !wasActive(people.get(to), at)) return null;
  // A roster role that the giver lost since is not theirs to be stood in for; admin is never handed on, not by "all roles" either.
  if (role === "admin" || (isRosterRole(role) && !room.holds(giver!, [role]))) return null;
  if (role === "approver" && isAdmin(room, to)) return null;
  const all = [...delegations.values()].filter(
    (one) =>
      one.from === from &&
      one.to === to &&
      one.since <= at &&
      (one.roles.length === 0 || one.roles.includes(role)) &&
      delegationState(room.roster, one, at) === "in force",
  );
  const longest = all.sort((a, b) => (a.until < b.until ? 1 : -1))[0];
  return longest === undefined ? null : delegationView(room, longest, at);
}
