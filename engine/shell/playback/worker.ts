// The thread of one open recording: reads it to its end while it answers for moments and pieces. Owns: the messages.
import { parentPort, workerData } from "node:worker_threads";
import { type Film, FilmError, type FilmSource, openFilm } from "./film.ts";

export type FilmOrder = { id: number } & (
  | { wants: "state" }
  | { wants: "seek"; at: number }
  | { wants: "read"; next: number; nextAt: number }
);
export type FilmAnswer = { id: number } & ({ value: unknown } | { why: string });

const port = parentPort!;
/** What a person is told; a defect is thrown on and ends the thread. Classes and codes do not cross threads. */
const wordsOf = (error: unknown): string => {
  if (error instanceof FilmError) return error.message;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return `The recording cannot be read any more (${code}).`;
  throw error;
};

let film: Film | null = null;
let broken = "";
try {
  film = openFilm(workerData as FilmSource);
  film.develop().catch((error: unknown) => {
    broken = wordsOf(error);
  });
} catch (error) {
  broken = wordsOf(error);
}

port.on("message", (order: FilmOrder) => {
  void (async (): Promise<void> => {
    const { id } = order;
    if (film === null || broken !== "") return port.postMessage({ id, why: broken } satisfies FilmAnswer);
    try {
      const value =
        order.wants === "state" ? film.state() : order.wants === "seek" ? await film.seek(order.at) : film.read(order.next, order.nextAt);
      port.postMessage({ id, value } satisfies FilmAnswer);
    } catch (error) {
      port.postMessage({ id, why: wordsOf(error) } satisfies FilmAnswer);
    }
  })();
});
