// Gates in real shells on a clock that the test drives: on time, on record, and never passed by what measured nothing.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { type DrivenClock, drivenClock } from "./testing-clock.ts";
import { MIN, openGates as open } from "./testing-gates.ts";

const opened: Awaited<ReturnType<typeof open>>[] = [];
afterEach(async () => {
  for (const gates of opened.splice(0)) await gates.bench.close();
});
async function openGates(clock: DrivenClock = drivenClock(), isSolo = true) {
  const gates = await open(clock, isSolo);
  opened.push(gates);
  return gates;
}

it("holds for its whole time, probe by probe on time to the second, each on record and in the recording", async () => {
  const gates = await openGates();
  gates.set("0.08");
  await gates.begin('gate=hold for=5m every=1m expect="<= 0.3"');
  for (let minute = 1; minute <= 5; minute += 1) await gates.pass(MIN);
  await gates.until("the end", async () => (await gates.step()).status === "done");

  const step = await gates.step();
  expect([step.verdict, step.blocks[0]!.verdict, step.blocks[0]!.because]).toEqual(["passed", "passed", "it held for 5:00, 5 probes"]);
  expect(step.blocks[0]!.durationMs).toBe(5 * MIN);
  const probes = gates.events("gate.probed").map(({ body }) => body);
  expect(probes.map(({ data, outcome }) => [data.n, data.value, data.due_ms, data.late_ms, outcome])).toEqual(
    [1, 2, 3, 4, 5].map((n) => [n, "0.08", n * MIN, 0, "passed"]),
  );
  expect(gates.bench.severities).toEqual(["info"]);
  const cast = readFileSync(join(gates.bench.home, "recordings", String(gates.events("block.ended")[0]!.body.data.recording)), "utf8");
  expect(cast.match(/"m", ?"[^"]*probe \d"/g)).toHaveLength(5);
});

it("fails in its third probe: the block and the step have failed, the run is held, the way back is the next action", async () => {
  const gates = await openGates();
  gates.set("0.08");
  await gates.begin('gate=hold for=5m every=1m expect="<= 0.3"', "cat metric", 'id: canary, rollback: "#back"');
  await gates.pass(2 * MIN);
  gates.set("0.72");
  await gates.pass(MIN);
  await gates.until("the end", async () => (await gates.step()).status === "done");

  expect((await gates.step()).verdict).toBe("failed");
  expect((await gates.gate()).counts).toEqual({ passed: 2, failed: 1, unknown: 0, warned: 0 });
  const { status, nextAction, hold } = await gates.bench.header(gates.run);
  expect([status, hold?.by, nextAction.kind, nextAction.button]).toEqual(["held", "Holdpoint", "way-back", "Start the way back"]);
  expect(nextAction.detail).toContain("2:00");
  expect(gates.bench.alarms).toEqual(["Gate error-rate failed: 0.72, limit <= 0.3"]);
  expect(gates.events("block.ended")[0]!.body.data).toMatchObject({ kind: "gate", because: "probe 3 at 3:00: 0.72 is not <= 0.3" });
});

it("without a way back, a failed gate is retried or skipped, and the retry is what lifts the hold", async () => {
  const gates = await openGates();
  gates.set("9");
  await gates.begin('gate=hold for=2m every=1m expect="<= 0.3"');
  await gates.pass(MIN);
  await gates.until("the end", async () => (await gates.step()).status === "done");
  expect((await gates.bench.header(gates.run)).nextAction.kind).toBe("retry-or-skip");
  gates.set("0");
  const again = await gates.bench.runs.retry(gates.bench.who, gates.run, { step: "canary" });
  expect(again.ok && again.value.status).toBe("active");
  await gates.pass(2 * MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect((await gates.step()).attempt).toBe(2);
});

it("a wait probes at once, and passes with the first probe that passes", async () => {
  const gates = await openGates();
  gates.set("0");
  await gates.begin('gate=wait within=10m every=10s expect=">= 3"');
  await gates.pass(20_000);
  gates.set("3");
  await gates.pass(10_000);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect(gates.events("gate.probed").map(({ body }) => [body.data.due_ms, body.outcome])).toEqual([
    [0, "failed"],
    [10_000, "failed"],
    [20_000, "failed"],
    [30_000, "passed"],
  ]);
});

it("a wait that is late has failed", async () => {
  const gates = await openGates();
  gates.set("0");
  await gates.begin('gate=wait within=30s every=10s expect=">= 3"');
  await gates.pass(30_000);
  await gates.until("the end", async () => (await gates.step()).verdict === "failed");
  expect((await gates.step()).because).toContain("it did not pass within 0:30");
});

it.each([
  ["errs", "echo 0.1; exit 3", 'expect="<= 0.3"', /exit 3: the probe erred/],
  ["is not there", "no-such-tool", "", /command not found/],
  ["is killed", "kill -9 $BASHPID", "", /shell|kill/],
  ["prints no number", "echo NaN", 'expect="<= 0.3"', /no number was printed/],
  ["is refused", "echo 'error: You must be logged in to the server (Unauthorized)' >&2; exit 1", "", /it was refused/],
  ["has too few samples", "echo 0.1 samples=12", 'expect="<= 0.3" min-samples=100', /12 samples are no measurement/],
  ["does not say its samples", "echo 0.1", 'expect="<= 0.3" min-samples=100', /does not say how many samples/],
])("a probe that %s is unknown: the run is held, nothing has failed, nothing is rolled back", async (_, command, limit, words) => {
  const gates = await openGates();
  await gates.begin(`gate=hold for=5m every=1m ${limit}`, command, 'id: canary, rollback: "#back"');
  await gates.pass(MIN);
  await gates.until("the interruption", async () => (await gates.gate()).state === "interrupted");
  await gates.until("a rest", async () => (await gates.bench.header(gates.run)).nextAction.kind !== "wait");
  const { status, nextAction } = await gates.bench.header(gates.run);
  expect([status, nextAction.kind, nextAction.block]).toEqual(["held", "gate", 0]);
  expect((await gates.gate()).interruptedBecause).toMatch(words);
  expect((await gates.step()).verdict).toBeNull();
  expect(gates.events("step.started")).toHaveLength(1);
});

it("a measured failure by exit code alone is a failure", async () => {
  const gates = await openGates();
  await gates.begin("gate=hold for=5m every=1m", "false");
  await gates.pass(MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "failed");
});

it("crosses the earlier limit: alarms once, counts, and goes on", async () => {
  const gates = await openGates();
  gates.set("0.25");
  await gates.begin('gate=hold for=3m every=1m expect="<= 0.3" warn="<= 0.2"');
  await gates.pass(3 * MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect((await gates.gate()).counts).toEqual({ passed: 3, failed: 0, unknown: 0, warned: 3 });
  expect(gates.bench.severities).toEqual(["warn", "info"]);
});

it("a probe longer than its turn makes the next one late, which says so; turns that passed entirely are left out", async () => {
  const gates = await openGates();
  const log = join(gates.bench.home, "metric");
  writeFileSync(log, "");
  await gates.begin("gate=hold for=60s every=10s timeout=2m", "echo begun >> metric; until grep -q go metric; do sleep 0.02; done");
  await gates.rest();
  await gates.clock.pass(10_000);
  await gates.until("the first probe", () => readFileSync(log, "utf8").includes("begun"));
  await gates.clock.pass(25_000);
  appendFileSync(log, "go\n");
  await gates.until("the second probe", () => gates.events("gate.probed").length === 2);
  await gates.pass(25_000);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect(gates.events("gate.probed").map(({ body }) => [body.data.due_ms, body.data.late_ms, body.data.left_out])).toEqual([
    [10_000, 0, 0],
    [30_000, 5_000, 1],
    [40_000, 0, 0],
    [50_000, 0, 0],
    [60_000, 0, 0],
  ]);
  expect(gates.events("gate.probed")[1]!.body.data.because).toContain("5 s late, 1 left out: the probe before it took longer than 0:10");
});

async function interruptedGate(isSolo = true) {
  const gates = await openGates(drivenClock(), isSolo);
  gates.set("0.1");
  await gates.begin('gate=hold for=5m every=1m expect="<= 0.3"');
  await gates.pass(MIN);
  gates.set("nothing");
  await gates.pass(MIN);
  await gates.until("the interruption", async () => (await gates.bench.header(gates.run)).nextAction.kind === "gate");
  return gates;
}

it("goes on only with a reason, by a person who signed in; the time counts on, and the gap stays named with who accepted it", async () => {
  const gates = await interruptedGate(false);
  const { bench, run } = gates;
  await gates.pass(2 * MIN);
  const bare = await bench.runs.gate(bench.who, run, { step: "canary", block: 0, go: "continue" });
  expect(!bare.ok && bare.error.code).toBe("reason-needed");
  const unsigned = await bench.runs.gate({ ...bench.who, isAuthenticated: false }, run, {
    step: "canary",
    block: 0,
    go: "continue",
    reason: "x",
  });
  expect(!unsigned.ok && unsigned.error.code).toBe("not-signed-in");
  gates.set("0.2");
  const on = await bench.runs.gate(bench.who, run, { step: "canary", block: 0, go: "continue", reason: "the exporter was restarted" });
  expect(on.ok && on.value.status).toBe("active");
  await gates.rest();
  await gates.pass(MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  const gate = await gates.gate();
  expect(gate.gaps).toMatchObject([{ ms: 3 * MIN, acceptedBy: "Dana" }]);
  expect((await gates.step()).blocks[0]!.durationMs).toBe(5 * MIN);
  expect(gates.events("gate.resumed")[0]!.body).toMatchObject({
    reason: "the exporter was restarted",
    data: { how: "continue", elapsed_ms: 4 * MIN },
  });
});

it("starts again from nothing, without a reason", async () => {
  const gates = await interruptedGate();
  gates.set("0.1");
  const again = await gates.bench.runs.gate(gates.bench.who, gates.run, { step: "canary", block: 0, go: "restart" });
  expect(again.ok).toBe(true);
  await gates.pass(5 * MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  const gate = await gates.gate();
  expect([gate.counts.passed, gate.gaps]).toEqual([5, []]);
  expect(gates.events("gate.gap")).toHaveLength(1);
});

it("is judged by a person: the gate and its step are unknown, accepted by name", async () => {
  const gates = await interruptedGate();
  const judged = await gates.bench.runs.judge(gates.bench.who, gates.run, {
    step: "canary",
    outcome: "accepted",
    reason: "the board shows 0.1",
  });
  expect(judged.ok).toBe(true);
  const step = await gates.step();
  expect([step.verdict, step.judgement?.outcome, step.blocks[0]!.verdict]).toEqual(["unknown", "accepted", "unknown"]);
});

it("neither runs nor runs on past what was interrupted", async () => {
  const gates = await interruptedGate();
  const resumed = await gates.bench.runs.resume(gates.bench.who, gates.run, {});
  expect(resumed.ok && resumed.value.nextAction.kind).toBe("gate");
  const step = await gates.bench.runs.step(gates.bench.who, gates.run, { step: "canary" });
  expect(!step.ok && step.error.message).toContain("was interrupted");
  const on = await gates.bench.runs.on(gates.bench.who, gates.run);
  expect(on.ok).toBe(false);
});

it.each([
  ["the clock goes back by two hours", (clock: DrivenClock) => clock.setWall(-2 * 60 * MIN), /went back by 2:00:00/],
  ["the clock goes forward by a day", (clock: DrivenClock) => clock.setWall(24 * 60 * MIN), /went forward by 24:00:00/],
  ["the laptop is suspended", (clock: DrivenClock) => clock.sleep(3 * 60 * MIN), /asleep or stood still/],
])("is interrupted when %s, and says so", async (_, jump, words) => {
  const gates = await openGates();
  gates.set("0.1");
  await gates.begin('gate=hold for=5m every=1m expect="<= 0.3"');
  await gates.pass(2 * MIN + 20_000);
  await jump(gates.clock);
  await gates.pass(MIN);
  await gates.until("the interruption", async () => (await gates.gate()).state === "interrupted");
  const gate = await gates.gate();
  expect(gate.interruptedBecause).toMatch(words);
  expect(gate.elapsedMs).toBe(2 * MIN);
  expect((await gates.bench.header(gates.run)).status).toBe("held");
});

it.each([180, 60])("summer time begins or ends (offset %d): nothing is interrupted, and the time is right", async (offset) => {
  const gates = await openGates();
  gates.set("0.1");
  await gates.begin('gate=hold for=5m every=1m expect="<= 0.3"');
  await gates.pass(2 * MIN);
  gates.clock.setOffset(offset);
  await gates.pass(3 * MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect((await gates.step()).blocks[0]!.durationMs).toBe(5 * MIN);
});

it("is stopped by hand: interrupted, not failed", async () => {
  const gates = await openGates();
  gates.set("0.1");
  await gates.begin('gate=hold for=5m every=1m expect="<= 0.3"');
  await gates.pass(MIN);
  await gates.bench.runs.cancel(gates.bench.who, gates.run, { giveUp: false, lane: null, step: null });
  await gates.until("the interruption", async () => (await gates.bench.header(gates.run)).nextAction.kind === "gate");
  expect((await gates.gate()).interruptedBecause).toBe("it was stopped by Dana");
  expect(gates.bench.alarms).toEqual([]);
});

it("captures the last line of the probe that it passed with", async () => {
  const gates = await openGates();
  gates.set("42");
  await gates.begin('gate=wait within=1m every=10s expect=">= 3" capture=READY');
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect((await gates.step()).blocks[0]!.captured).toBe("42");
});

const LANES = (home: string) => `---
title: Lanes
cwd: ${home}
requires: {cluster: false}
---

## Data

<!-- step: {id: data, lane: data} -->

\`\`\`bash
true
\`\`\`

## Canary

<!-- step: {id: canary, lane: traffic, rollback: "#back"} -->

\`\`\`bash {name=error-rate gate=hold for=5m every=1m expect="<= 0.3"}
cat metric
\`\`\`

## Back

<!-- step: {id: back, lane: traffic} -->

\`\`\`bash
true
\`\`\`
`;

it.each([
  ["failed", "0.72", "way-back"],
  ["was interrupted", "nothing", "gate"],
])("with several lanes, the gate that %s is the next action, not the hold that every other lane shows", async (_, value, kind) => {
  const gates = await openGates();
  gates.set(value);
  await gates.start(LANES(gates.bench.home));
  await gates.pass(MIN);
  await gates.until("the decision", async () => (await gates.bench.header(gates.run)).nextAction.kind === kind);
  const { lanes, status } = await gates.bench.header(gates.run);
  expect([status, lanes?.map((lane) => lane.nextAction.kind)]).toEqual(["held", ["resume", kind]]);
});

it("a run is aborted in the middle of a gate, which stands interrupted", async () => {
  const gates = await openGates();
  gates.set("0.1");
  await gates.begin('gate=hold for=5m every=1m expect="<= 0.3"');
  await gates.pass(MIN);
  const aborted = await gates.bench.runs.abort(gates.bench.who, gates.run, "enough");
  expect(aborted.ok && aborted.value.status).toBe("aborted");
  expect(gates.events().at(-1)!.body.type).toBe("run.aborted");
  expect((await gates.gate()).state).toBe("interrupted");
});

it("a hold by hand leaves a gate to its end, as it leaves any command", async () => {
  const gates = await openGates();
  gates.set("0.1");
  await gates.begin('gate=hold for=2m every=1m expect="<= 0.3"');
  await gates.pass(MIN);
  await gates.bench.runs.hold(gates.bench.who, gates.run, "look at the board");
  await gates.pass(MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect((await gates.bench.header(gates.run)).hold?.by).toBe("Dana");
});
