// What a launch's log says about one item and about signatures: the input of everything computed in this room.
// Owns: the shapes. The fold that fills them is engine/launch.
import type { Assignment, Decision, Evidence, ItemState, Risk, SignatureView, Verdict } from "../protocol/index.ts";

export type AnswerFact = {
  seq: number;
  /** Hash of the item's text that was answered. */
  sha256: string;
  state: ItemState;
  by: string;
  name: string;
  at: string;
  note: string;
  reason: string;
  /** Decimal as typed; null without one. */
  value: number | null;
  approver: string;
  approverName: string;
  expires: string | null;
};

export type CheckFact = {
  seq: number;
  sha256: string;
  verdict: Verdict;
  judgement: string | null;
  because: string;
  measured: number | null;
  at: string;
  run: string;
  /** The run's name for its cluster, with the context and class pinned under it; "" where none was. */
  cluster: string;
  context: string;
  clusterClass: string;
  by: string;
};

export type ItemFacts = {
  answer: AnswerFact | null;
  /** Why the engine or a new text opened the item again; "" where a person answered since. */
  reopened: string;
  evidences: Evidence[];
  check: CheckFact | null;
  assignee: string | null;
  assigneeName: string;
  due: string | null;
  notes: { seq: number; by: string; at: string; text: string }[];
  /** Operator ids of everybody who ever answered it, ran its check or supplied evidence, with what they did last. */
  executors: Map<string, string>;
};

export const noFacts = (): ItemFacts => ({
  answer: null,
  reopened: "",
  evidences: [],
  check: null,
  assignee: null,
  assigneeName: "",
  due: null,
  notes: [],
  executors: new Map(),
});

/** A signature as the log has it; `keyId` and `principal` are what n of m counts. */
export type SignatureFact = SignatureView & {
  keyId: string;
  isWithdrawn: boolean;
  /** seq of the event that made it stale; 0 while none did. */
  staleSeq: number;
};
/** The person whose word it is: the signer, or who delegated to them. */
export const principalOf = (signature: SignatureFact): string => signature.onBehalfOf || signature.signer;
/** Counts for n of m: an approval that nothing has overtaken. */
export const isInForce = (signature: SignatureFact): boolean =>
  signature.meaning !== "rejected" && signature.state === "valid" && !signature.isWithdrawn;

export type DecisionFact = Omit<Decision, "state" | "overtaken" | "signed" | "missing" | "needed"> & {
  digest: string;
  roles: string[];
  needed: number;
  /** As the log says it; whether an open one has gone stale is computed. */
  status: "open" | "taken" | "replaced" | "withdrawn";
};

/** Something that it rests on changed before the decision was acted on. */
export const isOvertaken = (signature: SignatureFact, cutOver: number): boolean =>
  signature.state === "stale" && (cutOver === 0 || signature.staleSeq < cutOver);

export type ChecklistFacts = {
  items: ReadonlyMap<string, ItemFacts>;
  signatures: readonly SignatureFact[];
  risks: readonly Risk[];
  people: readonly Assignment[];
  decisions: readonly DecisionFact[];
  /** seq of the event that began the cut-over; 0 before it. What changes after it does not undo the decision that carried it. */
  cutOver: number;
};
