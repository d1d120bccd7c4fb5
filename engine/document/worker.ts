// The thread that parses files for in-worker.ts, one after another. Owns nothing; its time limit is held outside.
import { parentPort } from "node:worker_threads";
import { parseDocument } from "./parse.ts";

parentPort?.on("message", ({ source, path }: { source: Uint8Array; path: string }) => {
  parentPort?.postMessage(parseDocument(source, { path }));
});
