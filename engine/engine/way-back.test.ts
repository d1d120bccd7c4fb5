// Going back in real shells: decided on record first, a run of its own, timed to its verified recovery, and what cannot be undone any more.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, it } from "vitest";
import { bothVerdicts, openPython } from "../export/testing-bundle.ts";
import type { RunHeader, RunId, WayBackView } from "../protocol/index.ts";
import { openBench, runBench } from "./testing.ts";
import { drivenClock } from "./testing-clock.ts";
import { MIN, openGates } from "./testing-gates.ts";

type Gates = Awaited<ReturnType<typeof openGates>>;
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const FENCE = "```";
const step = (id: string, directive: string, command: string, attributes = "") =>
  `## ${id}\n\n<!-- step: {id: ${id}${directive === "" ? "" : `, ${directive}`}} -->\n\n${FENCE}bash ${attributes}\n${command}\n${FENCE}\n\n`;
/** Forward steps leave lines in a file; ways back too: what was done is read from it. */
const text = (home: string, steps: string, front = "") =>
  `---\ntitle: Cut-over\ncwd: ${home}\nrequires: {cluster: false}\n${front}---\n\n${steps}`;
const GATE = 'gate=hold for=5m every=1m expect="<= 0.3"';
const CANARY = `{${GATE}}`;
const night = (home: string, auto = "") =>
  text(
    home,
    step("migrate", "rollback: '#migrate-back', target: 5m", "echo migrate >> done") +
      step("freeze", "", "echo freeze >> done") +
      step("canary", `rollback: '#traffic-back', target: 2m${auto}`, "cat metric", CANARY) +
      step("traffic-back", "", "echo traffic-back >> done") +
      step("migrate-back", "needs: [freeze]", "echo migrate-back >> done") +
      step("prove", "planned: 1m", "echo prove >> done"),
    "verify: '#prove'\n",
  );

async function bench(clock = drivenClock()) {
  const gates = await openGates(clock);
  opened.push({ close: () => gates.bench.close() });
  return gates;
}
const done = (gates: Gates) => readFileSync(join(gates.bench.home, "done"), "utf8").trim().split("\n");
async function idle(gates: Gates, run: RunId): Promise<RunHeader> {
  let header = await gates.bench.header(run);
  await gates.until("the end", async () => {
    header = await gates.bench.header(run);
    return header.status === "finished" || header.nextAction.kind !== "wait";
  });
  return header;
}
async function run(gates: Gates, source: string, ...steps: string[]): Promise<RunId> {
  const id = await gates.bench.start(source);
  for (const one of steps) {
    const begun = await gates.bench.runs.step(gates.bench.who, id, { step: one });
    if (!begun.ok) throw new Error(begun.error.message);
    await idle(gates, id);
  }
  return id;
}
/** Forward to the canary, whose gate fails in its third probe. */
async function failed(gates: Gates, auto = ""): Promise<RunId> {
  const id = await run(gates, night(gates.bench.home, auto), "migrate", "freeze");
  gates.follow(id);
  const begun = await gates.bench.runs.step(gates.bench.who, id, { step: "canary" });
  if (!begun.ok) throw new Error(begun.error.message);
  for (const value of ["0.08", "0.19", "0.72"]) {
    gates.set(value);
    await gates.pass(MIN);
  }
  await gates.until("the failure", async () => (await gates.bench.header(id)).status === "held");
  return id;
}
async function stepOf(gates: Gates, id: RunId, name: string) {
  const got = await gates.bench.runs.get(id);
  if (!got.ok) throw new Error(got.error.message);
  return got.value.view.steps.find((one) => one.id === name)!;
}
async function ways(gates: Gates, id: RunId): Promise<WayBackView> {
  const view = await gates.bench.runs.wayBack(id);
  if (!view.ok) throw new Error(view.error.message);
  return view.value;
}
const eventsOf = (gates: Gates, id: RunId) =>
  gates.bench.store
    .logs()
    .flatMap(({ log, kind }) => (kind === "run" ? gates.bench.store.events(log) : []))
    .filter(({ body }) => body.subject.run === id);

