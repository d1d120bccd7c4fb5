// Categories as they stand: counts, whose signatures they carry, what stops the next one; and the items that Holdpoint computes.
// Owns: n of m, and what a category's state is. Who may sign is engine/launch's question.
import type { CategoryView, ItemView } from "../protocol/index.ts";
import { categoryDigest } from "./digest.ts";
import type { ChecklistFacts, DecisionFact, SignatureFact } from "./facts.ts";
import { isInForce, principalOf } from "./facts.ts";
import type { KeyedCategory } from "./items.ts";

/** Roles whose signature a category asks for. Several eyes without a role mean approvers; one pair of eyes without a role means nobody. */
export const rolesOf = (category: Pick<KeyedCategory, "signoff" | "eyes">): string[] =>
  category.signoff.length > 0 ? [...new Set(category.signoff)] : category.eyes > 1 ? ["approver"] : [];

/** How many signatures: every role at least once, and at least `eyes` people. Alone, one person signs for every role. */
export const neededFor = (roles: readonly string[], eyes: number, isAlone: boolean): number =>
  roles.length === 0 ? 0 : isAlone ? roles.length : Math.max(roles.length, eyes);

/** Signatures that count: in force, over this digest, each of another person, key and principal unless one person is all there is. */
export function countedFor(
  signatures: readonly SignatureFact[],
  subject: { kind: string; id: string },
  digest: string,
  isAlone: boolean,
): SignatureFact[] {
  const counted: SignatureFact[] = [];
  for (const one of signatures) {
    if (one.subject.kind !== subject.kind || one.subject.id !== subject.id || one.digest !== digest || !isInForce(one)) continue;
    const isSame = (other: SignatureFact) =>
      isAlone
        ? other.role === one.role
        : other.signer === one.signer ||
          other.keyId === one.keyId ||
          principalOf(other) === principalOf(one) ||
          other.signer === principalOf(one) ||
          principalOf(other) === one.signer;
    if (!counted.some(isSame)) counted.push(one);
  }
  return counted;
}

export const missingRoles = (roles: readonly string[], counted: readonly SignatureFact[], needed: number): string[] => {
  const missing = roles.filter((role) => !counted.some((one) => one.role === role));
  for (let more = needed - counted.length - missing.length; more > 0 && roles.length > 0; more--) missing.push(roles[0]!);
  return missing;
};

/** A rejection stands until what it rejected has changed or it is taken back. */
export const rejectionOf = (
  signatures: readonly SignatureFact[],
  subject: { kind: string; id: string },
  digest: string,
): SignatureFact | null =>
  signatures.findLast(
    (one) =>
      one.subject.kind === subject.kind &&
      one.subject.id === subject.id &&
      one.meaning === "rejected" &&
      !one.isWithdrawn &&
      one.digest === digest,
  ) ?? null;

function blockersOf(items: readonly ItemView[]): string[] {
  const blockers: string[] = [];
  for (const item of items) {
    if (item.derived !== null) continue;
    if (item.reopened !== "") blockers.push(`${item.id} is open again: ${item.reopened}`);
    else if (item.state === "open") blockers.push(`${item.id} is open`);
    else if (item.state === "failed") blockers.push(`${item.id} failed: ${item.answer?.reason || item.answer?.note || "no reason given"}`);
    else if (item.state === "done")
      for (const why of item.obstacles.filter((one) => isHard(one, item))) blockers.push(`${item.id}: ${why}`);
    if ((item.state === "done" || item.state === "waived") && item.flags.some((flag) => flag.startsWith("last looked at")))
      blockers.push(`${item.id}: ${item.flags.find((flag) => flag.startsWith("last looked at"))}`);
  }
  return blockers;
}

/** A value typed with the answer stands in for the one that obstacles without an answer ask for. */
const isHard = (obstacle: string, item: ItemView): boolean => !(obstacle.startsWith("a value is needed") && item.answer?.value != null);

/**
 * Categories without, then with the computed items: the decision and "all others have signed" look at the first,
 * and are left out of everybody's signature, so that nothing waits for itself.
 */
export function buildCategories(
  categories: readonly KeyedCategory[],
  items: readonly ItemView[],
  facts: ChecklistFacts,
  isAlone: boolean,
): CategoryView[] {
  return categories.map((category) => {
    const own = items.filter((item) => item.category === category.key);
    const roles = rolesOf(category);
    const needed = neededFor(roles, category.eyes, isAlone);
    const digest = categoryDigest(category, facts.items);
    const subject = { kind: "category", id: category.key };
    const counted = countedFor(facts.signatures, subject, digest, isAlone);
    const missing = missingRoles(roles, counted, needed);
    const isSigned = needed > 0 && counted.length >= needed && missing.length === 0;
    const rejection = rejectionOf(facts.signatures, subject, digest);
    const hasStale = facts.signatures.some(
      (one) =>
        one.subject.kind === "category" &&
        one.subject.id === category.key &&
        one.meaning !== "rejected" &&
        one.state === "stale" &&
        !one.isWithdrawn,
    );
    const blockers = blockersOf(own);
    if (rejection) blockers.push(`${rejection.name} rejected it as ${rejection.role}: ${rejection.reason}`);
    return {
      key: category.key,
      title: category.title,
      signoff: roles,
      eyes: category.eyes,
      counts: countsOf(own),
      state:
        needed === 0
          ? "none"
          : rejection
            ? "rejected"
            : isSigned
              ? "signed"
              : counted.length > 0
                ? "partly"
                : hasStale
                  ? "stale"
                  : "unsigned",
      signed: counted.length,
      needed,
      missing,
      blockers,
      digest,
    };
  });
}

export function countsOf(items: readonly ItemView[]): CategoryView["counts"] {
  const counts = { open: 0, done: 0, failed: 0, notApplicable: 0, waived: 0, total: items.length };
  for (const { state } of items) counts[state === "not-applicable" ? "notApplicable" : state] += 1;
  return counts;
}

/** Fills in the items that Holdpoint computes. Changes `items` in place and gives the counts anew. */
export function fillDerived(items: ItemView[], categories: CategoryView[], decision: DecisionFact | null): void {
  for (const item of items) {
    if (item.derived === "decision") {
      item.state = decision === null ? "open" : decision.outcome === "no-go" ? "failed" : "done";
      item.obstacles = decision === null ? ["the decision has not been taken"] : [];
    } else if (item.derived === "signoffs-of-other-categories") {
      const open = categories.filter((one) => one.key !== item.category && one.needed > 0 && one.state !== "signed");
      item.state = open.length === 0 && categories.some((one) => one.key !== item.category && one.needed > 0) ? "done" : "open";
      item.obstacles = open.map((one) => `${one.title} is ${one.state}`);
    } else continue;
    const home = categories.find((one) => one.key === item.category);
    if (home) home.counts = countsOf(items.filter((one) => one.category === item.category));
  }
}
