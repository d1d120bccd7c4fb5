// Something that can be signed, whatever room it comes from. Owns: the type that the signing flow works with.
import type { SignatureFact, Speaker } from "../checklist/index.ts";
import type { CanonicalValue, LogId, SignMeaning, SignSubject } from "../protocol/index.ts";
import type { NewEvent } from "../record/index.ts";

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
  /** Roles asked, each once; a signature is given in one of them. Empty: in the signer's own first role, by anybody who may sign. */
  roles: string[];
  /** How many signatures in all; 0 for as many as come (attendance). */
  needed: number;
  /** Signatures that count already, in order. */
  counted: SignatureFact[];
  /** Why nobody can approve this yet; a rejection is possible all the same. */
  blockers: string[];
  lines: string[];
  statement(meaning: SignMeaning, speaker: Speaker): string;
  /** Why this person may not sign in that role, "" where they may: executor, author … Distinct persons and roles are seen to by the flow. */
  excluded(operator: string, role: string): string;
  /** Whether the role in the launch is asked for (category leads), or a role of the roster will do (lead, approver, witness). */
  isAlone: boolean;
  /** Events that follow in the same transaction: taken, confirmed, closed. `count` includes the new signature. */
  after(signed: {
    meaning: SignMeaning;
    count: number;
    missing: string[];
    seq: number;
    head: string;
    reason: string;
  }): Omit<NewEvent, "actor">[];
  data?: Record<string, CanonicalValue>;
};
