// The roster in words: what roles are for, who must stand beside an act, how an entry came to be. Pure.
// Owns: the words. The rules are engine/people's, which refuses by itself what this asks for beforehand.
import type { Role, RosterEntry } from "../../engine/protocol/index.ts";

export const ROLE_WORDS: Record<Role, string> = {
  lead: "leads runs and launches, proposes and signs decisions",
  operator: "runs steps, answers items",
  approver: "approves what others did; never an admin too",
  witness: "was there and says so",
  auditor: "reads everything; each look is on record",
  admin: "keeps the roster; never an approver too",
};
export const ROLES = Object.keys(ROLE_WORDS) as Role[];

/** Somebody active besides the one who acts and the one it is about: then the act takes two. */
export const hasSecond = (people: readonly RosterEntry[], self: string, subject: string): boolean =>
  people.some((one) => one.status === "active" && one.id !== self && one.id !== subject);

/** Whether the person is the only admin: then a lead makes them a new key, with a second person. */
export const isOnlyAdmin = (people: readonly RosterEntry[], id: string): boolean =>
  people.every((one) => (one.status === "active" && one.roles.includes("admin")) === (one.id === id));

/** Who enrolled, and who stood beside; in one sentence. */
export function enrolledWords({ enrolledBy, second }: Pick<RosterEntry, "enrolledBy" | "second">): string {
  if (enrolledBy.length === 0) return "First operator of this installation, enrolled by themself";
  const [by] = enrolledBy;
  return enrolledBy.length > 1 ? `${by} and ${enrolledBy.slice(1).join(", ")}` : second === "" ? `${by}` : `${by}, alone: ${second}`;
}
/** How the identity was checked, and by whom. */
export const checkedWords = ({ checkedBy, how }: Pick<RosterEntry, "checkedBy" | "how">): string =>
  checkedBy === "" ? "not checked by anybody else" : `${checkedBy}: ${how}`;

/** First groups of a key's id, as people read them out to each other. */
export const keyWords = (keyId: string): string => `${keyId.slice(0, 4)} ${keyId.slice(4, 8)} ${keyId.slice(8, 12)}`;

/** Whether admin and approver would meet in one person. */
export const cannotMeet = (roles: readonly Role[]): boolean => roles.includes("admin") && roles.includes("approver");
export const CANNOT_MEET = "Admin and approver never meet in one person: who keeps the roster could otherwise approve in anybody's place.";
