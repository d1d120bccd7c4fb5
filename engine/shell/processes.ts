// Processes as the operating system sees them: which program a shell is now, and what a block has started.
// Owns: reading /proc, or `ps` where there is none. Ends nothing; cancel.ts does.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export type ProcessInfo = {
  pid: number;
  parent: number;
  session: number;
  command: string /** Clock ticks since boot on Linux, else 0. */;
  startTicks: number;
};

const hasProc = process.platform === "linux";

/**
 * What a process is now: program, arguments, and where its stack begins, which every exec places anew (the same program may
 * be started again in its own place). Null when it is gone or not ours to read.
 */
export function programOf(pid: number): string | null {
  if (!hasProc) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const stack = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[25] ?? "";
    return `${readlinkSync(`/proc/${pid}/exe`)}\0${readFileSync(`/proc/${pid}/cmdline`, "utf8")}\0${stack}`;
  } catch {
    return null;
  }
}

/** All processes that may be read. On macOS without sessions of others and without start times. */
export async function listProcesses(): Promise<ProcessInfo[]> {
  return hasProc ? listProc() : listPs();
}

/** Whether a process inherited `name=value` when it was started. Unreadable ones count as no. */
export function inherits(pid: number, name: string, value: string): boolean {
  if (!hasProc) return false;
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`${name}=${value}`);
  } catch {
    return false;
  }
}

/**
 * Everything that a block has started and that still lives: children of children of the shell, members of its session, and
 * whatever carries the block's marker (a `setsid` child of an ended parent has neither the parent nor the session).
 * Processes that the shell had before the block are left out by their start time. Zombies are dead.
 */
export async function startedBy(shellPid: number, blockId: string, sinceTicks: number): Promise<ProcessInfo[]> {
  const all = await listProcesses();
  const children = new Map<number, number[]>();
  for (const { pid, parent } of all) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const family = new Set<number>();
  const waiting = [shellPid];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (family.has(child)) continue;
      family.add(child);
      waiting.push(child);
    }
  }
  return all.filter(
    ({ pid, session, startTicks }) =>
      pid !== shellPid &&
      pid !== process.pid &&
      startTicks >= sinceTicks &&
      (family.has(pid) || session === shellPid || inherits(pid, "HOLDPOINT_BLOCK", blockId)),
  );
}

/** Ticks since boot as a process started now would carry them; 0 where that is not known, which leaves nothing out. */
export function ticksNow(): number {
  if (!hasProc) return 0;
  // The kernel counts starts in 1/100 s on every Linux that Node runs on (USER_HZ).
  return Math.floor(Number.parseFloat(readFileSync("/proc/uptime", "utf8")) * 100);
}

function listProc(): ProcessInfo[] {
  const found: ProcessInfo[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The command is in parentheses and may hold anything, a parenthesis too: the fields begin after the last one.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields[0] === "Z" || fields[0] === "X") continue;
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      found.push({
        pid: Number(name),
        parent: Number(fields[1]),
        session: Number(fields[3]),
        startTicks: Number(fields[19]),
        command: command === "" ? stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")) : command,
      });
    } catch {
      // ended while we looked
    }
  }
  return found;
}

function listPs(): Promise<ProcessInfo[]> {
  return new Promise((resolve) => {
    execFile("ps", ["-axo", "pid=,ppid=,sess=,stat=,command="], { maxBuffer: 16 << 20 }, (error, output) => {
      if (error !== null) return resolve([]);
      const lines = output.split("\n").map((line) => line.match(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.*)$/));
      resolve(
        lines.flatMap((match) =>
          match === null || match[4]!.startsWith("Z")
            ? []
            : [{ pid: Number(match[1]), parent: Number(match[2]), session: Number(match[3]) || 0, command: match[5]!, startTicks: 0 }],
        ),
      );
    });
  });
}
