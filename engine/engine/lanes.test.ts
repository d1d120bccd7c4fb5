// Lanes of a run: real shells side by side, a real record. What one lane asks for next is in engine/run/next.test.ts.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bothVerdicts, openPython } from "../export/testing-bundle.ts";
import type { RunId, StepId } from "../protocol/index.ts";
import { type Bench, COMMAND_LINE, openBench, type RunBench, runBench, WINDOW } from "./testing.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.remove());

const sid = (id: string) => id as StepId;
/** Waits for a file of this name in the bench's folder. */
const until = (name: string) => `until test -e ${bench.folder}/${name}; do sleep 0.02; done`;
type Given = { lane: string; needs?: string; text: string };
const laned = (steps: Record<string, Given>) => {
  const body = Object.entries(steps).map(
    ([id, { lane, needs = "", text }]) =>
      `## ${id}\n\n<!-- step: {id: ${id}, lane: ${lane}, needs: [${needs}]} -->\n\n\`\`\`bash\n${text}\n\`\`\`\n`,
  );
  return `---\ntitle: Lanes\nreviewed: 2026-01-01\nrequires: {cluster: false}\n---\n\n${body.join("\n")}`;
};
const lanesOf = async (run: RunBench) =>
  (await run.view()).header.lanes!.map(({ lane, status, nextAction }) => [lane, status, nextAction.kind, nextAction.step]);
const press = (run: RunBench, step: string) => bench.call("run.step", { run: run.run, step: sid(step) });
const done = (run: RunBench, step: string) =>
  expect.poll(async () => (await run.step(step)).status, { timeout: 30_000, interval: 15 }).toBe("done");
const running = (run: RunBench, step: string) =>
  expect.poll(async () => (await run.step(step)).status, { timeout: 30_000, interval: 15 }).toBe("running");
const seqs = async (run: RunBench, type: string) =>
  Object.fromEntries((await run.events(type)).map(({ body }) => [body.subject.step, body.seq]));

it("runs steps of two lanes at the same time, each in a shell of its own, and the record verifies", async () => {
  const run = await bench.start(
    laned({
      a: { lane: "data", text: `LANE=data; ${until("go-a")}` },
      b: { lane: "traffic", text: `LANE=traffic; ${until("go-b")}` },
      a2: { lane: "data", text: 'test "$LANE" = data' },
      b2: { lane: "traffic", text: 'test "$LANE" = traffic' },
    }),
  );
  await press(run, "a");
  await press(run, "b");
  const { header } = await run.view();
  expect(await lanesOf(run)).toEqual([
    ["data", "running", "wait", "a"],
    ["traffic", "running", "wait", "b"],
  ]);
  expect(header.terminals.map(({ lane }) => lane).sort()).toEqual(["data", "traffic"]);
  bench.write("go-b", "");
  await done(run, "b");
  bench.write("go-a", "");
  await done(run, "a");
  const [begun, ended] = [await seqs(run, "step.started"), await seqs(run, "step.ended")];
  // Each began before the other ended: on record they overlap.
  expect(begun["a"]).toBeLessThan(ended["b"]!);
  expect(begun["b"]).toBeLessThan(ended["a"]!);
  await press(run, "b2");
  await done(run, "b2");
  await press(run, "a2");
  await done(run, "a2");
  expect((await run.view()).steps.map((step) => step.verdict)).toEqual(["passed", "passed", "passed", "passed"]);
  expect((await bench.call("run.finish", { run: run.run })).result).toBe("passed");
  expect((await bench.call("record.verify", {})).problems).toEqual([]);
  // Both verifiers take a log whose steps overlap.
  const { path } = await bench.call("record.export", { log: header.log, format: "bundle" });
  const python = openPython();
  try {
    expect(await bothVerdicts(python, readFileSync(path))).toMatchObject({ problems: [], parted: "" });
  } finally {
    python.close();
  }
});

it("begins a step only when what it needs in another lane has passed, or its unknown end was accepted", async () => {
  const run = await bench.start(
    laned({
      a: { lane: "data", text: `${until("go-need")}; kill -9 $$` },
      b: { lane: "traffic", needs: "a", text: "echo b" },
    }),
  );
  await press(run, "a");
  const refused = await bench.ask("run.step", { run: run.run, step: sid("b"), reason: "now" });
  expect(refused).toMatchObject({ ok: false, error: { code: "not-ready" } });
  expect(refused.ok ? "" : refused.error.message).toContain("waits for step 1");
  bench.write("go-need", "");
  await done(run, "a");
  expect(await bench.ask("run.step", { run: run.run, step: sid("b") })).toMatchObject({ ok: false, error: { code: "not-ready" } });
  await bench.call("run.judge", { run: run.run, step: sid("a"), outcome: "accepted", reason: "it is there" });
  await press(run, "b");
  await done(run, "b");
  expect((await run.step("b")).verdict).toBe("passed");
  await bench.call("run.abort", { run: run.run, reason: "seen" });
});

