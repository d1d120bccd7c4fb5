// Starts the desktop window from the command line, or says in one line why it cannot.
// Owns: finding and fetching the Electron runtime, and building what it loads. Runs in plain Node, never inside Electron.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A download that has not finished by now is given up; a refused one fails within a second (connect limit of fetch: 10 s). */
const FETCH_LIMIT_MS = 5 * 60_000;

export type Runtime = { isReady: true; path: string } | { isReady: false; why: string };

/** Where the installed Electron runtime is, without fetching anything. `HOLDPOINT_ELECTRON` names one of the user's own. */
export function findElectron(env: NodeJS.ProcessEnv = process.env, electronHome: string | null = electronPackage()): Runtime {
  const own = env["HOLDPOINT_ELECTRON"];
  if (own !== undefined && own !== "") {
    return existsSync(own)
      ? { isReady: true, path: own }
      : { isReady: false, why: `HOLDPOINT_ELECTRON names ${own}, which does not exist` };
  }
  if (electronHome === null) return { isReady: false, why: "the package electron is not installed" };
  try {
    const path = join(electronHome, "dist", readFileSync(join(electronHome, "path.txt"), "utf8").trim());
    if (existsSync(path)) return { isReady: true, path };
  } catch {
    // not fetched yet: path.txt is written by the fetch
  }
  return { isReady: false, why: "the Electron runtime is not installed" };
}

/**
 * Finds the runtime, or fetches it as Electron's own installer does (checksums inside the package).
 * `say` hears one line when the fetch begins to take time.
 */
export async function obtainElectron(say: (line: string) => void, env: NodeJS.ProcessEnv = process.env): Promise<Runtime> {
  const home = electronPackage();
  const found = findElectron(env, home);
  if (found.isReady || home === null || env["HOLDPOINT_ELECTRON"]) return found;
  const slow = setTimeout(() => say("Fetching the desktop runtime, once (about 120 MB) …"), 1500);
  const problem = await fetchRuntime(home).finally(() => clearTimeout(slow));
  const after = findElectron(env, home);
  return after.isReady ? after : { isReady: false, why: `the Electron runtime could not be fetched (${problem})` };
}

/** Starts the window and returns its exit code when it is closed. */
export function runElectron(runtime: string, main: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const { ELECTRON_RUN_AS_NODE: _asNode, ...clean } = env;
  return new Promise((resolve) => {
    const child = spawn(runtime, [main, ...args], { stdio: "inherit", env: clean });
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

function electronPackage(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve("electron/package.json"));
  } catch {
    return null; // left out by --omit=dev
  }
}

function fetchRuntime(home: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(home, "install.js")], { stdio: ["ignore", "ignore", "pipe"], timeout: FETCH_LIMIT_MS });
    let words = "";
    child.stderr.on("data", (chunk: Buffer) => {
      words = (words + chunk.toString("utf8")).slice(-4000);
    });
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => {
      if (signal !== null) return resolve("no end within five minutes");
      const line = words.split("\n").find((text) => text.includes("Error")) ?? words.split("\n")[0] ?? "";
      resolve(code === 0 ? "nothing arrived" : line.trim() || `exit ${code}`);
    });
  });
}
