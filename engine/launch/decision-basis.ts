// What a decision rests on, gathered from the launch: outcome, conditions, categories with their signatures, risks, waivers.
// Owns: that proposing, signing and looking at a decision mean the same by it.
import { countedFor, type DecisionBasis, type DecisionFact, decisionDigest, type SignatureFact } from "../checklist/index.ts";
import type { CategoryView, ItemView } from "../protocol/index.ts";
import type { LaunchFold } from "./state.ts";

type Proposal = Pick<DecisionFact, "outcome" | "conditions">;

export function basisOf(
  state: LaunchFold,
  { outcome, conditions }: Proposal,
  categories: readonly CategoryView[],
  items: readonly ItemView[],
): DecisionBasis {
  return {
    outcome,
    conditions: conditions.map(({ text, owner, due }) => ({ text, owner, due })),
    categories: categories
      .filter((one) => one.needed > 0)
      .map((one) => ({
        key: one.key,
        digest: one.digest,
        signatures: state.signatures
          .filter(
            (signature) =>
              signature.subject.kind === "category" &&
              signature.subject.id === one.key &&
              signature.state === "valid" &&
              signature.digest === one.digest,
          )
          .map((signature) => signature.id),
      })),
    risks: [...state.risks.values()].map(({ id, risk, likelihood, impact, controls, owner, status }) => ({
      id,
      risk,
      likelihood,
      impact,
      controls,
      owner,
      status,
    })),
    waivers: items.filter((item) => item.answer !== null && state.items.get(item.id)?.answer?.state === "waived").map((item) => item.id),
  };
}

export const basisDigest = (
  state: LaunchFold,
  proposal: Proposal,
  categories: readonly CategoryView[],
  items: readonly ItemView[],
): string => decisionDigest(basisOf(state, proposal, categories, items));

/** Signatures that count for a decision: over the digest it was proposed with. */
export const decisionCounted = (state: LaunchFold, decision: DecisionFact, isAlone: boolean): SignatureFact[] =>
  countedFor(state.signatures, { kind: "decision", id: decision.id }, decision.digest, isAlone);
