// Reads and parses a Markdown file for commands that need no engine.
// Owns: reading errors as words. The parser is engine/document.
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { RunbookDocument } from "../protocol/index.ts";
import { usage } from "./output.ts";

export type ReadDocument = { path: string; source: Uint8Array; document: RunbookDocument };

/** Bytes of a file, or the command ends with exit code 2 and the reason. */
export function readSource(file: string): Uint8Array {
  try {
    if (!statSync(file).isFile()) throw usage(`${file} is not a file.`);
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw usage(
      `${file} cannot be read: ${code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "it may not be read" : code}.`,
    );
  }
}

export async function readDocument(file: string): Promise<ReadDocument> {
  const source = readSource(file);
  const path = resolve(file);
  const { parseInWorker } = await import("../document/index.ts");
  return { path, source, document: await parseInWorker(source, { path }) };
}
