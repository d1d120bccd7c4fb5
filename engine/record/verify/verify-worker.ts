// The thread that verifies, so that terminals and clocks of a running engine go on. Owns: one message in, one out.
import { parentPort, workerData } from "node:worker_threads";
import { RecordError } from "../errors.ts";
import { verifyDatabase } from "./database.ts";
import { verifyEventsFile } from "./events-file.ts";
import type { VerifyOptions } from "./report.ts";

const { kind, path, options } = workerData as { kind: "database" | "events"; path: string; options: VerifyOptions };
try {
  parentPort!.postMessage({ report: kind === "database" ? verifyDatabase(path, options) : verifyEventsFile(path, options) });
} catch (error) {
  if (!(error instanceof RecordError)) throw error;
  parentPort!.postMessage({ code: error.code, message: error.message }); // classes do not cross threads
}
