// Who may sign what, and who may not and why. Owns: roles in the launch, four eyes, delegation, roles that never meet.
// RECORDS.md "People" and "Signing off"; the flow that uses it is signing.ts.
import { principalOf, SOLO } from "../checklist/index.ts";
import type { OperatorView, PreparedSignature } from "../protocol/index.ts";
import type { LaunchDeps } from "./deps.ts";
import type { Live, Lives } from "./live.ts";
import type { Signable } from "./signable.ts";

/** The launch's part of the question; null for a run outside any launch. */
export type Ground = { live: Live | null; isAlone: boolean; at: string };

export function groundOf(lives: Lives, deps: LaunchDeps, live: Live | null): Ground {
  return { live, isAlone: live === null ? deps.people.isSolo() : lives.isAlone(live), at: lives.nowText() };
}

/** The glass that was broken because an approver is absent, confirmed by two and not reviewed yet. */
const absence = ({ live }: Ground) =>
  live?.state.breakGlass.findLast((one) => one.kind === "approver-absent" && one.isConfirmed && one.reviewedAt === null) ?? null;

/** What every sentence says of the circumstances. */
export function circumstances(ground: Ground): string {
  const glass = absence(ground);
  return [ground.isAlone ? SOLO : "", glass ? `The glass is broken (event ${glass.seq}): an approver is absent` : ""]
    .filter((part) => part !== "")
    .join(". ");
}

/** Assigned to the role in the launch, or of that role by the roster. */
function holds(deps: LaunchDeps, ground: Ground, id: string, role: string): boolean {
  if (ground.live?.state.people.some((one) => one.operator === id && one.role === role)) return true;
  const person = deps.people.list().find((one) => one.id === id);
  if (!person) return false;
  if ((person.roles as string[]).includes(role)) return true;
  // Outside a launch nobody is assigned to anything: the title on the roster says who it is, as it does for a step's `role`.
  return ground.live === null && slug(person.title) === slug(role);
}

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

/** Why `person` may not sign in `role`, for themselves or on behalf of somebody; "" where they may. */
export function problemOf(
  deps: LaunchDeps,
  ground: Ground,
  signable: Signable,
  person: OperatorView,
  role: string,
  onBehalfOf: string,
): { why: string; delegation: number } {
  const no = (why: string) => ({ why, delegation: 0 });
  if (!deps.people.list().some((one) => one.id === person.id)) return no("has left");
  if (ground.isAlone) return onBehalfOf === "" ? no("") : no("is alone: there is nobody to stand in for");
  const principal = onBehalfOf || person.id;
  let delegation = 0;
  if (onBehalfOf !== "") {
    if (onBehalfOf === person.id) return no("cannot stand in for themselves");
    const found = deps.people.delegationInForce(onBehalfOf, person.id, role, ground.at);
    if (found === null) return no(`holds no delegation of ${role} from ${onBehalfOf} that is in force`);
    delegation = found.seq;
  }
  if (!holds(deps, ground, principal, role) && absence(ground) === null)
    return no(`${principal === person.id ? "is" : `stands in for ${principal}, who is`} not ${role} in this launch`);
  if (signable.needsRight) {
    if (!person.roles.some((one) => one === "approver" || one === "lead")) return no("is neither approver nor lead by the roster");
    // RECORDS.md: admin and approver never meet in one person in the same launch. As lead an admin may sign.
    const isAdmin = [person.id, principal].some((id) => deps.people.operator(id)?.roles.includes("admin"));
    if (isAdmin && role !== "lead") return no("is admin: admin and approver never meet in one person in the same launch");
  }
  for (const id of new Set([person.id, principal])) {
    const why = signable.excluded(id, role);
    if (why !== "") return no(id === person.id ? why : `${id}: ${why}`);
  }
  const other = signable.counted.find((one) => [one.signer, principalOf(one)].some((id) => id === person.id || id === principal));
  if (other) return no(`has signed already (${other.name} as ${other.role}): every signature is another person's`);
  return { why: "", delegation };
}

/**
 * The role in which somebody signs what asks for none by name: of those that they, or whom they stand in for, hold in the launch or by the
 * roster, the first in which they may. A lead's window does not make everybody at its keyboard a lead.
 */
export function roleOf(
  deps: LaunchDeps,
  ground: Ground,
  signable: Signable,
  person: OperatorView,
  onBehalfOf: string,
): { role: string; why: string; delegation: number } {
  const principal = onBehalfOf || person.id;
  const inLaunch = ground.live?.state.people.flatMap((one) => (one.operator === principal ? [one.role] : [])) ?? [];
  const roles = [...new Set([...inLaunch, ...(deps.people.operator(principal)?.roles ?? [])])];
  const tried = roles.map((role) => ({ role, ...problemOf(deps, ground, signable, person, role, onBehalfOf) }));
  return tried.find((one) => one.why === "") ?? tried[0] ?? { role: "", why: "is without a role", delegation: 0 };
}

/** Everybody who could sign in this role ("" for each in their own), each with whom they would stand in for; and who holds it but may not. */
export function signersFor(
  deps: LaunchDeps,
  ground: Ground,
  signable: Signable,
  role: string,
): Pick<PreparedSignature, "eligible" | "excluded"> {
  const eligible: PreparedSignature["eligible"] = [];
  const excluded: PreparedSignature["excluded"] = [];
  const { delegations } = deps.people.roster();
  const ask = (person: OperatorView, giver: string): { why: string } =>
    role === "" ? roleOf(deps, ground, signable, person, giver) : problemOf(deps, ground, signable, person, role, giver);
  for (const person of deps.people.list()) {
    const own = ask(person, "");
    if (own.why === "") {
      eligible.push({ id: person.id, name: person.name, onBehalfOf: null });
      continue;
    }
    const givers = new Set(delegations.filter((one) => one.to === person.id && one.state === "in force").map((one) => one.from));
    const tried = [...givers].map((giver) => ({ giver, ...ask(person, giver) }));
    const stood = tried.find((one) => one.why === "");
    if (stood) eligible.push({ id: person.id, name: person.name, onBehalfOf: stood.giver });
    else if (role === "" || holds(deps, ground, person.id, role)) excluded.push({ id: person.id, name: person.name, why: own.why });
  }
  return { eligible, excluded };
}
