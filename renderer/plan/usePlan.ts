// Following a plan: asked for at the start, after news of the run, and while the clock alone moves its end.
// Owns: when to ask. Holds the last answer; the sums are the engine's.
import { useEffect, useState } from "react";
import type { Failure, PlanView, RunId } from "../../engine/protocol/index.ts";
import { useApp } from "../app/index.ts";
import { bridge, type CallResult } from "../bridge/index.ts";
import { forecastAt, keepSame } from "./model.ts";

/** Never oftener than this, milliseconds; a long plan is a megabyte of figures, and is asked for less often. */
const EVERY_MS = 1000;
const EVERY_LONG_MS = 5000;
const LONG_STEPS = 300;

export type PlanAnswer = {
  view: PlanView | null;
  error: string | null;
  /** Engine's clock minus this window's, milliseconds. */
  skewMs: number;
};

export const usePlanOfRun = (run: RunId): PlanAnswer => usePlan(run, () => bridge().call("run.plan", { run }), run);
export const usePlanOfFile = (path: string): PlanAnswer => usePlan(path, () => bridge().call("document.plan", { path }), null);

function usePlan(key: string, ask: () => Promise<CallResult<PlanView>>, run: RunId | null): PlanAnswer {
  const [answer, setAnswer] = useState<PlanAnswer & { key: string }>({ key, view: null, error: null, skewMs: 0 });
  const connection = useApp((app) => app.connection.state);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key names what is asked for
  useEffect(() => {
    if (connection !== "online") return undefined;
    let isLeft = false;
    let isAsking = false;
    let isAskedAgain = false;
    let askedAt = Number.NEGATIVE_INFINITY;
    let view: PlanView | null = null;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const gap = (): number => ((view?.steps.length ?? 0) > LONG_STEPS ? EVERY_LONG_MS : EVERY_MS);
    const renew = async (): Promise<void> => {
      timer = null;
      isAsking = true;
      askedAt = performance.now();
      const result = await ask();
      isAsking = false;
      if (isLeft) return;
      if (result.ok) {
        view = keepSame(view, result.value);
        setAnswer({ key, view, error: null, skewMs: Date.parse(view.at) - Date.now() });
      } else if ((result.error.code as Failure["code"] | "disconnected") !== "disconnected")
        setAnswer((before) => ({ ...before, key, error: result.error.message }));
      if (isAskedAgain) {
        isAskedAgain = false;
        soon();
      }
    };
    const soon = (): void => {
      if (isAsking) isAskedAgain = true;
      else timer ??= setTimeout(() => void renew(), Math.max(0, askedAt + gap() - performance.now()));
    };
    soon();
    const stops =
      run === null
        ? []
        : [
            bridge().subscribe("run.changed", ({ header }) => {
              if (header.run === run) soon();
            }),
            bridge().subscribe("launch.changed", ({ launch }) => {
              if (launch === view?.launch) soon();
            }),
          ];
    // Without news most plans stand still: only where the clock has overtaken the forecast every time after it moves too.
    const clock = setInterval(() => {
      if (run === null || view === null || view.endedAt !== null || document.visibilityState !== "visible") return;
      const now = Date.now() + Date.parse(view.at) - Date.now();
      const moved = forecastAt(view, Math.max(now, Date.now()));
      if (moved !== null && moved > Date.parse(view.forecastEnd ?? "")) soon();
    }, EVERY_MS);
    return () => {
      isLeft = true;
      if (timer !== null) clearTimeout(timer);
      clearInterval(clock);
      for (const stop of stops) stop();
    };
  }, [key, connection]);
  return answer.key === key ? answer : { view: null, error: null, skewMs: 0 };
}
