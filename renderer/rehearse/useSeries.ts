// Following the series: asked for at the start and after what could have changed it. Owns: when to ask. The sums are the engine's.
import { useEffect, useState } from "react";
import type { SeriesEntry, SeriesView } from "../../engine/protocol/index.ts";
import { useApp } from "../app/index.ts";
import { bridge, type CallResult } from "../bridge/index.ts";

/** A run under way brings news many times a minute, and a series is read as a whole: not oftener than this, milliseconds. */
const EVERY_MS = 3_000;

export type Answer<T> = { value: T | null; error: string | null };

export const useSeriesList = (): Answer<SeriesEntry[]> => useAnswer("list", () => bridge().call("series.list", {}));
/** `everyMs`: not oftener than that. */
export const useSeries = (path: string, everyMs = EVERY_MS): Answer<SeriesView> =>
  useAnswer(path, () => bridge().call("series.of", { path }), everyMs);

function useAnswer<T>(key: string, ask: () => Promise<CallResult<T>>, everyMs = EVERY_MS): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T> & { key: string }>({ key, value: null, error: null });
  const connection = useApp((app) => app.connection.state);
  // Who has just signed in is shown what was refused before.
  const session = useApp((app) => app.snapshot?.session?.operator.id ?? "");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key names what is asked for
  useEffect(() => {
    if (connection !== "online") return undefined;
    let isLeft = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let askedAt = Number.NEGATIVE_INFINITY;
    const renew = async (): Promise<void> => {
      timer = null;
      askedAt = performance.now();
      const result = await ask();
      if (isLeft) return;
      if (result.ok) setAnswer({ key, value: result.value, error: null });
      else if (result.error.code !== "disconnected") setAnswer((before) => ({ ...before, key, error: result.error.message }));
    };
    const soon = (): void => {
      timer ??= setTimeout(() => void renew(), Math.max(0, askedAt + everyMs - performance.now()));
    };
    soon();
    const stops = [
      bridge().subscribe("run.changed", soon),
      bridge().subscribe("app.changed", ({ what }) => {
        if (what === "logs" || what === "library") soon();
      }),
    ];
    return () => {
      isLeft = true;
      if (timer !== null) clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [key, connection, session]);
  return answer.key === key ? answer : { value: null, error: null };
}
