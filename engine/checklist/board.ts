// What stands between here and GO. Owns: the rule of the decision, its blockers in words, the criteria.
// Everything is computed from the log; nothing on the board is typed.
import type { Board, CategoryView, ItemView, Risk, RunbookDocument } from "../protocol/index.ts";
import type { ChecklistFacts, DecisionFact } from "./facts.ts";
import { isInForce, isOvertaken } from "./facts.ts";
import { minute } from "./items.ts";
import { limitText, withUnit } from "./numbers.ts";

export type DecisionRule = { roles: string[]; eyes: number; text: string; needsAllSigned: boolean; needsNoBlockers: boolean };

/**
 * The rule of the list's `decision` record: `rule: all-categories-signed`, `and: no-open-blockers`, who signs, how many.
 * A list that names no signers is decided by the lead and one approver; one without a record is held to both rules.
 */
export function decisionRule(document: RunbookDocument | null): DecisionRule {
  const said = document?.decision ?? null;
  const texts = (value: unknown): string[] =>
    (Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [])
      .filter((one) => typeof one === "string")
      .map((one) => one.trim())
      .filter((one) => one !== "");
  const roles = texts(said?.["signoff"]);
  const rules = said === null ? ["all-categories-signed", "no-open-blockers"] : [...texts(said["rule"]), ...texts(said["and"])];
  const eyes = Number(said?.["eyes"]);
  return {
    roles: roles.length > 0 ? [...new Set(roles)] : ["lead", "approver"],
    eyes: Number.isInteger(eyes) && eyes >= 1 ? eyes : 1,
    text: rules.map((rule) => rule.replaceAll("-", " ")).join(", and ") || "no rule: the signers decide",
    needsAllSigned: rules.includes("all-categories-signed"),
    needsNoBlockers: rules.includes("no-open-blockers"),
  };
}

export type BoardInput = {
  document: RunbookDocument | null;
  items: readonly ItemView[];
  categories: readonly CategoryView[];
  facts: ChecklistFacts;
  decision: DecisionFact | null;
  now: number;
};

/** Blockers of kind `risk` and `waiver` may be carried by a conditional go; every other kind stops any go. */
export const CARRIED = new Set(["risk", "waiver"]);
type Blocker = Board["blockers"][number];

export function buildBoard({ document, items, categories, facts, decision, now }: BoardInput): Board {
  const rule = decisionRule(document);
  const blockers: Blocker[] = [];
  const block = (kind: string, text: string, item: string | null = null, category: string | null = null) =>
    blockers.push({ kind, text, item, category });
  if (document === null) block("checklist", "No checklist has been adopted: nothing says what readiness is");
  for (const item of items) {
    if (item.derived !== null) continue;
    const where = `${item.id} “${short(item.text)}”`;
    if (item.state === "failed")
      block("failed", `${where} failed: ${item.answer?.reason || item.answer?.note || "no reason given"}`, item.id, item.category);
    else if (item.reopened !== "") block("reopened", `${where} is open again: ${item.reopened}`, item.id, item.category);
    else if (item.state === "open") block("open", `${where} is open`, item.id, item.category);
    if (item.state === "done" || item.state === "waived")
      for (const flag of item.flags) block("flag", `${where}: ${flag}`, item.id, item.category);
  }
  for (const category of categories) {
    if (category.needed === 0 || category.state === "signed") continue;
    if (!rule.needsAllSigned && category.state !== "rejected") continue;
    const who = category.missing.length > 0 ? `: ${category.missing.join(", ")} still to sign` : "";
    block(
      category.state === "rejected" ? "rejected" : category.state === "stale" ? "stale" : "unsigned",
      `${category.title} is ${category.state}${who}`,
      null,
      category.key,
    );
  }
  for (const risk of facts.risks)
    if (risk.status === "open")
      block(
        isCritical(risk) ? "critical-risk" : "risk",
        `Risk ${risk.id} “${short(risk.risk)}” is open (likelihood ${risk.likelihood}, impact ${risk.impact})`,
      );
  const staleSigned =
    decision === null
      ? []
      : facts.signatures.filter(
          (one) => one.subject.kind === "decision" && one.subject.id === decision.id && one.state === "stale" && !one.isWithdrawn,
        );
  const overtaken = staleSigned.find((one) => isOvertaken(one, facts.cutOver));
  if (overtaken && decision)
    block("decision", `The decision ${decision.outcome} rests on something that changed since: ${overtaken.staleBecause}. Decide again`);
  else if (staleSigned[0] && decision)
    block("flag", `Changed after the decision ${decision.outcome} had carried the cut-over: ${staleSigned[0].staleBecause}`);
  const stopping = blockers.filter((one) => stops(one, rule));
  return {
    canGo: stopping.length === 0,
    blockers: blockers.sort((a, b) => rank(a) - rank(b)),
    waivers: items
      .filter((item) => item.answer !== null && (item.state === "waived" || item.reopened.startsWith("the waiver")))
      .map((item) => ({
        item: item.id,
        text: item.text,
        until: item.answer?.expires ?? null,
        approver: item.answer?.approverName ?? "",
        isExpired: item.state !== "waived",
      })),
    criteria: items.filter((item) => item.expect !== null).map(criterion),
    unsigned: categories
      .filter((one) => one.needed > 0 && one.state !== "signed")
      .map((one) => ({ category: one.key, title: one.title, roles: one.missing })),
    risks: [...facts.risks],
    oldEvidence: items.flatMap((item) => {
      const newest = [item.check?.at, ...item.evidences.filter((one) => !one.removed).map((one) => one.at)]
        .filter((at) => at !== undefined)
        .sort()
        .at(-1);
      return item.maxAgeMs !== null && newest !== undefined && now - Date.parse(newest) > item.maxAgeMs
        ? [{ item: item.id, at: newest, limitMs: item.maxAgeMs }]
        : [];
    }),
    rule: rule.text,
    decisionRoles: rule.roles,
  };
}

