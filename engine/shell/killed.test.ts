// An engine that is killed leaves no shell behind: whatever ends has nobody to wait for.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { programOf } from "./processes.ts";
import { until } from "./testing.ts";

const TESTING = new URL("./testing.ts", import.meta.url).href;
/** Opens a shell, runs one block in it and says the shell's process when the block has printed `up`. */
const ENGINE = `
const { openBench, until } = await import(${JSON.stringify(TESTING)});
const [shell, block] = process.argv.slice(1);
const bench = await openBench(shell);
bench.start(block);
await until(() => bench.screen().includes("up\\r\\n"));
console.log(JSON.stringify({ pid: bench.session.pid, folder: bench.folder }));
setInterval(() => {}, 1000);
`;

let folder = "";
let engine: ChildProcess | null = null;
let shellPid: number | null = null;
afterEach(() => {
  engine?.kill("SIGKILL");
  if (shellPid !== null && programOf(shellPid) !== null) process.kill(shellPid, "SIGKILL");
  shellPid = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Process and folder of a shell in an engine of its own, with the block running. */
async function shellOf(shell: string, block: string): Promise<{ pid: number; folder: string; kill(): Promise<void> }> {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-killed-"));
  const child = spawn(process.execPath, ["--input-type=module", "-e", ENGINE, shell, block], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: folder, HOME: folder },
  });
  engine = child;
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => said.includes("\n") || child.exitCode !== null, 30_000);
  return {
    ...JSON.parse(said),
    async kill() {
      child.kill("SIGKILL");
      await until(() => child.signalCode !== null);
    },
  };
}

const big = "x".repeat(60_000);
describe.each(["bash", "zsh", "fish"])("a shell whose engine was killed: %s", (shell) => {
  const exportBig = shell === "fish" ? `set -gx A ${big}\nset -gx B ${big}` : `export A=${big}\nexport B=${big}`;
  const blocks = [
    ["in the middle of a block", "echo up; sleep 600"],
    ["with an environment larger than a pipe holds", `${exportBig}\necho up; sleep 600`],
  ];
  if (shell !== "fish")
    blocks.push([
      "in a block that outlives it and ends by `exit`",
      "trap '' HUP\necho up; while kill -0 $PPID; do sleep 0.1; done 2>/dev/null\nexit 3",
    ]);
  it.each(blocks)("ends %s", async (_, block) => {
    const { pid, kill } = await shellOf(shell, block);
    shellPid = pid;
    expect(programOf(pid)).not.toBeNull();
    await kill();
    await until(() => programOf(pid) === null, 10_000);
  });
});
