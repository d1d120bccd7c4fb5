// A ticking clock for components: one timer per step for the whole window, stopped when nobody looks.
import { useSyncExternalStore } from "react";

type Ticker = { now: number; subscribe(listener: () => void): () => void };
const tickers = new Map<number, Ticker>();

function tickerOf(everyMs: number): Ticker {
  const found = tickers.get(everyMs);
  if (found !== undefined) return found;
  let timer: ReturnType<typeof setInterval> | null = null;
  const listeners = new Set<() => void>();
  const ticker: Ticker = {
    now: Date.now(),
    // One function for ever: a new one at every render would subscribe anew, change the time, and render again without end.
    subscribe: (listener) => {
      listeners.add(listener);
      if (timer === null) {
        ticker.now = Date.now();
        timer = setInterval(() => {
          ticker.now = Date.now();
          for (const each of [...listeners]) each();
        }, everyMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && timer !== null) {
          clearInterval(timer);
          timer = null;
        }
      };
    },
  };
  tickers.set(everyMs, ticker);
  return ticker;
}

/** Wall clock in milliseconds, renewed every `everyMs` (1000 by default). */
export function useNow(everyMs = 1000): number {
  const ticker = tickerOf(everyMs);
  return useSyncExternalStore(ticker.subscribe, () => ticker.now);
}
