// What steps open and close: on record when they have passed, overdue alarmed once, none left open without a word.
import { afterEach, describe, expect, test } from "vitest";
import type { RunId } from "../protocol/index.ts";
import { drivenClock } from "./testing-clock.ts";
import { ownRuns } from "./testing-runs.ts";

const step = (id: string, directive: string, command: string) =>
  `## ${id}\n\n<!-- step: {id: ${id}, ${directive}} -->\n\n\`\`\`bash\n${command}\n\`\`\`\n`;
const TEXT = `---\ntitle: Freeze\nrequires: {cluster: false}\n---\n\n${step("freeze", "opens: ci-freeze, by: 30m", "true")}\n${step("bad", "opens: never", "false")}\n${step("thaw", "closes: ci-freeze", "true")}`;

describe("loops of a run", () => {
  const clock = drivenClock();
  let bench: Awaited<ReturnType<typeof ownRuns>>;
  afterEach(() => bench.close());

  const begin = async () => {
    bench = await ownRuns(true, clock.ports);
    return bench.start(TEXT);
  };
  const doStep = async (run: RunId, id: string) => {
    const started = await bench.runs.step(bench.who, run, { step: id });
    expect(started.ok).toBe(true);
    for (const end = performance.now() + 30_000; (await bench.header(run)).nextAction.kind === "wait"; ) {
      if (performance.now() > end) throw new Error(`${id} did not end`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const types = (run: RunId, type: string) =>
    bench.store
      .logs()
      .flatMap((one) => (one.kind === "run" ? bench.store.events(one.log) : []))
      .filter(({ body }) => body.subject.run === run && body.type === type);

  test("a passed step opens, a failed one does not, and the closing step closes", async () => {
    const run = await begin();
    await doStep(run, "freeze");
    const [loop] = (await bench.header(run)).loops ?? [];
    expect(loop).toMatchObject({ name: "ci-freeze", openedBy: "Dana", step: "freeze", closedAt: null, isOverdue: false });
    expect(Date.parse(loop?.by ?? "") - Date.parse(loop?.openedAt ?? "")).toBe(30 * 60_000);
    await doStep(run, "bad");
    expect((await bench.header(run)).loops?.length).toBe(1);
    expect((await bench.runs.skip(bench.who, run, { step: "bad", reason: "known" })).ok).toBe(true);
    await doStep(run, "thaw");
    expect((await bench.header(run)).loops).toMatchObject([{ name: "ci-freeze", closedBy: "Dana", isOverdue: false }]);
    expect(types(run, "loop.opened").map(({ body }) => body.data)).toEqual([{ name: "ci-freeze", by_ms: 1_800_000, step: "freeze" }]);
    expect(types(run, "loop.closed").map(({ body }) => body.data)).toEqual([{ name: "ci-freeze", step: "thaw" }]);
    expect((await bench.runs.finish(bench.who, run, undefined)).ok).toBe(true);
  });

  test("an overdue one alarms once, stays visible, and is not told again after a restart of the watch", async () => {
    const run = await begin();
    await doStep(run, "freeze");
    for (let minutes = 0; minutes < 31; minutes += 1) await clock.pass(60_000);
    expect((await bench.header(run)).loops).toMatchObject([{ name: "ci-freeze", isOverdue: true }]);
    for (let minutes = 0; minutes < 10; minutes += 1) await clock.pass(60_000);
    expect(bench.alarms.filter((title) => title.includes("ci-freeze"))).toEqual(["“ci-freeze” is still open"]);
    expect(types(run, "loop.overdue").length).toBe(1);
    expect((await bench.header(run)).loops).toMatchObject([{ isOverdue: true }]);
  });

  test("no run finishes over an open one without a reason, and one closed by hand carries its reason", async () => {
    const run = await begin();
    await doStep(run, "freeze");
    for (const id of ["bad", "thaw"]) expect((await bench.runs.skip(bench.who, run, { step: id, reason: "not tonight" })).ok).toBe(true);
    const refused = await bench.runs.finish(bench.who, run, undefined);
    expect(refused).toMatchObject({ ok: false, error: { code: "reason-needed" } });
    expect(await bench.runs.closeLoop(bench.who, run, { name: "other", reason: "x" })).toMatchObject({ ok: false });
    expect((await bench.runs.finish(bench.who, run, "the day shift thaws it")).ok).toBe(true);
    expect(types(run, "run.finished")[0]?.body.data["open_loops"]).toEqual(["ci-freeze"]);
    const second = await bench.start(TEXT);
    await doStep(second, "freeze");
    expect((await bench.runs.closeLoop(bench.who, second, { name: "ci-freeze", reason: "thawed in the console" })).ok).toBe(true);
    expect((await bench.header(second)).loops).toMatchObject([{ closedBy: "Dana" }]);
    expect(types(second, "loop.closed")[0]?.body).toMatchObject({ reason: "thawed in the console", subject: { step: "" } });
  });
});
