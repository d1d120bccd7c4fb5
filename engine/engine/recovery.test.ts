// Recovery time and point of a run, on a clock that the test drives: declared, measured, verified, in live runs and in rehearsals.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { exportLog } from "../export/index.ts";
import type { StepId } from "../protocol/index.ts";
import { drivenClock } from "./testing-clock.ts";
import { MIN, openGates } from "./testing-gates.ts";
import { recovering, recoveryBook } from "./testing-recovering.ts";

const SEC = 1_000;
const book = recoveryBook;

const iso = (ms: number) => new Date(ms).toISOString();

/** The figures from the exported lines alone, by whoever has only those: ends of steps and what the probe is known to have printed. */
function fromLines(folder: string, lastWrite: number) {
  const lines = readFileSync(join(folder, "events.ndjson"), "utf8").trim().split("\n").slice(1);
  type Line = { type?: string; ts_utc: string; outcome: string; subject: { step: string; mode: string } };
  const bodies = lines.map((line) => JSON.parse(line) as Line).filter((one) => one.type?.startsWith("step."));
  const end = (step: string) =>
    Date.parse(bodies.find((one) => one.type === "step.ended" && one.outcome === "passed" && one.subject.step === step)!.ts_utc);
  return {
    rtoMs: end("verify") - end("declare"),
    rpoMs: end("declare") - lastWrite,
    modes: new Set(bodies.map((one) => one.subject.mode)),
  };
}

it("counts a live run's recovery time from the declaring step to the verifying one, and the loss from what the probe printed", async () => {
  const start = Date.UTC(2026, 2, 29, 0, 30);
  const lastWrite = start - 4 * MIN - 123;
  const run = await recovering(book(`echo noise; echo ${iso(lastWrite)}`));
  expect(await run.recovery()).toMatchObject({ declared: null, rto: { ms: null, state: "waiting", targetMs: 60 * MIN } });
  await run.clock.pass(2 * MIN);
  await run.done("declare");
  expect((await run.recovery()).declared).toMatchObject({ at: iso(start + 2 * MIN), by: "Dana", isClaimed: false });
  expect((await run.recovery()).rto.state).toBe("running");
  await run.clock.pass(20 * MIN);
  await run.done("restore");
  expect((await run.recovery()).rpo).toMatchObject({ ms: 6 * MIN + 123, state: "met", missing: [] });
  await run.clock.pass(21 * MIN + 7);
  await run.done("verify");
  const view = await run.recovery();
  expect(view.rto).toEqual({ targetMs: 60 * MIN, ms: 41 * MIN + 7, textMs: null, state: "met" });
  expect(run.bench.alarms).toContain("Recovered after 41:00, target 1:00:00");

  const { log } = await run.bench.header(run.run);
  const out = mkdtempSync(join(tmpdir(), "hp-recovery-"));
  const recordingsDir = join(run.bench.home, "recordings");
  const made = await exportLog(run.bench.store, log, { format: "json", out: join(out, "json"), recordingsDir, actor: run.bench.who.actor });
  if (!made.ok) throw new Error(made.error.message);
  const counted = fromLines(made.value.path, lastWrite);
  expect([view.rto.ms, view.rpo.ms]).toEqual([counted.rtoMs, counted.rpoMs]);
  expect(counted.modes).toEqual(new Set(["live"]));
});

it("fails a probe whose last line is no moment, or one that is still to come, and measures nothing", async () => {
  const run = await recovering(book("echo about ten minutes ago"));
  await run.done("declare");
  await run.done("restore", "failed");
  expect((await run.step("restore")).because).toContain('no moment of a last write: "about ten minutes ago"');
  expect((await run.recovery()).rpo).toMatchObject({ ms: null, missing: ["last-write"] });
  const ahead = await recovering(book(`echo ${iso(Date.UTC(2027, 0, 1))}`));
  await ahead.done("declare");
  await ahead.done("restore", "failed");
  expect((await ahead.step("restore")).because).toContain("still to come: 2027-01-01");
});

