// Who looks at a run, in words. Pure.
import type { Looker } from "../../engine/protocol/index.ts";

/** `Dana Mercer, Mira Olsen; War room follows`; the operator of the run comes first. */
export function lookersWords(lookers: readonly Looker[], operatorId: string): string {
  const people = lookers.filter((one) => !one.follows).toSorted((a, b) => Number(b.id === operatorId) - Number(a.id === operatorId));
  const followers = lookers.filter((one) => one.follows);
  const followed = followers.map(({ name, count }) => (count === 1 ? name : `${name} (${count})`));
  return [
    people.map(({ name }) => name).join(", "),
    followed.length === 0 ? "" : `${followed.join(", ")} ${followers.length === 1 && followers[0]!.count === 1 ? "follows" : "follow"}`,
  ]
    .filter((part) => part !== "")
    .join("; ");
}
