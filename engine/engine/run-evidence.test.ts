// A rehearsal as evidence of a checklist's item on disaster recovery: a real run, its figures and its age, and what both verifiers say of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readPdf, squeezed } from "../export/report/testing-pdf.ts";
import { bothVerdicts, openPython, type Python, readBag } from "../export/testing-bundle.ts";
import type { LaunchId } from "../protocol/index.ts";
import { type Bench, openBench, type RunBench, runBench } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

## Recovery

- [ ] **INF-05** A drill came back within an RTO of 4 h and an RPO of 1 h <!-- item: {evidence: required, max-age: 90d} -->
- [ ] **DOC-07** The plan was followed in a drill <!-- item: {evidence: required} -->
- [ ] **FRS-01** It was rehearsed just now <!-- item: {evidence: required, max-age: 1s} -->
`;
const book = (lost: string) => `---
title: DR drill
rto: 1h
rpo: 15m
recovery: {declared: "#declare", verified: "#verify", last-write: last-write}
requires: {cluster: false}
---
# DR drill

## declare

\`\`\`sh
true
\`\`\`

## restore

<!-- step: {id: restore} -->

\`\`\`sh {name=last-write}
echo "$(( $(date -u +%s) - ${lost} ))"
\`\`\`

## verify

\`\`\`sh
true
\`\`\`
`;

let bench: Bench;
let python: Python;
let launch: LaunchId;
let good: RunBench;
let bad: RunBench;
let open: RunBench;

async function rehearsed(lost: string, ends = true): Promise<RunBench> {
  const path = bench.write(`drill-${lost}.md`, book(lost));
  const request = {
    path,
    mode: "rehearsal",
    rehearsal: { way: "sandbox", compress: 10 },
    contexts: {},
    params: {},
    placeholders: {},
  } as const;
  const run = runBench(bench, (await bench.call("run.start", request)).header.run);
  for (const step of ["declare", "restore", "verify"]) await run.runStep(step);
  if (ends) await bench.call("run.finish", { run: run.run });
  return run;
}

beforeAll(async () => {
  python = openPython();
  bench = await openBench();
  ({ launch } = (await bench.call("launch.create", { facts: { name: "v1.0-rc1" }, checklist: bench.write("list.md", LIST) })).header);
  good = await rehearsed("580");
  bad = await rehearsed("4000");
  open = await rehearsed("60", false);
}, 60_000);
afterAll(async () => {
  python.close();
  await bench.remove();
});

const item = async (id: string) => (await bench.call("launch.get", { launch })).view.items.find((one) => one.id === id)!;
const take = (id: string, of: RunBench) => bench.ask("item.runEvidence", { launch, item: id, run: of.run, title: "Drill of the quarter" });

it("is looked at first, with its result, its recovery against the targets and its age", async () => {
  const { source, findings, ageMs } = await bench.call("item.previewRun", { launch, item: "INF-05", run: good.run });
  expect(findings).toEqual([]);
  expect(ageMs).toBeGreaterThanOrEqual(0);
  const header = (await good.view()).header;
  expect(source).toMatchObject({
    mode: "rehearsal",
    way: "sandbox",
    compress: 10,
    result: "passed",
    log: header.log,
    ranBy: [{ id: "dana", name: "Dana Mercer" }],
    recovery: { rtoMs: header.recovery?.rto.ms, rtoTargetMs: 3_600_000, rpoMs: header.recovery?.rpo.ms, rpoTargetMs: 900_000, missing: [] },
  });
  expect(source.recovery?.rpoMs).toBeGreaterThan(570_000);
  expect((await item("INF-05")).evidences).toEqual([]);
});

it("speaks for the item once it is taken, bound by its last event, and not twice", async () => {
  expect((await take("INF-05", good)).ok).toBe(true);
  const [shown] = (await item("INF-05")).evidences;
  const end = (await good.events("run.finished"))[0]!;
  expect(shown).toMatchObject({
    kind: "run",
    findings: [],
    payload: null,
    run: good.run,
    ofRun: { seq: end.body.seq, hash: end.hash, mode: "rehearsal" },
  });
  expect((await item("INF-05")).obstacles).toEqual([]);
  expect(await take("INF-05", good)).toMatchObject({ ok: false, error: { code: "already-exists" } });
});

it("speaks against the item where a target was missed, where it is too old, and is refused while it goes on", async () => {
  expect((await take("DOC-07", bad)).ok).toBe(true);
  const [shown] = (await item("DOC-07")).evidences;
  expect(shown?.findings).toEqual([expect.stringMatching(/^1:06:\d\d of data were lost, above the target of 15:00$/)]);
  expect(await bench.ask("item.answer", { launch, items: ["DOC-07"], state: "done" })).toMatchObject({ ok: false });
  const old = await bench.call("item.previewRun", { launch, item: "FRS-01", run: good.run });
  expect(old.findings).toEqual([expect.stringContaining("longer ago than the item allows")]);
  expect(await take("INF-05", open)).toMatchObject({ ok: false, error: { code: "not-ready" } });
});

it("stands in the launch's bundle with its age, and both verifiers agree to it", async () => {
  const { log } = (await bench.call("launch.get", { launch })).view.header;
  const out = join(bench.home, "out.zip");
  await bench.call("record.export", { log, format: "bundle", out, filter: {} });
  const bytes = readFileSync(out);
  const verdict = await bothVerdicts(python, bytes);
  expect([verdict.problems, verdict.parted]).toEqual([[], ""]);
  const bag = readBag(bytes);
  const added = bag
    .get("data/events.ndjson")!
    .toString("utf8")
    .split("\n")
    .filter((line) => line.includes('"evidence.added"'))
    .map((line) => JSON.parse(line) as { ts_utc: string; data: { run: { ended_at: string; age_ms: number; mode: string } } });
  for (const { ts_utc, data } of added)
    expect(Math.abs(Date.parse(ts_utc) - Date.parse(data.run.ended_at) - data.run.age_ms)).toBeLessThan(60_000);
  const text = squeezed(readPdf(bag.get("data/reports/report.pdf")!).text);
  expect(text).toContain("REHEARSAL,sandbox");
  expect(text).toContain(squeezed("min old when taken"));
  expect(bag.get("data/reports/items.csv")!.toString("utf8")).toContain("REHEARSAL (sandbox) passed");
});
