// Starts the real command in a data directory of the test's own.
// Owns: test helpers of the command line. Never imported by the product.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const CLI = join(dirname(import.meta.dirname), "cli.ts");

export type Ended = { code: number | null; signal: string | null; out: string; err: string };
export type Started = { child: ChildProcess /** Standard output so far. */; out(): string; err(): string; ended: Promise<Ended> };

export type Bench = {
  folder: string;
  env: NodeJS.ProcessEnv;
  /** Writes a file below the bench's folder and returns its path. */
  file(name: string, text: string): string;
  start(args: string[], options?: { env?: NodeJS.ProcessEnv; descriptor?: string }): Started;
  /** Runs a command to its end. `descriptor`: what file descriptor 3 holds. */
  holdpoint(args: string[], options?: { env?: NodeJS.ProcessEnv; descriptor?: string }): Promise<Ended>;
  close(): Promise<void>;
};

export function createBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), "hp-cli-"));
  mkdirSync(join(folder, "user"));
  mkdirSync(join(folder, "runtime"), { mode: 0o700 });
  const children = new Set<ChildProcess>();
  const env: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    HOME: join(folder, "user"),
    HOLDPOINT_HOME: join(folder, "home"),
    XDG_RUNTIME_DIR: join(folder, "runtime"),
    KUBECONFIG: join(folder, "no-kubeconfig"),
  };
  const bench: Bench = {
    folder,
    env,
    file(name, text) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    start(args, options = {}) {
      const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", CLI, ...args], {
        cwd: folder,
        env: { ...env, ...options.env },
        stdio: ["ignore", "pipe", "pipe", options.descriptor === undefined ? "ignore" : "pipe"],
      });
      children.add(child);
      let out = "";
      let err = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        err += text;
      });
      if (options.descriptor !== undefined) (child.stdio[3] as NodeJS.WritableStream).end(options.descriptor);
      const ended = new Promise<Ended>((resolve) =>
        child.on("close", (code, signal) => {
          children.delete(child);
          resolve({ code, signal, out, err });
        }),
      );
      return { child, out: () => out, err: () => err, ended };
    },
    holdpoint: (args, options) => bench.start(args, options).ended,
    async close() {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bench;
}

/** The values of an NDJSON text; throws where a line is not JSON, which is what `--json` promises against. */
export const lines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Polls until `condition` holds; fails after two minutes with what was waited for. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + 120_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