/** High in both, or critical by either being high with the other at least medium, is for nobody to carry on a condition. */
const isCritical = (risk: Risk): boolean =>
  (risk.impact === "high" && risk.likelihood !== "low") || (risk.likelihood === "high" && risk.impact === "medium");

/** Which blockers stop a plain go under this rule. Open risks do only where the rule asks for no open blockers. */
export const stops = (blocker: Pick<Blocker, "kind">, rule: DecisionRule): boolean =>
  blocker.kind === "decision"
    ? false
    : rule.needsNoBlockers || !["open", "risk", "critical-risk", "flag", "reopened"].includes(blocker.kind);

const ORDER = [
  "checklist",
  "failed",
  "rejected",
  "critical-risk",
  "decision",
  "stale",
  "flag",
  "reopened",
  "open",
  "unsigned",
  "risk",
  "waiver",
];
const rank = ({ kind }: Blocker): number => ORDER.indexOf(kind) + (ORDER.includes(kind) ? 0 : ORDER.length);
const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

function criterion(item: ItemView): Board["criteria"][number] {
  const measured = item.check?.measured ?? item.answer?.value ?? null;
  const flagged = item.flags.length > 0;
  const isOld = item.check?.isOld === true || item.flags.some((flag) => flag.startsWith("last looked at"));
  return {
    item: item.id,
    text: item.text,
    limit: item.expect === null ? "" : limitText(item.expect, item.unit),
    measured: measured === null ? "" : withUnit(measured, item.unit),
    source:
      item.check?.measured != null
        ? `automatic check in ${item.check.run}`
        : item.answer?.value != null
          ? `typed by ${item.answer.name}`
          : "",
    at: item.check?.measured != null ? item.check.at : (item.answer?.at ?? null),
    isOld,
    verdict:
      item.state === "waived"
        ? "waived"
        : item.state === "failed" || flagged
          ? "not met"
          : item.state === "done" && measured !== null
            ? "met"
            : "unknown",
  };
}

export const openDecision = (decisions: readonly DecisionFact[]): DecisionFact | null =>
  decisions.findLast((one) => one.status === "open") ?? null;
export const takenDecision = (decisions: readonly DecisionFact[]): DecisionFact | null =>
  decisions.findLast((one) => one.status === "taken") ?? null;
export const approvalsOf = (facts: ChecklistFacts, kind: string, id: string) =>
  facts.signatures.filter((one) => one.subject.kind === kind && one.subject.id === id && isInForce(one));
export { minute };
