// A file of an export while it is written. Owns: its hash and size, taken from the bytes that go out, and its sync.
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileEntry } from "./recordings.ts";

export type OutputFile = { write(text: string | Uint8Array): Promise<void>; close(): Promise<FileEntry> };

export async function openOutput(folder: string, path: string): Promise<OutputFile> {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const file: FileHandle = await open(target, "wx", 0o600);
  const digest = createHash("sha256");
  let bytes = 0;
  return {
    async write(text) {
      const piece = typeof text === "string" ? Buffer.from(text, "utf8") : text;
      digest.update(piece);
      bytes += piece.length;
      await file.writeFile(piece);
    },
    async close() {
      await file.sync();
      await file.close();
      return { path, bytes, sha256: digest.digest("hex") };
    },
  };
}

export async function writeWhole(folder: string, path: string, content: string | Uint8Array): Promise<FileEntry> {
  const file = await openOutput(folder, path);
  await file.write(content);
  return file.close();
}
