// Ends what a block has started.
// Owns: the order of interrupt, terminate and kill, and the list of survivors. Leaves the shell alive.
import { type ProcessInfo, startedBy } from "./processes.ts";

/** A program gets this long for its own clean-up after Ctrl-C, then as long again after SIGTERM. */
const INTERRUPT_GRACE_MS = 700;
const TERMINATE_GRACE_MS = 700;
/** Killed processes are gone at once, unless they hang in the kernel (a dead network file system): those are survivors. */
const KILL_GRACE_MS = 2_000;
const POLL_MS = 40;

export type Survivor = { pid: number; command: string };

/** `interrupt` types Ctrl-C. Returns what still lives in the end. */
export async function endDescendants(shellPid: number, blockId: string, sinceTicks: number, interrupt: () => void): Promise<Survivor[]> {
  const living = () => startedBy(shellPid, blockId, sinceTicks);
  interrupt();
  let left = await waitUntilGone(living, INTERRUPT_GRACE_MS);
  for (const [signal, grace] of [
    ["SIGTERM", TERMINATE_GRACE_MS],
    ["SIGKILL", KILL_GRACE_MS],
  ] as const) {
    if (left.length === 0) break;
    // A stopped process would keep a SIGTERM waiting for ever.
    for (const { pid } of left) {
      send(pid, signal);
      if (signal === "SIGTERM") send(pid, "SIGCONT");
    }
    left = await waitUntilGone(living, grace, signal === "SIGKILL" ? (pid) => send(pid, "SIGKILL") : undefined);
  }
  return left.map(({ pid, command }) => ({ pid, command }));
}

async function waitUntilGone(living: () => Promise<ProcessInfo[]>, limitMs: number, again?: (pid: number) => void): Promise<ProcessInfo[]> {
  const end = performance.now() + limitMs;
  for (;;) {
    const left = await living();
    if (left.length === 0 || performance.now() >= end) return left;
    // A family that forks while it is being killed: whoever is new gets it too.
    if (again !== undefined) for (const { pid } of left) again(pid);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already, or another user's: then it is listed as a survivor
  }
}
