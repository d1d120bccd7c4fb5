// The exact sentences that people sign, and the lines that each rests on. Owns: the wording, one function per kind of subject.
// A sentence says who it speaks as, about what, and with which numbers: it is printed beside the name years later.
import type { CategoryView, ItemView, LaunchFacts, Risk } from "../protocol/index.ts";
import type { DecisionFact } from "./facts.ts";
import { day, minute } from "./items.ts";
import { withUnit } from "./numbers.ts";

/** `note` is a further sentence about the circumstances: SOLO, or the glass that was broken for it. */
/** `role` is "" where any role will do: whoever signs does so in their own, which the signature names beside the sentence. */
export type Speaker = { role: string; note: string };

/** Printed in every sentence of an installation with one person. */
export const SOLO = "SOLO: nobody else exists to check";

const about = (facts: LaunchFacts): string =>
  [facts.version === "" ? facts.name : `${facts.name} ${facts.version}`, facts.context === null ? "" : `on ${facts.context}`]
    .filter((part) => part !== "")
    .join(" ");
const as = ({ role }: Speaker): string => (role === "" ? "" : ` as ${role}`);
const end = ({ note }: Speaker, sentence: string): string => (note === "" ? sentence : `${sentence} ${note}.`);
const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** "I approve Infrastructure for v1.0-rc1 on prod-eu-1 as infrastructure-lead: 10 items, 8 done, 1 waived until 31 Mar 2027, 1 not applicable." */
export function statementForCategory(
  meaning: "approved" | "rejected",
  category: CategoryView,
  items: readonly ItemView[],
  facts: LaunchFacts,
  speaker: Speaker,
): string {
  const own = items.filter((item) => item.category === category.key && item.derived === null);
  const count = (state: ItemView["state"]) => own.filter((item) => item.state === state).length;
  const until = own.flatMap((item) => (item.state === "waived" && item.answer?.expires ? [item.answer.expires] : [])).sort()[0];
  const parts = [
    plural(own.length, "item"),
    `${count("done")} done`,
    count("waived") > 0 ? `${count("waived")} waived${until === undefined ? "" : ` until ${day(until)}`}` : "",
    count("not-applicable") > 0 ? `${count("not-applicable")} not applicable` : "",
    count("failed") > 0 ? `${count("failed")} failed` : "",
    count("open") > 0 ? `${count("open")} open` : "",
  ].filter((part) => part !== "");
  const verb = meaning === "approved" ? "approve" : "reject";
  return end(speaker, `I ${verb} ${category.title} for ${about(facts)}${as(speaker)}: ${parts.join(", ")}.`);
}

export function linesForItems(items: readonly ItemView[]): string[] {
  return items.map((item) => {
    const value = item.check?.measured ?? item.answer?.value ?? null;
    const more = [
      value === null ? "" : withUnit(value, item.unit),
      item.check === null
        ? ""
        : `check ${item.check.verdict}${item.check.judgement === null ? "" : `, ${item.check.judgement}`} ${minute(item.check.at)}`,
      item.state === "waived"
        ? `until ${minute(item.answer?.expires ?? "")}, approved by ${item.answer?.approverName || "nobody else"}`
        : "",
      item.answer?.reason ?? "",
      ...item.flags,
    ].filter((part) => part !== "");
    const by = item.answer === null ? "" : ` (${item.answer.name}, ${minute(item.answer.at)})`;
    return `${item.id} ${item.text}: ${item.state}${by}${more.length > 0 ? `; ${more.join("; ")}` : ""}`;
  });
}

const OUTCOME = { go: "GO", "conditional-go": "CONDITIONAL GO", "no-go": "NO-GO" } as const;

export function statementForDecision(
  meaning: "approved" | "rejected",
  decision: Pick<DecisionFact, "outcome" | "conditions">,
  facts: LaunchFacts,
  counts: { categories: number; waivers: number; openRisks: number },
  speaker: Speaker,
): string {
  const verb = meaning === "approved" ? "decide" : "reject the decision";
  const basis = [
    `${plural(counts.categories, "category", "categories")} signed`,
    plural(counts.waivers, "waiver"),
    plural(counts.openRisks, "open risk"),
    ...(decision.conditions.length > 0 ? [plural(decision.conditions.length, "condition")] : []),
  ];
  return end(speaker, `I ${verb} ${OUTCOME[decision.outcome]} for ${about(facts)}${as(speaker)}: ${basis.join(", ")}.`);
}

export function linesForDecision(
  decision: Pick<DecisionFact, "outcome" | "conditions" | "reason">,
  categories: readonly CategoryView[],
  items: readonly ItemView[],
  risks: readonly Risk[],
): string[] {
  return [
    ...(decision.reason === "" ? [] : [`Reason: ${decision.reason}`]),
    ...decision.conditions.map((one) => `Condition: ${one.text} (${one.owner}, due ${minute(one.due)})`),
    ...categories.filter((one) => one.needed > 0).map((one) => `${one.title}: ${one.state}, ${one.signed} of ${one.needed} signatures`),
    ...items
      .filter((item) => item.state === "waived")
      .map((item) => `Waiver: ${item.id} ${item.text} until ${minute(item.answer?.expires ?? "")}: ${item.answer?.reason ?? ""}`),
    ...risks.filter((one) => one.status !== "closed").map((one) => `Risk ${one.id}: ${one.risk} (${one.status}, owner ${one.owner})`),
  ];
}

export const statementForBriefing = (facts: LaunchFacts, at: string, speaker: Speaker): string =>
  end(speaker, `I attended the briefing for ${about(facts)} held ${minute(at)}${as(speaker)}, and understood it.`);

export function statementForBreakGlass(facts: LaunchFacts, kind: string, reason: string, speaker: Speaker): string {
  return end(speaker, `I agree${as(speaker)} to break the glass (${kind.replaceAll("-", " ")}) in ${about(facts)}: ${reason}`);
}
export const statementForReview = (facts: LaunchFacts, kind: string, opened: string, speaker: Speaker): string =>
  end(speaker, `I have reviewed${as(speaker)} the broken glass (${kind.replaceAll("-", " ")}) of ${minute(opened)} in ${about(facts)}.`);

export const statementForClose = (facts: LaunchFacts, events: number, speaker: Speaker): string =>
  end(speaker, `I close ${about(facts)}${as(speaker)}: ${plural(events, "event")} on record, nothing left to add.`);

export const statementForWithdrawal = (statement: string, reason: string): string =>
  `I take back my signature under “${statement}”: ${reason}`;
