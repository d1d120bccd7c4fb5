// Parses and lints in a thread with a time limit, because marked can be made to take very long. Owns the thread, the limit and
// the way out: a text that takes too long is read again without marked, which is linear, and says so.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Diagnostic, RunbookDocument } from "../protocol/index.ts";
import { parseDocument } from "./parse.ts";

/** Ten times what 10 MB of ordinary text take on a slow machine. */
const DEFAULT_TIMEOUT_MS = 20_000;
/** In the packaged app the thread is a bundle beside this one. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./worker.ts", import.meta.url)
  : new URL("./document-worker.mjs", import.meta.url);
/** Memory of the thread: far more than the largest file needs, far less than would take the engine with it. */
const MAX_HEAP_MB = 1_024;

type Wanted = { document: RunbookDocument; lint: Diagnostic[] };
type Outcome<W extends keyof Wanted> = { kind: "done"; answer: Wanted[W] } | { kind: "stopped" | "failed"; why: string };

/** A thread that is kept between files, since starting one takes longer than reading a runbook, and what waits for it. It holds no process open. */
type Lane = { idle: Worker | null; queue: Promise<unknown> };
// Lint takes longer than reading and nobody waits for it: a file to be opened must not stand behind the lint of the one before.
const lanes: Record<keyof Wanted, Lane> = {
  document: { idle: null, queue: Promise.resolve() },
  lint: { idle: null, queue: Promise.resolve() },
};

/** Like `parseDocument`, off the calling thread, one file after another. Never rejects. */
export function parseInWorker(source: Uint8Array, options: { path: string; timeoutMs?: number }): Promise<RunbookDocument> {
  return inTurn(lanes.document, () => parseOne(source, options.path, options.timeoutMs ?? DEFAULT_TIMEOUT_MS));
}

/** What `lintDocument` finds in these bytes, off the calling thread. Never rejects: what could not be looked at is itself a finding. */
export function lintInWorker(source: Uint8Array, options: { path: string; timeoutMs?: number }): Promise<Diagnostic[]> {
  return inTurn(lanes.lint, async () => {
    const outcome = await runWorker("lint", source, options.path, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    if (outcome.kind === "done") return outcome.answer;
    const message = `Lint could not look at this file: ${outcome.why}. Its errors in reading are listed all the same.`;
    return [{ line: 1, column: 1, severity: "warning", code: "lint-limit", message }];
  });
}

function inTurn<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
  const next = lane.queue.then(work);
  lane.queue = next;
  return next;
}

async function parseOne(source: Uint8Array, path: string, timeoutMs: number): Promise<RunbookDocument> {
  const outcome = await runWorker("document", source, path, timeoutMs);
  if (outcome.kind === "done") return outcome.answer;
  // No thread to be had: what bounds the text holds here too.
  if (outcome.kind === "failed") return parseDocument(source, { path });
  const document = parseDocument(source, { path, isPlain: true });
  const message = `${outcome.why}; its prose is shown as plain text. Steps and blocks are read all the same.`;
  return { ...document, diagnostics: [{ line: 1, column: 1, severity: "warning", code: "parse-limit", message }, ...document.diagnostics] };
}

function runWorker<W extends keyof Wanted>(wants: W, source: Uint8Array, path: string, timeoutMs: number): Promise<Outcome<W>> {
  return new Promise((resolve) => {
    const lane = lanes[wants];
    const worker = lane.idle ?? startWorker();
    lane.idle = null;
    if (typeof worker === "string") return resolve({ kind: "failed", why: worker });
    let isSettled = false;
    const settle = (outcome: Outcome<W>): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      // One by one: a Worker listens to itself to keep its port open, and would go deaf.
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      if (outcome.kind === "done") lane.idle = worker;
      else void worker.terminate();
      resolve(outcome);
    };
    // The timer, unlike the thread, keeps the process alive while an answer is awaited.
    const timer = setTimeout(
      () => settle({ kind: "stopped", why: `Reading the file took longer than ${timeoutMs / 1_000} s and was stopped` }),
      timeoutMs,
    );
    const onMessage = (answer: Wanted[W]): void => settle({ kind: "done", answer });
    const onError = (error: unknown): void => settle(failure(error));
    const onExit = (): void => settle({ kind: "failed", why: "the thread ended without a result" });
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage({ wants, source, path });
  });
}

function failure(error: unknown): { kind: "stopped" | "failed"; why: string } {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ERR_WORKER_OUT_OF_MEMORY")
    return { kind: "stopped", why: `Reading the file took more than ${MAX_HEAP_MB} MB of memory and was stopped` };
  return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
}

/** A thread, or why there is none. */
function startWorker(): Worker | string {
  try {
    if (!existsSync(fileURLToPath(WORKER))) return `${fileURLToPath(WORKER)} is missing`;
    const worker = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
    worker.unref();
    // A thread that dies while nobody waits for it is simply not used again.
    worker.on("error", () => undefined);
    worker.on("exit", () => {
      for (const lane of Object.values(lanes)) if (lane.idle === worker) lane.idle = null;
    });
    return worker;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
