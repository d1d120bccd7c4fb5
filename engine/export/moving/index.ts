// Rehearsals that move to another machine. Owns: the public names, and the thread that checks and unpacks.
import { Worker } from "node:worker_threads";
import { fail, ok, type Result } from "../../protocol/index.ts";
import type { UnpackAnswer, UnpackOrder } from "./worker.ts";

export { RUNS as MOVED_RUNS, TEXTS as MOVED_TEXTS } from "./lay-down.ts";
export { type MovedRun, type MovedRuns, readMoved } from "./moved.ts";
export { type Packed, type PackOptions, type ParcelRun, type ParcelText, packParcel, type Search } from "./pack.ts";
export { textPathProblem } from "./parcel.ts";

/** In the packaged app the thread is a bundle beside this one (build/desktop.ts). */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./moving-worker.mjs", import.meta.url);

export type Unpacked = Extract<UnpackAnswer, { done: unknown }>["done"];

/**
 * Checks all of a rehearsal bundle, then unpacks it into `into`, which must not be there. `record-damaged` where it was tampered
 * with, each finding by name in `details.refusals`; nothing is left behind then. `unreadable`, `disk-full`.
 */
export async function unpackParcel(order: UnpackOrder): Promise<Result<Unpacked>> {
  const answer = await new Promise<UnpackAnswer>((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: order });
    worker.once("message", resolve);
    worker.once("error", reject);
    // After a message this changes nothing: a promise settles once.
    worker.once("exit", (code) => reject(new Error(`The thread that unpacks bundles ended with ${code} and said nothing.`)));
  });
  if ("done" in answer) return ok(answer.done);
  if ("refused" in answer) {
    const [first, ...more] = answer.refused;
    const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
    return fail("record-damaged", `${order.path} was refused, and nothing of it was unpacked: ${first?.message ?? ""}${rest}`, {
      refusals: answer.refused,
    });
  }
  if (answer.code === "ENOSPC" || answer.code === "EDQUOT") return fail("disk-full", `${order.path} was not unpacked. ${answer.failed}`);
  return fail("unreadable", `${order.path} is no rehearsal bundle that can be opened: ${answer.failed}.`);
}
