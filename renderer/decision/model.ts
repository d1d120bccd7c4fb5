// What the board comes to in words: whether GO is possible, why not, what each outcome would need. Pure.
// Owns: the words. Blockers and rule are computed by the engine, which refuses by itself what this greys out.
import type { Board, CategoryView, Decision, LaunchView, SignatureView } from "../../engine/protocol/index.ts";
import { plural, type StatusState } from "../design/index.ts";

export type Outcome = Decision["outcome"];
export const OUTCOME_WORDS: Record<Outcome, string> = { go: "GO", "conditional-go": "Conditional GO", "no-go": "NO-GO" };

/** The decision that counts now: the open proposal, else the one in force, else none. */
export function standing(decisions: readonly Decision[]): { open: Decision | null; taken: Decision | null } {
  return {
    open: decisions.findLast((one) => one.state === "open" || one.state === "stale") ?? null,
    taken: decisions.findLast((one) => one.state === "taken") ?? null,
  };
}

/** Kinds that a conditional go may carry; the engine's rule (checklist/board.ts). */
const CARRIED = new Set(["risk", "waiver"]);
/** Kinds that stop only where the rule asks for no open blocker. */
const SOFT = new Set(["open", "risk", "critical-risk", "flag", "reopened"]);

/** What stops a plain GO under the board's rule, in its order. */
export function stoppers(board: Board): Board["blockers"] {
  const isStrict = board.rule.includes("no open blockers");
  return board.blockers.filter((one) => one.kind !== "decision" && (isStrict || !SOFT.has(one.kind)));
}

/** What of it stops this outcome. */
const against = (outcome: Outcome, board: Board): Board["blockers"] =>
  outcome === "no-go" || (outcome === "go" && board.canGo)
    ? []
    : stoppers(board).filter((one) => outcome === "go" || !CARRIED.has(one.kind));

function stoppedBy(words: string, blockers: Board["blockers"]): string {
  const first = blockers.slice(0, 2).map((one) => one.text);
  const more = blockers.length > first.length ? `; and ${blockers.length - first.length} more` : "";
  return `${words} stopped by ${plural(blockers.length, "blocker")}: ${first.join("; ")}${more}.`;
}

/** Why an outcome cannot be proposed now, as a sentence; null where it can. NO-GO always can. */
export function whyNot(outcome: Outcome, board: Board): string | null {
  const blockers = against(outcome, board);
  return blockers.length === 0 ? null : stoppedBy(`${OUTCOME_WORDS[outcome]} is`, blockers);
}
/** The same for both kinds of GO, said once where the same stands against them. */
export function whyNoGo(board: Board): string[] {
  const [go, conditional] = [against("go", board), against("conditional-go", board)];
  if (go.length === 0) return [];
  if (go.length === conditional.length) return [stoppedBy("GO and conditional GO are", go)];
  return [whyNot("go", board), whyNot("conditional-go", board)].filter((why) => why !== null);
}

/** Blockers as the board lists them; that the decision in force is overtaken is none while another one is being signed. */
export const blockersOf = ({ board, decisions }: Pick<LaunchView, "board" | "decisions">): Board["blockers"] =>
  standing(decisions).open?.state === "open" ? board.blockers.filter((one) => one.kind !== "decision") : board.blockers;

export type Stand = { state: StatusState; title: string; detail: string };

