import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ClusterName } from "../protocol/index.ts";
import { oneContext } from "./fake-api.ts";
import { makePinFolder, sweepRuntime, writePinFile } from "./pin-file.ts";

let runtime: string;
beforeEach(() => {
  runtime = mkdtempSync(join(tmpdir(), "hp-runtime-"));
});
afterEach(() => rmSync(runtime, { recursive: true, force: true }));

const write = () => writePinFile(makePinFolder(runtime, "main" as ClusterName), oneContext("https://a.test"));

it("sweeps what a dead engine left, and nothing of one that lives", async () => {
  const script = `import {makePinFolder, writePinFile} from ${JSON.stringify(join(import.meta.dirname, "pin-file.ts"))}; console.log(writePinFile(makePinFolder(${JSON.stringify(runtime)}, "dr-1"), ${JSON.stringify(oneContext("https://a.test"))}).folder); setInterval(() => {}, 1e9);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const theirs = String(await new Promise((resolve) => child.stdout.once("data", (data: Buffer) => resolve(data.toString().trim()))));
  const ours = write();
  await sweepRuntime(runtime);
  expect([existsSync(theirs), existsSync(ours.folder)]).toEqual([true, true]);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  await sweepRuntime(runtime);
  expect([existsSync(theirs), existsSync(ours.folder)]).toEqual([false, true]);
});

it.runIf(process.platform === "linux")("sweeps a pin whose process id was given to another process", async () => {
  const reused = join(runtime, `pin-main-${process.pid}-1-0123456789ab`);
  mkdirSync(reused);
  await sweepRuntime(runtime);
  expect(existsSync(reused)).toBe(false);
});

it("leaves everything else in the runtime directory, and a missing one alone", async () => {
  writeFileSync(join(runtime, "engine.sock"), "");
  mkdirSync(join(runtime, "pin-board"));
  await sweepRuntime(runtime);
  expect(readdirSync(runtime).sort()).toEqual(["engine.sock", "pin-board"]);
  await expect(sweepRuntime(join(runtime, "none"))).resolves.toBeUndefined();
});

it("gives two pins of one name two folders", () => {
  expect(write().folder).not.toBe(write().folder);
});