it("starts once a step that two press at once, and tells the other who started it and when", async () => {
  const run = await bench.start(laned({ a: { lane: "data", text: until("go-twice") }, b: { lane: "traffic", text: "true" } }));
  for (const [step, method] of [
    ["a", "run.step"],
    ["b", "run.step"],
    ["b", "run.retry"],
  ] as const) {
    const params = { run: run.run, step: sid(step), ...(method === "run.retry" ? { reason: "again" } : {}) };
    const answers = await Promise.all([bench.ask(method, params, COMMAND_LINE), bench.ask(method, params, WINDOW)]);
    expect(answers.map((answer) => answer.ok).sort()).toEqual([false, true]);
    const refused = answers.find((answer) => !answer.ok)!;
    const { actor } = (await run.events("step.started")).at(-1)!.body;
    expect(refused.ok ? {} : refused.error).toMatchObject({ code: "busy", details: { step, name: actor.name } });
    expect(refused.ok ? "" : refused.error.message).toMatch(new RegExp(`${actor.name} started it at \\d\\d:\\d\\d:\\d\\d UTC`));
    if (step === "b") await done(run, "b");
  }
  const starts = (await run.events("step.started")).map(({ body }) => `${body.subject.step}${body.subject.attempt}`);
  expect(starts).toEqual(["a1", "b1", "b2"]);
  bench.write("go-twice", "");
  await done(run, "a");
  await bench.call("run.abort", { run: run.run, reason: "seen" });
});

it("retries in one lane while the other runs, and cancels one lane alone", async () => {
  const run = await bench.start(
    laned({
      a: { lane: "data", text: until("never") },
      b: { lane: "traffic", text: `test -e ${bench.folder}/ready || { touch ${bench.folder}/ready; false; }` },
      b2: { lane: "traffic", text: until("never") },
    }),
  );
  await press(run, "a");
  await press(run, "b");
  await done(run, "b");
  expect((await run.view()).header.nextAction).toMatchObject({ kind: "retry-or-skip", step: "b" });
  await bench.call("run.retry", { run: run.run, step: sid("b") });
  await expect.poll(async () => (await run.step("b")).verdict, { timeout: 30_000 }).toBe("passed");
  await press(run, "b2");
  await running(run, "b2");
  await bench.call("run.cancel", { run: run.run, lane: "traffic" });
  await done(run, "b2");
  expect((await run.step("b2")).verdict).toBe("failed");
  expect((await run.step("a")).status).toBe("running");
  expect(await bench.ask("run.cancel", { run: run.run, step: sid("b2") })).toMatchObject({ ok: false, error: { code: "conflict" } });
  await bench.call("run.cancel", { run: run.run, step: sid("a") });
  await done(run, "a");
  expect((await run.events("block.cancelled")).map(({ body }) => body.subject.step)).toEqual(["b2", "a"]);
  await bench.call("run.abort", { run: run.run, reason: "seen" });
});

it("runs on over three lanes, each as soon as its needs are met, and a hold stops them all", async () => {
  const diamond = (tag: string) =>
    laned({
      top: { lane: "one", text: until(`${tag}-top`) },
      left: { lane: "one", needs: "top", text: until(`${tag}-sides`) },
      right: { lane: "two", needs: "top", text: until(`${tag}-sides`) },
      apart: { lane: "three", text: "echo apart" },
      bottom: { lane: "three", needs: "left, right", text: "echo bottom" },
    });
  const run = await bench.start(diamond("x"));
  await bench.call("run.on", { run: run.run });
  await done(run, "apart");
  expect(await lanesOf(run)).toEqual([
    ["one", "running", "wait", "top"],
    ["two", "waiting", "wait", "right"],
    ["three", "waiting", "wait", "bottom"],
  ]);
  bench.write("x-top", "");
  await running(run, "left");
  await running(run, "right");
  bench.write("x-sides", "");
  const header = await run.until("the end", (one) => one.nextAction.kind === "finish" && !one.runningOn);
  expect(header.lanes!.map(({ status }) => status)).toEqual(["done", "done", "done"]);
  const [begun, ended] = [await seqs(run, "step.started"), await seqs(run, "step.ended")];
  for (const [step, needed] of [
    ["left", "top"],
    ["right", "top"],
    ["bottom", "left"],
    ["bottom", "right"],
  ] as const)
    expect(begun[step]).toBeGreaterThan(ended[needed]!);
  expect(begun["right"]).toBeLessThan(ended["left"]!);
  await bench.call("run.finish", { run: run.run });

  const held = await bench.start(diamond("y"));
  await bench.call("run.on", { run: held.run });
  bench.write("y-top", "");
  await running(held, "left");
  await running(held, "right");
  await bench.call("run.hold", { run: held.run, reason: "the phone rings" });
  bench.write("y-sides", "");
  await done(held, "left");
  await done(held, "right");
  const stopped = await held.until("the hold", (one) => one.lanes!.every(({ status }) => status !== "running"));
  expect(stopped).toMatchObject({ status: "held", runningOn: false, nextAction: { kind: "resume" } });
  expect((await held.step("bottom")).status).toBe("todo");
  await bench.call("run.resume", { run: held.run });
  await bench.call("run.on", { run: held.run });
  await held.until("the end", (one) => one.nextAction.kind === "finish");
  await bench.call("run.abort", { run: held.run, reason: "seen" });
});

