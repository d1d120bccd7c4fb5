import { describe, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { Expectation, Item } from "../protocol/index.ts";
import type { ItemFacts, SignatureFact } from "./index.ts";
import {
  buildCategories,
  categoriesOf,
  categoryDigest,
  checksDocument,
  countedFor,
  decimal,
  decisionRule,
  limitFinding,
  missingRoles,
  neededFor,
  noFacts,
  obstaclesOf,
  readDecimal,
  readTestReport,
  rolesOf,
  testReportFindings,
  textFindings,
} from "./index.ts";

const parse = (text: string) => parseDocument(new TextEncoder().encode(text), { path: "list.md" });
const asked = (text: string, more: Partial<Item> = {}) => ({ text, expect: null, unit: "", tests: false, ...more });
const below = (value: number): Expectation => ({ operator: "<=", value });
const read = (xml: string) => readTestReport(new TextEncoder().encode(xml));

describe("what a text says against an item", () => {
  it("is every number in the limit's unit that misses it, also in another unit of time", () => {
    const item = asked("p95", { expect: below(1500), unit: "ms" });
    expect(textFindings("p95 1968 ms, p50 200 ms", item)).toEqual(["1968 ms is above the limit of 1500 ms"]);
    expect(textFindings("took 2 s", item)).toEqual(["2000 ms is above the limit of 1500 ms"]);
    expect(textFindings("took 1,968 ms", item)).toEqual(["1968 ms is above the limit of 1500 ms"]);
    expect(textFindings("P99 latency: <2000ms", item), "a weaker claim is no proof").toEqual(["2000 ms is above the limit of 1500 ms"]);
    expect(textFindings("1200 ms in build 1968 of 2026", item)).toEqual([]);
    expect(textFindings("CHG-1042 minutes", item), "a ticket and its minutes").toEqual([]);
    expect(textFindings("1200-1968 ms", item)).toEqual(["1968 ms is above the limit of 1500 ms"]);
  });

  it("reads limits that only the item's words or the evidence's own words name", () => {
    expect(textFindings("p95 620 ms", asked("The 95th percentile stays below 500 ms"))).toEqual(["620 ms is above the limit of 500 ms"]);
    expect(textFindings("Degradation +3.3 % (limit: 2 %)", asked("No degradation"))).toEqual(["3.3 % is above the limit of 2 %"]);
    expect(textFindings("errors 0.3 %, hit rate 97 %", asked("Hit rate at least 80 %"))).toEqual([]);
  });

  it("is anything but all tests passing, where the item speaks of tests", () => {
    const item = asked("The test suite shows no regression");
    expect(textFindings("98.65% (293/297 tests passing)", item)).toEqual(["293 of 297 tests pass: 4 do not"]);
    expect(textFindings("Pass rate: 98.65%", item)).toEqual(["a pass rate of 98.65 % is not green"]);
    expect(textFindings("296 passed, 1 failed, 3 skipped", item)).toEqual(["1 failed", "3 skipped"]);
    expect(textFindings("297 passed, 0 failed, 0 skipped, 100 % passing", item)).toEqual([]);
    expect(textFindings("1 failed", asked("Backups run"))).toEqual([]);
  });

  it("costs no time that grows with a hostile text", () => {
    for (const text of ["1".repeat(300_000), "9 ".repeat(150_000), "under ".repeat(50_000), "1/".repeat(150_000)])
      expect(textFindings(text, asked("tests", { expect: below(1), unit: "ms", tests: true })).length).toBeLessThan(9);
  });
});

describe("a test report", () => {
  it("counts cases, not what the suite claims of itself", () => {
    const xml = `<testsuites tests="9"><testsuite name="s" failures="2" errors="0"><testcase classname="a&lt;b" name="x"/><!-- <testcase/> -->
      <testcase name="y"><failure>no</failure></testcase><testcase name="z"><skipped/></testcase><testcase name="w"><error><![CDATA[</testcase>]]></error></testcase></testsuite></testsuites>`;
    const report = read(xml);
    expect(report).toMatchObject({ ok: true, value: { tests: { total: 4, passed: 1, failed: 1, errors: 1, skipped: 1 } } });
    if (report.ok)
      expect(testReportFindings(report.value)).toEqual([
        "1 of 4 tests failed",
        "1 of 4 tests ended in an error",
        "1 of 4 tests was skipped",
        "the suite claims 2 failures and 0 errors, more than its test cases show",
      ]);
  });

  it("is refused where it is empty, broken, another thing or hostile", () => {
    const bad = [
      "",
      "{}",
      "<testsuite/>",
      "<html><testcase/></html>",
      "<testsuite><testcase></testsuite>",
      "<testsuite><testcase/>",
      "<testsuite><testcase/></testsuite><testsuite><testcase/></testsuite>",
      "<testsuite><testcase name='a><failure/></testcase></testsuite>",
      '<!DOCTYPE t [<!ENTITY a "b">]><testsuite><testcase/></testsuite>',
      `<testsuite>${"<a>".repeat(100)}`,
      `<testsuite>${"<!--".repeat(200_000)}`,
      `<testsuite ${"a='".repeat(100_000)}`,
    ];
    for (const xml of bad) expect([xml.slice(0, 40), read(xml).ok]).toEqual([xml.slice(0, 40), false]);
    expect(readTestReport(new Uint8Array([0xff, 0xfe, 0x3c])).ok).toBe(false);
  });
});

describe("numbers", () => {
  it("are compared as the limit says, and said with their unit", () => {
    expect(limitFinding(below(1500), "ms", 1500)).toBeNull();
    expect(limitFinding({ operator: "<", value: 1500 }, "ms", 1500)).toBe("1500 ms is not below the limit of 1500 ms");
    expect(limitFinding({ operator: ">=", value: 80 }, "%", 79.9)).toBe("79.9 % is below the limit of 80 %");
    expect(limitFinding({ operator: "==", value: 3 }, "", 4)).toBe("4 is not 3");
  });
  it("survive the record as decimal strings", () => {
    for (const value of [465.2, 0, -3.3, 1e21, 1e-7, 0.1 + 0.2, 123456789012345]) expect(readDecimal(decimal(value))).toBe(value);
    for (const text of ["", "1e3", "NaN", " 1", "0x10", null, 3]) expect(readDecimal(text)).toBeNull();
  });
});

const LIST = parse(`---
kind: checklist
---
<!-- decision: {rule: all-categories-signed, signoff: [product-owner, release-manager], eyes: 3} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead], eyes: 2} -->

- [ ] **INF-01** one

  \`\`\`sh
  true
  \`\`\`
- [ ] **INF-02** decided <!-- item: {derived: decision} -->

## Infrastructure

- [ ] **INF-03** three
`);

const signature = (signer: string, more: Partial<SignatureFact> = {}): SignatureFact =>
  ({
    signer,
    onBehalfOf: "",
    keyId: `key of ${signer}`,
    role: "infrastructure-lead",
    meaning: "approved",
    state: "valid",
    isWithdrawn: false,
    digest: "d",
    subject: { kind: "category", id: "infrastructure" },
    ...more,
  }) as SignatureFact;

describe("n of m", () => {
  const subject = { kind: "category", id: "infrastructure" };
  const counted = (...all: SignatureFact[]) => countedFor(all, subject, "d", false).map((one) => one.signer);
  it("counts people, keys and those they stand in for once each", () => {
    expect(counted(signature("a"), signature("b"))).toEqual(["a", "b"]);
    expect(counted(signature("a"), signature("a", { role: "other" }))).toEqual(["a"]);
    expect(counted(signature("a"), signature("b", { keyId: "key of a" }))).toEqual(["a"]);
    expect(counted(signature("a"), signature("b", { onBehalfOf: "a" as never }))).toEqual(["a"]);
    expect(counted(signature("b", { onBehalfOf: "a" as never }), signature("c", { onBehalfOf: "a" as never }))).toEqual(["b"]);
    expect(counted(signature("b", { onBehalfOf: "a" as never }), signature("a"))).toEqual(["b"]);
  });
  it("leaves out what is stale, taken back, rejected, of another digest or of another subject", () => {
    const out = [
      signature("a", { state: "stale" }),
      signature("a", { isWithdrawn: true }),
      signature("a", { meaning: "rejected" }),
      signature("a", { digest: "e" }),
      signature("a", { subject: { kind: "category", id: "other" } }),
      signature("a", { subject: { kind: "decision", id: "infrastructure" } }),
    ];
    for (const one of out) expect(counted(one)).toEqual([]);
  });
  it("asks for every role, and for as many people as eyes", () => {
    const [first, second] = categoriesOf(LIST);
    expect([first!.key, second!.key]).toEqual(["infrastructure", "infrastructure-2"]);
    expect(neededFor(rolesOf(first!), first!.eyes, false)).toBe(2);
    expect(neededFor(rolesOf(first!), first!.eyes, true)).toBe(1);
    expect(missingRoles(["infrastructure-lead"], [signature("a")], 2)).toEqual(["infrastructure-lead"]);
    expect(rolesOf(second!)).toEqual([]);
    expect(decisionRule(LIST)).toMatchObject({
      roles: ["product-owner", "release-manager"],
      eyes: 3,
      needsAllSigned: true,
      needsNoBlockers: false,
    });
    expect(decisionRule(null)).toMatchObject({ roles: ["lead", "approver"], needsAllSigned: true, needsNoBlockers: true });
  });
});

describe("a category's digest", () => {
  const [category] = categoriesOf(LIST);
  const item = category!.items[0]!;
  const facts = (more: Partial<ItemFacts> = {}) => new Map([[item.id, { ...noFacts(), ...more }]]);
  const answer = { seq: 5, sha256: item.sha256, state: "done" } as ItemFacts["answer"];
  it("changes with answer, check, evidence and text, and with nothing that is no item's own", () => {
    const of = (more?: Partial<ItemFacts>) => categoryDigest(category!, facts(more));
    const check = { seq: 9, sha256: item.sha256 } as ItemFacts["check"];
    const evidence = [{ seq: 7, removed: false }] as ItemFacts["evidences"];
    const all = [of(), of({ answer }), of({ answer: { ...answer!, seq: 6 } }), of({ answer, check }), of({ answer, evidences: evidence })];
    expect(new Set(all).size).toBe(all.length);
    expect(of({ evidences: [{ ...evidence[0]!, removed: true }] })).toBe(of());
    expect(of({ check: { ...check!, sha256: "of another text" } })).toBe(of());
    expect(of({ notes: [{ seq: 3, by: "x", at: "", text: "" }], assignee: "x" })).toBe(of());
    expect(categoryDigest({ ...category!, items: [{ ...item, sha256: "0".repeat(64) }] }, facts())).not.toBe(of());
    expect(categoryDigest(category!, new Map([["INF-02", { ...noFacts(), answer }]])), "a computed item is left out").toBe(of());
  });
});

describe("an item's check as a runbook", () => {
  it("has one step per item with a block, named and numbered, and nothing else", () => {
    const document = checksDocument(LIST, ["INF-01", "INF-03"]);
    expect(document.steps.map((step) => [step.id, step.title, step.number, step.phase, step.sha256])).toEqual([
      ["INF-01", "INF-01 one", "1.1", ["Infrastructure"], categoriesOf(LIST)[0]!.items[0]!.sha256],
    ]);
    expect(document.categories).toEqual([]);
  });
});

it("refuses `done` for a computed item, and says so", () => {
  const derived = categoriesOf(LIST)[0]!.items[1]!;
  expect(obstaclesOf(derived, noFacts(), null)).toEqual(["Holdpoint computes this item; it cannot be answered."]);
});

it("has nothing to sign where no role is named", () => {
  const views = buildCategories(
    categoriesOf(LIST),
    [],
    { items: new Map(), signatures: [], risks: [], people: [], decisions: [], cutOver: 0 },
    false,
  );
  expect(views.map((one) => [one.key, one.state, one.needed, one.missing])).toEqual([
    ["infrastructure", "unsigned", 2, ["infrastructure-lead", "infrastructure-lead"]],
    ["infrastructure-2", "none", 0, []],
  ]);
});