it("lets a person declare by hand, earlier than now and with a reason, and move that until the recovery is verified", async () => {
  const start = Date.UTC(2026, 2, 29, 0, 30);
  const run = await recovering(book(`echo ${Math.floor(start / 1000) - 3600}`));
  const { runs, who } = run.bench;
  const ahead = await runs.declare(who, run.run, { at: iso(start + MIN), reason: "by phone" });
  expect(!ahead.ok && ahead.error.code).toBe("invalid-params");
  await run.clock.pass(10 * MIN);
  expect((await runs.declare(who, run.run, { reason: "the site is gone" })).ok).toBe(true);
  expect((await runs.declare(who, run.run, { at: iso(start), reason: "the lead said so on the phone" })).ok).toBe(true);
  const [first, second] = run.events("disaster.declared");
  expect(second!.body.corrects).toBe(first!.body.seq);
  // The declaring step declares nothing any more.
  await run.done("declare");
  await run.done("restore");
  expect((await run.recovery()).declared).toMatchObject({ at: iso(start), isClaimed: true, reason: "the lead said so on the phone" });
  expect((await run.recovery()).rpo).toMatchObject({ ms: 60 * MIN, state: "missed" });
  await run.done("verify");
  expect((await run.recovery()).rto.ms).toBe(10 * MIN);
  const late = await runs.declare(who, run.run, { reason: "again" });
  expect(!late.ok && late.error.message).toContain("does not move any more");
});

it("counts anew when the verification is run again, and refuses to declare where nothing would end the clock", async () => {
  const run = await recovering(book("date +%s", ""));
  // The probe prints the real clock, which is after the driven one: the loss is what it is, and never negative.
  await run.done("declare");
  await run.clock.pass(MIN);
  await run.done("verify");
  expect((await run.recovery()).rto.ms).toBe(MIN);
  await run.clock.pass(MIN);
  const again = await run.bench.runs.retry(run.bench.who, run.run, { step: "verify", reason: "one more look" });
  expect(again.ok).toBe(true);
  await run.until("its second end", async () => run.events("recovery.verified").length === 2);
  expect((await run.recovery()).rto.ms).toBe(2 * MIN);
  const plain = await recovering("# Plain\n\n```bash\ntrue\n```\n");
  const refused = await plain.bench.runs.declare(plain.bench.who, plain.run, { reason: "fire" });
  expect(!refused.ok && refused.error.message).toContain("names neither a step");
});

it("compresses gates and soaks of a rehearsal, with the times of the text beside, and says what the recovery would have taken", async () => {
  const wait = `
## Soak

<!-- step: {id: soak, soak: 30m} -->

\`\`\`bash {name=rate gate=hold for=5m every=15s expect="<= 1"}
echo 0
\`\`\`

`;
  const run = await recovering(book(`echo ${Math.floor(Date.UTC(2026, 2, 29) / 1000)}`, wait), { way: "sandbox", compress: 60 });
  await run.done("declare");
  await run.begin("soak");
  await run.until("its gate", async () => (await run.step("soak")).blocks[0]?.gate !== undefined);
  expect((await run.step("soak")).blocks[0]?.gate).toMatchObject({
    forMs: 5 * SEC,
    everyMs: 250,
    text: { forMs: 5 * MIN, everyMs: 15 * SEC, withinMs: null, compress: 60 },
  });
  await run.pass(5 * SEC);
  await run.until("its soak", async () => (await run.step("soak")).soak?.state === "soaking");
  expect((await run.step("soak")).soak).toMatchObject({ ms: 30 * SEC, text: { ms: 30 * MIN, compress: 60 } });
  await run.pass(30 * SEC);
  await run.until("its end", async () => (await run.step("soak")).status === "done");
  expect((await run.step("soak")).because).toContain("soaked for 0:30 (30:00 compressed by 60)");
  expect(run.events("gate.started")[0]!.body.data).toMatchObject({ for_ms: 5 * SEC, text_for_ms: 5 * MIN, compress: "60" });
  await run.clock.pass(3 * MIN);
  await run.done("verify");
  expect((await run.recovery()).rto).toMatchObject({ ms: 3 * MIN + 35 * SEC, textMs: 38 * MIN });
  expect(run.events("recovery.verified")[0]!.body).toMatchObject({ subject: { mode: "rehearsal" }, data: { waited_ms: 35 * SEC } });
});

