import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LaunchId } from "../protocol/index.ts";
import { type Bench, base64, codeOf, credentials, madeTeam, must, openBench, saysOf } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

## Speed
<!-- category: {signoff: [performance-lead]} -->

- [ ] **PRF-01** The 95th percentile stays below the limit <!-- item: {expect: "<= 1500", unit: ms} -->
- [ ] **PRF-02** Degradation against the release before <!-- item: {expect: "<= 2", unit: "%"} -->
- [ ] **PRF-03** The whole test matrix is green <!-- item: {tests: green} -->
- [ ] **PRF-04** No regression in the test suites
- [ ] **PRF-05** Restored once <!-- item: {evidence: required, max-age: 24h} -->

## Rest
<!-- category: {signoff: [infrastructure-lead]} -->

- [ ] **INF-01** one
- [ ] **INF-02** two
- [ ] **INF-03** All others have signed <!-- item: {derived: signoffs-of-other-categories} -->
`;
const HOUR = 3_600_000;

let home: string;
let bench: Bench;
let launch: LaunchId;
beforeAll(async () => {
  home = await madeTeam();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(async () => {
  bench = openBench(home, (source, path) => parseDocument(source, { path }));
  launch = await bench.launch(LIST);
});
afterEach(() => bench.close());

const answer = async (items: string[], state: string, more: Record<string, unknown> = {}, by = "jon") =>
  bench.launches.answer(await bench.who(by), by, { launch, items, state: state as never, ...more });
const evidence = async (item: string, kind: string, text: string, more: Record<string, unknown> = {}) =>
  bench.launches.evidence(await bench.who("jon"), { launch, item, kind: kind as never, title: "report", base64: base64(text), ...more });
const item = async (id: string) => (await bench.view(launch)).items.find((one) => one.id === id)!;
const inDays = (days: number) => new Date(bench.ports.clock.now() + days * 24 * HOUR).toISOString();

describe("answering", { timeout: 60_000 }, () => {
  it("keeps the checklist's own bytes in the log, so that a later edit of the file changes nothing", async () => {
    bench.write("list.md", "# other\n");
    bench.reopen();
    const { items, header } = await bench.view(launch);
    expect(items.map((one) => one.id)).toEqual(["PRF-01", "PRF-02", "PRF-03", "PRF-04", "PRF-05", "INF-01", "INF-02", "INF-03"]);
    expect(header).toMatchObject({ state: "preparing", items: 8, answered: 0, solo: false, createdBy: "Jon" });
    const seq = bench.events(launch, "checklist.adopted")[0]!.body.seq;
    expect(Buffer.from(must(await bench.launches.payload(launch, seq, "checklist")).base64, "base64").toString()).toBe(LIST);
  });

  it("gives the same view after a restart as before it", async () => {
    must(await answer(["INF-01"], "done", { note: "seen" }));
    must(await answer(["PRF-01"], "done", { value: 465.2 }));
    must(await evidence("PRF-05", "text", "restored in 12 minutes"));
    const before = await bench.view(launch);
    bench.reopen();
    expect(await bench.view(launch)).toEqual(before);
    expect((await item("PRF-01")).answer?.value).toBe(465.2);
    expect(bench.events(launch, "item.answered")[1]!.body.data).toMatchObject({ value: "465.2", bulk: 1, evidence: [] });
  });

  it("records a hundred answers in one transaction, or none of them", async () => {
    const many = `---\nkind: checklist\n---\n## A\n${Array.from({ length: 100 }, (_, i) => `- [ ] **A-${i + 1}** x`).join("\n")}\n`;
    launch = await bench.launch(many);
    const ids = Array.from({ length: 100 }, (_, i) => `A-${i + 1}`);
    const before = bench.events(launch).length;
    expect(codeOf(await answer([...ids, "A-101"], "done"))).toBe("not-found");
    expect(bench.events(launch).length).toBe(before);
    const view = must(await answer(ids, "done", { reason: "walked through together" }));
    expect(view.header.answered).toBe(100);
    expect(bench.events(launch, "item.answered").map((event) => event.body.data["bulk"])).toEqual(ids.map(() => 100));
  });

  it("records nothing when one of many items cannot be done", async () => {
    const refused = await answer(["INF-01", "PRF-01", "INF-02"], "done");
    expect(codeOf(refused)).toBe("not-ready");
    expect(saysOf(refused)).toBe("PRF-01: a value is needed, to hold against <= 1500 ms. Nothing was recorded.");
    expect(bench.events(launch, "item.answered")).toEqual([]);
  });

  it("does not let anybody answer what it computes", async () => {
    expect(codeOf(await answer(["INF-03"], "done"))).toBe("conflict");
    expect((await item("INF-03")).obstacles).toEqual(["Speed is unsigned"]);
  });

  it("asks for a reason where an item is not applicable, and for one and an end where it is waived", async () => {
    expect(codeOf(await answer(["INF-01"], "not-applicable"))).toBe("reason-needed");
    expect(codeOf(await answer(["INF-01"], "not-applicable", { reason: "  " }))).toBe("reason-needed");
    expect(codeOf(await answer(["INF-01"], "not-applicable", { reason: "no cache SECRET" }))).toBe("ok");
    expect((await item("INF-01")).answer).toMatchObject({ reason: "no cache •••", name: "Jon" });
    expect(codeOf(await answer(["INF-02"], "waived"))).toBe("reason-needed");
    expect(codeOf(await answer(["INF-02"], "waived", { reason: "later" }))).toBe("invalid-params");
    expect(codeOf(await answer(["INF-02"], "waived", { reason: "later", expires: inDays(-1) }))).toBe("invalid-params");
    expect(codeOf(await answer(["INF-02"], "waived", { reason: "later", expires: inDays(2) }))).toBe("confirmation-needed");
  });

  it("takes a waiver only with another person's approval, and opens the item again when it runs out", async () => {
    const waive = (approver: { id: string; password: string }, by = "jon") =>
      answer(["INF-02"], "waived", { reason: "vendor is late", expires: inDays(2), approver }, by);
    expect(codeOf(await waive(credentials("ana"), "ana"))).toBe("forbidden");
    expect(codeOf(await waive(credentials("jon")))).toBe("forbidden");
    expect(codeOf(await waive(credentials("wim")))).toBe("forbidden");
    expect(codeOf(await waive({ id: "ana", password: "guessed" }))).toBe("wrong-password");
    expect(bench.refused).toEqual(["ana: item.answer waived", "jon: item.answer waived", "jon: item.answer waived"]);
    expect(bench.events(launch, "item.answered")).toEqual([]);
    must(await waive(credentials("ana")));
    expect(await item("INF-02")).toMatchObject({ state: "waived", answer: { approver: "ana", approverName: "Ana", by: "jon" } });
    bench.ports.advance(48 * HOUR - 1);
    expect((await item("INF-02")).state).toBe("waived");
    bench.ports.advance(1);
    expect(await item("INF-02")).toMatchObject({ state: "open", reopened: expect.stringContaining("the waiver ran out") });
    const last = bench.events(launch, "item.answered").at(-1)!.body;
    expect(last).toMatchObject({ actor: { op_id: "engine" }, outcome: "open", reason: expect.stringContaining("the waiver ran out") });
    expect((await bench.view(launch)).board.blockers.map((one) => one.item)).toContain("INF-02");
  });

  it("refuses every command to who only reads, and records that", async () => {
    const aud = await bench.who("aud");
    const codes = [
      codeOf(await bench.launches.create(aud, { facts: { name: "x" } })),
      codeOf(await bench.launches.change(aud, { launch, change: { version: "2" } })),
      codeOf(await answer(["INF-01"], "done", {}, "aud")),
      codeOf(await bench.launches.note(aud, { launch, kind: "note", title: "x", text: "" })),
      codeOf(await bench.launches.itemNote(aud, { launch, item: "INF-01", text: "x" })),
      codeOf(await bench.launches.assign(await bench.who("jon"), { launch, role: "lead", operator: "jon" as never })),
    ];
    expect(codes).toEqual(codes.map(() => "forbidden"));
    expect(bench.refused).toHaveLength(codes.length);
    expect(codeOf(await bench.launches.note(bench.people.who("nobody's door"), { launch, kind: "note", title: "x", text: "" }))).toBe(
      "not-signed-in",
    );
    expect(bench.events(launch).map((event) => event.body.type)).toEqual(["launch.created", "checklist.adopted"]);
    expect((await bench.view(launch)).header.facts.name).toBe("v1.0-rc1");
  });
});

