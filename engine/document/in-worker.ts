// Parses in a thread with a time limit, because marked can be made to take very long. Owns the limit and the way out:
// a text that takes too long is read again without marked, which is linear, and says so.
import { Worker } from "node:worker_threads";
import type { RunbookDocument } from "../protocol/index.ts";
import { parseDocument } from "./parse.ts";

/** Ten times what 10 MB of ordinary text take on a slow machine. */
const DEFAULT_TIMEOUT_MS = 20_000;
/** The packaged app has one bundle per entry, and its worker is JavaScript. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./worker.ts", import.meta.url)
  : new URL("./document-worker.mjs", import.meta.url);

/** Like `parseDocument`, off the calling thread. Never rejects. */
export async function parseInWorker(source: Uint8Array, options: { path: string; timeoutMs?: number }): Promise<RunbookDocument> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const outcome = await runWorker(source, options.path, timeoutMs);
  if (typeof outcome !== "string") return outcome;
  const document = parseDocument(source, { path: options.path, isPlain: true });
  const message = `${outcome}; its prose is shown as plain text. Steps and blocks are read all the same.`;
  return { ...document, diagnostics: [{ line: 1, column: 1, severity: "warning", code: "parse-limit", message }, ...document.diagnostics] };
}

/** The document, or why there is none. */
function runWorker(source: Uint8Array, path: string, timeoutMs: number): Promise<RunbookDocument | string> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      worker = new Worker(WORKER, { workerData: { source, path }, resourceLimits: { maxOldGenerationSizeMb: 1_024 } });
    } catch (error) {
      resolve(`The file could not be read in a thread of its own (${error instanceof Error ? error.message : String(error)})`);
      return;
    }
    const settle = (outcome: RunbookDocument | string): void => {
      clearTimeout(timer);
      resolve(outcome);
      void worker.terminate();
    };
    const timer = setTimeout(() => settle(`Reading the file took longer than ${timeoutMs / 1_000} s and was stopped`), timeoutMs);
    worker.on("message", (document: RunbookDocument) => settle(document));
    worker.on("error", (error) => settle(`Reading the file failed (${error instanceof Error ? error.message : String(error)})`));
    worker.on("exit", () => settle("Reading the file ended without a result"));
  });
}
