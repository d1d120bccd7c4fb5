// Walk and replay as a person has them: nothing is run, what was recorded plays, and both are records like any other.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ParamsOf } from "../protocol/index.ts";
import { type Bench, openBench, type RunBench, runBench, WINDOW } from "./testing.ts";

let bench: Bench;
let path: string;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.remove());

const TEXT = `---
title: Restore the shop
requires: {cluster: false}
---

## Stop writes

<!-- step: {id: stop} -->

\`\`\`bash
echo "writes stopped"; sleep 0.2; printf 'h\\xc3\\xa9llo\\n'
\`\`\`

\`\`\`bash {capture=VERSION}
echo 41
echo 42
\`\`\`

## Look

<!-- step: {id: look} -->

- [ ] The page says maintenance

## Restore

<!-- step: {id: restore} -->

\`\`\`bash
test -e marker && { echo restored <VERSION>; exit 0; }
touch marker; echo cannot; exit 3
\`\`\`
`;

async function begin(rehearsal?: ParamsOf<"run.start">["rehearsal"]): Promise<RunBench> {
  const { header } = await bench.call("run.start", {
    path,
    mode: rehearsal === undefined ? "live" : "rehearsal",
    ...(rehearsal === undefined ? {} : { rehearsal }),
    contexts: {},
    params: {},
    placeholders: {},
  });
  return runBench(bench, header.run);
}

/** Does the one next action until the run is over; what failed is retried. */
async function toTheEnd(run: RunBench): Promise<void> {
  for (;;) {
    const { nextAction } = await run.idle();
    const step = nextAction.step as never;
    if (nextAction.kind === "run-step") await bench.call("run.step", { run: run.run, step });
    else if (nextAction.kind === "confirm-check") await bench.call("run.check", { run: run.run, step, check: nextAction.check ?? 0 });
    else if (nextAction.kind === "retry-or-skip") await bench.call("run.retry", { run: run.run, step });
    else if (nextAction.kind === "walk")
      await bench.call("run.walked", { run: run.run, step, block: nextAction.block ?? 0, outcome: "passed" });
    else if (nextAction.kind === "finish") await bench.call("run.finish", { run: run.run });
    else if (nextAction.kind === "none") return;
    else throw new Error(JSON.stringify(nextAction));
  }
}

/** What is seen in the run's terminals, as text. */
function watch(id: string): { text(): string; type(data: string): void } {
  let text = "";
  const link = bench.engine.connectTerminal(id, WINDOW, (message) => {
    if (message.type === "screen" || message.type === "data") text += message.data;
  });
  if (!link.ok) throw new Error(link.error.message);
  return { text: () => text, type: (data) => link.value.receive({ type: "input", data }) };
}

const ends = async (run: RunBench) =>
  (await run.events("block.ended")).map(({ body }) => ({
    step: body.subject.step,
    outcome: body.outcome,
    exit: body.data["exit_code"],
    sha: body.data["output_sha256"],
    bytes: body.data["bytes"],
  }));

async function recorded(): Promise<RunBench> {
  path = bench.write("restore.md", TEXT);
  const run = await begin();
  await toTheEnd(run);
  expect((await run.view()).header.result).toBe("passed");
  return run;
}

it("plays what an earlier run recorded, with its verdicts as then, and starts nothing", async () => {
  const source = await recorded();
  const [offered] = await bench.call("rehearsal.sources", { path });
  expect(offered).toMatchObject({ run: source.run, same: 2, changed: 0, absent: 0, result: "passed" });
  const replay = await begin({ way: "replay", source: source.run, speed: 0 });
  await toTheEnd(replay);
  // The first attempt of the restore failed then, and fails now; the second one passes.
  expect(await ends(replay)).toEqual(await ends(source));
  expect((await ends(replay)).map((end) => end.outcome)).toEqual(["passed", "passed", "failed", "passed"]);
  const events = await replay.events();
  expect(events.filter(({ body }) => /^shell\./.test(body.type))).toEqual([]);
  expect(events.filter(({ body }) => body.subject.run === replay.run && body.subject.mode !== "rehearsal")).toEqual([]);
  const { header, values } = await replay.view();
  expect(values["VERSION"]).toBe("42");
  expect(header.rehearsal).toMatchObject({ way: "replay", source: { run: source.run }, speed: 0 });
  expect((await replay.step("stop")).blocks[0]?.played).toMatchObject({ way: "replay", differs: false });
  // Neither is a replay the source of another one.
  expect((await bench.call("rehearsal.sources", { path })).map((one) => one.run)).toEqual([source.run]);
});

