// What the keys of directives mean, typed. Owns the tables of keys; whether ids exist is lint's question.
import { type Expectation, PLAIN_STEP, type StepDirective } from "../protocol/index.ts";
import { parseExpectation } from "./attributes.ts";
import type { Directive } from "./directives.ts";
import { type Keyed, KeyReader } from "./keyed.ts";
import type { Problems } from "./problems.ts";

export const STEP_KEYS = [
  "id",
  "planned",
  "needs",
  "lane",
  "role",
  "signoff",
  "rollback",
  "target",
  "soak",
  "optional",
  "when",
  "on",
  "rollback-valid",
  "point-of-no-return",
  "opens",
  "by",
  "closes",
  "auto-rollback",
  "after-no-return",
] as const;
const PHASE_KEYS = ["planned", "start"];
const CHECK_KEYS = ["value", "expect"];
const ITEM_KEYS = ["evidence", "owner", "derived", "expect", "unit", "max-age", "tests"];
const CATEGORY_KEYS = ["signoff", "eyes"];
const DECISION_KEYS = ["rule", "and", "signoff", "eyes"];
export const DERIVED = ["signoffs-of-other-categories", "decision"] as const;

const NOTHING: Keyed = { values: {}, offsets: {}, offset: 0 };

/** The lane and cluster of a step that names none. */
export const MAIN = "main";

export function readStep(
  directive: Directive | null,
  problems: Problems,
  clusters: string[],
): { id: string | null; directive: StepDirective } {
  const on = clusters.includes(MAIN) ? MAIN : (clusters[0] ?? MAIN);
  if (directive === null) return { id: null, directive: { ...PLAIN_STEP, needs: [], signoff: [], on } };
  const reader = new KeyReader(directive.keyed, problems, "step");
  reader.warnUnknown(STEP_KEYS);
  const opens = reader.text("opens");
  if (reader.has("by") && opens === null)
    problems.addAt(
      "warning",
      "by-without-opens",
      reader.offset("by"),
      'step: "by" says until when something opened must be closed, but there is no "opens".',
    );
  return {
    id: reader.text("id")?.trim() ?? null,
    directive: {
      plannedMs: reader.duration("planned"),
      needs: reader.texts("needs").map((id) => id.replace(/^#/, "")),
      lane: reader.text("lane") ?? MAIN,
      role: reader.text("role"),
      signoff: reader.texts("signoff"),
      rollback: reader.text("rollback"),
      targetMs: reader.duration("target"),
      soakMs: reader.duration("soak"),
      optional: reader.flag("optional") ?? false,
      when: readWhen(reader),
      on: reader.text("on") ?? on,
      rollbackValidMs: reader.duration("rollback-valid"),
      pointOfNoReturn: reader.flag("point-of-no-return") ?? false,
      opens: opens === null ? null : { name: opens, byMs: reader.duration("by") },
      closes: reader.text("closes"),
      ...(reader.flag("auto-rollback") === true ? { autoRollback: true } : {}),
      ...(reader.flag("after-no-return") === true ? { afterNoReturn: true } : {}),
    },
  };
}

function readWhen(reader: KeyReader): StepDirective["when"] {
  const text = reader.text("when");
  if (text === null) return null;
  const match = /^\s*\$?([A-Za-z_]\w*)\s*==\s*(?:"([^"]*)"|'([^']*)'|(\S.*?))\s*$/.exec(text);
  if (match !== null) return { param: match[1]!, value: match[2] ?? match[3] ?? match[4]! };
  reader.wrong("when", "a comparison of a parameter with a value, such as STRATEGY == canary");
  return null;
}

export function readPhase(directive: Directive, problems: Problems): { plannedMs: number | null; start: string | null } {
  const reader = new KeyReader(directive.keyed, problems, "phase");
  reader.warnUnknown(PHASE_KEYS);
  const start = reader.text("start");
  const isTime = start === null || /^[+-]?\d{1,3}:\d{2}(?::\d{2})?$/.test(start);
  if (!isTime) reader.wrong("start", 'a time of day or an offset such as "+0:30"');
  return { plannedMs: reader.duration("planned"), start: isTime ? start : null };
}

export type CheckKeys = { value: "number" | "text" | "file" | "picture" | null; expect: Expectation | null };
export function readCheck(directive: Directive, problems: Problems): CheckKeys {
  const reader = new KeyReader(directive.keyed, problems, "check");
  reader.warnUnknown(CHECK_KEYS);
  const text = reader.text("expect");
  const expect = text === null ? null : parseExpectation(text);
  if (text !== null && expect === null) reader.wrong("expect", 'a comparison with a number, such as "<= 0.3"');
  return { value: reader.choice("value", ["number", "text", "file", "picture"]) ?? (expect === null ? null : "number"), expect };
}

export type ItemKeys = {
  evidence: "required" | "optional" | "none";
  owner: string | null;
  derived: string | null;
  /** Limit on the value that the answer carries, in `unit`. */
  expect: Expectation | null;
  unit: string;
  /** An automatic check or evidence older than this is shown as old and stops a sign-off. */
  maxAgeMs: number | null;
  /** `tests: green`: only a report without a failure, an error or a skip makes it done. */
  tests: boolean;
};
export function readItem(directive: Directive | null, problems: Problems): ItemKeys {
  const reader = new KeyReader(directive?.keyed ?? NOTHING, problems, "item");
  if (directive !== null) reader.warnUnknown(ITEM_KEYS);
  const limit = reader.text("expect");
  const expect = limit === null ? null : parseExpectation(limit);
  if (limit !== null && expect === null) reader.wrong("expect", 'a comparison with a number, such as "<= 500"');
  return {
    expect,
    unit: reader.text("unit")?.trim() ?? "",
    maxAgeMs: reader.duration("max-age"),
    tests: reader.choice("tests", ["green"]) === "green",
    evidence: reader.choice("evidence", ["required", "optional", "none"]) ?? "optional",
    owner: reader.text("owner"),
    derived: reader.choice("derived", DERIVED),
  };
}

export function readCategory(directive: Directive | null, problems: Problems): { signoff: string[]; eyes: number } {
  const reader = new KeyReader(directive?.keyed ?? NOTHING, problems, "category");
  if (directive !== null) reader.warnUnknown(CATEGORY_KEYS);
  const eyes = reader.number("eyes");
  if (eyes !== null && (!Number.isInteger(eyes) || eyes < 1 || eyes > 20)) reader.wrong("eyes", "a whole number of people from 1 to 20");
  return { signoff: reader.texts("signoff"), eyes: eyes !== null && Number.isInteger(eyes) && eyes >= 1 && eyes <= 20 ? eyes : 1 };
}

export function readDecision(directive: Directive, problems: Problems): Record<string, unknown> {
  new KeyReader(directive.keyed, problems, "decision").warnUnknown(DECISION_KEYS);
  return { ...directive.keyed.values };
}
