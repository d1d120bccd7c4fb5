// The plan of a file before and while it runs, through the engine's door: what was learnt, the launch's window, forecast and drift.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StepId } from "../protocol/index.ts";
import { type Bench, FOLLOWER, openBench, runBench } from "./testing.ts";

const BOOK = `---
title: Night
---

# Night

## First

<!-- step: {id: first} -->

\`\`\`sh
sleep 0.2
\`\`\`

## Second

<!-- step: {id: second, planned: 4m, needs: [first], rollback: "#back"} -->

\`\`\`sh
true
\`\`\`

## Back

<!-- step: {id: back} -->

\`\`\`sh
true
\`\`\`
`;

let bench: Bench;
let path: string;
beforeAll(async () => {
  bench = await openBench();
  path = bench.write("night.md", BOOK);
});
afterAll(() => bench.remove());

const runOnce = async (mode: "live" | "rehearsal") => {
  const { header } = await bench.call("run.start", { path, mode, contexts: {}, params: {}, placeholders: {} });
  const run = runBench(bench, header.run);
  await run.runStep("first");
  return { run, header };
};

it("learns from earlier runs, live and rehearsed, beside what the text says; a running plan stays what it was", async () => {
  const before = await bench.call("document.plan", { path });
  expect(before.steps.map(({ source, plannedMs, learnt }) => [source, plannedMs, learnt])).toEqual([
    ["none", 0, null],
    ["text", 240_000, null],
    ["none", 0, null],
  ]);
  const one = await runOnce("live");
  const two = await runOnce("rehearsal");
  await one.run.runStep("second");
  await bench.call("run.block", { run: two.header.run, step: "first" as StepId, block: 0, reason: "once more" });
  await two.run.idle();
  const after = await bench.call("document.plan", { path }, FOLLOWER);
  const [first, second, back] = after.steps;
  expect(first).toMatchObject({ source: "learnt", textMs: null, learnt: { n: 2, sameText: 2 } });
  expect(first!.learnt!.medianMs).toBeGreaterThanOrEqual(200);
  expect(first!.plannedMs).toBe(first!.learnt!.medianMs);
  expect(second).toMatchObject({ source: "text", plannedMs: 240_000, textMs: 240_000, learnt: { n: 1 } });
  expect(back).toMatchObject({ isWayBack: true, plannedStart: null });
  // another text of the step: fewer than three under it, so all of them count, and it is said
  const other = bench.write("night.md", BOOK.replace("sleep 0.2", "sleep 0.3"));
  const changed = (await bench.call("document.plan", { path: other })).steps[0];
  expect(changed).toMatchObject({ source: "learnt", learnt: { n: 2, sameText: 0 } });
  // the first run keeps the plan that it started with, however much is learnt later
  const still = await bench.call("run.plan", { run: one.header.run });
  expect(still.steps[0]).toMatchObject({ source: "none", learnt: null });
});

it("shows a run against its plan: actual times, drift, what is left, and the header the same end", async () => {
  const { run } = await runOnce("live");
  const plan = await bench.call("run.plan", { run: run.run });
  const [first, second] = plan.steps;
  const { startedAt, endedAt } = await run.step("first");
  expect([first!.actualStart, first!.actualEnd]).toEqual([startedAt, endedAt]);
  expect(first!.driftMs).toBe(Date.parse(endedAt!) - Date.parse(first!.plannedEnd!));
  expect([second!.actualStart, second!.slackMs, plan.criticalPath]).toEqual([null, 0, ["first", "second"]]);
  const { header } = await run.view();
  expect(Date.parse(plan.forecastEnd!)).toBeGreaterThanOrEqual(Date.parse(endedAt!) + 240_000);
  expect(header.plan).toMatchObject({ plannedEnd: plan.plannedEnd, restMs: 240_000, windowEnd: null });
  expect(Date.parse(header.forecastEnd!)).toBeGreaterThanOrEqual(Date.parse(plan.forecastEnd!));
  await bench.call("run.abort", { run: run.run, reason: "enough" });
  const over = await bench.call("run.plan", { run: run.run });
  expect([over.forecastEnd, over.isFinished, over.criticalPath]).toEqual([null, false, ["first"]]);
  expect(over.driftMs).toBe(Date.parse(over.endedAt!) - Date.parse(over.plannedEnd!));
});

it("holds a run of a launch against the launch's window, as that is changed", async () => {
  const facts = { name: "v1", windowStart: "2031-05-29T22:00:00.000Z", windowEnd: "2031-05-29T23:00:00.000Z", zone: "Europe/Vilnius" };
  const { launch } = (await bench.call("launch.create", { facts })).header;
  const planned = await bench.call("document.plan", { path, launch });
  expect(planned).toMatchObject({ start: facts.windowStart, zone: "Europe/Vilnius", window: { end: facts.windowEnd } });
  expect(planned.windowSlackMs).toBe(3_600_000 - planned.steps[0]!.plannedMs - 240_000);
  const { header } = await bench.call("run.start", { path, mode: "live", contexts: {}, params: {}, placeholders: {}, launch });
  expect(header.plan!.windowEnd).toBe(facts.windowEnd);
  const windowEnd = "2031-05-29T23:30:00.000Z";
  await bench.call("launch.change", { launch, change: { windowEnd }, reason: "half an hour more" });
  expect((await bench.call("run.plan", { run: header.run })).window.end).toBe(windowEnd);
});
