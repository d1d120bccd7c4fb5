// Jobs: they outlive the engine, are found again, end with a verdict of their own, and leave no secret on a disk.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runtimeDirectory } from "../engine.ts";
import { RunId } from "../protocol/index.ts";
import { type Bench, filesBelow, openBench, type RunBench, runBench } from "./testing.ts";

const LINES = 2_000;
/** Two lanes: a job that goes on until `go` is there, a step beside it, and one that needs the job. */
const text = (folder: string, command: string) =>
  `---\ntitle: Job\nrequires: {cluster: false}\nparams:\n  - {name: TOKEN, type: secret}\n---\n\n## Long\n\n<!-- step: {id: long, lane: data} -->\n\n\`\`\`bash {job=true capture=LAST}\n${command}\n\`\`\`\n\n## Beside\n\n<!-- step: {id: beside, lane: traffic} -->\n\n\`\`\`bash\necho beside\n\`\`\`\n\n## Then\n\n<!-- step: {id: then, lane: traffic, needs: [long]} -->\n\n\`\`\`bash\necho "after $LAST" > ${folder}/then\n\`\`\`\n`;
const LONG = (folder: string) =>
  `touch ${folder}/begun\necho "token is $TOKEN"\nuntil [ -e ${folder}/go ]; do sleep 0.05; done\nfor n in $(seq ${LINES}); do echo "line $n"; done\necho finished-well`;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  for (const pid of hosts()) process.kill(pid, "SIGKILL");
  await bench.remove();
  rmSync(jobs(), { recursive: true, force: true });
});

