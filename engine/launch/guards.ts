// Who may do what to a launch, and when it takes nothing more. Owns: the roles of each command and the words of refusals.
// Every command asks here itself, whatever the door let through; a refusal by role is recorded.
import { type Actor, fail, type Result, type Role } from "../protocol/index.ts";
import type { LaunchDeps, Who } from "./deps.ts";
import type { Live } from "./live.ts";

/** Keeps the launch: facts, people, risks, answers, evidence. */
export const KEEPERS: readonly Role[] = ["lead", "operator"];
/** Leads it: who is who, the state, the decision. */
export const LEADERS: readonly Role[] = ["lead"];
/** Takes part and may say something; an auditor reads, an admin keeps the roster. */
export const PARTICIPANTS: readonly Role[] = ["lead", "operator", "approver", "witness"];

export function mayDo(deps: LaunchDeps, who: Who, roles: readonly Role[], what: string): Result<Actor> {
  if (!who.isAuthenticated)
    return fail("not-signed-in", `${what} needs a person: sign in first. An account of the operating system is nobody's name.`);
  if (who.roles.some((role) => roles.includes(role))) return { ok: true, value: who.actor };
  const why = `${what} is for ${roles.join(" or ")}; ${who.actor.name} is ${who.roles.join(", ") || "without a role"}`;
  deps.notify.refused(who, what, why);
  return fail("forbidden", `${why}.`);
}

export function notClosed(live: Live): Result<never> | null {
  if (live.state.state !== "closed") return null;
  return fail("conflict", `${live.state.facts.name} is closed: its record is complete, and nothing can be added to it.`);
}

/** Refuses a role first, then a closed launch. */
export function mayChange(deps: LaunchDeps, live: Live, who: Who, roles: readonly Role[], what: string): Result<Actor> {
  const allowed = mayDo(deps, who, roles, what);
  if (!allowed.ok) return allowed;
  return notClosed(live) ?? allowed;
}

/** A decision has been taken: what changes now needs a reason. */
export const isDecided = (live: Live): boolean => live.state.decisions.some((one) => one.status === "taken");
