import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LaunchId, RunId } from "../protocol/index.ts";
import { bare } from "./night-testing.ts";
import { entryFor, planView } from "./plan.ts";
import { type Bench, codeOf, madeTeam, must, openBench, saysOf } from "./testing.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-03-14T22:00:00.000Z");
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();

describe("the plan at a moment", () => {
  it("places entries one after the other from the window's start, by fixed starts and by what they need", () => {
    const night = bare({ window: [at(0), at(240)] });
    night.entry("P1", { plannedMs: 10 * MINUTE });
    night.entry("P2", { plannedMs: 20 * MINUTE });
    night.entry("P3", { plannedMs: 5 * MINUTE, needs: ["P1"] });
    night.entry("P4", { plannedMs: 5 * MINUTE, offsetMs: 60 * MINUTE });
    night.entry("P5", { plannedMs: 5 * MINUTE, needs: ["P2", "P3"] });
    night.entry("P6", { plannedMs: null });
    night.entry("P7", { plannedMs: MINUTE });
    const { entries } = planView(night.state, START - MINUTE);
    expect(entries.map((one) => [one.plannedStart, one.plannedEnd])).toEqual([
      [at(0), at(10)],
      [at(10), at(30)],
      [at(10), at(15)],
      [at(60), at(65)],
      [at(30), at(35)],
      [at(35), null],
      [null, null],
    ]);
  });

  it("computes states, drift, forecast and slack from the runs, and says what is next", () => {
    const night = bare({ window: [at(0), at(60)], state: "cut-over" });
    night.entry("P1", { plannedMs: 10 * MINUTE });
    night.entry("P2", { plannedMs: 20 * MINUTE });
    night.entry("P3", { plannedMs: 15 * MINUTE });
    expect(planView(night.state, START + 4 * MINUTE)).toMatchObject({
      next: "P1",
      driftMs: 4 * MINUTE,
      forecastEnd: at(49),
      slackMs: 11 * MINUTE,
    });
    night.run("run-1", "/P1.md", at(5));
    const running = planView(night.state, START + 9 * MINUTE);
    expect(running).toMatchObject({ next: null, running: ["P1"], driftMs: 5 * MINUTE, forecastEnd: at(50) });
    night.end("run-1", at(18), "passed");
    night.run("run-2", "/P2.md", at(20));
    const late = planView(night.state, START + 45 * MINUTE);
    expect(late.entries.map((one) => [one.state, one.driftMs])).toEqual([
      ["done", 8 * MINUTE],
      ["running", 15 * MINUTE],
      ["due", 15 * MINUTE],
    ]);
    expect(late.entries[2]!.because).toBe("after Title P2");
    expect(late).toMatchObject({ forecastEnd: at(60), slackMs: 0, plannedEnd: at(45) });
    night.end("run-2", at(50), "failed");
    const failed = planView(night.state, START + 50 * MINUTE);
    expect(failed.entries[1]).toMatchObject({ state: "failed", because: "its run ended failed", isSettled: false });
    expect(failed).toMatchObject({ next: "P2", slackMs: -25 * MINUTE, driftMs: 40 * MINUTE });
    night.skip("P2", "fix forward tomorrow");
    expect(planView(night.state, START + 51 * MINUTE)).toMatchObject({ next: "P3" });
    expect(planView(night.state, START + 51 * MINUTE).entries[1]).toMatchObject({ state: "failed", isSettled: true });
  });

  it("links a run by its entry, else by path to the first entry of it still to be run; a rehearsal to none", () => {
    const night = bare({ state: "cut-over" });
    night.entry("P1", { path: "/same.md" });
    night.entry("P2", { path: "/same.md", needs: [] });
    night.run("run-0", "/same.md", at(0), { mode: "rehearsal" });
    night.run("run-1", "/same.md", at(0));
    night.end("run-1", at(1), "failed");
    night.run("run-2", "/same.md", at(2));
    night.end("run-2", at(3), "passed with skips");
    night.run("run-3", "/same.md", at(4));
    expect(planView(night.state, START).entries.map((one) => [one.run, one.runs, one.state])).toEqual([
      ["run-2", 2, "done"],
      ["run-3", 1, "running"],
    ]);
    expect(entryFor(night.state.night.plan, new Map(), "/same.md", "P2")?.id).toBe("P2");
    expect(entryFor(night.state.night.plan, new Map(), "/other.md", "")).toBeNull();
  });

  it("calls what was never started skipped once the launch has gone on watch", () => {
    const night = bare({ state: "watch" });
    night.entry("P1", {});
    expect(planView(night.state, START).entries[0]).toMatchObject({ state: "skipped", because: "the launch went on without it" });
  });
});

