// Reads a JUnit XML report as a hostile file: no document type, no entities, bounded in size, depth and elements.
// Owns: counting its test cases. The cases are the truth; what the suite's attributes claim is compared with them.
import { fail, ok, type Result } from "../protocol/index.ts";

const MOST_BYTES = 20 << 20;
const MOST_ELEMENTS = 500_000;
const MOST_DEPTH = 64;
const MOST_NAMED = 20;

export type TestCounts = { total: number; passed: number; failed: number; errors: number; skipped: number };
export type TestReport = { tests: TestCounts; failures: string[] };

/** `invalid-params` where it is no JUnit report. */
export function readTestReport(bytes: Uint8Array): Result<TestReport> {
  if (bytes.length > MOST_BYTES)
    return fail("invalid-params", `The report has ${bytes.length} bytes; reports up to ${MOST_BYTES} are read.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("invalid-params", "The report is not UTF-8 text. Export it as UTF-8.");
  }
  if (/<!DOCTYPE|<!ENTITY/i.test(text))
    return fail("invalid-params", "The report declares a document type or entities, which no JUnit report needs. It was not read.");
  return count(text);
}

/** A start or end tag at one place. Quoted values may hold `>`. Sticky, so that a broken file costs one look per place. */
const TAG = /<(\/?)([A-Za-z_][\w.:-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*?)(\/?)>/y;
const PASSED_OVER = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
] as const;

type Case = { name: string; outcome: "passed" | "failed" | "errors" | "skipped" };

function count(text: string): Result<TestReport> {
  const stack: string[] = [];
  const tests: TestCounts = { total: 0, passed: 0, failed: 0, errors: 0, skipped: 0 };
  const failures: string[] = [];
  const claimed = { failures: 0, errors: 0 };
  let current: Case | null = null;
  let elements = 0;
  let root = "";
  const close = (done: Case) => {
    tests.total += 1;
    tests[done.outcome] += 1;
    if (done.outcome !== "passed" && failures.length < MOST_NAMED) failures.push(`${done.name} (${WORDS[done.outcome]})`);
  };
  for (let at = text.indexOf("<"); at !== -1; at = text.indexOf("<", at)) {
    const passing = PASSED_OVER.find(([open]) => text.startsWith(open, at));
    if (passing) {
      const end = text.indexOf(passing[1], at);
      if (end === -1) return bad(`${passing[0]} is never closed`);
      at = end + passing[1].length;
      continue;
    }
    TAG.lastIndex = at;
    const match = TAG.exec(text);
    if (match === null) return bad("it is not well-formed XML");
    at = TAG.lastIndex;
    const [, slash, name = "", attributes = "", selfClosed] = match;
    if (slash === "/") {
      if (stack.pop() !== name) return bad(`</${name.slice(0, 40)}> closes nothing`);
      if (name === "testcase" && current) {
        close(current);
        current = null;
      }
      continue;
    }
    elements += 1;
    if (elements > MOST_ELEMENTS || stack.length >= MOST_DEPTH) return bad("it has too many or too deeply nested elements");
    if (root === "") root = name;
    else if (stack.length === 0) return bad("it has more than one root element");
    const parent = stack.at(-1);
    if (selfClosed !== "/") stack.push(name);
    if (name === "testcase") {
      if (current) return bad("a test case stands within a test case");
      const title = [attribute(attributes, "classname"), attribute(attributes, "name")].filter((part) => part !== "").join(" › ");
      const made: Case = { name: title || "a test without a name", outcome: "passed" };
      if (selfClosed === "/") close(made);
      else current = made;
    } else if (current && parent === "testcase") {
      if (name === "failure") current.outcome = "failed";
      else if (name === "error" && current.outcome !== "failed") current.outcome = "errors";
      else if (name === "skipped" && current.outcome === "passed") current.outcome = "skipped";
    } else if (name === "testsuite" && parent !== "testsuite") {
      claimed.failures += whole(attribute(attributes, "failures"));
      claimed.errors += whole(attribute(attributes, "errors"));
    }
  }
  if (stack.length > 0) return bad("it ends in the middle");
  if (root !== "testsuites" && root !== "testsuite")
    return bad(`its root is ${root === "" ? "missing" : `<${root.slice(0, 40)}>`}, not <testsuites> or <testsuite>`);
  if (tests.total === 0) return bad("it has no test case; an empty run proves nothing");
  if (claimed.failures > tests.failed || claimed.errors > tests.errors)
    failures.unshift(`the suite claims ${claimed.failures} failures and ${claimed.errors} errors, more than its test cases show`);
  return ok({ tests, failures });
}

const WORDS = { failed: "failed", errors: "error", skipped: "skipped", passed: "" } as const;
const bad = (why: string): Result<never> => fail("invalid-params", `This is no JUnit report that can be read: ${why}.`);
const whole = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : 0);

function attribute(attributes: string, name: string): string {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  const raw = (match?.[1] ?? match?.[2] ?? "").slice(0, 200);
  return raw.replace(
    /&(lt|gt|amp|quot|apos);/g,
    (_, entity: string) => ({ lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" })[entity] ?? "",
  );
}

/** Findings against an item that asks for green: one failure, one error or one skip is enough. */
export function testReportFindings({ tests, failures }: TestReport): string[] {
  const of = `of ${tests.total} test${tests.total === 1 ? "" : "s"}`;
  const found: string[] = [];
  if (tests.failed > 0) found.push(`${tests.failed} ${of} failed`);
  if (tests.errors > 0) found.push(`${tests.errors} ${of} ended in an error`);
  if (tests.skipped > 0) found.push(`${tests.skipped} ${of} ${tests.skipped === 1 ? "was" : "were"} skipped`);
  const claim = failures.find((line) => line.startsWith("the suite claims"));
  if (claim !== undefined) found.push(claim);
  return found;
}
