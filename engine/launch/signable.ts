// Something that can be signed, whatever room it comes from. Owns: the type that the signing flow works with.
import type { SignatureFact, Speaker } from "../checklist/index.ts";
import type { LogId, SignMeaning, SignSubject, StoredEvent } from "../protocol/index.ts";
import type { NewEvent } from "../record/index.ts";

export type Signed = { meaning: SignMeaning; reason: string; head: { seq: number; hash: string; fingerprint: string } };
export type FollowUp = Omit<NewEvent, "actor">;

export type Signable = {
  log: LogId;
  /** "" where the subject is of no launch or no run. */
  launch: string;
  run: string;
  subject: SignSubject;
  meanings: readonly SignMeaning[];
  /** Hash of the checklist's or runbook's bytes; "" without one. */
  planSha256: string;
  digest: string;
  /** seq of every event that the statement rests on, ascending. */
  covered: number[];
  /** Roles asked, each at least once; empty: any role that the signer has in the launch or the roster. */
  roles: string[];
  /** How many signatures in all; 0 for as many as come (attendance). */
  needed: number;
  /** Signatures that count already, in order. */
  counted: SignatureFact[];
  /** Roles whose signature is still wanted. */
  missing: string[];
  /** Why nobody can approve this yet, in words; a rejection is possible all the same. */
  blockers: string[];
  lines: string[];
  statement(meaning: SignMeaning, speaker: Speaker): string;
  /** Why this person may not sign in that role (executor, author …); "" where they may. Distinct people and roles are the flow's to see to. */
  excluded(operator: string, role: string): string;
  /** Whether a signer must be lead or approver by the roster; false for attendance and witnesses. */
  needsRight: boolean;
  /** Events that follow the signature in its transaction: taken, confirmed, closed. `count` and `missing` include it. */
  after(signed: Signed & { count: number; missing: string[] }): FollowUp[];
  /** Appends for a room that keeps its own state of the log; without it the launch does. */
  record?(events: NewEvent[]): StoredEvent[];
};