const BOOK = "---\ntitle: Switch\nplanned: 7m\n---\n# Switch\n\n## One\n\n```sh\necho 1\n```\n";
const LIST = "---\nkind: checklist\n---\n# L\n\n## A\n\n- [ ] **A-1** x\n";

describe("the commands", { timeout: 60_000 }, () => {
  let home: string;
  let bench: Bench;
  let launch: LaunchId;
  let jon: Awaited<ReturnType<Bench["who"]>>;
  beforeAll(async () => {
    home = await madeTeam();
  }, 60_000);
  beforeEach(async () => {
    bench = openBench(home, (source, path) => parseDocument(source, { path }));
    launch = await bench.launch(LIST);
    jon = await bench.who("jon");
  });
  afterEach(() => bench.close());
  const set = (entry: object, reason?: string) =>
    bench.launches.planEntry(jon, { launch, entry, ...(reason === undefined ? {} : { reason }) } as never);

  it("takes title and planned time from the runbook's text, keeps the order, and survives a restart", async () => {
    const path = bench.write("switch.md", BOOK);
    must(await set({ path }));
    must(await set({ path, title: "Again", plannedMs: 60_000, needs: ["P1"], role: "release-manager", owner: "jon" }));
    must(await set({ path, position: 0, title: "Before" }));
    expect(codeOf(await set({ id: "P3", needs: ["P2"] })), "a later one").toBe("invalid-params");
    expect(codeOf(await set({ path: "/nowhere.md" }))).toBe("not-found");
    expect(codeOf(await set({ path: bench.write("list2.md", LIST) }))).toBe("invalid-params");
    bench.reopen();
    const { plan } = await bench.view(launch);
    expect(plan.entries.map((one) => [one.id, one.title, one.plannedMs, one.ownerName])).toEqual([
      ["P3", "Before", 7 * MINUTE, ""],
      ["P1", "Switch", 7 * MINUTE, ""],
      ["P2", "Again", MINUTE, "Jon"],
    ]);
    must(await bench.launches.planEntry(jon, { launch, remove: "P1" } as never));
    expect((await bench.view(launch)).plan.entries.map((one) => [one.id, one.needs])).toEqual([
      ["P3", []],
      ["P2", []],
    ]);
    expect(codeOf(await bench.launches.planEntry(await bench.who("aud"), { launch, remove: "P2" } as never))).toBe("forbidden");
  });

  it("does not let an entry start before what it needs, without a reason, nor twice at once", async () => {
    const one = bench.write("one.md", BOOK);
    const two = bench.write("two.md", BOOK);
    must(await set({ path: one }));
    must(await set({ path: two }));
    const started: (string | null)[] = [];
    const begin = (path: string, more = {}) =>
      bench.launches.startInPlan(jon, { launch, path, ...more }, async (entry) => {
        started.push(entry);
        const { log } = (await bench.view(launch)).header;
        const run = `run-01ARZ3NDEKTSV4RRFFQ69G5FA${started.length}` as RunId;
        bench.store.append(log, {
          type: "run.started",
          actor: jon.actor,
          subject: { launch, run },
          data: { title: "x", path, mode: "live", steps: [] },
        });
        return { ok: true as const, value: null };
      });
    expect(saysOf(await begin(two))).toContain("comes after “Switch”");
    expect(codeOf(await begin(two))).toBe("reason-needed");
    const both = await Promise.all([begin(one), begin(one)]);
    expect(both.map(codeOf)).toEqual(["ok", "conflict"]);
    must(await begin(two, { overrideReason: "the first hangs" }));
    expect(started).toEqual(["P1", "P2"]);
    expect(codeOf(await bench.launches.planEntry(jon, { launch, skip: "P1", reason: "no" } as never)), "it runs").toBe("conflict");
    expect(codeOf(await bench.launches.planEntry(jon, { launch, remove: "P1" } as never))).toBe("conflict");
  });
});
