// Sets pages and sheets in a thread of its own: of a long night they take seconds, and terminals must not wait for them.
// Owns: starting the thread and taking its answer. What it makes is the same as without.
import { Worker } from "node:worker_threads";
import { RecordError } from "../../record/index.ts";
import type { NightReport } from "../night/types.ts";
import type { RecoveryModel } from "../recovery.ts";
import type { SignoffsModel } from "../signoffs.ts";
import type { ReportModel } from "./model.ts";

/** In a bundle of the program the worker lies beside it as `report-worker.mjs` (build/desktop.ts); in the source tree it is a .ts file. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./report-worker.ts" : "./report-worker.mjs", import.meta.url);

export type ReportOrder =
  | { kind: "pdf" | "workbook"; model: ReportModel }
  | { kind: "night"; report: NightReport }
  | { kind: "signoffs-pdf" | "signoffs-workbook"; model: SignoffsModel }
  | { kind: "recovery-workbook"; model: RecoveryModel };

/** Rejects with RecordError `internal` where the thread ends without an answer. */
export function makeInWorker(order: ReportOrder): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: order });
    worker.once("message", (bytes: Uint8Array) => resolve(bytes));
    worker.once("error", reject);
    // After a message this changes nothing: a promise settles once.
    worker.once("exit", (code) => reject(new RecordError("internal", `The report's thread ended with ${code} and said nothing.`)));
  });
}
