// The series of a runbook through the engine's door: real shells, real recordings, and every figure counted once more from the events.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ResultOf, RunId, StoredEvent } from "../protocol/index.ts";
import { type Bench, FOLLOWER, openBench, type RunBench, runBench } from "./testing.ts";

const book = (restore: string, check = "true") => `---
title: Restore the store
version: 2
rto: 1h
rpo: 15m
drill: 3 months
recovery: {declared: "#lost", verified: "#prove", last-write: last-write}
requires: {cluster: false}
---

# Restore the store

## Lost

<!-- step: {id: lost} -->

\`\`\`bash
echo gone
\`\`\`

## Restore

<!-- step: {id: restore, planned: 10m} -->

\`\`\`bash {name=last-write}
${restore}
date -u -d '90 seconds ago' +%Y-%m-%dT%H:%M:%SZ
\`\`\`

## Prove

<!-- step: {id: prove} -->

\`\`\`bash
${check}
\`\`\`

## Tell

<!-- step: {id: tell, optional: true} -->

\`\`\`bash
echo told
\`\`\`
`;

let bench: Bench;
let path: string;
beforeAll(async () => {
  bench = await openBench();
  path = bench.write("restore.md", book("echo restored"));
});
afterAll(() => bench.remove());

async function goThrough(mode: "live" | "rehearsal", steps: string[], finish = true): Promise<RunBench> {
  const { header } = await bench.call("run.start", { path, mode, contexts: {}, params: {}, placeholders: {} });
  const run = runBench(bench, header.run);
  for (const step of steps) await run.runStep(step, { reason: "the test" });
  if (finish) await bench.call("run.finish", { run: header.run, reason: "the test" });
  return run;
}

type Series = ResultOf<"series.of">;
const series = (): Promise<Series> => bench.call("series.of", { path });

/** From the events alone: the moment a step passed. */
const passedAt = (events: StoredEvent[], step: string): number =>
  Date.parse(events.find(({ body }) => body.type === "step.ended" && body.subject.step === step && body.outcome === "passed")!.body.ts_utc);

it("shows a runbook that was never run: every step unrehearsed, and its drill due", async () => {
  await bench.call("library.rescan", {});
  const view = await series();
  expect(view).toMatchObject({
    title: "Restore the store",
    rtoMs: 3_600_000,
    rpoMs: 900_000,
    runs: [],
    drill: { state: "never", every: "3 months" },
  });
  expect(view.steps.map(({ rehearsed }) => rehearsed)).toEqual([0, 0, 0, 0]);
  const [first] = await bench.call("series.list", {});
  expect(first).toMatchObject({ path, isListed: true, rehearsals: 0, drill: { state: "never" } });
});