it("stops run-on in the lane that needs a person, goes on in the other, and in what waited for it once that person has decided", async () => {
  const run = await bench.start(
    laned({
      a: { lane: "one", text: `test -e ${bench.folder}/good || exit 3` },
      b: { lane: "two", text: until("go-on") },
      c: { lane: "two", needs: "a", text: "echo c" },
    }),
  );
  await bench.call("run.on", { run: run.run });
  await done(run, "a");
  const header = await run.until("the failure", (one) => one.nextAction.kind === "retry-or-skip");
  expect(header.runningOn).toBe(true);
  bench.write("good", "");
  await bench.call("run.retry", { run: run.run, step: sid("a") });
  await expect.poll(async () => (await run.step("a")).verdict, { timeout: 30_000 }).toBe("passed");
  bench.write("go-on", "");
  await run.until("the end", (one) => one.nextAction.kind === "finish" && !one.runningOn);
  expect((await run.step("c")).verdict).toBe("passed");
  await bench.call("run.finish", { run: run.run });
});

it("decides a step's condition only when the step of another lane that gives the value is done", async () => {
  const text = `---\ntitle: Lanes\nreviewed: 2026-01-01\nrequires: {cluster: false}\n---\n
## a

<!-- step: {id: a, lane: one} -->

\`\`\`bash {capture=SIZE}
echo full
\`\`\`

## b

<!-- step: {id: b, lane: two, needs: [a], when: SIZE == full} -->

\`\`\`bash
echo b
\`\`\`
`;
  const run = await bench.start(text);
  expect((await run.step("b")).status).toBe("todo");
  await bench.call("run.on", { run: run.run });
  await run.until("the end", (one) => one.nextAction.kind === "finish" && !one.runningOn);
  expect((await run.step("b")).verdict).toBe("passed");
  await bench.call("run.finish", { run: run.run });
});

/** Runs the worker until steps of both lanes run, and kills it. */
async function killBetween(home: string, runbook: string): Promise<RunId> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "kill-worker.ts"), home, runbook], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOME: `${home}-user` },
  });
  let run = "" as RunId;
  const lines = createInterface({ input: child.stdout });
  const both = Promise.withResolvers<void>();
  lines.on("line", (line) => {
    const said = JSON.parse(line) as { run?: RunId; running?: string[] };
    run = said.run ?? run;
    if (said.running?.length === 2) both.resolve();
  });
  await both.promise;
  child.kill("SIGKILL");
  await new Promise((resolve) => child.on("close", resolve));
  return run;
}

it("finds each lane's step unknown after a kill between the two, and goes on in each lane by itself", { timeout: 120_000 }, async () => {
  const path = bench.write(
    "killed.md",
    laned({
      a: { lane: "data", text: until("after-the-kill") },
      b: { lane: "traffic", text: until("after-the-kill") },
      a2: { lane: "data", needs: "b", text: "echo a2" },
      b2: { lane: "traffic", text: "echo b2" },
    }),
  );
  const { home } = bench;
  await bench.close();
  const id = await killBetween(home, path);
  bench = await openBench({ home });
  const run = runBench(bench, id);
  const { header, steps } = await run.view();
  expect(header).toMatchObject({ status: "held", nextAction: { kind: "judge" } });
  expect(steps.map(({ verdict, judgement }) => [verdict, judgement])).toEqual([
    ["unknown", null],
    ["unknown", null],
    [null, null],
    [null, null],
  ]);
  expect((await run.events("run.crash_recovered")).map(({ body }) => body.subject.step).sort()).toEqual(["a", "b"]);
  expect(await lanesOf(run)).toEqual([
    ["data", "waiting", "judge", "a"],
    ["traffic", "waiting", "judge", "b"],
  ]);
  await bench.call("run.judge", { run: id, step: sid("a"), outcome: "accepted", reason: "looked" });
  await bench.call("run.resume", { run: id });
  // Lane traffic still asks for its judgement, and so does what needs it in the other lane.
  expect(await bench.ask("run.step", { run: id, step: sid("a2") })).toMatchObject({ ok: false, error: { code: "not-ready" } });
  expect(await bench.ask("run.step", { run: id, step: sid("b2") })).toMatchObject({ ok: false, error: { code: "reason-needed" } });
  await bench.call("run.judge", { run: id, step: sid("b"), outcome: "accepted", reason: "looked" });
  await bench.call("run.on", { run: id });
  await run.until("the end", (one) => one.nextAction.kind === "finish" && !one.runningOn);
  expect((await bench.call("run.finish", { run: id })).result).toBe("accepted");
  expect((await bench.call("record.verify", {})).problems).toEqual([]);
});
