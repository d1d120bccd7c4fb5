// The laptop dies: the engine is killed at random moments of a run, and what it had acknowledged must stand.
// HOLDPOINT_KILLS says how often; the sample is small so that every test run can afford it.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LogId, RunId } from "../protocol/index.ts";
import { type Bench, openBench, runBench, runbookOf } from "./testing.ts";

const KILLS = Number(process.env.HOLDPOINT_KILLS ?? 10);
/** Up to this long after the run goes on, milliseconds: several short steps, so that kills fall in and between them. */
const WITHIN_MS = 900;

type Acknowledged = { run: string; log: LogId; events: number; head: string };
let home = "";
let folder = "";
const steps = Object.fromEntries(
  Array.from({ length: 60 }, (_, index) => [`s${index}`, `echo "line of ${index}"; sleep 0.0${index % 9}; echo "end of ${index}"`]),
);

beforeAll(async () => {
  const bench = await openBench();
  ({ home, folder } = bench);
  bench.write("kill.md", runbookOf(steps));
  await bench.close();
});
let last: Bench | null = null;
afterAll(async () => {
  last ??= await openBench({ home });
  await last.remove();
});

/** Runs the worker until it is killed `afterMs` after it was ready; gives what it had been told. */
async function runAndKill(afterMs: number): Promise<{ told: Acknowledged[]; done: boolean; errors: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "kill-worker.ts"), home, join(folder, "kill.md")], {
    stdio: ["ignore", "pipe", "pipe"],
    // Rc files of the machine's own may keep locks that a kill leaves behind: every later shell of that user would wait for them.
    env: { ...process.env, HOME: `${home}-user` },
  });
  const told: Acknowledged[] = [];
  let done = false;
  let errors = "";
  child.stderr.on("data", (bytes) => {
    errors += bytes;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const said = JSON.parse(line) as Acknowledged & { ready?: boolean; done?: boolean };
    if (said.ready) setTimeout(() => child.kill("SIGKILL"), afterMs);
    else if (said.done) done = true;
    else told.push(said);
  });
  await Promise.all([new Promise((resolve) => child.on("close", resolve)), new Promise((resolve) => lines.on("close", resolve))]);
  return { told, done, errors };
}

it(`loses nothing that was acknowledged over ${KILLS} kills, and stands where it stood`, { timeout: 60_000 + KILLS * 30_000 }, async () => {
  let interrupted = 0;
  const run = { id: null as RunId | null };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { told, done, errors } = await runAndKill(Math.random() * WITHIN_MS);
    expect(errors).toBe("");
    const bench = await openBench({ home });
    try {
      const report = await bench.call("record.verify", {});
      expect([report.verdict, report.problems]).not.toContain("NOT VERIFIED");
      expect(report.problems).toEqual([]);
      for (const { log, events, head } of told.filter((one) => one.events > 0))
        expect((await bench.call("record.event", { log, seq: events })).hash).toBe(head);
      const id = told.at(-1)?.run;
      if (id !== undefined && !done) {
        run.id = RunId.parse(id);
        interrupted += await standsWhereItStood(bench, run.id, told.at(-1)!);
      }
    } finally {
      await bench.close();
    }
  }
  // Kills fell in the middle of steps, or this test proves nothing.
  if (KILLS >= 10) expect(interrupted).toBeGreaterThan(0);
});

/** 1 where a step was running when the kill came. */
async function standsWhereItStood(bench: Bench, id: RunId, told: Acknowledged): Promise<number> {
  const run = runBench(bench, id);
  const { header, steps: states } = await run.view();
  expect(["held", "finished"]).toContain(header.status);
  expect(header.events).toBeGreaterThanOrEqual(told.events);
  expect(states.filter((step) => step.status === "running")).toEqual([]);
  if (header.status === "finished") return 0;
  const recovered = (await run.events("run.crash_recovered")).at(-1);
  expect(recovered).toBeDefined();
  const step = recovered!.body.data.step as string;
  if (step === "") return 0;
  // A kill between the judgement of the last interrupted step and going on: the run was held already, and nothing new was interrupted.
  if ((await run.events("step.judged")).some(({ body }) => body.seq > recovered!.body.seq)) return 0;
  expect(states.find((one) => one.id === step)).toMatchObject({ verdict: "unknown", judgement: null });
  expect(header.nextAction).toMatchObject({ kind: "judge", step });
  const cast = await bench.call("record.recording", { log: header.log, seq: recovered!.body.seq });
  expect(cast.hashMatches).toBe(true);
  return 1;
}

it("finishes the run after all of that, and the record verifies", { timeout: 120_000 }, async () => {
  const { done, errors, told } = await runAndKill(110_000);
  expect(errors).toBe("");
  expect(done).toBe(true);
  last = await openBench({ home });
  const report = await last.call("record.verify", {});
  expect(report.problems).toEqual([]);
  const { view } = await last.call("run.get", { run: RunId.parse(told.at(-1)!.run) });
  expect(view.header.status).toBe("finished");
});
