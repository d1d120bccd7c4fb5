// What a signature covers, as one hash: any change of an answer, a check, evidence or text gives another.
// Owns: the digests of RECORDS.md. They depend on the log alone, never on the time: two verifiers compute them again.
import { createHash } from "node:crypto";
import type { CanonicalValue } from "../protocol/index.ts";
import { jcs } from "../record/index.ts";
import type { DecisionFact, ItemFacts } from "./facts.ts";
import { noFacts } from "./facts.ts";
import { type KeyedCategory, standingCheck } from "./items.ts";

const digest = (domain: string, value: CanonicalValue): string =>
  createHash("sha256").update(`${domain}\0`).update(jcs(value)).digest("hex");

/** SHA-256("holdpoint/items/v1\0" ‖ JCS of its items in file order); derived items are left out. */
export function categoryDigest(category: KeyedCategory, facts: ReadonlyMap<string, ItemFacts>): string {
  return digest("holdpoint/items/v1", rowsOf(category, facts) as unknown as CanonicalValue);
}

function rowsOf(category: KeyedCategory, facts: ReadonlyMap<string, ItemFacts>) {
  return category.items
    .filter((item) => item.derived === null)
    .map((item) => {
      const known = facts.get(item.id) ?? noFacts();
      return {
        id: item.id,
        text: item.sha256,
        state: known.answer?.state ?? "open",
        answer: known.answer?.seq ?? 0,
        check: standingCheck(item, known)?.seq ?? 0,
        evidence: known.evidences.filter((one) => !one.removed).map((one) => one.seq),
      };
    });
}

/** seq of every event that a category's signature rests on, ascending. */
export function coveredBy(category: KeyedCategory, facts: ReadonlyMap<string, ItemFacts>): number[] {
  const seqs = rowsOf(category, facts).flatMap((row) => [row.answer, row.check, ...row.evidence]);
  return [...new Set(seqs.filter((seq) => seq > 0))].sort((a, b) => a - b);
}

/** Digest of a subject that is one thing said once: a briefing, a broken glass, a close. */
export const subjectDigest = (kind: "briefing" | "break-glass" | "close", value: CanonicalValue): string =>
  digest(`holdpoint/${kind}/v1`, value);

export type DecisionBasis = {
  outcome: DecisionFact["outcome"];
  conditions: { text: string; owner: string; due: string }[];
  categories: { key: string; digest: string; signatures: string[] }[];
  risks: { id: string; risk: string; likelihood: string; impact: string; controls: string; owner: string; status: string }[];
  waivers: string[];
};
export const decisionDigest = (basis: DecisionBasis): string => digest("holdpoint/decision/v1", basis as unknown as CanonicalValue);
