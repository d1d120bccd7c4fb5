// Reads what people paste as evidence for what speaks against the item: the contradictions that reports typed by hand carry.
// Owns: finding them and saying them with their numbers. Never decides; a person strikes the evidence out or answers otherwise.
import type { Expectation, Item } from "../protocol/index.ts";
import { limitFinding, withUnit } from "./numbers.ts";

/** Longer text is read up to here: a log pasted whole must not hold the engine. Characters. */
const READ_CHARS = 200_000;
const MOST_FINDINGS = 8;

type Asked = Pick<Item, "text" | "expect" | "unit" | "tests">;
type Quantity = { value: number; unit: string; isLimit: boolean };
type Limit = { expect: Expectation; unit: string; isDeclared: boolean };

/** Factor to a common unit; a number is compared only with a limit of the same dimension. */
const UNITS: Record<string, { of: string; factor: number }> = {
  "%": { of: "%", factor: 1 },
  percent: { of: "%", factor: 1 },
  ms: { of: "time", factor: 1 },
  milliseconds: { of: "time", factor: 1 },
  s: { of: "time", factor: 1_000 },
  sec: { of: "time", factor: 1_000 },
  seconds: { of: "time", factor: 1_000 },
  min: { of: "time", factor: 60_000 },
  minutes: { of: "time", factor: 60_000 },
  h: { of: "time", factor: 3_600_000 },
  hours: { of: "time", factor: 3_600_000 },
};
const dimension = (unit: string): { of: string; factor: number } => UNITS[unit.toLowerCase()] ?? { of: unit.toLowerCase(), factor: 1 };

const UPPER = /(?:<=?|≤|under|below|less than|at most|no more than|not above|limit(?: of| is)?:?|max(?:imum)?(?: of)?|within)\s*$/i;
const LOWER = /(?:>=?|≥|at least|over|more than|not below|min(?:imum)?(?: of)?)\s*$/i;

export function textFindings(text: string, item: Asked): string[] {
  const read = text.slice(0, READ_CHARS);
  const findings = new Set<string>();
  const units = new Set(Object.keys(UNITS));
  if (item.unit !== "") units.add(item.unit.toLowerCase());
  const found = quantities(read, units);
  for (const limit of limitsOf(item, found.limits, units)) {
    const { of, factor } = dimension(limit.unit);
    for (const { value, unit, isLimit } of found.all) {
      // A claim such as "< 2000 ms" is no proof of a declared limit of 1500 ms; of a limit only read from prose it says nothing.
      if (dimension(unit).of !== of || (isLimit && !limit.isDeclared)) continue;
      const finding = limitFinding(limit.expect, limit.unit, (value * dimension(unit).factor) / factor);
      if (finding !== null) findings.add(finding);
    }
  }
  if (item.tests || /\b(?:tests?|regressions?|suites?)\b/i.test(item.text)) for (const one of testFindings(read)) findings.add(one);
  return [...findings].slice(0, MOST_FINDINGS);
}

/** The declared limit; without one, upper limits that the item or the evidence itself names in words. */
function limitsOf(item: Asked, inText: Limit[], units: ReadonlySet<string>): Limit[] {
  if (item.expect !== null) return item.unit === "" ? [] : [{ expect: item.expect, unit: item.unit, isDeclared: true }];
  return [...quantities(item.text, units).limits, ...inText];
}

function quantities(text: string, units: ReadonlySet<string>): { all: Quantity[]; limits: Limit[] } {
  const all: Quantity[] = [];
  const limits: Limit[] = [];
  // Digits after letters and a hyphen belong to a name: `CHG-1042 minutes` is a ticket and its minutes, no time of 1042 minutes.
  for (const match of text.matchAll(/(?<![\w.]|[A-Za-z]-)([+\-−]?)(\d{1,12}(?:[.,]\d{1,9})?)\s?(%|[a-zA-Z]{1,20})(?![\w])/g)) {
    const unit = match[3]!.toLowerCase();
    if (!units.has(unit)) continue;
    const value = numberOf(match[2]!) * (match[1] === "-" || match[1] === "−" ? -1 : 1);
    const before = text.slice(Math.max(0, match.index - 20), match.index);
    const isUpper = UPPER.test(before);
    all.push({ value, unit: match[3]!, isLimit: isUpper || LOWER.test(before) });
    // A lower limit in prose is left alone: "at least 80 %" beside "0.3 % errors" would flag the errors.
    if (isUpper) limits.push({ expect: { operator: "<=", value }, unit: match[3]!, isDeclared: false });
  }
  return { all, limits };
}

/** `1,500` is fifteen hundred, `1,5` is one and a half. */
const numberOf = (digits: string): number => Number(/^\d{1,3},\d{3}$/.test(digits) ? digits.replace(",", "") : digits.replace(",", "."));

function* testFindings(text: string): Generator<string> {
  for (const match of text.matchAll(/(\d{1,3}(?:\.\d+)?)\s?%\s+(?:of\s+(?:the\s+)?tests\s+)?pass(?:ing|ed|es)?(?:\s+rate)?/gi)) {
    const share = Number(match[1]);
    if (share < 100) yield `${withUnit(share, "%")} passing is not green: ${withUnit(round(100 - share), "%")} do not pass`;
  }
  for (const match of text.matchAll(/pass rate\W{0,10}(\d{1,3}(?:\.\d+)?)\s?%/gi)) {
    const share = Number(match[1]);
    if (share < 100) yield `a pass rate of ${withUnit(share, "%")} is not green`;
  }
  for (const match of text.matchAll(/(\d{1,7})\s?(?:\/|of|out of)\s?(\d{1,7})\s+(?:tests?\s+)?pass(?:ing|ed|es)?/gi)) {
    const [passed, total] = [Number(match[1]), Number(match[2])];
    if (passed < total) yield `${passed} of ${total} tests pass: ${total - passed} ${total - passed === 1 ? "does" : "do"} not`;
  }
  for (const match of text.matchAll(/(?<![\w.])(\d{1,7})\s+(?:tests?\s+)?(failed|failures?|failing|errors?|skipped|skips?)\b/gi)) {
    const count = Number(match[1]);
    if (count === 0) continue;
    const word = match[2]!.toLowerCase();
    yield `${count} ${word.startsWith("skip") ? "skipped" : word.startsWith("error") ? (count === 1 ? "error" : "errors") : "failed"}`;
  }
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
