// Where what the tests fetch and build is kept between runs, and how two runs keep out of each other's way.
// Owns: the cache folder and a lock that the kernel gives back when its holder dies.
// Does not fetch or build anything.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** `$HOLDPOINT_CACHE`, else `holdpoint` in the user's cache folder (XDG base directory rules: a relative value is ignored). */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HOLDPOINT_CACHE) return join(env.HOLDPOINT_CACHE, "holdpoint");
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), ".cache"), "holdpoint");
}

/**
 * Waits for the lock `file` and gives back its release. Held by a `flock` process whose standard input is our pipe:
 * when we end, however we end, the pipe closes, that process ends, and the kernel frees the lock. No stale lock files.
 */
export async function lock(file: string): Promise<() => Promise<void>> {
  mkdirSync(join(file, ".."), { recursive: true });
  const holder = spawn("flock", ["--exclusive", file, "sh", "-c", "echo held; cat >/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => holder.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once("data", () => resolve());
    holder.once("error", (error) =>
      reject(new Error(`cannot lock ${file}: ${error.message}. The lock needs the command flock (util-linux).`)),
    );
    holder.once("exit", (code) => reject(new Error(`cannot lock ${file}: flock ended with ${code}.`)));
  });
  return async () => {
    holder.stdin.end();
    await ended;
  };
}