const made: RunBench[] = [];
it("puts rehearsals and a live run beside each other, with recovery times as the events have them", async () => {
  const all = ["lost", "restore", "prove"];
  made.push(await goThrough("rehearsal", all), await goThrough("live", [...all, "tell"]));
  bench.write("restore.md", book("echo restored; echo other", `test -e ${bench.folder}/never-made`));
  made.push(await goThrough("rehearsal", all, false));
  await bench.call("run.abort", { run: made[2]!.run, reason: "enough for today" });
  const view = await series();
  expect(view.runs.map(({ mode, way, nth, status }) => [mode, way, nth, status])).toEqual([
    ["rehearsal", "sandbox", 1, "finished"],
    ["live", null, 1, "finished"],
    ["rehearsal", "sandbox", 2, "aborted"],
  ]);
  for (const [index, run] of made.slice(0, 2).entries()) {
    const events = await run.events();
    const shown = view.runs[index]!;
    const declared = passedAt(events, "lost");
    const printed = events.find(({ body }) => body.type === "recovery.measured")!.body.data["last_write"] as string;
    expect(shown.recovery!.rto).toMatchObject({ ms: passedAt(events, "prove") - declared, targetMs: 3_600_000, state: "met" });
    expect(shown.recovery!.rpo).toMatchObject({ ms: declared - Date.parse(printed), targetMs: 900_000, state: "met" });
    expect(shown.recovery!.rpo.ms).toBeGreaterThan(80_000);
    expect(shown.totalMs).toBe(
      Date.parse(events.at(-1)!.body.ts_utc) - Date.parse(events.find(({ body }) => body.type === "run.started")!.body.ts_utc),
    );
    expect(shown.people).toEqual([{ id: "dana", name: "Dana Mercer" }]);
  }
  expect(view.runs[2]!.recovery!.rto).toMatchObject({ ms: null, state: "open" });
  expect(view.trend).toMatchObject({ of: "rto", targetMs: 3_600_000 });
  expect(view.trend.points.map(({ run, met }) => [run, met])).toEqual([
    [made[0]!.run, true],
    [made[1]!.run, true],
  ]);
  const step = (id: string) => view.steps.find((one) => one.id === id)!;
  expect(step("prove")).toMatchObject({ rehearsed: 2, live: 1, attempts: 3, failedAttempts: 1, changedSince: false });
  expect(step("tell")).toMatchObject({ rehearsed: 0, live: 1 });
  expect(view.drill).toMatchObject({ state: "in-time", lastRun: made[0]!.run });
  expect(view.people).toEqual([{ id: "dana", name: "Dana Mercer", rehearsals: 2, live: 1 }]);
});

it("gives the plan the same medians that it shows", async () => {
  const [view, plan] = [await series(), await bench.call("document.plan", { path })];
  expect(plan.steps.map(({ id, learnt }) => [id, learnt])).toEqual(view.steps.map(({ id, learnt }) => [id, learnt]));
  expect(view.steps.map(({ learnt }) => learnt?.n ?? 0)).toEqual([3, 3, 2, 1]);
});

