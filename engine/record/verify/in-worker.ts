// Verifies and copies in a thread of its own. Owns: starting it and taking its answer. The work is the same as without.
import { Worker } from "node:worker_threads";
import type { ErrorCode, VerifyReport } from "../../protocol/index.ts";
import type { Backup } from "../backup.ts";
import { RecordError } from "../errors.ts";
import type { VerifyOptions } from "./report.ts";

/** In a bundle the worker lies beside it as `verify-worker.mjs` (build/desktop.ts); in the source tree it is a .ts file. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./verify-worker.ts" : "./verify-worker.mjs", import.meta.url);

export type WorkerOrder =
  | { kind: "database" | "events"; path: string; options: VerifyOptions }
  | { kind: "backup"; path: string; out: string; sidecar: string };

/**
 * verifyDatabase or verifyEventsFile without blocking this thread: a second per 50,000 events, and recordings may be
 * gigabytes. Rejects with RecordError `unreadable` where there is nothing to verify.
 */
export const verifyInWorker = (kind: "database" | "events", path: string, options: VerifyOptions = {}): Promise<VerifyReport> =>
  inWorker<VerifyReport>({ kind, path, options });

/** backupFile without blocking this thread. Rejects with RecordError `already-exists`, `disk-full`, `read-only`. */
export const backupInWorker = (path: string, out: string, sidecar: string): Promise<Backup> =>
  inWorker<Backup>({ kind: "backup", path, out, sidecar });

function inWorker<T>(order: WorkerOrder): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: order });
    worker.once("message", (answer: { done: T } | { code: ErrorCode; message: string }) => {
      if ("done" in answer) resolve(answer.done);
      else reject(new RecordError(answer.code, answer.message));
    });
    worker.once("error", reject);
    // After a message this changes nothing: a promise settles once.
    worker.once("exit", (code) => reject(new RecordError("internal", `The record's thread ended with ${code} and said nothing.`)));
  });
}
