// The thread that parses one file and ends. Owns nothing; in-worker.ts starts it and holds its time limit.
import { parentPort, workerData } from "node:worker_threads";
import { parseDocument } from "./parse.ts";

const { source, path } = workerData as { source: Uint8Array; path: string };
parentPort?.postMessage(parseDocument(source, { path }));