it("shows before it starts what each way back runs and undoes, and what stays", async () => {
  const gates = await bench();
  const id = await failed(gates);
  const { candidates } = await ways(gates, id);
  expect(
    candidates.map(({ kind, step: of, runs, undoes, stays, targetMs }) => [kind, of, ids(runs), ids(undoes), ids(stays), targetMs]),
  ).toEqual([
    ["step", "canary", ["traffic-back", "prove"], ["canary"], ["freeze", "migrate"], 2 * MIN],
    ["step", "migrate", ["migrate-back", "prove"], ["migrate"], ["canary", "freeze"], 5 * MIN],
    ["run", null, ["traffic-back", "migrate-back", "prove"], ["canary", "migrate"], ["freeze"], 7 * MIN],
  ]);
  expect(candidates[0]!.runs[0]!.commands).toEqual(["echo traffic-back >> done"]);
  const header = await gates.bench.header(id);
  expect([header.nextAction.kind, header.nextAction.button]).toEqual(["way-back", "Start the way back"]);
});
const ids = (steps: readonly { id: string }[]) => steps.map((one) => one.id);

it("goes back by one step's way on one confirmation: decided on record first, verified last, measured against the promise, linked both ways", async () => {
  const gates = await bench();
  const id = await failed(gates);
  const gone = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "step", step: "canary" as never, trouble: "performance" });
  if (!gone.ok) throw new Error(gone.error.message);
  const back = gone.value.run;
  const after = await idle(gates, back);
  expect([after.status, after.result, after.undoes?.measure?.outcome, after.undoes?.measure?.met]).toEqual([
    "finished",
    "passed",
    "passed",
    true,
  ]);
  expect(done(gates)).toEqual(["migrate", "freeze", "traffic-back", "prove"]);
  const own = eventsOf(gates, id).map(({ body }) => body);
  const decided = own.find(({ type }) => type === "run.rollback_decided")!;
  expect([decided.reason, decided.data.target_ms, decided.data.steps]).toEqual(["performance", 2 * MIN, ["canary"]]);
  const started = eventsOf(gates, back).find(({ body }) => body.type === "run.started")!.body;
  expect(started.data.undoes).toMatchObject({ run: id, decided_at: decided.ts_utc, steps: ["canary"] });
  expect(started.data.only).toEqual(["traffic-back", "prove"]);
  expect(
    own
      .filter(({ type }) => type.startsWith("rollback.") || type.startsWith("run.rollback"))
      .map(({ type, data }) => [type, data.run ?? ""]),
  ).toEqual([
    ["run.rollback_decided", ""],
    ["run.rollback_started", back],
    ["rollback.finished", back],
  ]);
  expect(own.at(-1)!.data).toMatchObject({ target_ms: 2 * MIN, met: true, measured_by: "monotonic", steps: ["canary"] });
  const first = await gates.bench.header(id);
  expect(first.undoneBy).toMatchObject([{ run: back, status: "recovered", measure: { met: true } }]);
  expect((await stepOf(gates, id, "canary")).undone).toEqual({ run: back });
  expect((await stepOf(gates, id, "migrate")).undone).toBeUndefined();
  expect([first.status, first.nextAction.kind]).toEqual(["held", "finish"]);
  const finished = await gates.bench.runs.finish(gates.bench.who, id, undefined);
  expect(finished.ok && [finished.value.status, finished.value.result]).toEqual(["finished", "rolled back"]);
});

it("undoes the whole run in reverse order, and says by how much it was late", async () => {
  const gates = await bench();
  const source = night(gates.bench.home).replace(
    "echo migrate-back >> done",
    "until test -e go; do sleep 0.02; done; echo migrate-back >> done",
  );
  const id = await run(gates, source, "migrate", "freeze");
  const gone = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "step", step: "migrate" as never, reason: "wrong schema" });
  if (!gone.ok) throw new Error(gone.error.message);
  expect((await gates.bench.header(id)).status).toBe("held");
  const resumed = await gates.bench.runs.resume(gates.bench.who, id, {});
  expect(resumed.ok ? "" : resumed.error.code).toBe("busy");
  const twice = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "step", step: "migrate" as never });
  expect(twice.ok ? "" : twice.error.code).toBe("busy");
  await gates.clock.pass(6 * MIN);
  writeFileSync(join(gates.bench.home, "go"), "");
  const after = await idle(gates, gone.value.run);
  expect(after.undoes?.measure).toMatchObject({ outcome: "passed", durationMs: 6 * MIN, met: false });
  expect(gates.bench.alarms.at(-1)).toBe("Recovered in 6:00");
  expect(done(gates)).toEqual(["migrate", "freeze", "migrate-back", "prove"]);
});