const params = { params: { TOKEN: "job-secret-value" } };
const begun = async (run: RunBench) => {
  await bench.call("run.step", { run: run.run, step: "long" as never });
  await run.until("the job's command", () => existsSync(join(bench.folder, "begun")));
};
const ended = async (run: RunBench) => {
  for (const end = Date.now() + 60_000; (await run.step("long")).status !== "done"; ) {
    if (Date.now() > end) throw new Error(`the job did not end: ${JSON.stringify(await run.step("long"))}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return run.step("long");
};
/** What was printed, whole: a line may lie in two events. */
const castOf = (home: string, path: unknown) =>
  readFileSync(join(home, "recordings", String(path)), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as [number, string, string])
    .flatMap(([, kind, data]) => (kind === "o" ? [data] : []))
    .join("");
const jobs = () => `${runtimeDirectory(bench.home, process.env)}-jobs`;
/** Hosts whose working directory is a job of this bench. */
const hosts = (): number[] =>
  readdirSync("/proc").flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) &&
        readlinkSync(`/proc/${pid}/cwd`).startsWith(jobs()) &&
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("job-host")
        ? [Number(pid)]
        : [];
    } catch {
      return [];
    }
  });
const noSecret = () => {
  for (const folder of [bench.home, runtimeDirectory(bench.home, process.env), jobs()])
    if (existsSync(folder)) for (const file of filesBelow(folder)) expect(file.bytes.includes("job-secret-value"), file.path).toBe(false);
};
async function whole(run: RunBench) {
  const [job] = await run.events("job.ended");
  const cast = castOf(bench.home, job?.body.data["recording"]);
  expect(cast).toContain(`line ${LINES}`);
  expect(cast.match(/line \d+/g)?.length).toBe(LINES);
  const shown = await bench.call("record.recording", { log: (await run.view()).header.log, seq: job?.body.seq ?? 0 });
  expect(shown.hashMatches).toBe(true);
  expect((await bench.call("record.verify", {})).problems).toEqual([]);
}

describe("a job", () => {
  test("runs on while another lane goes on, is waited for by what needs it, and leaves its output whole and no secret", async () => {
    const run = await bench.start(text(bench.folder, LONG(bench.folder)), params);
    await begun(run);
    const { header } = await run.view();
    expect(header.terminals.some((one) => one.id.includes(".job-") && one.alive)).toBe(true);
    expect((await run.step("long")).blocks[0]?.job).toMatchObject({ state: "running", attached: 0 });
    await bench.call("run.step", { run: run.run, step: "beside" as never });
    await run.until("the step beside it", ({ lanes }) => (lanes?.find((one) => one.lane === "traffic")?.nextAction.needs ?? []).length > 0);
    expect(await bench.ask("run.step", { run: run.run, step: "then" as never })).toMatchObject({ ok: false, error: { code: "not-ready" } });
    const [folder] = readdirSync(jobs());
    expect(statSync(join(jobs(), folder ?? "")).mode & 0o777).toBe(0o700);
    expect(statSync(join(jobs(), folder ?? "", "s")).mode & 0o777).toBe(0o600);
    noSecret();
    writeFileSync(join(bench.folder, "go"), "");
    const step = await ended(run);
    expect([step.verdict, step.blocks[0]?.captured, step.blocks[0]?.job?.state]).toEqual(["passed", "finished-well", "ended"]);
    expect(step.blocks[0]?.redactions).toBeGreaterThan(0);
    await whole(run);
    await bench.call("run.step", { run: run.run, step: "then" as never });
    await run.idle();
    expect(readFileSync(join(bench.folder, "then"), "utf8")).toBe("after finished-well\n");
    noSecret();
    // What was collected goes.
    await run.until("the end of its process", () => hosts().length === 0);
  });

  test("survives kill -9 of the engine, is attached again, and passes with its whole output", { timeout: 120_000 }, async () => {
    const path = bench.write("killed.md", text(bench.folder, LONG(bench.folder)));
    await bench.close();
    const child = spawn(process.execPath, [join(import.meta.dirname, "job-worker.ts"), bench.home, path, join(bench.folder, "begun")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, HOME: `${bench.home}-user` },
    });
    const id = await new Promise<string>((resolve) =>
      createInterface({ input: child.stdout }).on("line", (line) => resolve((JSON.parse(line) as { run: string }).run)),
    );
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("close", resolve));
    bench = await openBench({ home: bench.home });
    const run = runBench(bench, RunId.parse(id));
    const step = await run.step("long");
    expect([step.status, step.verdict, step.blocks[0]?.job?.attached]).toEqual(["running", null, 1]);
    expect((await run.view()).header.status).toBe("held");
    writeFileSync(join(bench.folder, "go"), "");
    const after = await ended(run);
    expect([after.verdict, after.blocks[0]?.verdict, after.blocks[0]?.captured]).toEqual(["passed", "passed", "finished-well"]);
    await whole(run);
    noSecret();
    await bench.call("run.resume", { run: run.run, secrets: { TOKEN: "job-secret-value" } });
    expect((await run.runStep("beside")).verdict).toBe("passed");
    expect((await run.runStep("then")).verdict).toBe("passed");
  });

  test("survives an orderly end of the engine, and one that ended meanwhile gives its verdict at the next start", async () => {
    const run = await bench.start(text(bench.folder, LONG(bench.folder)), params);
    await begun(run);
    await bench.close();
    expect(hosts().length).toBe(1);
    writeFileSync(join(bench.folder, "go"), "");
    bench = await openBench({ home: bench.home });
    const again = runBench(bench, run.run);
    expect((await ended(again)).verdict).toBe("passed");
    await whole(again);
    expect((await again.events("run.crash_recovered")).length).toBe(0);
  });

  test("whose process is killed is unknown, and a person judges", async () => {
    const run = await bench.start(text(bench.folder, LONG(bench.folder)), params);
    await begun(run);
    for (const pid of hosts()) process.kill(pid, "SIGKILL");
    const step = await ended(run);
    expect([step.verdict, step.blocks[0]?.job?.state]).toEqual(["unknown", "lost"]);
    expect(step.because).toContain("the process of the job is gone");
    expect((await run.view()).header.nextAction).toMatchObject({ kind: "judge", step: "long" });
    expect((await bench.call("record.verify", {})).problems).toEqual([]);
  });

  test("is ended by a cancel with everything it started", async () => {
    const mark = join(bench.folder, "child");
    const run = await bench.start(
      text(bench.folder, `touch ${bench.folder}/begun\nsetsid sleep 7654 &\necho $! > ${mark}\nsleep 7655`),
      params,
    );
    await begun(run);
    await run.until("its child", () => existsSync(mark) && readFileSync(mark, "utf8") !== "");
    await bench.call("run.cancel", { run: run.run, step: "long" as never });
    const step = await ended(run);
    expect([step.verdict, step.blocks[0]?.because]).toEqual(["failed", "cancelled by hand"]);
    expect(existsSync(`/proc/${readFileSync(mark, "utf8").trim()}`)).toBe(false);
  });
});
