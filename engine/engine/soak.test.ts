// Soaks on a clock that the test drives: the whole time, ended early only with a reason, and nothing counted that nobody watched.
import { expect, it, onTestFinished } from "vitest";
import { type DrivenClock, drivenClock } from "./testing-clock.ts";
import { MIN, openGates } from "./testing-gates.ts";

const HOUR = 60 * MIN;
const book = (soak: string, body = "```bash\ntrue\n```") =>
  `---\ntitle: Soak\nrequires: {cluster: false}\n---\n\n## Canary\n\n<!-- step: {id: canary, soak: ${soak}} -->\n\n${body}\n\n## Next\n\n\`\`\`bash\ntrue\n\`\`\`\n`;

async function soaking(soak = "5m", body?: string, clock: DrivenClock = drivenClock()) {
  const gates = await openGates(clock);
  onTestFinished(() => gates.bench.close());
  await gates.start(book(soak, body));
  await gates.until("the soak", async () => (await gates.step()).soak?.state === "soaking" && clock.next() !== null);
  return gates;
}

it("waits its whole time after the commands, to the millisecond, and says that it has ended", async () => {
  const gates = await soaking();
  expect((await gates.bench.header(gates.run)).nextAction).toMatchObject({ kind: "wait", block: null, step: "canary" });
  await gates.clock.pass(5 * MIN - 1);
  expect((await gates.step()).status).toBe("open");
  await gates.clock.pass(1);
  await gates.until("the end", async () => (await gates.step()).status === "done");
  const step = await gates.step();
  expect([step.verdict, step.because, step.soak?.state]).toEqual(["passed", "its command passed; soaked for 5:00", "done"]);
  expect(gates.events("soak.ended")[0]!.body.data).toEqual({ early: false, elapsed_ms: 5 * MIN });
  expect(gates.bench.severities).toEqual(["info"]);
});

it("a step that only soaks waits as soon as it is started", async () => {
  const gates = await soaking("4m", "Watch the board.");
  await gates.clock.pass(4 * MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect((await gates.step()).because).toBe("soaked for 4:00");
});

it("two days pass as two days", async () => {
  const gates = await soaking("48h");
  await gates.clock.pass(48 * HOUR - 1);
  expect((await gates.step()).status).toBe("open");
  await gates.clock.pass(1);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
}, 60_000);

it("ends early only with a reason, which stands beside the verdict with the name and the time it had waited", async () => {
  const gates = await soaking();
  await gates.clock.pass(2 * MIN);
  const ended = await gates.bench.runs.endSoak(gates.bench.who, gates.run, { step: "canary", reason: "traffic is as every night" });
  expect(ended.ok).toBe(true);
  const step = await gates.step();
  expect(step.verdict).toBe("passed");
  expect(step.soak?.early).toEqual({ by: "Dana", reason: "traffic is as every night" });
  expect(step.because).toContain("after 2:00 of 5:00 by Dana");
  const again = await gates.bench.runs.endSoak(gates.bench.who, gates.run, { step: "canary", reason: "x" });
  expect(!again.ok && again.error.code).toBe("conflict");
});

it("nothing of its lane goes past it meanwhile", async () => {
  const gates = await soaking();
  const next = await gates.bench.runs.step(gates.bench.who, gates.run, { step: "next" });
  expect(!next.ok && next.error.code).toBe("busy");
});

it.each([
  ["the clock goes back by two hours", (clock: DrivenClock) => clock.setWall(-2 * HOUR), /went back by 2:00:00/],
  ["the clock goes forward by a day", (clock: DrivenClock) => clock.setWall(24 * HOUR), /went forward by 24:00:00/],
  ["the laptop is suspended", (clock: DrivenClock) => clock.sleep(3 * HOUR), /asleep or stood still/],
])("is interrupted when %s: the run is held, the time before it is right, and it starts again from nothing", async (_, jump, words) => {
  const gates = await soaking("1h");
  await gates.clock.pass(20 * MIN);
  await jump(gates.clock);
  await gates.clock.pass(MIN);
  await gates.until("the interruption", async () => (await gates.bench.header(gates.run)).nextAction.kind === "gate");
  const { soak } = await gates.step();
  expect(soak?.interruptedBecause).toMatch(words);
  expect(soak?.elapsedMs).toBe(20 * MIN);
  expect((await gates.bench.header(gates.run)).status).toBe("held");
  // beside the record's own event for clocks that parted
  if (!String(words).includes("asleep")) expect(gates.events("clock.step").length).toBeGreaterThan(0);

  const again = await gates.bench.runs.gate(gates.bench.who, gates.run, { step: "canary", block: null, go: "restart" });
  expect(again.ok).toBe(true);
  await gates.clock.pass(HOUR - 1);
  expect((await gates.step()).status).toBe("open");
  await gates.clock.pass(1);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
});

it("counts on when a person accepts the interruption with a reason, and keeps the gap named", async () => {
  const gates = await soaking("1h");
  await gates.clock.pass(20 * MIN);
  await gates.clock.sleep(30 * MIN);
  await gates.until("the interruption", async () => (await gates.bench.header(gates.run)).nextAction.kind === "gate");
  const bare = await gates.bench.runs.gate(gates.bench.who, gates.run, { step: "canary", block: null, go: "continue" });
  expect(!bare.ok && bare.error.code).toBe("reason-needed");
  const on = await gates.bench.runs.gate(gates.bench.who, gates.run, {
    step: "canary",
    block: null,
    go: "continue",
    reason: "the board was watched",
  });
  expect(on.ok).toBe(true);
  expect((await gates.step()).soak?.gaps).toMatchObject([{ ms: 30 * MIN, acceptedBy: "Dana" }]);
  await gates.clock.pass(10 * MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
});

it.each([180, 60])("summer time begins or ends (offset %d): nothing is interrupted, and the hour is an hour", async (offset) => {
  const gates = await soaking("1h");
  await gates.clock.pass(20 * MIN);
  gates.clock.setOffset(offset);
  await gates.clock.pass(40 * MIN);
  await gates.until("the end", async () => (await gates.step()).verdict === "passed");
  expect(gates.events("soak.interrupted")).toEqual([]);
});

it("is judged where it stands interrupted, and the run can be aborted in the middle of one", async () => {
  const gates = await soaking("1h");
  await gates.clock.sleep(HOUR);
  await gates.until("the interruption", async () => (await gates.bench.header(gates.run)).nextAction.kind === "gate");
  const judged = await gates.bench.runs.judge(gates.bench.who, gates.run, { step: "canary", outcome: "accepted", reason: "seen" });
  expect(judged.ok).toBe(true);
  expect(await gates.step()).toMatchObject({ verdict: "unknown", judgement: { outcome: "accepted" } });

  const other = await soaking("1h");
  const aborted = await other.bench.runs.abort(other.bench.who, other.run, "enough");
  expect(aborted.ok && aborted.value.status).toBe("aborted");
});