it("counts ten seconds down after a measured failure where the step says so, and goes back in the name of who started it", async () => {
  const gates = await bench();
  const id = await failed(gates, ", auto-rollback: true");
  await gates.until("the countdown", async () => (await gates.bench.header(id)).countdown != null);
  expect((await gates.bench.header(id)).countdown).toMatchObject({ step: "canary", armedBy: "Dana" });
  await gates.clock.pass(9_000);
  expect(eventsOf(gates, id).some(({ body }) => body.type === "run.rollback_decided")).toBe(false);
  await gates.clock.pass(1_000);
  await gates.until("the way back", async () => (await gates.bench.header(id)).undoneBy?.at(-1)?.status === "recovered");
  const decided = eventsOf(gates, id).find(({ body }) => body.type === "run.rollback_decided")!.body;
  expect([decided.actor.name, decided.reason]).toEqual([
    "Dana",
    "its gate failed by measurement, and nobody stopped the automatic way back",
  ]);
  expect(done(gates)).toEqual(["migrate", "freeze", "traffic-back", "prove"]);
});

it("stops the countdown on a person's word, and starts nothing then", async () => {
  const gates = await bench();
  const id = await failed(gates, ", auto-rollback: true");
  await gates.until("the countdown", async () => (await gates.bench.header(id)).countdown != null);
  const stopped = await gates.bench.runs.stopRollback(gates.bench.who, id);
  expect(stopped.ok && stopped.value.countdown).toBeNull();
  await gates.clock.pass(MIN);
  expect(
    eventsOf(gates, id)
      .map(({ body }) => body.type)
      .filter((type) => type.includes("rollback")),
  ).toEqual(["rollback.countdown_started", "rollback.countdown_stopped"]);
  const again = await gates.bench.runs.stopRollback(gates.bench.who, id);
  expect(again.ok ? "" : again.error.code).toBe("conflict");
});

it.each([
  ["slept", (gates: Awaited<ReturnType<typeof bench>>) => gates.clock.sleep(3 * 60 * MIN)],
  ["was set", async (gates: Awaited<ReturnType<typeof bench>>) => gates.clock.setWall(3 * 60 * MIN)],
])("starts no way back by itself where the machine %s in the countdown", async (_, part) => {
  const gates = await bench();
  const id = await failed(gates, ", auto-rollback: true");
  await gates.until("the countdown", async () => (await gates.bench.header(id)).countdown != null);
  await part(gates);
  await gates.clock.pass(MIN);
  const header = await gates.bench.header(id);
  expect([header.countdown, header.status]).toEqual([null, "held"]);
  const said = eventsOf(gates, id).filter(({ body }) => body.type.includes("rollback"));
  expect(said.map(({ body }) => body.type)).toEqual(["rollback.countdown_started", "rollback.countdown_stopped"]);
  expect(said[1]!.body.reason).toContain("the run stays held");
});

it.each([
  ["a probe that errs", "echo 0.1; exit 3"],
  ["a probe that prints no number", "echo NaN"],
])("never counts down after %s: nothing was measured", async (_, command) => {
  const gates = await bench();
  await gates.begin(GATE, command, 'id: canary, rollback: "#back", auto-rollback: true');
  await gates.pass(MIN);
  await gates.until("the interruption", async () => (await gates.gate()).state === "interrupted");
  await gates.clock.pass(5 * MIN);
  expect((await gates.bench.header(gates.run)).countdown).toBeNull();
  expect(gates.events().some(({ body }) => body.type.includes("rollback"))).toBe(false);
});

it("warns of a way back that has run out, and takes it only with a reason", async () => {
  const gates = await bench();
  const source = text(
    gates.bench.home,
    step("turn", "rollback: '#turn-back', target: 1m, rollback-valid: 24h", "echo turn >> done") +
      step("next", "", "true") +
      step("turn-back", "", "echo turn-back >> done"),
  );
  const id = await run(gates, source, "turn");
  const until = (await stepOf(gates, id, "turn")).rollback!;
  expect(Date.parse(until.validUntil!) - gates.clock.ports.clock.now()).toBe(24 * 60 * MIN);
  await gates.clock.pass(24 * 60 * MIN + 1);
  expect((await ways(gates, id)).candidates[0]).toMatchObject({ isExpired: true, gone: "" });
  const bare = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "step", step: "turn" as never });
  expect(bare.ok ? "" : bare.error.code).toBe("reason-needed");
  const given = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "step", step: "turn" as never, reason: "blue still stands" });
  expect(given.ok).toBe(true);
});

