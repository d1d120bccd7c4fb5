// People as the window sees them. Owns: shapes. Passwords are only ever inputs.
import { z } from "zod";
import { OperatorId, Reason, Timestamp } from "./ids.ts";

export const Role = z.enum(["lead", "operator", "approver", "witness", "auditor", "admin"]);
export type Role = z.infer<typeof Role>;
export const Password = z.string().min(8, "at least 8 characters").max(1024);
export const OperatorView = z.object({ id: OperatorId, name: z.string(), title: z.string(), roles: z.array(Role), createdAt: z.string() });
export type OperatorView = z.infer<typeof OperatorView>;
export const SessionView = z.object({ operator: OperatorView, since: z.string(), locked: z.boolean() });
export type SessionView = z.infer<typeof SessionView>;

/** One line of the roster: the operator with what an admin or an auditor needs to know. */
export const RosterEntry = OperatorView.extend({
  /** active, or gone: never deleted, the id is never given again. */
  status: z.enum(["active", "gone"]),
  keyId: z.string(),
  /** Who enrolled, who was second, who checked the identity and how. The first operator has none. */
  enrolledBy: z.array(z.string()),
  /** Id of the second person, or in words why there was none ("no second person existed"); "" for the first operator. */
  second: z.string(),
  checkedBy: z.string(),
  how: z.string(),
  lockedOutUntil: Timestamp.nullable(),
  /** Keys made again by a reset so far. */
  resets: z.int(),
});
export type RosterEntry = z.infer<typeof RosterEntry>;
export const Delegation = z.object({
  /** seq in the install log. */
  seq: z.int(),
  from: OperatorId,
  to: OperatorId,
  /** Launch roles or category roles handed on; empty: all that `from` holds. */
  roles: z.array(z.string()),
  reason: z.string(),
  since: Timestamp,
  until: Timestamp,
  state: z.enum(["in force", "expired", "revoked"]),
});
export type Delegation = z.infer<typeof Delegation>;

const name = z.string().trim().min(1).max(100);
const title = z.string().trim().max(100);
const password = z.string().min(1).max(1024);
/** The second person of an act that takes two: id and password typed for this act. */
export const Second = z.strictObject({ id: OperatorId, password });

export const PEOPLE_METHODS = {
  "people.roster": { params: z.strictObject({}), result: z.object({ people: z.array(RosterEntry), delegations: z.array(Delegation) }) },
  /** An admin signed in, with their own password again, and a second person (any active operator; another than the one enrolled). */
  "people.enrol": {
    params: z.strictObject({
      id: OperatorId,
      name,
      title,
      roles: z.array(Role).min(1),
      password: Password,
      checkedBy: name,
      how: z.string().trim().min(3).max(500),
      ownPassword: password,
      second: Second.optional(),
    }),
    result: RosterEntry,
  },
  /** Name, title, roles, or leaving; by an admin, with a reason. A signed event of the roster. */
  "people.change": {
    params: z.strictObject({
      id: OperatorId,
      name: name.optional(),
      title: title.optional(),
      roles: z.array(Role).min(1).optional(),
      status: z.enum(["active", "gone"]).optional(),
      reason: Reason,
      ownPassword: password,
      second: Second.optional(),
    }),
    result: RosterEntry,
  },
  /** A forgotten password: a new key, by an admin (of the only admin: by a lead) and a second person. Old signatures stay what they were, under the old key. */
  "people.reset": {
    params: z.strictObject({ id: OperatorId, password: Password, reason: Reason, ownPassword: password, second: Second }),
    result: RosterEntry,
  },
  "people.changePassword": { params: z.strictObject({ password, newPassword: Password }), result: z.null() },
  /** Signed by the one who delegates; at most 30 days. */
  "people.delegate": {
    params: z.strictObject({ to: OperatorId, roles: z.array(z.string().max(100)).max(20), until: Timestamp, reason: Reason, password }),
    result: Delegation,
  },
  "people.revokeDelegation": { params: z.strictObject({ seq: z.int().min(1), reason: Reason, password }), result: Delegation },
} as const;