it("says of two runs where they differ: in text, verdict and output", async () => {
  const [a, , b] = made.map(({ run }) => run) as [RunId, RunId, RunId];
  const { steps, sameText } = await bench.call("run.compare", { a, b }, FOLLOWER);
  expect(sameText).toBe(false);
  expect(steps.map(({ id, change, sameVerdict, sameOutput }) => [id, change, sameVerdict, sameOutput])).toEqual([
    ["lost", "same", true, true],
    ["restore", "changed", true, false],
    ["prove", "changed", false, true],
    ["tell", "same", true, null],
  ]);
  expect(steps[1]!.after).toContain("echo other");
  expect(steps[2]).toMatchObject({ a: { verdict: "passed" }, b: { verdict: "failed", blocks: [{ exitCode: 1 }] } });
  const printed = await bench.call("run.compareOutput", { a, b, step: "restore" as never });
  expect(printed.a).toContain("restored");
  expect(printed.a).not.toContain("other");
  expect(printed.b).toContain("other");
  expect(await bench.ask("run.compare", { a, b: a })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
});

it("writes the table of recovery measurements, each line saying LIVE or REHEARSAL, and records that it did", async () => {
  const wrote = async (format: "csv" | "xlsx" | "md" | "json", more = {}) => {
    const out = join(bench.folder, `recovery-${Math.random().toString(36).slice(2)}.${format}`);
    await bench.call("record.exportRecovery", { format, out, ...more });
    return readFileSync(out);
  };
  const { runs } = await series();
  const json = JSON.parse((await wrote("json")).toString("utf8")) as { total: number; rows: Record<string, unknown>[] };
  expect(json.total).toBe(3);
  expect(json.rows.map(({ run, mode, rtoMs, rpoMs, rto }) => [run, mode, rtoMs, rpoMs, rto])).toEqual(
    runs.map(({ run, mode, recovery }) => [run, mode, recovery!.rto.ms, recovery!.rpo.ms, recovery!.rto.state]),
  );
  const [head, ...lines] = (await wrote("csv")).toString("utf8").trim().split("\r\n");
  const columns = head!.split(",");
  const cell = (line: string, name: string) => line.split(",")[columns.indexOf(name)];
  expect(lines.map((line) => cell(line, "mode"))).toEqual(["REHEARSAL", "LIVE", "REHEARSAL"]);
  expect(lines.map((line) => cell(line, "rto_ms"))).toEqual(runs.map(({ recovery }) => String(recovery!.rto.ms ?? "")));
  const markdown = (await wrote("md")).toString("utf8");
  expect(markdown.match(/\*\*REHEARSAL\*\*/g)).toHaveLength(2);
  expect(markdown).toContain("**LIVE**");
  expect((await wrote("xlsx")).subarray(0, 2).toString()).toBe("PK");
  const none = JSON.parse((await wrote("json", { to: "2020-01-01" })).toString("utf8")) as { total: number; rows: unknown[] };
  expect([none.rows.length, none.total]).toEqual([0, 3]);
  expect(await bench.ask("record.exportRecovery", { format: "csv", from: "2026-02-31" })).toMatchObject({
    ok: false,
    error: { code: "invalid-params" },
  });
  const { logs } = await bench.call("app.snapshot", {});
  const install = logs.find(({ kind }) => kind === "install")!;
  const rows = await bench.call("record.events", { log: install.log, filter: { type: "record.exported" }, offset: 0, limit: 100 });
  expect(rows.matching).toBe(5);
});

it("counts a run of a launch, a walk and a replay, and learns from the first alone", async () => {
  const before = await series();
  const facts = { name: "quarterly drill" };
  const { launch } = (await bench.call("launch.create", { facts })).header;
  const begin = async (more: object): Promise<RunBench> => {
    const { header } = await bench.call("run.start", { path, mode: "rehearsal", contexts: {}, params: {}, placeholders: {}, ...more });
    return runBench(bench, header.run);
  };
  const inLaunch = await begin({ launch });
  await inLaunch.runStep("lost");
  await bench.call("run.finish", { run: inLaunch.run, reason: "the test" });
  const walk = await begin({ rehearsal: { way: "walk" } });
  await bench.call("run.step", { run: walk.run, step: "lost" as never });
  await bench.call("run.walked", { run: walk.run, step: "lost" as never, block: 0, outcome: "passed" });
  await walk.until("the walked step", ({ nextAction }) => nextAction.step !== "lost");
  await bench.call("run.finish", { run: walk.run, reason: "the test" });
  const replay = await begin({ rehearsal: { way: "replay", source: made[1]!.run, speed: 0 } });
  await replay.runStep("lost");
  await bench.call("run.finish", { run: replay.run, reason: "the test" });
  const view = await series();
  expect(view.runs.slice(-3).map(({ launch: of, way, pace, nth }) => [of, way, pace, nth])).toEqual([
    [launch, "sandbox", "real", 3],
    [null, "walk", "walked", 4],
    [null, "replay", "played", 5],
  ]);
  const lost = ({ steps }: Series) => steps.find(({ id }) => id === "lost")!;
  expect(lost(view)).toMatchObject({ rehearsed: lost(before).rehearsed + 3, attempts: lost(before).attempts + 3 });
  expect(lost(view).learnt!.n).toBe(lost(before).learnt!.n + 1);
  const why = view.runs.slice(-3).map(({ steps }) => steps.find(({ id }) => id === "lost")!);
  expect(why.map(({ feeds }) => feeds)).toEqual([true, false, false]);
  expect(why.map((cell) => cell.why)).toEqual(["", expect.stringContaining("walk"), expect.stringContaining("recording")]);
  expect(view.drill).toMatchObject({ state: "in-time", lastRun: replay.run });
});

it("keeps what is on record of a file that is gone, and reads about no file that nobody opened", async () => {
  expect(await bench.ask("series.of", { path: "/etc/hostname" })).toMatchObject({ ok: false, error: { code: "not-found" } });
});