it("never compresses a live run, whatever it is asked", async () => {
  const clock = drivenClock();
  const gates = await openGates(clock);
  onTestFinished(() => gates.bench.close());
  const path = join(gates.bench.home, "live.md");
  writeFileSync(path, "# Live\n\n## A\n\n<!-- step: {id: a, soak: 10m} -->\n\n```bash\ntrue\n```\n");
  const started = await gates.bench.runs.start(gates.bench.who, {
    path,
    mode: "live",
    rehearsal: { way: "sandbox", compress: 60 },
    contexts: {},
    params: {},
    placeholders: {},
  });
  if (!started.ok) throw new Error(started.error.message);
  gates.follow(started.value.header.run);
  await gates.bench.runs.step(gates.bench.who, gates.run, { step: "a" });
  await gates.until("its soak", async () => (await gates.step("a")).soak?.state === "soaking");
  const soak = (await gates.step("a")).soak;
  expect([soak?.ms, soak?.text]).toEqual([10 * MIN, undefined]);
});

it("measures in a replay what was lost then, as far before this disaster as it was before that one", async () => {
  const start = Date.UTC(2026, 2, 29, 0, 30);
  const run = await recovering(book(`echo ${iso(start - 7 * MIN)}`));
  const { runs, who } = run.bench;
  await run.clock.pass(2 * MIN);
  for (const step of ["declare", "restore", "verify"]) await run.done(step);
  expect((await runs.finish(who, run.run, undefined)).ok).toBe(true);
  expect((await run.recovery()).rpo.ms).toBe(9 * MIN);
  // Weeks later it is rehearsed from the recording.
  await run.clock.pass(20 * 24 * 60 * MIN);
  const { path } = await run.bench.header(run.run);
  const request = { path, mode: "rehearsal" as const, contexts: {}, params: {}, placeholders: {} };
  const started = await runs.start(who, { ...request, rehearsal: { way: "replay", source: run.run, speed: 0 } });
  if (!started.ok) throw new Error(started.error.message);
  const { run: replayed } = started.value.header;
  run.follow(replayed);
  for (const step of ["declare", "restore", "verify"]) {
    await run.clock.pass(MIN);
    expect((await runs.step(who, replayed, { step })).ok).toBe(true);
    await run.until(`${step} played`, async () => {
      if (run.clock.next() !== null) await run.clock.pass(run.clock.next() ?? 0);
      return (await run.step(step)).verdict === "passed";
    });
  }
  const view = (await run.bench.header(replayed)).recovery!;
  expect(view.rpo).toMatchObject({ ms: 9 * MIN, state: "met", measured: [{ isPlayed: true }] });
  expect(view.rto.ms).toBeGreaterThanOrEqual(2 * MIN);
});

it("measures nothing in a walk, where a probe is only answered by a person, and fails no step for it", async () => {
  const run = await recovering(book("date +%s"), { way: "walk" });
  const { runs, who } = run.bench;
  for (const step of ["declare", "restore", "verify"] as const) {
    await run.begin(step);
    const told = await runs.walked(who, run.run, { step: step as StepId, block: 0, outcome: "passed" });
    expect(told.ok, JSON.stringify(told)).toBe(true);
    await run.until(`${step} walked`, async () => (await run.step(step)).verdict === "passed");
  }
  expect(await run.recovery()).toMatchObject({ rto: { state: "met" }, rpo: { ms: null, missing: ["last-write"], state: "running" } });
});