/** The headline of the board. */
export function standOf({ board, decisions }: Pick<LaunchView, "board" | "decisions">): Stand {
  const { open, taken } = standing(decisions);
  const count = stoppers(board).length;
  const overtaken = board.blockers.find((one) => one.kind === "decision");
  if (open?.state === "stale")
    return {
      state: "stale",
      title: `The proposal ${OUTCOME_WORDS[open.outcome]} is overtaken`,
      detail: "What it rests on has changed since. It is proposed anew, and signed anew.",
    };
  if (open !== null)
    return {
      state: "signoff",
      title: `${OUTCOME_WORDS[open.outcome]} is proposed`,
      detail: open.missing.length === 0 ? "Signatures are missing." : `Still to sign: ${open.missing.join(", ")}.`,
    };
  if (taken !== null && overtaken !== undefined)
    return { state: "stale", title: `${OUTCOME_WORDS[taken.outcome]} was decided, and no longer holds`, detail: `${overtaken.text}.` };
  if (taken !== null)
    return {
      state: taken.outcome === "no-go" ? "failed" : "passed",
      title: `${OUTCOME_WORDS[taken.outcome]} is decided`,
      detail: taken.reason === "" ? "Signed by everybody the rule asks for." : taken.reason,
    };
  if (board.canGo)
    return { state: "passed", title: "GO is possible", detail: "Every rule is met. Nothing is decided until it is proposed and signed." };
  return {
    state: "failed",
    title: "GO is not possible",
    detail: `${plural(count, "blocker")} ${count === 1 ? "stands" : "stand"} against it. NO-GO is possible at any time.`,
  };
}

export function counts({ board, categories, decisions }: Pick<LaunchView, "board" | "categories" | "decisions">): {
  signed: number;
  toSign: number;
  blockers: number;
  met: number;
  criteria: number;
} {
  const wanted = categories.filter((one) => one.needed > 0);
  return {
    signed: wanted.filter((one) => one.state === "signed").length,
    toSign: wanted.length,
    blockers: blockersOf({ board, decisions }).length,
    met: board.criteria.filter((one) => one.verdict === "met").length,
    criteria: board.criteria.length,
  };
}

export const VERDICT_STATES: Record<Board["criteria"][number]["verdict"], { state: StatusState; word: string }> = {
  met: { state: "passed", word: "Met" },
  "not met": { state: "failed", word: "Not met" },
  unknown: { state: "unknown", word: "Unknown" },
  waived: { state: "waived", word: "Waived" },
};

export const SIGN_STATES: Record<CategoryView["state"], { state: StatusState; word: string }> = {
  none: { state: "na", word: "No signature" },
  unsigned: { state: "signoff", word: "Unsigned" },
  partly: { state: "signoff", word: "Partly signed" },
  signed: { state: "passed", word: "Signed" },
  stale: { state: "stale", word: "Stale" },
  rejected: { state: "failed", word: "Rejected" },
};

export const BLOCKER_STATES: Record<string, StatusState> = {
  stale: "stale",
  decision: "stale",
  unsigned: "signoff",
  flag: "nearmiss",
  risk: "nearmiss",
  waiver: "waived",
};

/** Signatures of one decision, oldest first, withdrawn ones left to the record. */
export const signaturesOf = (signatures: readonly SignatureView[], decision: string): SignatureView[] =>
  signatures.filter((one) => one.subject.kind === "decision" && one.subject.id === decision).toSorted((a, b) => a.seq - b.seq);

/** Share of each state in a category, for its ring: parts of 1 in drawing order. */
export function ringParts({
  counts: c,
}: Pick<CategoryView, "counts">): { state: "done" | "waived" | "na" | "failed" | "open"; part: number }[] {
  if (c.total === 0) return [];
  const parts = [
    { state: "done" as const, part: c.done / c.total },
    { state: "waived" as const, part: c.waived / c.total },
    { state: "na" as const, part: c.notApplicable / c.total },
    { state: "failed" as const, part: c.failed / c.total },
    { state: "open" as const, part: c.open / c.total },
  ];
  return parts.filter((one) => one.part > 0);
}
/** `12 of 14 answered, 1 failed, signed`: a ring's name. */
export function ringWords(category: CategoryView): string {
  const { total, open, failed } = category.counts;
  return [`${total - open} of ${total} answered`, failed > 0 ? `${failed} failed` : "", SIGN_STATES[category.state].word.toLowerCase()]
    .filter((part) => part !== "")
    .join(", ");
}

const lists = new Intl.ListFormat("en-GB", { type: "conjunction" });
/** `a, b and c`. */
export const listed = (words: readonly string[]): string => lists.format(words);