it("offers only what is marked for after it once a signed point of no return has begun", async () => {
  const gates = await bench();
  const steps =
    step("turn", "rollback: '#turn-back', target: 1m", "echo turn >> done") +
    step("drop", "point-of-no-return: true, rollback: '#restore', target: 15m", "echo drop >> done") +
    step("turn-back", "", "echo turn-back >> done") +
    step("restore", "after-no-return: true", "echo restore >> done");
  const id = await run(gates, text(gates.bench.home, steps), "turn");
  const blocked = await gates.bench.header(id);
  expect(blocked.nextAction).toMatchObject({ kind: "blocked", signs: { roles: ["lead"] } });
  const unsigned = await gates.bench.runs.step(gates.bench.who, id, { step: "drop" });
  expect(unsigned.ok ? "" : unsigned.error.code).toBe("not-ready");
  const shown = await gates.bench.runs.signable(id, { kind: "holdpoint", id: `${id}/drop` });
  if (!shown.ok) throw new Error(shown.error.message);
  const sentence = shown.value.statement("approved", { role: "lead", note: "" });
  expect(sentence).toContain("point of no return");
  expect(sentence).toContain("turn-back");
  shown.value.record([
    {
      type: "signoff.added",
      actor: { ...gates.bench.who.actor, op_id: "mira", name: "Mira" },
      data: {
        signature: "s-1",
        subject: { kind: "holdpoint", id: `${id}/drop` },
        role: "lead",
        op_id: "mira",
        name: "Mira",
        meaning: "approved",
      },
    },
  ]);
  const begun = await gates.bench.runs.step(gates.bench.who, id, { step: "drop" });
  if (!begun.ok) throw new Error(begun.error.message);
  const after = await idle(gates, id);
  expect(after.pointOfNoReturn).toMatchObject({ step: "drop", by: "Mira" });
  const offered = (await ways(gates, id)).candidates.map(({ kind, step: of, gone }) => [kind, of, gone === ""]);
  expect(offered).toEqual([
    ["step", "drop", true],
    ["step", "turn", false],
    ["run", null, false],
  ]);
  const refused = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "step", step: "turn" as never });
  expect(refused.ok ? "" : refused.error.message).toMatch(/gone since .* signed by Mira/);
  const inRun = await gates.bench.runs.step(gates.bench.who, id, { step: "turn-back", reason: "all the same" });
  expect(inRun.ok ? "" : inRun.error.message).toMatch(/no way back any more/);
  const restored = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "step", step: "drop" as never });
  if (!restored.ok) throw new Error(restored.error.message);
  await idle(gates, restored.value.run);
  expect(done(gates)).toEqual(["turn", "drop", "restore"]);
});

it("runs a file as the way back with the values given, and decides nothing while they are wrong", async () => {
  const gates = await bench();
  const home = gates.bench.home;
  const source = text(home, step("turn", "rollback: back.md, target: 3m", "echo turn >> done") + step("next", "", "true"));
  const book = text(
    home,
    step("undo", "", "echo $COLOUR >> done"),
    "target: 3m\ntrouble: [performance, security]\nparams:\n  - {name: COLOUR, choices: [blue, green], default: blue}\n",
  );
  writeFileSync(join(home, "back.md"), book);
  const id = await run(gates, source, "turn");
  expect((await ways(gates, id)).byTrouble).toMatchObject({ performance: ["step:turn"], "critical-bug": [], data: [] });
  const call = { kind: "step" as const, step: "turn" as never };
  const wrong = await gates.bench.runs.rollback(gates.bench.who, id, { ...call, params: { COLOUR: "red" } });
  expect(wrong.ok ? "" : wrong.error.code).toBe("invalid-params");
  expect(eventsOf(gates, id).some(({ body }) => body.type === "run.rollback_decided")).toBe(false);
  const gone = await gates.bench.runs.rollback(gates.bench.who, id, { ...call, params: { COLOUR: "green" } });
  if (!gone.ok) throw new Error(gone.error.message);
  await idle(gates, gone.value.run);
  expect(done(gates)).toEqual(["turn", "green"]);
  rmSync(join(home, "back.md"));
  expect((await ways(gates, id)).candidates).toEqual([]);
});

