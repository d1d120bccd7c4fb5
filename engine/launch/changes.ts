// What changed under signatures, as the fold meets it: answers, checks, evidence, texts, facts, each with what stood before.
// Owns: the words of "from" and "to", and which changes are after a signature. Read from events alone; nothing is stored.
import { type AnswerFact, type CheckFact, day, decimal } from "../checklist/index.ts";
import type { SignatureView } from "../protocol/index.ts";
import type { LaunchFold } from "./state.ts";

type Shown = NonNullable<SignatureView["changed"]>[number];
/** `category` is "" for what is of the whole launch. Of a text `from` and `to` are hashes: its words are looked up when it is shown. */
export type Change = Shown & { category: string };

/** Facts whose change makes every approval an approval of something else; the rest touch the decision alone. */
export const NAMING = ["name", "version", "context"];
export const DECIDING = [...NAMING, "windowStart", "windowEnd", "riskClass", "freezeException", "change", "approval"];

/** A signature long out of date is told by its first and last changes; more than these nobody reads in a column. */
const MOST_SHOWN = 40;
const TEXT_CHARS = 300;

export function answerWords(answer: AnswerFact | null): string {
  if (answer === null || answer.state === "open") return "open";
  const until = answer.state === "waived" && answer.expires !== null ? ` until ${day(answer.expires)}` : "";
  const value = answer.value === null ? "" : `, ${decimal(answer.value)}`;
  return `${answer.state.replace("-", " ")}${until}${value}`;
}

export const checkWords = (check: Pick<CheckFact, "verdict" | "measured"> | null): string =>
  check === null ? "not checked" : `${check.verdict}${check.measured === null ? "" : `, ${decimal(check.measured)}`}`;

/** Changes of what this signature covers that came after it: of each thing one row, from what was signed to what stands now. */
export function changedSince(
  state: Pick<LaunchFold, "changes">,
  signature: Pick<SignatureView, "seq" | "subject">,
  texts: ReadonlyMap<string, string>,
): Shown[] {
  const { seq, subject } = signature;
  if (subject.kind !== "category" && subject.kind !== "decision") return [];
  const rows = new Map<string, Shown>();
  for (const { category, ...change } of state.changes) {
    if (change.seq <= seq || !isCovered(subject, change, category)) continue;
    // Evidence comes and goes by itself; of all else the last change says where it ended.
    const key = change.what === "evidence" ? `${change.seq} ${change.item}` : `${change.what} ${change.item}`;
    const before = rows.get(key);
    rows.delete(key);
    rows.set(key, before === undefined ? change : { ...change, from: before.from });
  }
  const words = (row: Shown, value: string): string => (row.what === "text" ? wordsOf(texts, value) : value);
  return [...rows.values()].slice(-MOST_SHOWN).map((row) => ({ ...row, from: words(row, row.from), to: words(row, row.to) }));
}

function isCovered({ kind, id }: SignatureView["subject"], { what, item }: Shown, category: string): boolean {
  if (what === "launch") return (kind === "category" ? NAMING : DECIDING).includes(item);
  return kind === "decision" || category === id;
}

function wordsOf(texts: ReadonlyMap<string, string>, sha256: string): string {
  if (sha256 === "") return "";
  const text = texts.get(sha256) ?? `text with the hash ${sha256.slice(0, 12)}…`;
  return text.length > TEXT_CHARS ? `${text.slice(0, TEXT_CHARS - 1)}…` : text;
}

type Texts = LaunchFold["checklist"];
/** Items whose text is another, which are new and which are gone. */
export function textChanges(before: Texts, after: NonNullable<Texts>, seq: number, at: Shown["at"]): Change[] {
  if (before === null) return [];
  const changes: Change[] = [];
  for (const id of new Set([...before.items.keys(), ...after.items.keys()])) {
    const [from, to] = [before.items.get(id), after.items.get(id)];
    if (from?.sha256 === to?.sha256 && from?.category === to?.category) continue;
    for (const category of new Set([from?.category, to?.category].filter((one) => one !== undefined)))
      changes.push({ seq, at, item: id, what: "text", from: from?.sha256 ?? "", to: to?.sha256 ?? "", category });
  }
  return changes;
}