describe("what the seeds contradict", { timeout: 60_000 }, () => {
  it("refuses 1968 ms under a limit of 1500 ms, typed or pasted", async () => {
    expect(saysOf(await answer(["PRF-01"], "done", { value: 1968 }))).toBe("PRF-01: 1968 ms is above the limit of 1500 ms.");
    must(await evidence("PRF-01", "text", "Response time: 1968ms (temporarily high due to load testing)"));
    expect(saysOf(await answer(["PRF-01"], "done", { value: 1200 }))).toBe("PRF-01: “report” says: 1968 ms is above the limit of 1500 ms.");
    const [pasted] = (await item("PRF-01")).evidences;
    must(await bench.launches.removeEvidence(await bench.who("jon"), { launch, seq: pasted!.seq, reason: "measured during a load test" }));
    must(await answer(["PRF-01"], "done", { value: 1200 }));
    expect((await item("PRF-01")).evidences).toMatchObject([{ removed: true, findings: ["1968 ms is above the limit of 1500 ms"] }]);
  });

  it("refuses 3.3 % of degradation under a limit of 2 %", async () => {
    must(await evidence("PRF-02", "text", "Degradation: +3.3 %, well under 2 %"));
    expect(saysOf(await answer(["PRF-02"], "done", { value: 1.9 }))).toContain("3.3 % is above the limit of 2 %");
  });

  it("refuses a green matrix with a failure, an error or a skip in it", async () => {
    expect(saysOf(await answer(["PRF-03"], "done"))).toBe("PRF-03: a green test report is required, and there is none.");
    const junit = (body: string) => `<?xml version="1.0"?><testsuites><testsuite name="s">${body}</testsuite></testsuites>`;
    const green = '<testcase classname="a" name="one"/><testcase name="two"></testcase>';
    must(await evidence("PRF-03", "tests", junit(`${green}<testcase name="three"><failure>no</failure></testcase>`)));
    expect(saysOf(await answer(["PRF-03"], "done"))).toBe("PRF-03: “report” says: 1 of 3 tests failed.");
    must(await evidence("PRF-03", "tests", junit(`${green}<testcase name="three"><skipped/></testcase>`)));
    expect(saysOf(await answer(["PRF-03"], "done"))).toBe("PRF-03: “report” says: 1 of 3 tests was skipped.");
    must(await evidence("PRF-03", "tests", junit(green)));
    expect(codeOf(await answer(["PRF-03"], "done"))).toBe("ok");
    expect((await item("PRF-03")).evidences.at(-1)!.tests).toEqual({ total: 2, passed: 2, failed: 0, errors: 0, skipped: 0 });
  });

  it("flags 95 % passing called no regression", async () => {
    must(await evidence("PRF-04", "text", "95% of tests passing, no regression"));
    expect(saysOf(await answer(["PRF-04"], "done"))).toContain("95 % passing is not green: 5 % do not pass");
    expect((await item("PRF-04")).flags).not.toEqual([]);
  });

  it("shows old evidence as old, and does not take a sign-off over it", async () => {
    must(await evidence("PRF-05", "text", "restored"));
    must(await answer(["PRF-05"], "done"));
    expect((await item("PRF-05")).flags).toEqual([]);
    bench.ports.advance(25 * HOUR);
    const view = await bench.view(launch);
    expect(view.board.oldEvidence).toMatchObject([{ item: "PRF-05", limitMs: 24 * HOUR }]);
    expect(view.categories[0]!.blockers.join()).toContain("PRF-05: last looked at 15 Mar 2026, 00:30 UTC, longer ago than 24 h");
  });
});

