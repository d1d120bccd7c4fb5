// The pinned kubeconfig on disk: one context, readable by its owner alone, in a folder of its own.
// Owns: writing, re-reading, deleting and sweeping it. Lies in the runtime directory (tmpfs where there is one), never under the data directory.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterName } from "../protocol/index.ts";
import type { OneContext } from "./resolve.ts";

export type PinFile = { folder: string; path: string };

const PREFIX = "pin-";

/** A folder of 0700 below `runtimeDir` (made if needed), for one pin. */
export function makePinFolder(runtimeDir: string, name: ClusterName): string {
  mkdirSync(runtimeDir, { recursive: true, mode: 0o700 });
  const folder = join(runtimeDir, `${PREFIX}${name}-${process.pid}-${startOf(process.pid) ?? "0"}-${randomBytes(6).toString("hex")}`);
  mkdirSync(folder, { mode: 0o700 });
  chmodSync(folder, 0o700); // a stricter umask would make it useless, and no umask makes it wider
  return folder;
}

/** Writes `config`, readable by its owner alone. */
export function writePinFile(folder: string, config: OneContext): PinFile {
  const path = join(folder, "kubeconfig");
  // JSON is YAML; kubectl reads it and, when it rewrites the file, writes YAML.
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(path, 0o600);
  return { folder, path };
}

export const deletePinFile = ({ folder }: PinFile): Promise<void> => rm(folder, { recursive: true, force: true });

/**
 * Deletes pinned kubeconfigs whose engine is gone, for the start of the next one: they hold credentials. Those of an engine that lives are
 * left, also when its process id was given out again, because the start time of the process is in the name.
 */
export async function sweepRuntime(runtimeDir: string): Promise<void> {
  let names: string[];
  try {
    names = readdirSync(runtimeDir);
  } catch {
    return; // no runtime directory yet: nothing to sweep
  }
  for (const name of names) {
    const owner = /^pin-.+-(\d+)-(\d+)-[0-9a-f]{12}$/.exec(name);
    if (owner === null || isRunning(Number(owner[1]), owner[2]!)) continue;
    await rm(join(runtimeDir, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = startOf(pid);
  return now === null || start === "0" || now === start;
}

/** Start of a process in clock ticks since boot (field 22 of /proc/PID/stat); null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
