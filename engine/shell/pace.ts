// How fast something recorded is shown: a speed that may change, a pause, a skip to the end. Owns: that arithmetic and its waiting.
// Knows neither recordings nor terminals.
import type { Clock } from "../ports.ts";

/** Longest wait that a timer takes, milliseconds. */
const LONGEST_MS = 2_147_483_647;

export type PaceSettings = { speed: number; isPaused: boolean };
/** Shared by everything that plays in one run. Speed 0 shows each output at once. */
export type Pace = {
  readonly now: PaceSettings;
  change(to: Partial<PaceSettings>): void;
  /** Called after every change; returns what ends that. */
  onChange(listener: () => void): () => void;
};

export function createPace(start: PaceSettings): Pace {
  let now = { ...start };
  const listeners = new Set<() => void>();
  return {
    get now() {
      return now;
    },
    change(to) {
      now = { ...now, ...to };
      for (const listener of [...listeners]) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export type Playhead = {
  /** Milliseconds of recorded time that have been shown. */
  played(): number;
  /** Resolves when `ms` of recorded time are reached, when it was skipped to the end, or when it was stopped. */
  reach(ms: number): Promise<void>;
  /** Everything that is left comes at once. */
  skip(): void;
  /** Ends the waiting for good. */
  stop(): void;
};

/** `own`: a speed of this one alone; pauses are shared all the same. */
export function createPlayhead(clock: Clock, pace: Pace, own?: number): Playhead {
  let isSkipped = false;
  let isStopped = false;
  let base = 0;
  let since = clock.monotonicNs();
  let wake: () => void = () => {};
  const speed = () => own ?? pace.now.speed;
  let running = pace.now.isPaused ? 0 : speed();
  const played = () => base + (Number(clock.monotonicNs() - since) / 1e6) * running;
  const settle = () => {
    base = played();
    since = clock.monotonicNs();
    running = pace.now.isPaused ? 0 : speed();
    wake();
  };
  const unsubscribe = pace.onChange(settle);
  const isThere = (ms: number) => isStopped || isSkipped || (!pace.now.isPaused && (speed() === 0 || played() >= ms));
  return {
    played,
    async reach(ms) {
      while (!isThere(ms)) {
        const left = running === 0 ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(1, (ms - played()) / running));
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      // Shown at once is shown all the same: what comes next counts from here.
      if (speed() === 0 || isSkipped) base = Math.max(base, ms);
    },
    skip() {
      isSkipped = true;
      wake();
    },
    stop() {
      isStopped = true;
      unsubscribe();
      wake();
    },
  };
}
