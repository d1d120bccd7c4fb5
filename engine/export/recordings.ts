// Copies recordings into an export, held against the hashes on record. Owns: which bytes of a file belong to the record.
// A copy is read in pieces and between pieces the engine goes on; memory stays flat.
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StoredEvent } from "../protocol/index.ts";
import { inside } from "../record/index.ts";

export type FileEntry = { path: string; bytes: number; sha256: string };
type Wanted = { seq: number; sha256: string | null; bytes: number | null };

/** What the events say of recordings: the last that binds one decides; one begun but never bound is wanted as it is. */
export function createRecordingList() {
  const wanted = new Map<string, Wanted>();
  return {
    see({ body }: StoredEvent): void {
      const { recording, recording_sha256: sha256, recording_bytes: bytes } = body.data;
      if (typeof recording !== "string" || recording === "") return;
      if (typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256))
        wanted.set(recording, { seq: body.seq, sha256, bytes: typeof bytes === "number" ? bytes : null });
      else if (!wanted.has(recording)) wanted.set(recording, { seq: body.seq, sha256: null, bytes: null });
    },
    entries: (): [string, Wanted][] => [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** Copies into `folder`/`below`/…, under the names that `rename` gives; what is missing or differs is told in `damaged`, and copied as it is. */
export async function copyRecordings(
  list: ReturnType<typeof createRecordingList>,
  from: string,
  folder: string,
  below: string,
  rename: (name: string) => string = (name) => name,
): Promise<{ files: FileEntry[]; damaged: string[] }> {
  const files: FileEntry[] = [];
  const damaged: string[] = [];
  const one = async ([name, { seq, sha256, bytes }]: [string, Wanted]): Promise<() => void> => {
    const source = inside(from, name);
    const called = rename(name);
    const target = inside(join(folder, below), called);
    if (source === null || target === null)
      return () => damaged.push(`the recording "${name}" of event ${seq} leads out of its folder and was left out`);
    const copied = await copy(source, target, bytes ?? Number.POSITIVE_INFINITY);
    if (copied === null) return () => damaged.push(`the recording ${name} of event ${seq} is missing`);
    return () => {
      if (sha256 !== null && copied.sha256 !== sha256) damaged.push(`the recording ${name} does not have the hash that event ${seq} says`);
      files.push({ path: below === "" ? called : `${below}/${called}`, ...copied });
    };
  };
  const entries = list.entries();
  for (let at = 0; at < entries.length; at += COPIED_AT_ONCE) {
    const told = await Promise.allSettled(entries.slice(at, at + COPIED_AT_ONCE).map(one));
    // Nothing is still being written when a failure is told; and what is told keeps the order of names.
    for (const each of told) {
      if (each.status === "rejected") throw each.reason;
      each.value();
    }
  }
  return { files, damaged };
}

const PIECE_BYTES = 1 << 20;
/** Most of a copy's time is waiting for the disk to have it; more at once would only hold more pieces in memory. */
const COPIED_AT_ONCE = 8;

/** Copies the first `limit` bytes; null where there is no such file. */
async function copy(source: string, target: string, limit: number): Promise<{ bytes: number; sha256: string } | null> {
  let input: FileHandle;
  try {
    input = await open(source, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const output = await open(target, "wx", 0o600);
  const digest = createHash("sha256");
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let bytes = 0;
  try {
    while (bytes < limit) {
      const { bytesRead } = await input.read(piece, 0, Math.min(PIECE_BYTES, limit - bytes), null);
      if (bytesRead === 0) break;
      const read = piece.subarray(0, bytesRead);
      digest.update(read);
      await output.writeFile(read);
      bytes += bytesRead;
    }
    await output.sync();
  } finally {
    await input.close();
    await output.close();
  }
  return { bytes, sha256: digest.digest("hex") };
}
