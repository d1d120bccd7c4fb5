// A block that runs in a process of its own, so that it outlives whoever started it. Owns: starting that process, and speaking with it.
// The process is job-host.ts; the verdict is its shell's authenticated end mark, as for every block.
import { spawn } from "node:child_process";
import { lstatSync, mkdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Expectation, ShellKind, TerminalFromEngine, TerminalId } from "../protocol/index.ts";
import type { Survivor } from "./cancel.ts";
import type { Known } from "./redactor-forms.ts";
import type { BlockOutcome, ShellOptions, ShellSession } from "./types.ts";

/** In a bundle the host lies beside it as `job-host.mjs` (build/desktop.ts); in the source tree it is a .ts file. */
const HOST = new URL(import.meta.url.endsWith(".ts") ? "./job-host.ts" : "./job-host.mjs", import.meta.url);
/** A host that has not opened its socket by then does not come; its shell may take long to its first prompt, milliseconds. */
const START_MS = 45_000;
const LOOK_MS = 50;

export type JobOrder = {
  folder: string;
  terminal: TerminalId;
  shell: ShellKind;
  cwd: string;
  environment: Record<string, string>;
  pinned: Record<string, string>;
  /** Of a rehearsal's job: as in `ShellOptions`; `told` is a file that takes a line for each variable that an rc file had set. */
  guarded: (Pick<ShellOptions, "confined" | "pathFirst" | "withdrawn"> & { told: string }) | null;
  /** Content of the pinned kubeconfig: the job has a copy of its own, since the run's goes with the engine; null for none. */
  kubeconfig: string | null;
  /** Values to be masked; they are handed over through the pipe and written nowhere. */
  known: Known[];
  cols: number;
  rows: number;
  recording: string;
  title: string;
  label: string;
  text: string;
  hasSecrets: boolean;
  timeoutMs: number | null;
  match: { source: string; flags: string } | null;
  expect: Expectation | null;
  interpreter: string | null;
  blockCwd: string | null;
  exports: Record<string, string>;
};
export type JobRequest = { do: "cancel" } | { do: "collected" } | { do: "attach" } | { do: "view"; message: unknown };
export type JobEnd = { outcome: BlockOutcome; recording: { sha256: string; bytes: number }; isIntact: boolean };
export type JobReply =
  | { is: "starting" }
  | { is: "running"; pid: number }
  | { is: "failed"; message: string }
  | ({ is: "ended" } & JobEnd)
  | { is: "cancelled"; survivors: Survivor[] }
  | { is: "view"; message: TerminalFromEngine };

/** gone: the process behind the job is not there any more, and said no end. detached: this engine let it go. */
export type JobOutcome = ({ how: "ended" } & JobEnd) | { how: "gone" } | { how: "detached" } | { how: "failed"; message: string };

export type Job = {
  session: ShellSession;
  /** Its shell has begun the block, or it is over. */
  begun: Promise<void>;
  ended: Promise<JobOutcome>;
  /** Its outcome is on record: its process may go. */
  collected(): void;
  /** Leaves it running, for another engine. */
  detach(): void;
};

export const jobSocket = (folder: string): string =>
  process.platform === "win32" ? `\\\\.\\pipe\\holdpoint-${folder.replaceAll(/[^A-Za-z0-9]/g, "-")}` : join(folder, "s");

/** The private directory of a job, made where it is not there. Throws where somebody else's is in the way. */
export function jobFolder(base: string, job: string): string {
  for (const path of [base, join(base, job)]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const stats = lstatSync(path);
    const uid = process.getuid?.();
    if (!stats.isDirectory() || (uid !== undefined && stats.uid !== uid)) throw new Error(`${path} belongs to somebody else`);
  }
  return join(base, job);
}

