// Who is of the role that a step names: by the roster, by title, or because the run's launch gives it to them.
// Owns: that question, and what the preflight says of it. A delegation is asked for in live.ts; who signs is the launch room's.
import type { Finding, LaunchId } from "../protocol/index.ts";
import type { RunDeps, Who } from "./deps.ts";
import type { RunPlan } from "./plan.ts";

type Person = { id: string; roles: readonly string[]; title: string };

export function isOfRole(deps: RunDeps, launch: LaunchId | null, { id, roles, title }: Person, wanted: string): boolean {
  if (deps.isSolo() || roles.includes(wanted) || slug(title) === slug(wanted)) return true;
  return assignedIn(deps, launch).some((one) => one.operator === id && one.role === wanted);
}

export const asPerson = ({ actor, roles, title }: Who): Person => ({ id: actor.op_id, roles, title });

/** Names of those who are of the role now, without those who would only stand in for one. */
export function holdersOf(deps: RunDeps, launch: LaunchId | null, wanted: string): string[] {
  return (deps.people?.list() ?? []).filter((one) => isOfRole(deps, launch, one, wanted)).map((one) => one.name);
}

/** Every role that a step wants to be run by: who can, before the night meets the step and nobody may press it. */
export function roleFindings(deps: RunDeps, launch: LaunchId | null, plan: RunPlan): Finding[] {
  if (deps.isSolo() || deps.people === undefined) return [];
  const steps = new Map<string, string[]>();
  for (const { step } of plan.steps) {
    const { role } = step.directive;
    if (role !== null) steps.set(role, [...(steps.get(role) ?? []), step.number]);
  }
  return [...steps].map(([role, numbers]): Finding => {
    const held = holdersOf(deps, launch, role);
    const at = `step${numbers.length === 1 ? "" : "s"} ${numbers.join(", ")}`;
    const base = { code: "role", subject: role, step: null, line: null };
    return held.length > 0
      ? { ...base, severity: "ok", message: `${held.join(", ")} may run ${at}.`, todo: "" }
      : {
          ...base,
          severity: "warning",
          message: `Nobody is ${role}, and ${at} ${numbers.length === 1 ? "is" : "are"} for that role.`,
          todo: launch === null ? "Give somebody that title, or delegate it." : "Assign the role in the launch.",
        };
  });
}

const assignedIn = (deps: RunDeps, launch: LaunchId | null): { operator: string; role: string }[] =>
  launch === null ? [] : (deps.launches?.assigned?.(launch) ?? []);

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
