// Each item as it stands: state, evidence, check, and in words why `done` would be refused.
// Owns: the rules of answering. Derived items are filled in by categories.ts; nothing here reads a clock, a file or the log.
import type { Category, Item, ItemView, RunbookDocument } from "../protocol/index.ts";
import type { CheckFact, ItemFacts } from "./facts.ts";
import { noFacts } from "./facts.ts";
import { limitFinding, limitText } from "./numbers.ts";
import { textFindings } from "./text-evidence.ts";

export type KeyedCategory = Category & { key: string };

const keyed = new WeakMap<RunbookDocument, KeyedCategory[]>();
/** Categories with their keys: the title as a slug, counted where two are alike. */
export function categoriesOf(document: RunbookDocument): KeyedCategory[] {
  const known = keyed.get(document);
  if (known) return known;
  const taken = new Map<string, number>();
  const made = document.categories.map((category) => {
    const slug =
      category.title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
        .replaceAll(/^-+|-+$/g, "")
        .slice(0, 100) || "category";
    const count = (taken.get(slug) ?? 0) + 1;
    taken.set(slug, count);
    return { ...category, key: count === 1 ? slug : `${slug}-${count}` };
  });
  keyed.set(document, made);
  return made;
}

/** The check counts for this text of the item only. */
export const standingCheck = (item: Pick<Item, "sha256">, facts: ItemFacts): CheckFact | null =>
  facts.check !== null && facts.check.sha256 === item.sha256 ? facts.check : null;

const isOlder = (at: string, limitMs: number | null, now: number): boolean => limitMs !== null && now - Date.parse(at) > limitMs;

/** A run that was rehearsed long ago does not become new by being taken as evidence today. */
const momentOf = (evidence: ItemFacts["evidences"][number]): string => evidence.ofRun?.endedAt ?? evidence.at;

/** When the item was last looked at (check or evidence, else the answer), where that is too long ago; null otherwise. */
export function oldSince(item: Item, facts: ItemFacts, now: number): string | null {
  if (item.maxAgeMs === null) return null;
  const check = standingCheck(item, facts);
  const moments = [...(check ? [check.at] : []), ...facts.evidences.filter((one) => !one.removed).map(momentOf)];
  if (moments.length === 0 && facts.answer !== null && facts.answer.state !== "open") moments.push(facts.answer.at);
  const newest = moments.sort().at(-1);
  return newest !== undefined && isOlder(newest, item.maxAgeMs, now) ? newest : null;
}

/** Why this item cannot be answered `done` now. `typed` is the value that would come with the answer. */
export function obstaclesOf(item: Item, facts: ItemFacts, typed: number | null): string[] {
  if (item.derived !== null) return ["Holdpoint computes this item; it cannot be answered."];
  const standing = facts.evidences.filter((one) => !one.removed);
  const check = standingCheck(item, facts);
  const isCheckGood = check !== null && (check.verdict === "passed" || check.judgement === "accepted");
  const why: string[] = [];
  // A passed check is evidence: its recording is bound to the log by hash.
  if (item.evidence === "required" && standing.length === 0 && !isCheckGood) why.push("evidence is required, and there is none");
  if (item.expect !== null) {
    const measured = check?.measured ?? null;
    if (typed === null && measured === null) why.push(`a value is needed, to hold against ${limitText(item.expect, item.unit)}`);
    for (const value of new Set([typed, measured])) {
      const finding = value === null ? null : limitFinding(item.expect, item.unit, value);
      if (finding !== null) why.push(finding);
    }
  }
  if (item.tests) {
    const report = standing.findLast((one) => one.tests !== null);
    if (!report) why.push("a green test report is required, and there is none");
    else if (report.findings.length === 0 && report.tests && report.tests.passed < report.tests.total)
      why.push(`“${report.title}” is not green: ${report.tests.total - report.tests.passed} of ${report.tests.total} tests did not pass`);
  }
  if (check !== null && !isCheckGood)
    why.push(
      check.verdict === "failed"
        ? `the automatic check failed: ${check.because}`
        : `the end of the automatic check is ${check.verdict}${check.judgement === null ? ", and nobody has judged it" : ` (${check.judgement})`}: ${check.because}`,
    );
  // An earlier report that a later one has overtaken is history; every other finding stands until the evidence is struck out.
  const latest = standing.findLast((one) => one.tests !== null);
  for (const evidence of standing)
    if (evidence.tests === null || evidence === latest)
      for (const finding of evidence.findings) why.push(`“${evidence.title}” says: ${finding}`);
  return why;
}