describe("evidence", { timeout: 60_000 }, () => {
  it("is shown as a picture only where its bytes are one", async () => {
    const svg = await evidence("PRF-05", "picture", "<svg onload=alert(1)>", { mediaType: "image/png" });
    expect(codeOf(svg)).toBe("invalid-params");
    const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.from("rest")]).toString("base64");
    must(await evidence("PRF-05", "picture", "", { base64: png, mediaType: "text/html" }));
    const [shown] = (await item("PRF-05")).evidences;
    expect(shown).toMatchObject({ mediaType: "image/png", payload: "evidence" });
    expect(must(await bench.launches.payload(launch, shown!.seq, "evidence"))).toEqual({ mediaType: "image/png", base64: png });
    must(await evidence("PRF-05", "file", "<script>", { mediaType: "text/html", name: "x.html" }));
    expect((await item("PRF-05")).evidences.at(-1)!.mediaType).toBe("application/octet-stream");
  });

  it("loses what the redactor knows before it is recorded", async () => {
    must(await evidence("PRF-05", "text", "token SECRET was used"));
    const [shown] = (await item("PRF-05")).evidences;
    expect(Buffer.from(must(await bench.launches.payload(launch, shown!.seq, "evidence")).base64, "base64").toString()).toBe(
      "token ••• was used",
    );
  });

  it("refuses links that are no web address and reports with a document type", async () => {
    expect(codeOf(await evidence("PRF-05", "link", "", { url: "javascript:alert(1)" }))).toBe("invalid-params");
    expect(codeOf(await evidence("PRF-05", "link", "", { url: "https://ci.example/1" }))).toBe("ok");
    expect(codeOf(await evidence("PRF-03", "tests", "<!DOCTYPE x [<!ENTITY y 'z'>]><testsuite><testcase/></testsuite>"))).toBe(
      "invalid-params",
    );
  });
});

