// The real engine behind its web host, as a process of its own, with the window that was built.
// Owns: starting and ending it. Does not open a window (bench/window.ts does).
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");
/** A process that was asked to end has this long before it is killed, milliseconds. */
const END_MS = 10_000;

export type Served = {
  /** One-time link for the first window. */
  url: string;
  pid: number;
  /** From the start of the process to its link, milliseconds. */
  readyMs: number;
  /** Wall clock at the start of the process, milliseconds since 1970. */
  spawnedAt: number;
  home: string;
  /** Where runbooks of the measurement are written. */
  books: string;
  stop(): Promise<void>;
};

export function buildWindow(): void {
  if (existsSync(join(root, "dist", "renderer", "index.html"))) return;
  const built = spawnSync(process.execPath, [join(root, "build", "bundle.ts")], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (built.status !== 0) throw new Error("the window could not be built; try `npm run build`");
}

/** Starts `holdpoint serve` with a data directory below `folder`. */
export async function serve(folder: string): Promise<Served> {
  buildWindow();
  const [home, books, user] = ["home", "books", "user"].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [home, books, user]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const started = await startProcess(["build/holdpoint.mjs", "serve", "--port", "0", "--json", "--no-build"], {
    HOME: user,
    HOLDPOINT_HOME: home,
  });
  return { ...started, home, books };
}

/** Starts a launcher of ours, whose program prints {"url": …} when it is ready, with an environment of nothing but the necessary. */
export async function startProcess(args: string[], env: Record<string, string>): Promise<Omit<Served, "home" | "books">> {
  const spawnedAt = Date.now();
  const begin = performance.now();
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", LANG: "C.UTF-8", SHELL: "/bin/bash", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text: Buffer) => {
    said = (said + text.toString()).slice(-4_000);
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (line) => resolve((JSON.parse(line) as { url: string }).url));
    child.once("exit", (code) => reject(new Error(`${args[0]} ended with ${code} before it was ready: ${said}`)));
  });
  const readyMs = performance.now() - begin;
  return { url, pid: launched(child.pid!), readyMs, spawnedAt, stop: () => end(child) };
}

/** The process that the launcher started; the launcher itself only waits. */
function launched(pid: number): number {
  const first = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ")[0]);
  if (first === 0) throw new Error(`process ${pid} started nothing`);
  return first;
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const kill = setTimeout(() => child.kill("SIGKILL"), END_MS);
    child.once("exit", () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