it("walks a text from its first step to its last, and runs nothing of it", async () => {
  path = bench.write("restore.md", TEXT);
  const walk = await begin({ way: "walk" });
  await toTheEnd(walk);
  expect(existsSync(join(bench.folder, "marker"))).toBe(false);
  expect((await walk.view()).header.result).toBe("passed");
  expect((await walk.events("block.walked")).length).toBe(3);
  for (const { body } of await walk.events("block.ended")) expect(body.data["because"]).toBe("walked through: nothing was run");
});

it("refuses what is typed by hand, with a line that says so", async () => {
  path = bench.write("restore.md", TEXT);
  const walk = await begin({ way: "walk" });
  await bench.call("run.step", { run: walk.run, step: "stop" as never });
  const { terminals } = await walk.until("a walked block", ({ nextAction }) => nextAction.kind === "walk");
  const seen = watch(terminals[0]?.id ?? "");
  seen.type("touch marker\r");
  await expect.poll(seen.text).toContain("Nothing is typed in a walk-through");
  expect(await walk.events("input.typed")).toEqual([]);
  expect(existsSync(join(bench.folder, "marker"))).toBe(false);
});

const GATE = `---
title: Canary
requires: {cluster: false}
---

## Canary

<!-- step: {id: canary} -->

\`\`\`bash {name=error-rate gate=hold for=1500ms every=500ms expect="<= 0.3"}
echo x >> looks; echo "rate 0.$(wc -l < looks | tr -d ' ')"
\`\`\`

## Behind

<!-- step: {id: behind} -->

\`\`\`bash {background}
echo begun behind; sleep 0.3; echo ended behind
\`\`\`

\`\`\`bash {job}
echo a job of its own
\`\`\`
`;

it("plays a gate look by look with the values of then, and what ran behind or as a job", async () => {
  path = bench.write("canary.md", GATE);
  const source = await begin();
  await toTheEnd(source);
  const replay = await begin({ way: "replay", source: source.run, speed: 0, compress: 10 });
  rmSync(join(bench.folder, "looks"));
  await toTheEnd(replay);
  const looks = async (run: RunBench) => (await run.events("gate.probed")).map(({ body }) => [body.data["value"], body.outcome]);
  expect(await looks(source)).toEqual([
    ["0.1", "passed"],
    ["0.2", "passed"],
    ["0.3", "passed"],
  ]);
  expect(await looks(replay)).toEqual(await looks(source));
  expect(existsSync(join(bench.folder, "looks"))).toBe(false);
  const byBlock = (all: Awaited<ReturnType<typeof ends>>) =>
    all
      .filter(({ step }) => step === "behind")
      .map(({ sha, bytes }) => [sha, bytes])
      .sort();
  await expect.poll(async () => byBlock(await ends(replay))).toEqual(byBlock(await ends(source)));
  // Neither a shell nor the process of a job.
  expect((await replay.events()).filter(({ body }) => /^(shell|job)\./.test(body.type))).toEqual([]);
});

it("asks once for a gate that is walked through; one that would have failed holds the run", async () => {
  path = bench.write("canary.md", GATE);
  const walk = await begin({ way: "walk", compress: 100 });
  await bench.call("run.step", { run: walk.run, step: "canary" as never });
  await walk.until("a question", ({ nextAction }) => nextAction.kind === "walk");
  await bench.call("run.walked", {
    run: walk.run,
    step: "canary" as never,
    block: 0,
    outcome: "failed",
    note: "0.31 after the first minute",
  });
  const { status } = await walk.until("the hold", (header) => header.status === "held");
  expect(status).toBe("held");
  expect((await walk.step("canary")).because).toBe("walked through: nothing was run; 0.31 after the first minute");
  expect(await walk.events("gate.probed")).toEqual([]);
  expect(existsSync(join(bench.folder, "looks"))).toBe(false);
});

const SLOW = `---
title: Slow
requires: {cluster: false}
---

## Copy

<!-- step: {id: copy} -->

\`\`\`bash
for part in 1 2 3; do echo "part $part of 3"; sleep 0.3; done
\`\`\`
`;

