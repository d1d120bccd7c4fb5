// Child processes that cannot outlive us, free ports, and waiting for something to become true.
// Owns: starting and ending. Knows nothing of what the programs are.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export type Program = { name: string; child: ChildProcess; log: string; ended: Promise<void>; hasEnded(): boolean };

/** How long a program gets to end by itself before it is killed. etcd closes its files in well under a second. */
const GRACE_MS = 5_000;

/**
 * Starts `command` with its output in `log`. The kernel kills it when we die, `kill -9` included
 * (PR_SET_PDEATHSIG, set by util-linux's setpriv between fork and exec): no handler of ours has to run.
 */
export function startProgram(name: string, command: string, args: string[], log: string): Program {
  const output = openSync(log, "a", 0o600);
  const child = spawn("setpriv", ["--pdeathsig", "KILL", command, ...args], {
    stdio: ["ignore", output, output],
    // etcd 3.4 refuses every other architecture unless it is named so; on amd64 it ignores this.
    env: { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch },
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve()); // setpriv itself is missing: seen as an early end, and the log is empty
  });
  return { name, child, log, ended, hasEnded: () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined };
}

/** Ends the programs in the order given, each politely first. */
export async function endPrograms(programs: Program[]): Promise<void> {
  for (const program of programs) {
    if (program.hasEnded()) continue;
    program.child.kill("SIGTERM");
    const killer = setTimeout(() => program.child.kill("SIGKILL"), GRACE_MS);
    await program.ended;
    clearTimeout(killer);
  }
}

/** `count` different loopback ports that were free a moment ago; whoever takes one meanwhile is seen as a failed start and tried again. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Server>((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a listening TCP server has no port");
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Asks `isTrue` again and again; throws after `withinMs`, or as soon as one of `programs` has ended, with the end of its log. */
export async function until(what: string, isTrue: () => Promise<boolean>, withinMs: number, programs: Program[] = []): Promise<void> {
  const end = Date.now() + withinMs;
  for (;;) {
    if (await isTrue()) return;
    const gone = programs.find((program) => program.hasEnded());
    if (gone !== undefined) throw new Error(`${gone.name} ended before ${what}: ${lastOf(gone.log)}`);
    if (Date.now() > end)
      throw new Error(`${what}: not within ${withinMs / 1000} s${programs.map((p) => `; ${p.name}: ${lastOf(p.log)}`).join("")}`);
    await pause(100);
  }
}

const lastOf = (log: string): string =>
  readFileSync(log, "utf8").trim().split("\n").slice(-2).join(" / ").slice(-600) || "it wrote nothing";