/** Starts the host in a session of its own, hands it the order through a pipe, and attaches. Null where it does not come. */
export async function startJob(order: JobOrder): Promise<Job | null> {
  const child = spawn(process.execPath, [fileURLToPath(HOST)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: order.folder,
    // Under Electron the same program is a plain Node with this.
    env: { PATH: process.env["PATH"] ?? "", ...(process.versions["electron"] ? { ELECTRON_RUN_AS_NODE: "1" } : {}) },
  });
  let isGone = false;
  child.once("error", () => {
    isGone = true;
  });
  child.once("exit", () => {
    isGone = true;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify(order));
  child.unref();
  for (const end = performance.now() + START_MS; performance.now() < end && !isGone; ) {
    const job = await attachJob(order.folder, order.terminal, order.shell);
    if (job) return job;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  if (!isGone) child.kill("SIGKILL");
  return null;
}

/** Speaks with a job's host; null where there is none. */
export async function attachJob(folder: string, terminal: TerminalId, shell: ShellKind): Promise<Job | null> {
  const socket = await dial(folder);
  if (socket === null) return null;
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<JobOutcome>();
  let survivors: ((found: Survivor[]) => void)[] = [];
  let pid = 0;
  let isOver = false;
  const over = (outcome: JobOutcome) => {
    isOver = true;
    begun.resolve();
    ended.resolve(outcome);
    for (const answer of survivors.splice(0)) answer([]);
  };
  const send = (request: JobRequest) => void socket.write(`${JSON.stringify(request)}\n`);
  hear(socket, (reply) => {
    if (reply.is === "running") {
      pid = reply.pid;
      begun.resolve();
    } else if (reply.is === "failed") over({ how: "failed", message: reply.message });
    else if (reply.is === "ended") over({ how: "ended", outcome: reply.outcome, recording: reply.recording, isIntact: reply.isIntact });
    else if (reply.is === "cancelled") {
      for (const answer of survivors) answer(reply.survivors);
      survivors = [];
    }
  });
  socket.on("close", () => over({ how: "gone" }));
  const session: ShellSession = {
    id: terminal,
    shell,
    get pid() {
      return pid;
    },
    isAlive: () => !isOver,
    activity: () => (isOver ? "gone" : "block"),
    reported: () => null,
    reportedFirst: () => null,
    ready: async () => false,
    foresee: () => {},
    run: () => {
      throw new Error("a job's shell runs its one block");
    },
    write: () => {},
    resize: () => {},
    cancel: () =>
      isOver
        ? Promise.resolve({ survivors: [] })
        : new Promise((resolve) => {
            survivors.push((found) => resolve({ survivors: found }));
            send({ do: "cancel" });
          }),
    attach: (view) => attachView(folder, view),
    announce: () => {},
    close: async () => {},
  };
  return {
    session,
    begun: begun.promise,
    ended: ended.promise,
    collected() {
      send({ do: "collected" });
    },
    detach() {
      over({ how: "detached" });
      socket.destroy();
    },
  };
}

/** A view has a connection of its own: its pace is not the engine's. */
function attachView(folder: string, view: (message: TerminalFromEngine) => void) {
  let socket: Socket | null = null;
  let isLeft = false;
  const waiting: unknown[] = [];
  void dial(folder).then((found) => {
    if (found === null || isLeft) return found?.destroy();
    socket = found;
    hear(found, (reply) => reply.is === "view" && view(reply.message));
    found.write(`${JSON.stringify({ do: "attach" } satisfies JobRequest)}\n`);
    for (const message of waiting.splice(0)) found.write(`${JSON.stringify({ do: "view", message } satisfies JobRequest)}\n`);
  });
  return {
    receive(message: unknown) {
      if (socket === null) waiting.push(message);
      else socket.write(`${JSON.stringify({ do: "view", message } satisfies JobRequest)}\n`);
    },
    detach() {
      isLeft = true;
      socket?.destroy();
    },
  };
}

function dial(folder: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(jobSocket(folder));
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      socket.on("error", () => {});
      resolve(socket);
    });
    socket.once("error", () => resolve(null));
  });
}

function hear(socket: Socket, take: (reply: JobReply) => void): void {
  createInterface({ input: socket })
    .on("error", () => {})
    .on("line", (line) => take(JSON.parse(line) as JobReply));
}