it("changes its pace while it plays, stands still in a pause, and is skipped to the block's end", async () => {
  path = bench.write("slow.md", SLOW);
  const source = await begin();
  await toTheEnd(source);
  // So slow that it does not end by itself meanwhile.
  const replay = await begin({ way: "replay", source: source.run, speed: 0.02 });
  const { run } = replay;
  await bench.call("run.step", { run, step: "copy" as never });
  const { rehearsal, terminals } = await replay.until("something that plays", (header) => (header.rehearsal?.playing ?? []).length === 1);
  expect(rehearsal?.playing?.[0]).toMatchObject({ step: "copy", block: 0, isPaused: false });
  const seen = watch(terminals[0]?.id ?? "");
  await expect.poll(seen.text, { timeout: 30_000 }).toContain("part 1 of 3");
  await bench.call("run.playback", { run, isPaused: true });
  await bench.call("run.playback", { run, speed: 1000 });
  expect(seen.text()).not.toContain("part 3 of 3");
  expect((await replay.view()).header.rehearsal).toMatchObject({ isPaused: true, speed: 1000 });
  await bench.call("run.playback", { run, speed: 0.02 });
  await bench.call("run.playback", { run, skip: true });
  await expect.poll(seen.text).toContain("part 3 of 3");
  await toTheEnd(replay);
  expect((await ends(replay)).map(({ outcome, sha }) => [outcome, sha])).toEqual(
    (await ends(source)).map(({ outcome, sha }) => [outcome, sha]),
  );
  expect((await replay.events("rehearsal.paced")).map(({ body }) => [body.data["speed"], body.data["paused"]])).toEqual([
    ["0.02", true],
    ["1000", true],
    ["0.02", true],
  ]);
  expect((await replay.events("rehearsal.skipped")).length).toBe(1);
});

it("closed in the middle of a walk it stands unknown and held; judged and resumed it goes on", async () => {
  path = bench.write("restore.md", TEXT);
  const walk = await begin({ way: "walk" });
  await bench.call("run.step", { run: walk.run, step: "stop" as never });
  await walk.until("a question", ({ nextAction }) => nextAction.kind === "walk");
  const { home } = bench;
  await bench.close();
  bench = await openBench({ home });
  const after = runBench(bench, walk.run);
  expect((await after.view()).header).toMatchObject({ status: "held", rehearsal: { way: "walk" } });
  expect((await after.step("stop")).verdict).toBe("unknown");
  await bench.call("run.judge", { run: walk.run, step: "stop" as never, outcome: "rejected", reason: "nobody had answered" });
  await bench.call("run.resume", { run: walk.run });
  await toTheEnd(after);
  expect((await after.view()).header.result).toBe("passed");
});

it("walks the steps that the source did not run, and says where the text has changed since", async () => {
  const source = await recorded();
  path = bench.write(
    "restore.md",
    TEXT.replace("echo cannot", "echo cannot restore").replace(
      "## Look",
      "## New\n\n<!-- step: {id: new} -->\n\n```bash\ntouch new-marker\n```\n\n## Look",
    ),
  );
  const [offered] = await bench.call("rehearsal.sources", { path });
  expect(offered).toMatchObject({ same: 1, changed: 1, absent: 1 });
  const found = await bench.call("run.preflight", {
    path,
    mode: "rehearsal",
    rehearsal: { way: "replay", source: source.run },
    contexts: {},
    params: {},
    placeholders: {},
  });
  expect(found.map(({ code }) => code)).toEqual(expect.arrayContaining(["recorded-text", "not-recorded", "nothing-is-run"]));
  const replay = await begin({ way: "replay", source: source.run, speed: 0 });
  await toTheEnd(replay);
  expect((await replay.step("new")).blocks[0]?.played).toMatchObject({ way: "walk" });
  expect((await replay.step("restore")).blocks[0]?.played).toMatchObject({ way: "replay", differs: true });
  expect(existsSync(join(bench.folder, "new-marker"))).toBe(false);
});

const SCENARIO = `title: A cut-short snapshot
faults:
  - name: cut-short
    title: The restore ends early
    kind: fails
    step: stop
    output: |
      error: part 8 ended early
    exit: 2
    expected: Take the older snapshot.
`;

