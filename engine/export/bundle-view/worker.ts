// The thread that verifies and reads a bundle, so that terminals and clocks of a running engine go on. One message in, one out.
import { parentPort, workerData } from "node:worker_threads";
import { CannotRead } from "../verifiers/verify.mjs";
import { readBundle } from "./read.ts";

const order = workerData as { path: string; options: { fingerprint?: string } };
try {
  parentPort!.postMessage({ done: readBundle(order.path, order.options) });
} catch (error) {
  if (!(error instanceof CannotRead)) throw error;
  parentPort!.postMessage({ message: error.message }); // classes do not cross threads
}
