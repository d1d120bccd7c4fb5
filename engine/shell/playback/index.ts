// An open recording as the rest of the engine sees it. Owns: its thread, and that every question is answered, whatever becomes of it.
// The reading is film.ts. Which file it is, and which hash the record holds of it, is the caller's.
import { Worker } from "node:worker_threads";
import { fail, ok, type Result } from "../../protocol/index.ts";
import type { FilmPiece, FilmScreen, FilmSource, FilmState } from "./film.ts";
import type { FilmAnswer, FilmOrder } from "./worker.ts";

export type { FilmSource } from "./film.ts";

/** In the packaged app the thread is a bundle beside this one (build/desktop.ts). */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./playback-worker.mjs", import.meta.url);
/** Several times what the longest recording needs, and far from what would take the engine with it. */
const MAX_HEAP_MB = 512;

export type OpenRecordingFilm = {
  state(): Promise<Result<FilmState>>;
  /** The screen at a moment, seconds; of what has been read so far. */
  seek(at: number): Promise<Result<FilmScreen>>;
  /** Events from where a screen or the piece before ended. */
  read(next: number, nextAt: number): Promise<Result<FilmPiece>>;
  close(): void;
};

type Wanted = FilmOrder extends infer O ? (O extends { id: number } ? Omit<O, "id"> : never) : never;

/** Begins to read at once. Errors come with the first answer: `unreadable` for what is no recording, is gone or changed. */
export function openPlayback(source: FilmSource): OpenRecordingFilm {
  const waiting = new Map<number, (answer: Result<unknown>) => void>();
  let lost: string | null = null;
  let last = 0;
  const worker = new Worker(WORKER, { workerData: source, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  worker.unref();
  const lose = (why: string): void => {
    lost ??= why;
    for (const answer of waiting.values()) answer(fail("unreadable", lost));
    waiting.clear();
  };
  worker.on("message", (answer: FilmAnswer) => {
    const settle = waiting.get(answer.id);
    waiting.delete(answer.id);
    settle?.("value" in answer ? ok(answer.value) : fail("unreadable", answer.why));
  });
  worker.on("error", (error: Error) => lose(`The recording could not be read to its end: ${error.message}. The file is as it was.`));
  worker.on("exit", () => lose("The recording is closed. Open it again."));
  const ask = <T>(order: Wanted): Promise<Result<T>> => {
    if (lost !== null) return Promise.resolve(fail("unreadable", lost));
    return new Promise((resolve) => {
      last += 1;
      waiting.set(last, (answer) => {
        if (waiting.size === 0) worker.unref();
        resolve(answer as Result<T>);
      });
      worker.ref();
      worker.postMessage({ ...order, id: last });
    });
  };
  return {
    state: () => ask({ wants: "state" }),
    seek: (at) => ask({ wants: "seek", at }),
    read: (next, nextAt) => ask({ wants: "read", next, nextAt }),
    close: () => void worker.terminate(),
  };
}