it.each(["walk", "replay"] as const)("plays the instructor's fault in a %s, and says nothing of it before the debrief", async (way) => {
  const source = await recorded();
  bench.write("restore.scenario.yaml", SCENARIO);
  const { run, until, step, view } = await begin({
    way,
    ...(way === "replay" ? { source: source.run, speed: 0 } : {}),
    scenario: "restore.scenario.yaml",
  });
  await bench.call("run.step", { run, step: "stop" as never });
  await until("the fault", ({ nextAction }) => nextAction.kind === "retry-or-skip");
  expect((await step("stop")).blocks[0]).toMatchObject({ verdict: "failed", exitCode: 2 });
  expect(JSON.stringify(await view())).not.toContain("cut-short");
  // It reads as every other end of a replay does: not by its words is it known.
  if (way === "replay") expect((await step("stop")).because).toBe("played: exit 2");
  await bench.call("run.retry", { run, step: "stop" as never });
  await until("what comes after", ({ nextAction }) => nextAction.kind !== "wait");
  await bench.call("run.abort", { run, reason: "seen enough" });
  const { faults } = await bench.call("run.debrief", { run });
  expect(faults).toMatchObject([{ name: "cut-short", state: "met", how: "played", noticed: { how: "retried" } }]);
});

it("refuses what is no source: a run that goes on, a walk, a run of something else", async () => {
  const source = await recorded();
  const answer = (rehearsal: ParamsOf<"run.start">["rehearsal"]) =>
    bench.ask("run.start", {
      path,
      mode: "rehearsal",
      ...(rehearsal === undefined ? {} : { rehearsal }),
      contexts: {},
      params: {},
      placeholders: {},
    });
  expect(await answer({ way: "replay" })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
  const walk = await begin({ way: "walk" });
  expect(await answer({ way: "replay", source: walk.run })).toMatchObject({ ok: false, error: { code: "conflict" } });
  await toTheEnd(walk);
  expect(await answer({ way: "replay", source: walk.run })).toMatchObject({ ok: false, error: { code: "conflict" } });
  path = bench.write("slow.md", SLOW);
  expect(await answer({ way: "replay", source: source.run })).toMatchObject({ ok: false, error: { code: "conflict" } });
});

it("rehearses a runbook of a launch: in the launch's log, marked in every event, and replayed from a run in it", async () => {
  const list = "---\nkind: checklist\n---\n\n# Go-live\n\n## Infrastructure\n\n- [ ] **INF-01** Backups restore\n";
  const { header: launched } = await bench.call("launch.create", { facts: { name: "v6" }, checklist: bench.write("list.md", list) });
  path = bench.write("restore.md", TEXT);
  const begun = async (rehearsal?: ParamsOf<"run.start">["rehearsal"]) => {
    const mode = rehearsal === undefined ? "live" : "rehearsal";
    const { launch } = launched;
    const given = { path, mode, launch, contexts: {}, params: {}, placeholders: {} } as const;
    const { header } = await bench.call("run.start", rehearsal === undefined ? given : { ...given, rehearsal });
    return runBench(bench, header.run);
  };
  const source = await begun();
  await toTheEnd(source);
  const replay = await begun({ way: "replay", source: source.run, speed: 0 });
  await toTheEnd(replay);
  const { header } = await replay.view();
  expect([header.log, header.launch, header.result]).toEqual([launched.log, launched.launch, "passed"]);
  const own = (await replay.events()).filter(({ body }) => body.subject.run === replay.run);
  expect(new Set(own.map(({ body }) => body.subject.mode))).toEqual(new Set(["rehearsal"]));
  expect(own.filter(({ body }) => body.type === "block.ended").map(({ body }) => body.outcome)).toEqual([
    "passed",
    "passed",
    "failed",
    "passed",
  ]);
});

it("says so where a recording is no longer what the record holds", async () => {
  const source = await recorded();
  const [first] = await source.events("block.started");
  const file = join(bench.home, "recordings", String(first?.body.data["recording"]));
  writeFileSync(file, readFileSync(file, "utf8").replace("writes stopped", "writes flowing"));
  const replay = await begin({ way: "replay", source: source.run, speed: 0 });
  await bench.call("run.step", { run: replay.run, step: "stop" as never });
  await replay.idle();
  const [end, next] = await replay.events("block.ended");
  expect(end?.body.data["because"]).toBe("played: exit 0; what was shown is not what the record holds: the recording was changed");
  expect(next?.body.data["because"]).toBe("played: exit 0");
});
