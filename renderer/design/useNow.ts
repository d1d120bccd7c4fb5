// A ticking clock for components: one timer per step for the whole window, stopped when nobody looks.
import { useSyncExternalStore } from "react";

type Ticker = { now: number; timer: ReturnType<typeof setInterval> | null; listeners: Set<() => void> };
const tickers = new Map<number, Ticker>();

function tickerOf(everyMs: number): Ticker {
  let ticker = tickers.get(everyMs);
  if (ticker === undefined) {
    ticker = { now: Date.now(), timer: null, listeners: new Set() };
    tickers.set(everyMs, ticker);
  }
  return ticker;
}

/** Wall clock in milliseconds, renewed every `everyMs` (1000 by default). */
export function useNow(everyMs = 1000): number {
  const ticker = tickerOf(everyMs);
  return useSyncExternalStore(
    (listener) => {
      ticker.listeners.add(listener);
      if (ticker.timer === null) {
        ticker.now = Date.now();
        ticker.timer = setInterval(() => {
          ticker.now = Date.now();
          for (const each of ticker.listeners) each();
        }, everyMs);
      }
      return () => {
        ticker.listeners.delete(listener);
        if (ticker.listeners.size === 0 && ticker.timer !== null) {
          clearInterval(ticker.timer);
          ticker.timer = null;
        }
      };
    },
    () => ticker.now,
  );
}
