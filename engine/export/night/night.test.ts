// A night in real shells: gates that hold, warn and fail, a way back, notes, checks; then its report held against the events by another count.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, openBench, type RunBench, runBench } from "../../engine/testing.ts";
import type { LaunchId, RunId, StepId } from "../../protocol/index.ts";
import { faultsOf, readPdf, squeezed } from "../report/testing-pdf.ts";
import { readZip } from "../report/testing-zip.ts";
import { recount } from "./testing-recount.mjs";
import type { NightReport } from "./types.ts";

const FENCE = "```";
const step = (title: string, directive: string, command: string, attributes = "", more = "") =>
  `### ${title}\n\n<!-- step: {id: ${directive}} -->\n\n${more}${FENCE}bash ${attributes}\n${command}\n${FENCE}\n\n`;
/** Takes one line of the file each time it is called. */
const NEXT = (file: string) => `sed -n "$(( $(cat ${file}.n 2>/dev/null | wc -l) + 1 ))p" ${file}; echo x >> ${file}.n`;
const BOOK = (cwd: string) => `---
title: Cut-over
version: "3"
cwd: ${cwd}
requires: {cluster: false}
verify: '#prove'
---

## Prepare

${step("Measure before", "baseline, planned: 1s", "echo 0.08", "{name=error-rate capture=BASELINE_ERROR_RATE}")}
${step("Back up", "backup, planned: 2s", "echo 41.5", '{name=backup-size expect=">= 40"}', '- [ ] Age of the backup in hours <!-- check: {value: number, expect: "<= 24"} -->\n\n')}
## Migrate

${step("Open the maintenance page", "open, planned: 1s, opens: maintenance-page, by: 30m", "true")}
${step("Apply the migrations of INT-006", "migrate, planned: 3s, rollback: '#migrate-back', target: 5m", "echo 001_pool.sql, 002_cache.sql, 003_trace.sql", "{capture=MIGRATIONS_APPLIED}")}
${step("Wait for the service", "up, planned: 2s", `test "$(${NEXT("answers")} | head -1)" = up`, "{name=downtime gate=wait within=20s every=500ms}")}
${step("Close the maintenance page", "close, planned: 1s, closes: maintenance-page", "true")}
## Canary

${step("INT-014 at 10 %", "canary, planned: 3s, rollback: '#traffic-back', target: 2m", NEXT("rates"), '{name=error-rate gate=hold for=5s every=500ms expect="<= 0.3" warn="<= 0.1"}')}
${step("INT-014 in full", "full, planned: 1s", "true")}
## Ways back

${step("Traffic back", "traffic-back", "echo back")}
${step("Migrations back", "migrate-back", "echo back")}
${step("Prove it", "prove, planned: 1s", "echo 0.08", '{name=error-rate expect="<= 0.3"}')}
`;

let bench: Bench;
let launch: LaunchId;
let log: string;
let night: RunBench;
let report: NightReport;
let files: ReturnType<typeof readZip>;
const sid = (id: string) => id as StepId;
const note = (kind: string, title: string, text: string, more = {}) =>
  bench.call("launch.note", { launch, kind, title, text, ...more } as never);

