// Which shells this machine has.
// Owns: looking along PATH and asking for versions. Starts no session.
import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { ShellKind } from "../protocol/index.ts";

/** A `--version` that takes longer is not worth waiting for; the shell is listed without it. */
const VERSION_LIMIT_MS = 5_000;

/** Where package managers put shells: an app started from a desktop has a PATH without them. */
const USUAL_FOLDERS = process.platform === "win32" ? [] : ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin"];

/** The shell's program by the given PATH, then in the usual folders; null where there is none that may be executed. */
export function findShell(shell: ShellKind, env: Record<string, string | undefined>): string | null {
  // An empty entry of PATH means the current directory to a shell; a shell is never taken from there.
  for (const folder of [...(env["PATH"] ?? "").split(delimiter), ...USUAL_FOLDERS]) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, process.platform === "win32" ? `${shell}.exe` : shell);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // not in this folder, or not to be executed
    }
  }
  return null;
}

/** Every shell found along PATH, with its version ("" where it does not say). */
export async function shellsAvailable(
  env: Record<string, string | undefined> = process.env,
): Promise<{ shell: ShellKind; path: string; version: string }[]> {
  const found = ShellKind.options.flatMap((shell) => {
    const path = findShell(shell, env);
    return path === null ? [] : [{ shell, path }];
  });
  return Promise.all(found.map(async (one) => ({ ...one, version: await versionOf(one.path) })));
}

function versionOf(path: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(path, ["--version"], { timeout: VERSION_LIMIT_MS }, (error, output) => {
      resolve(error === null ? (output.match(/\d+\.\d+(\.\d+)?/)?.[0] ?? "") : "");
    });
  });
}
