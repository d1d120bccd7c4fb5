// `npm test`: brings what the tests need, runs every runner, adds up their reports.
// Owns: the order and the closing line. What each part needs is in build/provision and build/control-plane.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBinaries, fillFixture, startControlPlane } from "../control-plane/index.ts";
import { ensurePackages } from "../provision/index.ts";
import { missingPrograms, SERVICE_PACKAGES } from "../services/index.ts";
import { isolation } from "./offline.ts";
import { add, type Counts, playwrightCounts, summaryLine, vitestCounts } from "./report.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const reports = join(root, "reports");
const isCi = process.env["CI"] === "true";
const only = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const wanted = (runner: string) => only.length === 0 || only.includes(runner);

type Line = { runner: string; counts: Counts; seconds: number };
const lines: Line[] = [];
const notes: string[] = [];

function say(text: string): void {
  process.stderr.write(`\n── ${text}\n`);
}

/** Exit code of a program whose output goes straight to ours. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

const bin = (name: string) => join(root, "node_modules", ".bin", name);
const script = (path: string) => join(root, "node_modules", ...path.split("/"));

async function measure(runner: string, work: () => Promise<Counts>): Promise<void> {
  say(runner);
  const begin = performance.now();
  const counts = await work().catch((error: unknown): Counts => {
    process.stderr.write(`${runner}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  lines.push({ runner, counts, seconds: Math.round((performance.now() - begin) / 1000) });
}

const byExitCode = async (command: string, args: string[]): Promise<Counts> =>
  (await run(command, args)) === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };

/** Leaves out, with a note in the report, the drills that this machine cannot make; never in CI, where they fail by themselves. */
function withoutDrills(): string[] {
  if (isCi) return [];
  const missing = missingPrograms();
  if (missing.length > 0) {
    notes.push(`no drill was replayed without a network: ${missing.join(", ")} not found; install them, or run as root`);
    return ["--grep-invert", "drill"];
  }
  if (existsSync(join(reports, "dr-drill.zip"))) return [];
  notes.push("the whole drill was not replayed without a network: its own test, which needs the control plane, did not run before");
  return ["--grep-invert", "whole disaster recovery drill"];
}

async function main(): Promise<void> {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  if (wanted("lint")) await measure("lint", () => byExitCode(process.execPath, [join(root, "build", "lint.ts")]));
  if (wanted("typecheck")) await measure("typecheck", () => byExitCode(bin("tsc"), ["--noEmit"]));
  if (wanted("build") || wanted("e2e") || wanted("offline"))
    await measure("build", () => byExitCode(process.execPath, [join(root, "build", "bundle.ts")]));

  if (!wanted("unit") && !wanted("e2e") && !wanted("offline")) return;

  say("machine");
  const packages = await ensurePackages([
    ...["zsh", "fish", "chromium", "kubernetes-client", "python3", "unzip", "poppler-utils", "iproute2"],
    ...SERVICE_PACKAGES,
  ]);
  for (const { name, why } of packages.missing) notes.push(`${name} is missing: ${why}`);

  // What the test of the whole drill packs is replayed where there is no network.
  const env: NodeJS.ProcessEnv = { HOLDPOINT_DRILL_BUNDLE: join(reports, "dr-drill.zip") };
  let stop = async () => {};
  if (process.env["HOLDPOINT_TEST_KUBECONFIG"] === undefined) {
    say("control plane");
    const dir = mkdtempSync(join(tmpdir(), "holdpoint-cluster-"));
    try {
      await buildBinaries();
      const plane = await startControlPlane({ dir });
      stop = async () => {
        await plane.stop();
        rmSync(dir, { recursive: true, force: true });
      };
      await fillFixture(plane.kubeconfig);
      env["HOLDPOINT_TEST_KUBECONFIG"] = plane.kubeconfig;
    } catch (error) {
      // The cluster tests fail by themselves in CI; elsewhere this line says what to do.
      notes.push(`the test control plane did not start: ${error instanceof Error ? error.message : String(error)}`);
      if (isCi) lines.push({ runner: "control plane", counts: { passed: 0, failed: 1, skipped: 0 }, seconds: 0 });
    }
  }

  try {
    if (wanted("unit")) {
      await measure("unit", async () => {
        const report = join(reports, "vitest.json");
        await run(
          process.execPath,
          [script("vitest/vitest.mjs"), "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
          env,
        );
        return vitestCounts(report);
      });
    }
    if (wanted("offline")) {
      const isolated = isolation();
      // Where no namespace can be made nothing was proved: CI fails for it, elsewhere the report says so.
      if (isolated === null && !isCi)
        notes.push("the proof of no network did not run: this system lets nobody here make a network namespace");
      else
        await measure("offline", async () => {
          if (isolated === null) throw new Error("no network namespace can be made here (unshare --net), so nothing is proved");
          const report = join(reports, "offline.json");
          const config = join(root, "e2e", "offline", "playwright.config.ts");
          const tests = [process.execPath, script("@playwright/test/cli.js"), "test", "-c", config, ...withoutDrills()];
          await run(isolated.command, [...isolated.args, ...tests], {
            ...env,
            HOLDPOINT_ONLY_HERE: "1",
            PLAYWRIGHT_JSON_OUTPUT_FILE: report,
          });
          return playwrightCounts(report);
        });
    }
    if (wanted("e2e")) {
      await measure("e2e", async () => {
        const report = join(reports, "playwright.json");
        await run(process.execPath, [script("@playwright/test/cli.js"), "test"], { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report });
        return playwrightCounts(report);
      });
    }
  } finally {
    await stop();
  }
}

await main();

say("results");
for (const { runner, counts, seconds } of lines) process.stderr.write(`${runner.padEnd(14)} ${summaryLine(counts)}  (${seconds} s)\n`);
// The desktop runtime is a download of its own; the report says on which hosts the window was driven.
const hasElectron = existsSync(script("electron/dist"));
process.stderr.write(
  `hosts          local web host in Chromium${hasElectron ? ", Electron" : "; Electron did not run here: its runtime is not installed"}\n`,
);
for (const note of notes) process.stderr.write(`note           ${note}\n`);

const sum = add(lines.map((line) => line.counts));
writeFileSync(join(reports, "summary.txt"), `${summaryLine(sum)}\n`);
// .ci/run prints the line itself, last of all.
if (!isCi) process.stdout.write(`${summaryLine(sum)}\n`);
process.exit(sum.failed === 0 && sum.passed > 0 ? 0 : 1);
