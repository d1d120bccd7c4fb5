// A rehearsal with an instructor, through the engine's one door: faults on time, hidden until the end, and what the debrief says.
import { copyFileSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { faultsOf, readPdf, squeezed } from "../export/report/testing-pdf.ts";
import { type Bench, FOLLOWER, openBench, type RunBench, runBench } from "./testing.ts";

const RUNBOOK = `---
title: Recover
kind: runbook
rpo: 15m
params:
  - {name: STORE, type: string, default: "127.0.0.1:6379", about: address}
---

# Recover

## Restore
<!-- step: {id: restore} -->

\`\`\`bash {name=restore-index}
echo restored
\`\`\`

## Backup
<!-- step: {id: backup} -->

\`\`\`bash {name=last-write capture=LAST_WRITE}
date -u +%Y-%m-%dT%H:%M:%SZ
\`\`\`

## Watch
<!-- step: {id: watch} -->

\`\`\`bash {name=errors gate=hold for=2s every=500ms expect="<= 1"}
echo 0
\`\`\`

## Tell
<!-- step: {id: tell, role: lead} -->

\`\`\`bash
echo told
\`\`\`
`;

const SCENARIO = `title: A cut-short snapshot
faults:
  - name: cut-short
    title: The snapshot ends early
    kind: fails
    step: restore
    output: |
      error: part 8 ended early
      error: checksum 41d0, expected 9f2c
    exit: 2
    expected: Take the older snapshot.
  - name: old-backup
    kind: reads
    step: backup
    older: 40m
  - name: red
    kind: reads
    step: watch
    after: 1s
    value: "7.5"
`;

let bench: Bench;
afterEach(async () => bench.remove());

async function drill(more: { scenario?: string; seed?: string; text?: string } = {}): Promise<RunBench> {
  bench = await openBench();
  bench.write("drill.scenario.yaml", more.scenario ?? SCENARIO);
  return bench.start(more.text ?? RUNBOOK, {
    mode: "rehearsal",
    rehearsal: { way: "sandbox", ...(more.seed === undefined ? { scenario: "drill.scenario.yaml" } : { seed: more.seed }) },
  });
}

describe("a rehearsal with an instructor", () => {
  it("has each fault at its moment, in a real shell, and debriefs it with what was done", async () => {
    const run = await drill();
    const failed = await run.runStep("restore");
    expect(failed.verdict).toBe("failed");
    expect(failed.blocks[0]?.exitCode).toBe(2);
    await bench.call("run.notice", { run: run.run, step: "restore" as never, text: "the checksum differs" });
    await bench.call("run.retry", { run: run.run, step: "restore" as never, reason: "again with the older one" });
    await run.idle();
    expect((await run.step("restore")).verdict).toBe("passed");
    const backup = await run.runStep("backup");
    expect(backup.verdict).toBe("passed");
    const { values } = await run.view();
    const ageMs = Date.now() - Date.parse(values.LAST_WRITE ?? "");
    expect(ageMs).toBeGreaterThanOrEqual(55 * 60_000);
    expect(ageMs).toBeLessThan(56 * 60_000);
    const watched = await run.runStep("watch");
    expect(watched.verdict).toBe("failed");
    expect(watched.blocks[0]?.gate?.probes.map((probe) => probe.value)).toEqual(["0", "7.5"]);
    await bench.call("run.abort", { run: run.run, reason: "enough" });
    const debrief = await bench.call("run.debrief", { run: run.run });
    expect(debrief.figures).toMatchObject({ planned: 3, injected: 3, noticed: 1 });
    expect(debrief.faults[0]).toMatchObject({
      name: "cut-short",
      state: "met",
      how: "played",
      noticed: { how: "said" },
      handled: { words: "the step passed" },
    });
    expect(debrief.faults[0]?.deeds.map((deed) => deed.how)).toEqual(["said", "retried"]);
    expect(debrief.faults[1]).toMatchObject({ name: "old-backup", noticed: null, handled: null });
  });

  it("shows nothing of it at any door before the end, and everything after it", async () => {
    const run = await drill();
    await run.runStep("restore");
    const { log, events } = (await run.view()).header;
    const secret = /^(?:instructor\.briefed|fault\.(?!noticed))/;
    for (const caller of [undefined, FOLLOWER]) {
      const page = await bench.call("record.events", { log, filter: {}, offset: 0, limit: 1000 }, caller);
      expect(page.rows.filter((row) => secret.test(row.type))).toEqual([]);
      expect(page.total).toBe(page.rows.length);
      expect(page.total).toBeLessThan(events);
      const hidden = Array.from({ length: events }, (_, index) => index + 1).filter((seq) => !page.rows.some((row) => row.seq === seq));
      for (const seq of hidden) expect(await bench.ask("record.event", { log, seq }, caller)).toMatchObject({ ok: false });
    }
    for (const format of ["json", "csv", "bundle", "report"] as const)
      expect(await bench.ask("record.export", { log, format })).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await bench.ask("rehearsal.pack", { run: run.run })).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await bench.ask("run.debrief", { run: run.run })).toMatchObject({ ok: false, error: { code: "conflict" } });
    const everything = JSON.stringify([await run.view(), bench.news, await bench.call("app.snapshot", {})]);
    expect(everything).not.toMatch(/cut-short|snapshot ends early|old-backup|fault\.injected/);
    await bench.call("run.abort", { run: run.run, reason: "enough" });
    const after = await bench.call("record.events", { log, filter: {}, offset: 0, limit: 1000 });
    expect(after.rows.filter((row) => secret.test(row.type)).length).toBeGreaterThanOrEqual(2);
    const made: Record<string, string> = {};
    for (const format of ["json", "csv", "pdf", "xlsx", "md", "bundle"] as const)
      made[format] = (await bench.call("record.export", { log, format })).path;
    const faults = readFileSync(made.csv!.replace(/\.csv$/, "-faults.csv"), "utf8");
    expect(faults.split("\r\n").filter((line) => line.includes("REHEARSAL"))).toHaveLength(3);
    expect(readFileSync(made.md!, "utf8")).toContain("Drill “A cut-short snapshot”: 1 fault came, 0 noticed, 0 dealt with");
    const report = readPdf(readFileSync(made.pdf!));
    expect(report.pages.flatMap(faultsOf)).toEqual([]);
    for (const words of ["The snapshot ends early", "not noticed", "Take the older snapshot."])
      expect(squeezed(report.text)).toContain(squeezed(words));
    if (process.env.HOLDPOINT_KEEP_REPORT) copyFileSync(made.pdf!, process.env.HOLDPOINT_KEEP_REPORT);
    expect((await bench.call("record.verify", {})).problems).toEqual([]);
  });

  it("plays the same faults where nothing runs: walked, and in a replay of the run before", async () => {
    bench = await openBench();
    bench.write("drill.scenario.yaml", SCENARIO);
    const before = await bench.start(RUNBOOK, { mode: "rehearsal" });
    for (const id of ["restore", "backup", "watch", "tell"]) await before.runStep(id);
    await bench.call("run.finish", { run: before.run });
    const { path } = (await before.view()).header;
    for (const rehearsal of [
      { way: "replay" as const, source: before.run, speed: 0, compress: 100 },
      { way: "walk" as const, compress: 100 },
    ]) {
      const request = { path, mode: "rehearsal" as const, contexts: {}, params: {}, placeholders: {} };
      const { header } = await bench.call("run.start", { ...request, rehearsal: { ...rehearsal, scenario: "drill.scenario.yaml" } });
      const run = runBench(bench, header.run);
      await bench.call("run.step", { run: run.run, step: "restore" as never });
      const deadline = Date.now() + 20_000;
      while ((await run.step("restore")).verdict === null && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
      const failed = await run.step("restore");
      expect([rehearsal.way, failed.verdict, failed.blocks[0]?.exitCode]).toEqual([rehearsal.way, "failed", 2]);
      await bench.call("run.abort", { run: run.run, reason: "enough" });
      const { faults, way } = await bench.call("run.debrief", { run: run.run });
      expect([way, faults[0]?.state, faults[0]?.how, faults[1]?.state]).toEqual([rehearsal.way, "met", "played", "never"]);
    }
  });

  it("gives the same seed the same drill, and lets a hang be cancelled, a person be away, a hint come when nobody notices", async () => {
    const run = await drill({
      scenario: `faults:
  - {name: hang, kind: hangs, step: restore, output: "part 7 of 12"}
  - {name: late, kind: slow, step: backup, by: 1s}
  - {name: away, kind: away, role: lead, step: watch, at: end, for: 6s, hint: Who stands in?, hint-after: 1s}
`,
    });
    await bench.call("run.step", { run: run.run, step: "restore" as never });
    const { log } = (await run.view()).header;
    const restored = await run.until(
      "a command that hangs",
      ({ nextAction }) => nextAction.kind === "wait" && nextAction.step === "restore",
    );
    expect(restored.status).toBe("active");
    await bench.call("run.cancel", { run: run.run });
    await run.idle();
    await bench.call("run.retry", { run: run.run, step: "restore" as never, reason: "again" });
    await run.idle();
    expect((await run.step("restore")).verdict).toBe("passed");
    const backup = await run.runStep("backup");
    expect(backup.durationMs).toBeGreaterThanOrEqual(1_000);
    await run.runStep("watch");
    const refused = await bench.ask("run.step", { run: run.run, step: "tell" as never });
    expect(refused.ok ? "" : refused.error.message).toContain("nobody with the role lead answers now");
    const deadline = Date.now() + 20_000;
    while (!(await bench.ask("run.step", { run: run.run, step: "tell" as never })).ok && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const { rows } = await bench.call("record.events", { log, filter: { type: "instructor.hint" }, offset: 0, limit: 10 });
    expect(rows.map(({ what }) => what)).toEqual(["A hint from the instructor: Who stands in?"]);
    expect(bench.news.filter(({ payload }) => JSON.stringify(payload).includes("Who stands in?"))).toHaveLength(1);
    await run.idle();
    expect((await run.step("tell")).verdict).toBe("passed");
    await bench.call("run.finish", { run: run.run });
    const { faults } = await bench.call("run.debrief", { run: run.run });
    expect(faults.map(({ name, noticed, hint }) => [name, noticed?.how ?? null, hint?.given != null])).toEqual([
      ["hang", "cancelled", false],
      ["late", null, false],
      ["away", null, true],
    ]);
    const drills = [];
    for (const seed of ["spring", "spring", "autumn"]) {
      const { header } = await bench.call("run.start", {
        path: (await run.view()).header.path,
        mode: "rehearsal",
        contexts: {},
        params: {},
        placeholders: {},
        rehearsal: { way: "walk", seed },
      });
      await bench.call("run.abort", { run: header.run, reason: "the schedule is what is looked at" });
      drills.push(await bench.call("run.debrief", { run: header.run }));
    }
    const [first, second, third] = drills.map(({ scenario, faults: all }) => [
      scenario.sha256,
      all.map(({ title, moment, what }) => [title, moment, what]),
    ]);
    expect(second).toEqual(first);
    expect(third?.[0]).not.toBe(first?.[0]);
  });
});
