// Walk and replay as a person has them: nothing is run, what was recorded plays, and both are records like any other.
import { existsSync } from "node:fs";
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
