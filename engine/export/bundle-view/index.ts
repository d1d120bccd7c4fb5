// A bundle opened for reading. Owns: starting the thread that verifies it, and reading single events and recordings afterwards.
// Keeps where they lie, not what they say; a file that changed since it was opened is refused. Writes nothing.
import { closeSync, fstatSync, openSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { EventBody, fail, ok, type Result, type StoredEvent } from "../../protocol/index.ts";
import { type Place, readAt } from "./directory.ts";
import type { BundleIndex } from "./read.ts";

export type { BundleIndex } from "./read.ts";

/** In a bundle of the program the worker lies beside it as `bundle-worker.mjs` (build/desktop.ts); in the source tree it is a .ts file. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./bundle-worker.mjs", import.meta.url);

export type OpenBundle = {
  path: string;
  index: BundleIndex;
  /** `not-found`, `conflict` where the file changed, `unreadable`. */
  events(from: number, limit: number): Result<StoredEvent[]>;
  /** Where the bytes lie in the file, and the hash on record. */
  recording(seq: number): Result<Place & { sha256: string }>;
};

/** `unreadable` where there is no bundle; one that does not verify is opened, and its report says so. */
export async function openBundle(path: string, options: { fingerprint?: string } = {}): Promise<Result<OpenBundle>> {
  const read = await inWorker(path, options);
  if (!read.ok) return read;
  const index = read.value;
  const within = <T>(work: (file: number) => T): Result<T> => {
    try {
      const file = openSync(path, "r");
      try {
        const { size, mtimeMs } = fstatSync(file);
        if (size !== index.bytes || mtimeMs !== index.mtimeMs)
          return fail("conflict", `${path} changed since it was opened here. Open it again: it is verified anew then.`);
        return ok(work(file));
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (error instanceof RangeError || (error as NodeJS.ErrnoException).code !== undefined)
        return fail("unreadable", `${path} cannot be read any more (${(error as Error).message}). Open it again.`);
      throw error;
    }
  };
  const eventAt = (file: number, seq: number): StoredEvent => {
    const line = textAt(file, index.lines[seq - 1]!);
    return { hash: index.hashes[seq - 1]!, line, body: EventBody.parse(JSON.parse(line)) };
  };
  return ok({
    path,
    index,
    events: (from, limit) =>
      within((file) => {
        const events: StoredEvent[] = [];
        for (let seq = Math.max(1, from); seq < from + limit && seq <= index.lines.length; seq++) events.push(eventAt(file, seq));
        return events;
      }),
    recording: (seq) => {
      if (seq < 1 || seq > index.lines.length) return fail("not-found", `The bundle has no event ${seq}.`);
      const found = within((file) => {
        const name = eventAt(file, seq).body.data["recording"];
        const place = typeof name === "string" && Object.hasOwn(index.recordings, name) ? index.recordings[name]! : null;
        return place;
      });
      if (!found.ok) return found;
      return found.value === null ? fail("not-found", `The bundle has no recording of event ${seq}.`) : ok(found.value);
    },
  });
}

const textAt = (file: number, { at, size }: Place): string => readAt(file, at, size).toString("utf8");

function inWorker(path: string, options: { fingerprint?: string }): Promise<Result<BundleIndex>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: { path, options } });
    worker.once("message", (answer: { done: BundleIndex } | { message: string }) =>
      resolve("done" in answer ? ok(answer.done) : fail("unreadable", `This is no bundle that can be opened: ${answer.message}.`)),
    );
    worker.once("error", reject);
    // After a message this changes nothing: a promise settles once.
    worker.once("exit", (code) => reject(new Error(`The thread that reads bundles ended with ${code} and said nothing.`)));
  });
}