it("goes back by the whole run's way: what has begun, newest first, and the proof last", { timeout: 60_000 }, async () => {
  const gates = await bench();
  const id = await failed(gates);
  const gone = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "run" });
  if (!gone.ok) throw new Error(gone.error.message);
  const after = await idle(gates, gone.value.run);
  expect([after.status, after.result, after.undoes?.measure?.outcome]).toEqual(["finished", "passed", "passed"]);
  expect(done(gates)).toEqual(["migrate", "freeze", "traffic-back", "migrate-back", "prove"]);
  const undone = await Promise.all(["migrate", "freeze", "canary"].map(async (one) => (await stepOf(gates, id, one)).undone?.run ?? null));
  expect(undone).toEqual([gone.value.run, null, gone.value.run]);
  const finished = await gates.bench.runs.finish(gates.bench.who, id, undefined);
  if (!finished.ok) throw new Error(finished.error.message);
  expect((await gates.bench.header(id)).result).toBe("rolled back");
});

it("asks about the second failure, not about the way back before it, and ends passed where all was done again", {
  timeout: 60_000,
}, async () => {
  const gates = await bench();
  const id = await failed(gates);
  const goBack = async () => {
    const gone = await gates.bench.runs.rollback(gates.bench.who, id, { kind: "step", step: "canary" as never });
    if (!gone.ok) throw new Error(gone.error.message);
    await idle(gates, gone.value.run);
    expect((await gates.bench.header(id)).nextAction).toMatchObject({ kind: "finish", button: "Finish the run" });
    const resumed = await gates.bench.runs.resume(gates.bench.who, id, { reason: "the probe was broken" });
    if (!resumed.ok) throw new Error(resumed.error.message);
  };
  const again = async (value: string) => {
    const begun = await gates.bench.runs.retry(gates.bench.who, id, { step: "canary" as never, reason: "mended" });
    if (!begun.ok) throw new Error(begun.error.message);
    gates.set(value);
    for (let minute = 0; minute < 5 && (await gates.bench.header(id)).status === "active"; minute++) await gates.pass(MIN);
  };
  await goBack();
  await again("0.9");
  await gates.until("the second failure", async () => (await gates.bench.header(id)).status === "held");
  expect((await gates.bench.header(id)).nextAction).toMatchObject({ kind: "way-back", button: "Start the way back" });
  await goBack();
  expect((await gates.bench.header(id)).undoneBy).toHaveLength(2);
  await again("0.1");
  await gates.until("its end", async () => (await stepOf(gates, id, "canary")).verdict === "passed");
  expect((await gates.bench.header(id)).undoneBy!.at(-1)).toMatchObject({ status: "recovered", isPast: true });
  const finished = await gates.bench.runs.finish(gates.bench.who, id, "proved in the ways back");
  if (!finished.ok) throw new Error(finished.error.message);
  expect((await gates.bench.header(id)).result).not.toBe("rolled back");
});

it("offers a procedure once however many folders hold its text, and both where the texts differ", { timeout: 60_000 }, async () => {
  const whole = await openBench();
  opened.push({ close: () => whole.remove() });
  const fix = text(whole.folder, step("fix", "", "true"), "trouble: [data]\ntarget: 3m\n").replace("title: Cut-over", "title: Mend it");
  for (const folder of ["one", "two", "three"]) mkdirSync(join(whole.folder, folder));
  whole.write("one/fix.md", fix);
  whole.write("two/fix.md", fix);
  whole.write("three/fix.md", fix.replace("3m", "4m"));
  const forward = await whole.start(text(whole.folder, step("turn", "", "true")));
  await whole.call("library.rescan", {});
  const { candidates } = await whole.call("run.wayBack", { run: forward.run });
  expect(candidates.flatMap(({ title, targetMs }) => (title === "Mend it" ? [targetMs] : [])).sort()).toEqual([3 * MIN, 4 * MIN]);
});

it("exports bundles of both runs that both verifiers accept, hold points of the text included", { timeout: 120_000 }, async () => {
  const whole = await openBench();
  opened.push({ close: () => whole.remove() });
  const python = openPython();
  opened.push(python);
  const steps =
    step("turn", "rollback: '#turn-back', target: 1m", "true") + step("gate", "signoff: [lead]", "true") + step("turn-back", "", "true");
  const first = await whole.start(text(whole.folder, steps));
  await first.runStep("turn");
  const back = await whole.call("run.rollback", { run: first.run, kind: "run", trouble: "critical-bug" });
  await first.until("the recovery", (one) => one.undoneBy?.at(-1)?.status === "recovered");
  await whole.call("run.finish", { run: first.run });
  for (const log of [(await first.view()).header.log, back.log]) {
    const { path } = await whole.call("record.export", { log, format: "bundle" });
    expect(await bothVerdicts(python, readFileSync(path))).toMatchObject({ problems: [], parted: "" });
  }
});

