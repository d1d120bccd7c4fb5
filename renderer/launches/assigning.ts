// What will keep somebody from signing in a role, said when the role is given and not on the night. Pure.
// Owns: the words of the warning. Nothing is refused here: the engine decides when it is signed.
import type { RosterEntry } from "../../engine/protocol/index.ts";

type Row = { role: string; signs: readonly string[]; held: readonly { operator: string }[] };

/** What will keep this person from signing in this role, in words; "" where nothing is known to. */
export function assignWarning(rows: readonly Row[], role: string, person: Pick<RosterEntry, "id" | "name" | "roles">): string {
  const signs = rows.find((one) => one.role === role)?.signs ?? [];
  if (signs.length === 0) return "";
  if (!person.roles.some((one) => one === "approver" || one === "lead"))
    return `${person.name} is neither approver nor lead by the roster and cannot sign ${signs.join(", ")}. Make them one under People, Change.`;
  if (person.roles.includes("admin") && role !== "lead")
    return `${person.name} is admin, and an admin signs no category and no decision. Somebody else has to sign as ${role}.`;
  const twice = signs.filter((what) =>
    rows.some((one) => one.role !== role && one.signs.includes(what) && one.held.some((held) => held.operator === person.id)),
  );
  return twice.length === 0
    ? ""
    : `${person.name} already signs ${twice.join(", ")} in another role, and every signature is another person's: one more person is needed.`;
}
