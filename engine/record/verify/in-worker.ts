// Verifies in a thread of its own. Owns: starting it and taking its answer. The checks are the same as without.
import { Worker } from "node:worker_threads";
import type { ErrorCode, VerifyReport } from "../../protocol/index.ts";
import { RecordError } from "../errors.ts";
import type { VerifyOptions } from "./report.ts";

/** In a bundle the worker lies beside it as `verify-worker.mjs` (build/desktop.ts); in the source tree it is a .ts file. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./verify-worker.ts" : "./verify-worker.mjs", import.meta.url);

/**
 * verifyDatabase or verifyEventsFile without blocking this thread: a second per 50,000 events, and recordings may be
 * gigabytes. Rejects with RecordError `unreadable` where there is nothing to verify.
 */
export function verifyInWorker(kind: "database" | "events", path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: { kind, path, options } });
    worker.once("message", (answer: { report: VerifyReport } | { code: ErrorCode; message: string }) => {
      if ("report" in answer) resolve(answer.report);
      else reject(new RecordError(answer.code, answer.message));
    });
    worker.once("error", reject);
    // After a message this changes nothing: a promise settles once.
    worker.once("exit", (code) => reject(new RecordError("internal", `The verifying thread ended with ${code} and said nothing.`)));
  });
}