/** Flags that hold whatever the state: what a reader must not overlook. */
function flagsOf(item: Item, facts: ItemFacts, now: number): string[] {
  const flags: string[] = [];
  const since = oldSince(item, facts, now);
  if (since !== null) flags.push(`last looked at ${minute(since)}, longer ago than ${duration(item.maxAgeMs ?? 0)}`);
  const { answer } = facts;
  if (answer?.state === "done") {
    for (const why of obstaclesOf(item, facts, answer.value)) flags.push(why);
    for (const finding of textFindings(answer.note, item)) flags.push(`the note says: ${finding}`);
  } else
    for (const one of facts.evidences) if (!one.removed) for (const finding of one.findings) flags.push(`“${one.title}” says: ${finding}`);
  return [...new Set(flags)];
}

export function buildItem(item: Item, category: string, facts: ItemFacts, now: number): ItemView {
  const check = standingCheck(item, facts);
  const { answer, reopened } = stateOf(item, facts, now);
  const state = answer?.state ?? "open";
  return {
    id: item.id,
    category,
    text: item.text,
    line: item.line,
    depth: item.depth,
    state: reopened === "" ? state : "open",
    answer:
      facts.answer === null || answer === null
        ? null
        : {
            seq: answer.seq,
            by: answer.by,
            name: answer.name,
            at: answer.at,
            note: answer.note,
            reason: answer.reason,
            value: answer.value,
            approver: answer.approver,
            approverName: answer.approverName,
            expires: answer.expires,
          },
    reopened,
    evidence: item.evidence,
    evidences: facts.evidences,
    expect: item.expect,
    unit: item.unit,
    maxAgeMs: item.maxAgeMs,
    tests: item.tests,
    ownerRole: item.owner,
    assignee: facts.assignee as ItemView["assignee"],
    assigneeName: facts.assigneeName,
    due: facts.due,
    isOverdue: facts.due !== null && now > Date.parse(facts.due) && (state === "open" || reopened !== ""),
    blocks: item.blocks.filter((block) => block.runnable).length,
    check:
      check === null
        ? null
        : {
            verdict: check.verdict,
            judgement: check.judgement,
            because: check.because,
            measured: check.measured,
            at: check.at,
            run: check.run as NonNullable<ItemView["check"]>["run"],
            seq: check.seq,
            isOld: isOlder(check.at, item.maxAgeMs, now),
            cluster: check.cluster,
            context: check.context,
            clusterClass: check.clusterClass,
          },
    derived: item.derived,
    obstacles: obstaclesOf(item, facts, null),
    flags: item.derived === null ? flagsOf(item, facts, now) : [],
    notes: facts.notes,
    sha256: item.sha256,
    ...(item.stateCell === undefined ? {} : { stateCell: item.stateCell }),
  };
}

/** The answer in force, and why it is none: its waiver ran out, or it was given to another text. */
function stateOf(item: Item, facts: ItemFacts, now: number): { answer: ItemFacts["answer"]; reopened: string } {
  const { answer } = facts;
  if (answer === null) return { answer: null, reopened: facts.reopened };
  if (answer.state !== "open" && answer.sha256 !== item.sha256)
    return { answer, reopened: "the item's text changed since it was answered" };
  if (isWaiverOver(facts, now)) return { answer, reopened: `the waiver ran out at ${minute(answer.expires ?? "")}` };
  return { answer, reopened: answer.state === "open" ? facts.reopened : "" };
}

export const isWaiverOver = ({ answer }: ItemFacts, now: number): boolean =>
  answer?.state === "waived" && answer.expires !== null && now >= Date.parse(answer.expires);

export function buildItems(document: RunbookDocument, facts: ReadonlyMap<string, ItemFacts>, now: number): ItemView[] {
  const nothing = noFacts();
  return categoriesOf(document).flatMap((category) =>
    category.items.map((item) => buildItem(item, category.key, facts.get(item.id) ?? nothing, now)),
  );
}

/** "31 Mar 2027, 14:05 UTC". */
export function minute(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return `${day(at)}, ${date.toISOString().slice(11, 16)} UTC`;
}
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** "31 Mar 2027", in UTC. */
export function day(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}
export function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours <= 72 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
