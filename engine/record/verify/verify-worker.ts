// The thread for work on the whole record, so that terminals and clocks of a running engine go on. Owns: one message in, one out.
import { parentPort, workerData } from "node:worker_threads";
import { backupFile } from "../backup.ts";
import { RecordError } from "../errors.ts";
import { verifyDatabase } from "./database.ts";
import { verifyEventsFile } from "./events-file.ts";
import type { WorkerOrder } from "./in-worker.ts";

const order = workerData as WorkerOrder;
try {
  parentPort!.postMessage({ done: work() });
} catch (error) {
  if (!(error instanceof RecordError)) throw error;
  parentPort!.postMessage({ code: error.code, message: error.message }); // classes do not cross threads
}

function work(): unknown {
  switch (order.kind) {
    case "database":
      return verifyDatabase(order.path, order.options);
    case "events":
      return verifyEventsFile(order.path, order.options);
    case "backup":
      return backupFile(order.path, order.out, order.sidecar);
    default:
      return order satisfies never;
  }
}
