// Items as rows: their state in shape and word, what speaks for them, what a filter lets through, segments of a ring.
// Owns: turning views into what is drawn. Pure; rules of answering are the engine's.
import type { CategoryView, ItemState, ItemView } from "../../engine/protocol/index.ts";
import { formatAgo, formatDate, formatPlanned, plural, type StatusState } from "../design/index.ts";

export const ITEM_GLYPHS: Record<ItemState, StatusState> = {
  open: "open",
  done: "passed",
  failed: "failed",
  "not-applicable": "na",
  waived: "waived",
};
export const ITEM_WORDS: Record<ItemState, string> = {
  open: "Open",
  done: "Done",
  failed: "Failed",
  "not-applicable": "n/a",
  waived: "Waived",
};

export const CATEGORY_SIGNS: Record<CategoryView["state"], { state: StatusState; word: string }> = {
  none: { state: "na", word: "Not signed" },
  unsigned: { state: "signoff", word: "Unsigned" },
  partly: { state: "signoff", word: "Partly" },
  signed: { state: "passed", word: "Signed" },
  stale: { state: "stale", word: "Stale" },
  rejected: { state: "failed", word: "Rejected" },
};
export const signWords = (category: CategoryView): string =>
  category.state === "partly" ? `${category.signed} of ${category.needed} signed` : CATEGORY_SIGNS[category.state].word;

/** Answered in a way that lets it go on: done, waived or not applicable. */
export const settledCount = ({ counts }: CategoryView): number => counts.total - counts.open - counts.failed;

export type Segment = { state: ItemState /** Share of the round where it begins, and its own. */; from: number; part: number };
/** As many as can be told apart as single marks; more are drawn as one arc per state. */
const MOST_SEGMENTS = 24;
const RING_ORDER: ItemState[] = ["failed", "open", "waived", "not-applicable", "done"];

/** One mark per item in the list's order; one arc per state where there are too many. */
export function segmentsOf(items: readonly Pick<ItemView, "state">[]): Segment[] {
  const total = items.length;
  if (total === 0) return [];
  if (total <= MOST_SEGMENTS) return items.map(({ state }, index) => ({ state, from: index / total, part: 1 / total }));
  let from = 0;
  return RING_ORDER.flatMap((state) => {
    const part = items.filter((item) => item.state === state).length / total;
    const segment = { state, from, part };
    from += part;
    return part === 0 ? [] : [segment];
  });
}

/** `24 h`, `7 days`. Milliseconds. */
export const ageWords = (ms: number): string => {
  const days = Math.round(ms / 86_400_000);
  return days >= 3 && ms % 86_400_000 === 0 ? `${days} days` : formatPlanned(ms);
};

export type Proof = { kind: "check" | "evidence" | "computed" | "none"; first: string; second: string; tone: "" | "warn" | "fail" };

export const numberWords = (value: number, unit: string): string => `${value}${unit === "" ? "" : ` ${unit}`}`;

/** What stands behind an item, in two short lines: the check or the evidence, and how old it is. */
export function proofOf(item: ItemView, now: number): Proof {
  const ago = (at: string): string => formatAgo(now - Date.parse(at));
  const old = (at: string): boolean => item.maxAgeMs !== null && now - Date.parse(at) > item.maxAgeMs;
  const limit = item.maxAgeMs === null ? "" : `, limit ${ageWords(item.maxAgeMs)}`;
  const standing = item.evidences.filter((one) => !one.removed);
  if (item.derived !== null) return { kind: "computed", first: "computed by Holdpoint", second: item.obstacles[0] ?? "", tone: "" };
  if (item.state === "waived" && item.answer !== null) {
    const until = item.answer.expires === null ? "" : `until ${formatDate(item.answer.expires)}`;
    return { kind: "evidence", first: until, second: `approved by ${item.answer.approverName || item.answer.approver}`, tone: "" };
  }
  if (item.state === "not-applicable") return { kind: "none", first: "reason recorded", second: "", tone: "" };
  const last = standing.at(-1);
  const { check } = item;
  if (check !== null && (last === undefined || check.at >= last.at)) {
    const isGood = check.verdict === "passed" || check.judgement === "accepted";
    const value = check.measured === null ? "" : numberWords(check.measured, item.unit);
    // The word first: a bare figure says nothing to whoever does not know the limit.
    const first = [check.verdict, check.judgement ?? "", value].filter((part) => part !== "").join(", ");
    return {
      kind: "check",
      first,
      second: `checked ${ago(check.at)}${check.isOld ? limit : ""}`,
      tone: isGood ? (check.isOld ? "warn" : "") : check.verdict === "failed" ? "fail" : "warn",
    };
  }
  if (last !== undefined) {
    const tests = last.tests;
    const first =
      tests === null
        ? standing.length === 1
          ? last.title
          : `${last.title}, ${plural(standing.length, "piece")}`
        : `${tests.passed} of ${tests.total} tests passed`;
    // A run is as old as its end, however lately it was taken.
    const at = last.ofRun?.endedAt ?? last.at;
    const done = last.ofRun == null ? "added" : last.ofRun.mode === "rehearsal" ? "rehearsed" : "run";
    return {
      kind: "evidence",
      first,
      second: `${done} ${ago(at)}${old(at) ? limit : ""}`,
      tone: last.findings.length > 0 ? "fail" : old(at) ? "warn" : "",
    };
  }
  if (item.answer?.value !== null && item.answer?.value !== undefined)
    return { kind: "none", first: numberWords(item.answer.value, item.unit), second: "typed by hand", tone: "" };
  if (item.blocks > 0) return { kind: "check", first: "checks itself", second: "not checked yet", tone: "" };
  if (item.evidence === "required") return { kind: "evidence", first: "evidence required", second: "none yet", tone: "" };
  return { kind: "none", first: "", second: "", tone: "" };
}