it("rolls nothing back by itself after kill -9 in the countdown, and says on record that it did not", { timeout: 120_000 }, async () => {
  let whole = await openBench();
  opened.push({ close: () => whole.remove() });
  const { home, folder } = whole;
  const gate = `{gate=hold for=10s every=500ms expect="<= 0.3"}`;
  const source = text(
    folder,
    step("canary", "rollback: '#turn-back', target: 2m, auto-rollback: true", "echo 0.9", gate) +
      step("turn-back", "", "echo turned-back >> done"),
  );
  const path = whole.write("killed-countdown.md", source);
  await whole.close();
  const child = spawn(process.execPath, [join(import.meta.dirname, "kill-countdown-worker.ts"), home, path], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOME: `${home}-user` },
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  child.kill("SIGKILL");
  await once(child, "close");
  const { run: id } = JSON.parse(line) as { run: RunId };
  whole = await openBench({ home });
  const after = runBench(whole, id);
  const { header } = await after.view();
  expect([header.status, header.countdown, header.undoneBy ?? []]).toEqual(["held", null, []]);
  expect(header.nextAction).toMatchObject({ kind: "way-back", button: "Start the way back" });
  const stopped = (await after.events("rollback.countdown_stopped")).map(({ body }) => body.reason);
  expect(stopped).toEqual([expect.stringContaining("Holdpoint ended during the countdown")]);
  expect(await after.events("run.rollback_decided")).toEqual([]);
  expect(existsSync(join(folder, "done"))).toBe(false);
  const back = await whole.call("run.rollback", { run: id, kind: "step", step: "canary" as never });
  expect((await runBench(whole, back.run).until("the recovery", (one) => one.status === "finished")).undoes?.measure?.outcome).toBe(
    "passed",
  );
  expect(readFileSync(join(folder, "done"), "utf8")).toBe("turned-back\n");
});

it("comes back after kill -9 in the middle of the way back: both runs as they stood, the time counting on from the decision", {
  timeout: 120_000,
}, async () => {
  let whole = await openBench();
  opened.push({ close: () => whole.remove() });
  const { home, folder } = whole;
  const wait = `until test -e ${folder}/go; do sleep 0.02; done`;
  const source = text(folder, step("turn", "rollback: '#turn-back', target: 1h", "true") + step("turn-back", "", wait));
  const path = whole.write("killed-back.md", source);
  await whole.close();
  const child = spawn(process.execPath, [join(import.meta.dirname, "kill-back-worker.ts"), home, path], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOME: `${home}-user` },
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  child.kill("SIGKILL");
  await once(child, "close");
  const { run: id, back: backId } = JSON.parse(line) as { run: RunId; back: RunId };
  whole = await openBench({ home });
  const [first, back] = [runBench(whole, id), runBench(whole, backId)];
  const before = (await first.view()).header;
  expect([before.status, before.undoneBy?.at(-1)?.status, before.undoneBy?.at(-1)?.run]).toEqual(["held", "running", backId]);
  const stands = await back.view();
  expect([stands.header.status, stands.header.undoes?.run, stands.steps.map((one) => [one.id, one.verdict])]).toEqual([
    "held",
    id,
    [["turn-back", "unknown"]],
  ]);
  expect(stands.header.undoes?.decidedAt).toBe(before.undoneBy?.at(-1)?.decidedAt);
  writeFileSync(join(folder, "go"), "");
  await whole.call("run.resume", { run: backId });
  await whole.call("run.retry", { run: backId, step: "turn-back" as never, reason: "looked: it had not turned" });
  const after = await back.until("the recovery", (one) => one.status === "finished");
  expect(after.undoes?.measure).toMatchObject({ outcome: "passed", met: true });
  const measured = (await first.events("rollback.finished"))[0]!.body;
  expect([measured.data.measured_by, measured.data.run]).toEqual(["wall", backId]);
  expect(measured.data.duration_ms).toBe(after.undoes?.measure?.durationMs);
  expect((await first.view()).header.nextAction.kind).toBe("finish");
  expect((await whole.call("record.verify", {})).problems).toEqual([]);
});
