import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LaunchId, RunId, StepId } from "../protocol/index.ts";
import { type Bench, openBench, runBench, runbookOf } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

## Infrastructure

- [ ] **INF-01** Three instances answer <!-- item: {expect: ">= 3"} -->

  \`\`\`sh {expect=">= 3"}
  echo "instances: 3"
  \`\`\`
- [ ] **INF-02** It fails

  \`\`\`sh
  echo seen; exit 4
  \`\`\`
- [ ] **INF-03** It asks

  \`\`\`sh
  echo <where>
  \`\`\`
- [ ] **INF-04** It deletes

  \`\`\`sh {danger=true}
  touch "$HOME/deleted"
  \`\`\`
- [ ] **INF-05** It measures

  \`\`\`sh
  pwd; echo 0.0000005
  \`\`\`
- [ ] **INF-06** by hand
`;

let bench: Bench;
let launch: LaunchId;
let log: string;
const sid = (id: string) => id as StepId;
beforeAll(async () => {
  bench = await openBench();
  const view = await bench.call("launch.create", { facts: { name: "v1.0-rc1" }, checklist: bench.write("list.md", LIST) });
  ({ launch, log } = view.header);
});
afterAll(() => bench.remove());

const item = async (id: string) => (await bench.call("launch.get", { launch })).view.items.find((one) => one.id === id)!;

it("records runs of a launch in the launch's log, several of them, each by itself", async () => {
  const first = await bench.start(runbookOf({ a: "echo first", b: "echo b" }), { launch });
  const second = await bench.start(runbookOf({ a: "exit 1" }), { launch });
  await first.runStep("a");
  await second.runStep("a");
  const { header } = await first.view();
  expect(header).toMatchObject({ launch, log, status: "active" });
  expect((await first.step("a")).verdict).toBe("passed");
  expect((await second.step("a")).verdict).toBe("failed");
  const started = (await first.events("run.started")).map(({ body }) => [body.subject.launch, body.subject.run]);
  expect(started).toEqual([
    [launch, first.run],
    [launch, second.run],
  ]);
  const logs = await bench.call("record.logs", {});
  expect(logs.filter((one) => one.kind === "run")).toEqual([]);
  expect(logs.find((one) => one.log === log)).toMatchObject({ kind: "launch", title: "v1.0-rc1", endedAt: null });
  const { view } = await bench.call("launch.get", { launch });
  expect(view.runs.map(({ run, kind, status }) => ({ run, kind, status }))).toEqual([
    { run: first.run, kind: "runbook", status: "active" },
    { run: second.run, kind: "runbook", status: "active" },
  ]);
  await bench.call("run.abort", { run: second.run, reason: "it failed" });
  expect((await first.view()).header.status).toBe("active");
  await first.runStep("b");
  await bench.call("run.finish", { run: first.run });
  expect((await bench.call("launch.get", { launch })).view.runs.map((run) => run.status)).toEqual(["finished", "aborted"]);
});

it("refuses a launch that is not there", async () => {
  const path = bench.write("lost.md", runbookOf({ a: "echo" }));
  const nowhere = "launch-01JZZZZZZZZZZZZZZZZZZZZZZZ" as LaunchId;
  const answer = await bench.ask("run.start", { path, mode: "live", contexts: {}, params: {}, placeholders: {}, launch: nowhere });
  expect(answer).toMatchObject({ ok: false, error: { code: "not-found" } });
});

it("makes a list's automatic checks without a person, each for itself, and finishes", async () => {
  const { run } = await bench.call("item.check", { launch });
  const checks = runBench(bench, run);
  const { header } = (await checks.view()) && { header: await checks.until("the end", (one) => one.status === "finished") };
  expect(header).toMatchObject({ isChecks: true, launch, result: "failed" });
  const steps = (await checks.view()).steps.map(({ id, verdict, because }) => ({ id, verdict, because }));
  expect(steps).toMatchObject([
    { id: "INF-01", verdict: "passed" },
    { id: "INF-02", verdict: "failed", because: "exit 4: seen" },
    { id: "INF-03", verdict: "unknown" },
    { id: "INF-04", verdict: "unknown" },
    { id: "INF-05", verdict: "passed" },
  ]);
  expect(steps[2]!.because).toContain("<where>");
  expect(steps[3]!.because).toContain("dangerous");
  expect((await item("INF-01")).check).toMatchObject({ verdict: "passed", measured: 3, run });
  expect((await item("INF-02")).check).toMatchObject({ verdict: "failed" });
  expect((await item("INF-03")).check).toMatchObject({ verdict: "unknown", judgement: null });
  expect((await item("INF-05")).check).toMatchObject({ verdict: "passed", measured: 5e-7 });
  expect((await item("INF-06")).check).toBeNull();
  // What a check found unknown is judged although its run is over; nothing else is added to a run that is.
  await bench.call("run.judge", { run, step: sid("INF-03"), outcome: "accepted", reason: "looked at it by hand" });
  expect((await item("INF-03")).check).toMatchObject({ verdict: "unknown", judgement: "accepted" });
  expect(await bench.ask("run.retry", { run, step: sid("INF-02") })).toMatchObject({ ok: false });
});