describe("a file that is no checklist", { timeout: 60_000 }, () => {
  it("is refused with what it was taken for and what to write", async () => {
    const few = "# Before we go\n\n## Checks\n\n- [ ] The team is here\n- [ ] The bridge is open\n";
    const path = bench.write("few.md", few);
    const jon = await bench.who("jon");
    const refused = await bench.launches.create(jon, { facts: { name: "x" }, checklist: path });
    expect(codeOf(refused)).toBe("unreadable");
    expect(saysOf(refused)).toContain("few.md reads as a runbook (1 step with 2 boxes), and a launch takes a checklist.");
    expect(saysOf(refused)).toContain("`kind: checklist`");
    const replaced = await bench.launches.replaceChecklist(await bench.who("mira"), { launch, checklist: path, reason: "x" });
    expect(saysOf(replaced)).toContain("reads as a runbook");
    const named = bench.write("named.md", `---\nkind: checklist\n---\n${few}`);
    expect(must(await bench.launches.create(jon, { facts: { name: "x" }, checklist: named })).items).toHaveLength(2);
  });
});

describe("another text of the checklist", { timeout: 60_000 }, () => {
  it("keeps answers of items whose text is the same, and opens the others", async () => {
    must(await answer(["INF-01", "INF-02"], "done"));
    const path = bench.write("newer.md", LIST.replace("**INF-02** two", "**INF-02** two and a half"));
    const view = must(await bench.launches.replaceChecklist(await bench.who("mira"), { launch, checklist: path, reason: "corrected" }));
    expect(view.items.filter((one) => one.category === "rest").map((one) => [one.id, one.state, one.reopened])).toEqual([
      ["INF-01", "done", ""],
      ["INF-02", "open", "the item's text changed since it was answered"],
      ["INF-03", "open", ""],
    ]);
    bench.reopen();
    expect((await bench.view(launch)).items).toEqual(view.items);
    expect(codeOf(await bench.launches.replaceChecklist(await bench.who("mira"), { launch, checklist: path, reason: "again" }))).toBe(
      "already-exists",
    );
  });
});
