// The thread that parses and lints files for in-worker.ts, one after another. Owns nothing; its time limit is held outside.
import { parentPort } from "node:worker_threads";
import { lintDocument } from "./lint.ts";
import { parseDocument } from "./parse.ts";

parentPort?.on("message", ({ wants, source, path }: { wants: "document" | "lint"; source: Uint8Array; path: string }) => {
  const document = parseDocument(source, { path });
  parentPort?.postMessage(wants === "lint" ? lintDocument(document, source) : document);
});
