// The process behind a job: owns its shell, its redactor and its recording, and lives on when the window and the engine are gone.
// Owns: one block from its start to its outcome, and a private socket through which an engine looks, cancels and collects.
// Takes everything through its standard input, secrets too; nothing unredacted leaves it.
import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { realPorts } from "../ports.ts";
import type { TerminalFromEngine } from "../protocol/index.ts";
import { type JobOrder, type JobReply, type JobRequest, jobSocket } from "./job.ts";
import { openRecording } from "./recording.ts";
import { createRedactor } from "./redactor.ts";
import { openShellSession } from "./session.ts";
import type { BlockOutcome } from "./types.ts";

/** Nobody collects the outcome of a job that ended longer ago: the run was given up. Milliseconds. */
const KEPT_MS = 30 * 24 * 3_600_000;

const ports = realPorts();

async function readOrder(): Promise<JobOrder> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString("utf8")) as JobOrder;
}

async function host(order: JobOrder): Promise<void> {
  const redactor = createRedactor(order.known);
  const { folder } = order;
  const kubeconfig = join(folder, "kubeconfig");
  if (order.kubeconfig !== null) writeFileSync(kubeconfig, order.kubeconfig, { mode: 0o600 });
  const isIntact = () => order.kubeconfig === null || same(kubeconfig, order.kubeconfig);
  const clients = new Set<Socket>();
  let last: JobReply = { is: "starting" };
  const tell = (reply: JobReply) => {
    last = reply;
    for (const client of clients) client.write(`${JSON.stringify(reply)}\n`);
  };
  const leave = () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  };
  const opened = await openShellSession({
    id: order.terminal,
    shell: order.shell,
    cwd: order.cwd,
    environment: order.environment,
    pinned: order.kubeconfig === null ? order.pinned : { ...order.pinned, KUBECONFIG: kubeconfig },
    runtimeDir: folder,
    redactor,
    ports,
    cols: order.cols,
    rows: order.rows,
    report: ["KUBECONFIG"],
    ...withGuard(order.guarded),
  });
  const serve = (client: Socket) => {
    let view: { receive(message: unknown): void; detach(): void } | null = null;
    clients.add(client);
    client.write(`${JSON.stringify(last)}\n`);
    client.on("error", () => {});
    client.on("close", () => {
      clients.delete(client);
      view?.detach();
    });
    createInterface({ input: client })
      .on("error", () => {})
      .on("line", (line) => {
        const request = JSON.parse(line) as JobRequest;
        if (request.do === "collected") return leave();
        if (!opened.ok) return;
        const session = opened.value;
        if (request.do === "cancel")
          void session
            .cancel()
            .then(({ survivors }) => client.write(`${JSON.stringify({ is: "cancelled", survivors } satisfies JobReply)}\n`));
        else if (request.do === "attach")
          view ??= session.attach((message: TerminalFromEngine) =>
            client.write(`${JSON.stringify({ is: "view", message } satisfies JobReply)}\n`),
          );
        else if (request.do === "view") view?.receive(request.message);
      });
  };
  const server = createServer(serve);
  const path = jobSocket(folder);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  if (process.platform !== "win32") chmodSync(path, 0o600);
  if (!opened.ok) return tell({ is: "failed", message: opened.error.message });
  const session = opened.value;
  const recording = openRecording(order.recording, {
    cols: order.cols,
    rows: order.rows,
    title: order.title,
    env: { TERM: "xterm-256color" },
    clock: ports.clock,
  });
  const running = session.run({
    label: order.label,
    text: order.text,
    hasSecrets: order.hasSecrets,
    recording,
    timeoutMs: order.timeoutMs,
    match: order.match === null ? null : new RegExp(order.match.source, order.match.flags),
    expect: order.expect,
    interpreter: order.interpreter,
    cwd: order.blockCwd,
    environment: order.exports,
    typeIntoNested: false,
  });
  void running.accepted.then((accepted) => accepted?.pid != null && tell({ is: "running", pid: accepted.pid }));
  const outcome = await running.ended;
  // A disk that takes nothing now may do so later: the recording is the job's, and its host has time.
  for (let isKept = false; !isKept; )
    isKept = await recording.flush().then(
      () => true,
      () => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1_000)),
    );
  const { sha256, bytes } = await recording.close(outcome.verdict === "passed" ? 0 : (outcome.exitCode ?? null));
  tell({ is: "ended", outcome: told(outcome, redactor.redactText, kubeconfig), recording: { sha256, bytes }, isIntact: isIntact() });
  await session.close();
  setTimeout(leave, Math.min(KEPT_MS, 2 ** 31 - 1));
}

function withGuard(guarded: JobOrder["guarded"]) {
  if (guarded === null) return {};
  const { told, ...rest } = guarded;
  return { ...rest, onFromRc: (name: string) => appendFileSync(told, `${name}\twas set by an rc file and taken back\n`) };
}

/** What may leave: the last line and number only where no secret is in them, the unredacted tail never. */
function told(outcome: BlockOutcome, redact: (text: string) => string, kubeconfig: string): BlockOutcome {
  const { lastLine, lastNumber, reported } = outcome;
  const isSafe = lastLine === null || redact(lastLine) === lastLine;
  const isSafeNumber = lastNumber === null || redact(String(lastNumber)) === String(lastNumber);
  const own = reported["KUBECONFIG"] === kubeconfig ? { ...reported, KUBECONFIG: "" } : reported;
  return {
    ...outcome,
    because: redact(outcome.because),
    lastLine: isSafe ? lastLine : null,
    lastNumber: isSafeNumber ? lastNumber : null,
    tail: "",
    reported: own,
    handOver: null,
    shellAlive: true,
  };
}

function same(path: string, text: string): boolean {
  const hash = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
  try {
    return hash(readFileSync(path)) === hash(text);
  } catch {
    return false;
  }
}

// The window, the terminal and the engine may go: none of their signals is for this process.
for (const signal of ["SIGHUP", "SIGINT", "SIGPIPE"] as const) process.on(signal, () => {});
await host(await readOrder());