/** The line below an item's text: the weightiest thing to know about it. */
export function remarkOf(item: ItemView, now: number): { text: string; tone: "" | "warn" | "fail" } {
  if (item.reopened !== "") return { text: `Open again: ${item.reopened}`, tone: "warn" };
  const contradiction = item.flags.find((flag) => !flag.startsWith("last looked at"));
  if (contradiction !== undefined) return { text: capital(contradiction), tone: "fail" };
  if (item.isOverdue && item.due !== null)
    return { text: `Overdue since ${formatDate(item.due)}: ${item.assigneeName || "nobody assigned"}`, tone: "warn" };
  const { answer } = item;
  if (answer !== null && item.state !== "open") {
    const words = answer.reason || answer.note;
    if (words !== "") return { text: words, tone: item.state === "failed" ? "fail" : "" };
  }
  if (item.state === "open" && item.assigneeName !== "")
    return { text: `${item.assigneeName}${item.due === null ? "" : `, due ${formatAgoOrIn(Date.parse(item.due) - now)}`}`, tone: "" };
  return { text: "", tone: "" };
}
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const formatAgoOrIn = (ms: number): string => (ms < 0 ? formatAgo(-ms) : `in ${formatPlanned(ms)}`);

export type ItemFilter = { state: ItemState | ""; mine: boolean; overdue: boolean; flagged: boolean; text: string };
export const NO_FILTER: ItemFilter = { state: "", mine: false, overdue: false, flagged: false, text: "" };
export const isFiltering = (filter: ItemFilter): boolean =>
  filter.state !== "" || filter.mine || filter.overdue || filter.flagged || filter.text.trim() !== "";

/** `roles`: the launch roles of the person who looks; what a role of theirs owns is theirs too, until it is assigned to another. */
export function isMine(item: Pick<ItemView, "assignee" | "ownerRole">, me: string | null, roles: readonly string[]): boolean {
  if (me === null) return false;
  if (item.assignee !== null) return item.assignee === me;
  return item.ownerRole !== null && roles.includes(item.ownerRole);
}

export const isFlagged = (item: ItemView): boolean => item.flags.length > 0 || item.reopened !== "";

export function fits(item: ItemView, filter: ItemFilter, me: string | null, roles: readonly string[]): boolean {
  if (filter.state !== "" && item.state !== filter.state) return false;
  if (filter.mine && !isMine(item, me, roles)) return false;
  if (filter.overdue && !item.isOverdue) return false;
  if (filter.flagged && !isFlagged(item)) return false;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const hay =
    `${item.id} ${item.text} ${item.ownerRole ?? ""} ${item.assigneeName} ${item.answer?.name ?? ""} ${item.answer?.reason ?? ""} ${item.answer?.note ?? ""}`.toLowerCase();
  return words.every((word) => hay.includes(word));
}

/** Why `done` cannot be given with one key: what stands against it but a value, which can be typed. */
export const hardObstacles = (item: ItemView): string[] => item.obstacles.filter((why) => !why.startsWith("a value is needed"));
export const needsValue = (item: ItemView): boolean => item.obstacles.some((why) => why.startsWith("a value is needed"));

/** `below 1500 ms`, `80 % or more`; "" without a limit. */
export function limitWords({ expect, unit }: Pick<ItemView, "expect" | "unit">): string {
  if (expect === null) return "";
  const value = numberWords(expect.value, unit);
  const words: Record<typeof expect.operator, string> = {
    "<": `below ${value}`,
    "<=": `${value} or less`,
    ">": `above ${value}`,
    ">=": `${value} or more`,
    "==": `exactly ${value}`,
    "!=": `anything but ${value}`,
  };
  return words[expect.operator];
}
