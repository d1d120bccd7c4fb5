// The laptop dies during a gate, and during a soak: what was probed stands, the time without probes is named, a person says how it goes on.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { RunId } from "../protocol/index.ts";
import { openBench, runBench } from "./testing.ts";

type Told = { run: string; probes: number; soak: string };

/** Starts the runbook in a process of its own, kills it with SIGKILL as soon as it says so, and opens its data again. */
async function killedWhen(text: string, isThere: (told: Told) => boolean) {
  const home = mkdtempSync(join(tmpdir(), "holdpoint-kill-gate-"));
  const first = await openBench({ home });
  const path = first.write("kill.md", text);
  await first.close();
  const child = spawn(process.execPath, [join(import.meta.dirname, "kill-gate-worker.ts"), home, path], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: `${home}-user` },
  });
  let errors = "";
  child.stderr.on("data", (bytes) => {
    errors += bytes;
  });
  let run = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    const told = JSON.parse(line) as Told;
    ({ run } = told);
    if (isThere(told)) child.kill("SIGKILL");
  });
  const signal = await new Promise((resolve) => child.on("close", (_, by) => resolve(by)));
  expect([signal, errors]).toEqual(["SIGKILL", ""]);
  const bench = await openBench({ home });
  onTestFinished(() => bench.remove());
  expect((await bench.call("record.verify", {})).problems).toEqual([]);
  return { bench, ...runBench(bench, RunId.parse(run)) };
}

const book = (directive: string, fence: string, command: string) =>
  `---\ntitle: Kill\nrequires: {cluster: false}\n---\n\n## Canary\n\n<!-- step: {id: canary${directive}} -->\n\n\`\`\`bash ${fence}\n${command}\n\`\`\`\n`;

it("killed during a gate: its probes stand, it is interrupted and held, and it starts again or goes on with a reason", {
  timeout: 90_000,
}, async () => {
  const text = book("", '{name=error-rate gate=hold for=6s every=1s expect="<= 0.3"}', "echo 0.1");
  const { bench, run, view, step, until, events } = await killedWhen(text, ({ probes }) => probes >= 2);
  const { header } = await view();
  expect([header.status, header.nextAction.kind, header.nextAction.block]).toEqual(["held", "gate", 0]);
  const gate = (await step("canary")).blocks[0]!.gate!;
  expect([gate.state, gate.interruptedBecause]).toEqual(["interrupted", "Holdpoint ended while it probed"]);
  expect(gate.counts.passed).toBeGreaterThanOrEqual(2);
  const probed = await events("gate.probed");
  expect(gate.elapsedAt).toBe(probed.at(-1)!.body.ts_utc);
  const [crash] = await events("run.crash_recovered");
  expect((await bench.call("record.recording", { log: header.log, seq: crash!.body.seq })).hashMatches).toBe(true);

  await bench.call("run.gate", { run, step: "canary" as never, block: 0, go: "continue", reason: "the board shows 0.1 all along" });
  await until("the end", (now) => now.nextAction.kind === "finish");
  const [gap] = (await step("canary")).blocks[0]!.gate!.gaps;
  expect(gap).toMatchObject({ from: gate.elapsedAt, why: "Holdpoint ended while it probed", acceptedBy: "Dana Mercer" });
  const [resumed] = await events("gate.resumed");
  expect(resumed!.body.data.elapsed_ms).toBe(gate.elapsedMs + gap!.ms);
  await bench.call("run.finish", { run });
  expect((await bench.call("record.verify", {})).problems).toEqual([]);
});

it("killed during a soak: it is interrupted and held, and starts again from nothing", { timeout: 90_000 }, async () => {
  const { bench, run, view, step, until, events } = await killedWhen(book(", soak: 3s", "", "true"), ({ soak }) => soak === "soaking");
  const { header } = await view();
  expect([header.status, header.nextAction.kind, header.nextAction.block]).toEqual(["held", "gate", null]);
  expect((await step("canary")).soak).toMatchObject({ state: "interrupted", interruptedBecause: "Holdpoint ended while it soaked" });
  await bench.call("run.gate", { run, step: "canary" as never, block: null, go: "restart" });
  expect((await step("canary")).soak?.elapsedMs).toBe(0);
  await until("the end", (now) => now.nextAction.kind === "finish");
  expect(await events("soak.gap")).toHaveLength(1);
  expect((await step("canary")).verdict).toBe("passed");
});

it("closed in good order during a gate: interrupted just the same, with nothing lost", { timeout: 90_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), "holdpoint-close-gate-"));
  const first = await openBench({ home });
  const { run, until } = await first.start(book("", '{gate=hold for=10m every=1m expect="<= 0.3"}', "echo 0.1"));
  await first.call("run.step", { run, step: "canary" as never });
  await until("the gate", ({ nextAction }) => nextAction.say.includes("gate"));
  await first.close();
  const bench = await openBench({ home });
  onTestFinished(() => bench.remove());
  const again = runBench(bench, run);
  const { header } = await again.view();
  expect([header.status, header.nextAction.kind]).toEqual(["held", "gate"]);
  const [interrupted] = await again.events("gate.interrupted");
  expect(interrupted!.body.data).toMatchObject({ block: 0, elapsed_ms: 0, why: "Holdpoint was closed, or the run ended" });
});