beforeAll(async () => {
  bench = await openBench();
  const cwd = join(bench.home, "service");
  mkdirSync(cwd);
  writeFileSync(join(cwd, "answers"), "down\ndown\nup\n");
  writeFileSync(join(cwd, "rates"), "0.08\n0.19\n0.72\n");
  const list = bench.write("list.md", "---\nkind: checklist\n---\n# L\n\n## A\n\n- [ ] **A-1** x\n");
  const facts = {
    name: "Integration",
    version: "v1.0-rc1",
    change: "CHG-4711",
    windowStart: "2026-01-01T22:00:00.000Z",
    windowEnd: "2099-01-01T23:00:00.000Z",
    tickets: [
      { id: "INT-006", title: "KPI query caching", url: "" },
      { id: "INT-014", title: "Migration and deployment", url: "" },
      { id: "INT-0140", title: "Another one", url: "" },
    ],
  };
  const made = await bench.call("launch.create", { facts, checklist: list } as never);
  ({ launch, log } = made.header);
  night = await bench.start(BOOK(cwd), { launch });
  await night.runStep("baseline");
  await bench.call("run.step", { run: night.run, step: sid("backup") });
  await night.until("the check", ({ nextAction }) => nextAction.kind === "confirm-check");
  await bench.call("run.check", { run: night.run, step: sid("backup"), check: 0, value: "6.5" } as never);
  await night.idle();
  if ((await night.step("backup")).status !== "done") await night.runStep("backup");
  for (const id of ["open", "migrate", "up", "close"]) expect((await night.runStep(id)).verdict, id).toBe("passed");
  await note("near-miss", "Connection spike", "It went away by itself.");
  expect((await night.runStep("canary")).verdict).toBe("failed");
  const { view } = await note("incident", "Error rate of the canary", "0.72 % in the third probe", { severity: "SEV-2" }).then(async () =>
    bench.call("launch.get", { launch }),
  );
  const incident = view.notes.find(({ kind }) => kind === "incident")!.seq;
  await bench.call("launch.acknowledge", { launch, seq: incident });
  const back = await bench.call("run.rollback", { run: night.run, kind: "run", reason: "errors above the limit" } as never);
  const second = runBench(bench, back.run as RunId);
  for (let left = 6; left > 0; left -= 1) {
    const header = await second.until("a rest of the way back", (one) => one.status === "finished" || one.nextAction.kind !== "wait");
    if (header.status === "finished") break;
    if (header.nextAction.kind === "run-step") await second.runStep(header.nextAction.step!);
    else {
      await bench.ask("run.finish", { run: back.run });
    }
  }
  await bench.call("launch.note", { launch, kind: "incident", title: "Error rate of the canary", text: "gone", closes: incident } as never);
  await bench.call("run.abort", { run: night.run, reason: "gone back from" });
  await note(
    "lesson",
    "Warm the cache first",
    "The error rate was 0.12 at worst. Rollback took 7 minutes, with zero downtime. All steps passed.",
  );
  await note("next-step", "Automate the weights", "Two migrations stay applied; no incidents. 02:00 to 04:30, 4.5 hours.");
  const { path } = await bench.call("record.export", { log, format: "bundle" } as never);
  files = readZip(readFileSync(path));
  report = JSON.parse(file("data/reports/deployment.json")) as NightReport;
}, 180_000);
afterAll(() => bench.remove());

const file = (path: string): string => {
  const found = files.find((one) => one.path.endsWith(path));
  if (found === undefined) throw new Error(`no ${path} in ${files.map((one) => one.path).join(", ")}`);
  return found.bytes.toString("utf8");
};

/** Every number of the twin, and every decimal of it, by its path. */
const WORDS = new Set(["last", "median", "worst", "change", "changePercent", "value"]);
function figuresIn(value: unknown, path: string, found: Record<string, string | number> = {}): Record<string, string | number> {
  if (typeof value === "number") found[path] = value;
  else if (typeof value === "string" && WORDS.has(path.split(".").at(-1)!)) found[path] = value;
  else if (typeof value === "object" && value !== null)
    for (const [key, one] of Object.entries(value))
      if (path !== "" || key !== "contradictions") figuresIn(one, path === "" ? key : `${path}.${key}`, found);
  return found;
}

it("says in every figure what another count over the same events says, no more and no less", () => {
  const lines = file("data/events.ndjson").split("\n");
  const plans = new Map(
    files.flatMap(({ path, bytes }) => {
      const seq = /(\d+)-\d+-plan[^/]*$|\/0*(\d+)[^/]*plan[^/]*$/.exec(path);
      return seq === null ? [] : [[Number(seq[1] ?? seq[2]), bytes.toString("utf8")] as const];
    }),
  );
  const counted = recount(lines, (seq) => plans.get(seq) ?? "");
  const twin = figuresIn(report, "");
  delete twin["source.number"];
  delete twin["subject.change"]; // the number of the change, not a figure
  expect(Object.keys(twin).length).toBeGreaterThan(120);
  expect(twin).toEqual(counted);
});

