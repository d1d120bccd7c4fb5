// The private directory for pinned kubeconfigs, block files and the engine's socket: in memory where there is such a place.
// Owns: where it is, and that it is ours alone (0700). Swept at start by its owner, never under the data directory.
import { createHash } from "node:crypto";
import { chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fail, ok, type Result } from "../protocol/index.ts";

type Environment = Record<string, string | undefined>;

/**
 * The directory for this data directory: the same for every process that names the same `home`, so that a command finds the
 * running engine's socket. Existence is not checked.
 */
export function runtimeDirectory(home: string, env: Environment = process.env): string {
  const real = realHome(home);
  const base = bases(env).find((candidate) => isUsable(candidate) && !isUnder(candidate, real)) ?? tmpdir();
  // Short: a socket's path may have 104 bytes on some systems.
  const name = createHash("sha256").update(real).digest("hex").slice(0, 16);
  return join(base, `holdpoint-${process.getuid?.() ?? "user"}-${name}`);
}

function bases(env: Environment): string[] {
  const own = env.XDG_RUNTIME_DIR;
  return [...(own ? [own] : []), ...(process.platform === "linux" ? ["/dev/shm"] : []), tmpdir()];
}

function isUsable(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // not there on this system
  }
}

function realHome(home: string): string {
  try {
    return realpathSync(home);
  } catch {
    // Before the first start the directory is not there yet; its parents may be links all the same.
    const path = resolve(home);
    return dirname(path) === path ? path : join(realHome(dirname(path)), basename(path));
  }
}

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

/** Makes it private and empty. Refuses a directory that somebody else made: a link, another owner, or readable by others. */
export function prepareRuntime(path: string): Result<string> {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST")
      return fail("unreadable", `The private directory ${path} cannot be made: ${(error as Error).message}`);
  }
  const stats = lstatSync(path);
  const uid = process.getuid?.();
  if (!stats.isDirectory() || (uid !== undefined && stats.uid !== uid))
    return fail("forbidden", `${path} belongs to somebody else. Remove it: secrets would pass through it.`);
  if (process.platform !== "win32") chmodSync(path, 0o700);
  sweep(path);
  return ok(path);
}

/**
 * Left-overs of an engine that was killed: shells' files and pinned kubeconfigs with their tokens. A shell of that engine may
 * still wait, in its last words, for somebody to read a named pipe: it is let go first, else it would wait for ever.
 */
function sweep(path: string) {
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    if (entry.isFIFO()) letGo(join(entry.parentPath, entry.name));
  for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
}

/** A reader that comes wakes a writer that waits (fifo(7)), even if it leaves at once. */
function letGo(fifo: string) {
  try {
    closeSync(openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK));
  } catch {
    // gone meanwhile, or not ours to read: nobody of ours waits on it then
  }
}