it("checks the named items again as a run of its own", async () => {
  const { run } = await bench.call("item.check", { launch, items: ["INF-05"] });
  await runBench(bench, run).until("the end", (one) => one.status === "finished");
  expect((await runBench(bench, run).view()).steps.map((step) => step.id)).toEqual(["INF-05"]);
  expect((await item("INF-05")).check).toMatchObject({ run });
});

it("goes on with what is left of a list's checks after a cancel, and after Holdpoint was closed", { timeout: 60_000 }, async () => {
  const slow = LIST.replace('echo "instances: 3"', 'echo "instances: 3"; until [ -e "$HOME/go" ]; do sleep 0.05; done');
  const second = await bench.call("launch.create", { facts: { name: "v2" }, checklist: bench.write("slow.md", slow) });
  const items = ["INF-01", "INF-02", "INF-05"];
  const { run } = await bench.call("item.check", { launch: second.header.launch, items });
  const checks = runBench(bench, run);
  await checks.until("the first check", (one) => one.nextAction.kind === "wait" && one.terminals.length > 0 && one.current !== null);
  await bench.call("run.cancel", { run });
  await checks.until("the end of it", (one) => one.nextAction.kind !== "wait" && !one.runningOn);
  // Cancelled is not passed, and the others have not begun: the run stays, and whoever cancelled says what comes next.
  expect((await checks.view()).steps.map((one) => one.verdict)).toEqual(["failed", null, null]);
  expect((await checks.view()).header.status).toBe("active");
  await bench.call("run.retry", { run, step: sid("INF-01") });
  const { home } = bench;
  await bench.close();
  bench = await openBench({ home });
  const again = runBench(bench, run);
  expect((await again.view()).header).toMatchObject({ status: "held", isChecks: true });
  expect((await again.view()).steps.map((one) => one.verdict)).toEqual(["unknown", null, null]);
  await bench.call("run.resume", { run });
  await again.until("the end", (one) => one.status === "finished");
  expect((await again.view()).steps.map((one) => one.verdict)).toEqual(["unknown", "failed", "passed"]);
});

it("finds runs of launches again after a kill, and goes on with them", { timeout: 120_000 }, async () => {
  const { home } = bench;
  const steps = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`s${index}`, `echo ${index}; sleep 0.3`]));
  const path = bench.write("kill.md", runbookOf(steps));
  const held = await bench.start(runbookOf({ a: "echo a" }), { launch });
  await bench.call("run.hold", { run: held.run, reason: "not yet" });
  await bench.close();
  const child = spawn(process.execPath, [join(import.meta.dirname, "kill-worker.ts"), home, path, launch], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOME: `${home}-user` },
  });
  // The worker goes on with the run that it finds: it ends the held one, as nobody else is there, and then there is none.
  let told = "" as RunId;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as { run?: RunId };
    told = said.run ?? told;
  });
  await new Promise((resolve) => child.on("close", resolve));
  expect(told).toBe(held.run);
  const again = spawn(process.execPath, [join(import.meta.dirname, "kill-worker.ts"), home, path, launch], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOME: `${home}-user` },
  });
  createInterface({ input: again.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as { run?: RunId; events?: number };
    // Some events after its start it is in the middle of its steps.
    if (said.run !== undefined && said.run !== held.run) {
      told = said.run;
      setTimeout(() => again.kill("SIGKILL"), 500);
    }
  });
  await new Promise((resolve) => again.on("close", resolve));
  bench = await openBench({ home });
  expect((await bench.call("app.snapshot", {})).activeRun).toBe(told);
  const run = runBench(bench, told);
  expect((await run.view()).header).toMatchObject({ launch, log, status: "held" });
  expect((await runBench(bench, held.run).view()).header.status).toBe("finished");
  const { nextAction } = (await run.view()).header;
  if (nextAction.kind === "judge")
    await bench.call("run.judge", { run: told, step: nextAction.step!, outcome: "accepted", reason: "seen" });
  await bench.call("run.resume", { run: told });
  await bench.call("run.on", { run: told });
  await run.until("the end of its steps", (one) => one.nextAction.kind === "finish");
  await bench.call("run.finish", { run: told });
  expect((await bench.call("launch.get", { launch })).view.runs.at(-1)).toMatchObject({ run: told, status: "finished" });
});

it("verifies and exports a launch's log with runs in it", async () => {
  const report = await bench.call("record.verify", {});
  expect(report.problems).toEqual([]);
  for (const format of ["json", "csv", "bundle"] as const) {
    const made = await bench.call("record.export", { log: log as never, format });
    expect(made.bytes).toBeGreaterThan(0);
    if (format === "json") expect(made.files.some((file) => file.endsWith(".cast"))).toBe(true);
  }
  const rows = await bench.call("record.events", { log: log as never, filter: { type: "step.ended" }, offset: 0, limit: 100 });
  expect(rows.matching).toBeGreaterThan(5);
});