it("names the outcome, the failed gate, the way back beside its promise, the outage and the features", () => {
  const { summary, features, wayBack, downtime, kpis, migrations, incidents } = report;
  expect(summary).toMatchObject({
    outcome: "rolled back",
    gates: { total: 2, passed: 1, failed: 1 },
    incidents: { total: 1, open: 0 },
    migrations: 3,
  });
  expect(wayBack).toMatchObject([{ kind: "run", outcome: "passed", inTime: true }]);
  expect(downtime).toMatchObject({ method: "downtime gate", isAtLeast: false, outages: [{ gate: "downtime" }] });
  expect(downtime.downMs).toBeGreaterThan(0);
  const canary = kpis.find(({ from, name }) => from === "gate" && name === "error-rate")!;
  expect(canary).toMatchObject({
    target: "<= 0.3",
    last: "0.72",
    median: "0.19",
    worst: "0.72",
    baseline: { value: "0.08" },
    change: "0.11",
    changePercent: "137.5",
    verdict: "not met",
  });
  expect(features.map(({ id, result }) => [id, result])).toEqual([
    ["INT-006", "rolled back"],
    ["INT-014", expect.stringMatching(/failed|rolled back/)],
    ["INT-0140", "not linked"],
  ]);
  expect(migrations).toMatchObject([{ value: "001_pool.sql, 002_cache.sql, 003_trace.sql", isUndone: true }]);
  expect(incidents[0]!.durationMs).toBeGreaterThan(0);
});

it("flags typed figures that the record contradicts, and leaves those that it bears out", () => {
  const flagged = report.contradictions.map(({ about, said }) => `${about}: ${said}`);
  for (const words of [
    "error-rate: error rate was 0.12",
    "Way back: Rollback took 7 minutes",
    "Downtime: zero downtime",
    "Steps: All steps passed",
  ])
    expect(flagged).toContain(words);
  for (const words of ["Migrations: Two migrations", "Incidents: no incidents", "Times said: 02:00 to 04:30, 4.5 hours"])
    expect(flagged).toContain(words);
  expect(flagged.filter((one) => one.includes("0.72"))).toEqual([]);
  expect(report.contradictions.every(({ seq }) => seq > 0)).toBe(true);
});

it("is written as Markdown or pages with the figures beside it, the same bytes again, and nothing else", async () => {
  const { head } = report.source;
  const out = join(bench.home, "night.md");
  const made = await bench.call("record.export", { log, format: "report", out } as never);
  expect(made.files).toEqual(["night.md", "night.json"]);
  const text = readFileSync(out, "utf8");
  const twin = JSON.parse(readFileSync(join(bench.home, "night.json"), "utf8")) as NightReport;
  expect(twin.source.head).not.toBe(head);
  expect({ ...twin, source: null }).toEqual({ ...report, source: null });
  for (const words of ["**ROLLED BACK**", "| **error-rate**", "Warm the cache first", "0.72", "CHG-4711"]) expect(text).toContain(words);
  const pages = readPdf(files.find((one) => one.path.endsWith("data/reports/deployment.pdf"))!.bytes);
  expect(pages.pages.flatMap(faultsOf)).toEqual([]);
  for (const words of ["ROLLED BACK", "Measured values", "137.5 %", "Automate the weights", "How it was computed"])
    expect(squeezed(pages.text), words).toContain(squeezed(words));
  for (const wrong of ["night.txt", "night"])
    expect(await bench.ask("record.export", { log, format: "report", out: join(bench.home, wrong) } as never)).toMatchObject({
      ok: false,
      error: { code: "invalid-params" },
    });
  expect(
    await bench.ask("record.export", { log, format: "report", out: join(bench.home, "f.md"), filter: { type: "step" } } as never),
  ).toMatchObject({
    ok: false,
    error: { code: "invalid-params" },
  });
  if (process.env["HOLDPOINT_KEEP_NIGHT"] !== undefined) {
    writeFileSync(join(process.env["HOLDPOINT_KEEP_NIGHT"], "night.pdf"), files.find((one) => one.path.endsWith("deployment.pdf"))!.bytes);
    writeFileSync(join(process.env["HOLDPOINT_KEEP_NIGHT"], "night.md"), text);
    writeFileSync(join(process.env["HOLDPOINT_KEEP_NIGHT"], "night.json"), JSON.stringify(report, null, 1));
  }
});
