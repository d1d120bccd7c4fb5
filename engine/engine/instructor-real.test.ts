// What an instructor really breaks in a sandbox, and puts right again: a server's process, a network, whatever commands do; kills too.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { RunId } from "../protocol/index.ts";
import { openBench, runBench } from "./testing.ts";

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A server of its own that only lives, with the file in which it keeps its process id. */
function someServer(folder: string): { pidFile: string; state(): string } {
  const child: ChildProcess = spawn("sleep", ["600"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const pidFile = join(folder, "server.pid");
  writeFileSync(pidFile, `${child.pid}\nmore\n`);
  return { pidFile, state: () => readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.[0] ?? "" };
}

const BOOK = `---
title: Real
kind: runbook
params:
  - {name: STORE_HOST, type: string, default: "127.0.0.1", about: host}
  - {name: STORE_PORT, type: int, default: 1, about: port}
---

# Real

## First
<!-- step: {id: first} -->

\`\`\`bash {name=port capture=RELAY}
echo "$STORE_PORT"
\`\`\`

## Reach
<!-- step: {id: reach} -->

\`\`\`bash {name=reach}
exec 3<>"/dev/tcp/$STORE_HOST/$STORE_PORT" && head -c 5 <&3; rc=$?; exec 3>&-; (exit $rc)
\`\`\`

## Second
<!-- step: {id: second} -->

\`\`\`bash {name=second}
echo second
\`\`\`
`;

const refuses = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket
      .once("error", () => resolve(true))
      .once("connect", () => {
        socket.destroy();
        resolve(false);
      });
  });

it("cuts the network before a store by a relay that refuses, and mends it after its time", { timeout: 60_000 }, async () => {
  const store = createServer((socket) => socket.on("error", () => {}).end("hello"));
  await new Promise<void>((resolve) => store.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void store.close());
  const { port } = store.address() as { port: number };
  const bench = await openBench();
  onTestFinished(() => bench.remove());
  bench.write(
    "drill.scenario.yaml",
    "faults:\n  - {name: store, kind: cut, host-param: STORE_HOST, port-param: STORE_PORT, step: first, at: end, for: 3s}\n",
  );
  const run = await bench.start(BOOK, {
    mode: "rehearsal",
    params: { STORE_PORT: String(port) },
    rehearsal: { way: "sandbox", scenario: "drill.scenario.yaml" },
  });
  await run.runStep("first");
  const relay = Number((await run.view()).values.RELAY);
  expect(relay).not.toBe(port);
  await until("the cut", () => refuses(relay));
  expect(await refuses(port)).toBe(false);
  expect((await run.runStep("reach")).verdict).toBe("failed");
  await until("the end of the cut", async () => !(await refuses(relay)));
  await bench.call("run.retry", { run: run.run, step: "reach" as never, reason: "again" });
  await run.idle();
  expect((await run.step("reach")).verdict).toBe("passed");
  await bench.call("run.abort", { run: run.run, reason: "enough" });
  const { faults } = await bench.call("run.debrief", { run: run.run });
  expect(faults).toMatchObject([{ state: "met", how: "real", cleared: { why: "its time was over" } }]);
  await until("the relay's end", () => refuses(relay));
});

it("freezes a server and runs commands, and puts both right at the end of the run", { timeout: 60_000 }, async () => {
  const bench = await openBench();
  onTestFinished(() => bench.remove());
  const server = someServer(bench.folder);
  const flag = join(bench.folder, "flag");
  bench.write(
    "drill.scenario.yaml",
    `faults:
  - {name: frozen, kind: stop, pid-file: server.pid, step: first}
  - {name: flag, kind: commands, step: first, run: 'echo "$STORE_HOST" > flag', undo: rm flag}
  - {name: no-way, kind: commands, step: first, run: 'echo broken; exit 3', undo: 'true'}
  - {name: nothing, kind: stop, pid-file: none.pid, step: first}
`,
  );
  const run = await bench.start(BOOK, { mode: "rehearsal", rehearsal: { way: "sandbox", scenario: "drill.scenario.yaml" } });
  await run.runStep("first");
  await until("a frozen server", () => server.state() === "T");
  await until("the flag", () => existsSync(flag) && readFileSync(flag, "utf8") === "127.0.0.1\n");
  await bench.call("run.abort", { run: run.run, reason: "enough" });
  expect(server.state()).toBe("S");
  expect(existsSync(flag)).toBe(false);
  const { faults } = await bench.call("run.debrief", { run: run.run });
  expect(faults.map(({ name, state, how }) => [name, state, how])).toEqual([
    ["frozen", "met", "real"],
    ["flag", "met", "real"],
    ["no-way", "met", "real"],
    ["nothing", "left-out", null],
  ]);
  expect(faults[2]?.because).toContain("exit 3: broken");
  expect(faults[3]?.because).toContain("cannot be read (ENOENT)");
});

it("killed in mid-drill: what was broken is put right first, and the same faults go on", { timeout: 120_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), "holdpoint-drill-"));
  const first = await openBench({ home });
  const server = someServer(first.folder);
  const path = first.write("kill.md", BOOK);
  first.write(
    "drill.scenario.yaml",
    `faults:
  - {name: frozen, kind: stop, pid-file: server.pid, step: first, at: end}
  - {name: away, kind: away, role: lead, step: first, for: 1h}
  - {name: later, kind: fails, step: second, output: "not yet", exit: 7}
`,
  );
  await first.close();
  const child = spawn(process.execPath, [join(import.meta.dirname, "instructor-worker.ts"), home, path], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOME: `${home}-user` },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let run = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    ({ run } = JSON.parse(line) as { run: string });
  });
  await until("a frozen server", () => run !== "" && server.state() === "T");
  const ended = new Promise((resolve) => child.on("close", (_, by) => resolve(by)));
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
  expect(server.state()).toBe("T");

  const bench = await openBench({ home });
  onTestFinished(() => bench.remove());
  // Before anybody has resumed anything.
  expect(server.state()).toBe("S");
  const again = runBench(bench, RunId.parse(run));
  expect((await again.view()).header.status).toBe("held");
  await bench.call("run.resume", { run: again.run, reason: "looked" });
  expect(server.state()).toBe("S");
  await bench.call("run.skip", { run: again.run, step: "reach" as never, reason: "nothing to reach" });
  const second = await again.runStep("second");
  expect([second.verdict, second.blocks[0]?.exitCode]).toEqual(["failed", 7]);
  await bench.call("run.abort", { run: again.run, reason: "enough" });
  const { faults } = await bench.call("run.debrief", { run: again.run });
  expect(faults.map(({ name, state, how }) => [name, state, how])).toEqual([
    ["frozen", "met", "real"],
    ["away", "met", "played"],
    ["later", "met", "played"],
  ]);
  expect(faults[0]?.cleared?.why).toBe("Holdpoint ended while it was there");
  expect((await bench.call("record.verify", {})).problems).toEqual([]);
});
