// The clock that gates and soaks are counted by, and waiting on it. Owns: elapsed time that nobody can set, and telling that a
// machine slept or that its wall clock was set. Does not decide what follows from it.
import { type Ports, REAL_TIMERS } from "../ports.ts";

/** Wall clock and monotonic clock that part by more since the last look were set, or the machine slept; the record says so from here too. Milliseconds. */
const CLOCKS_PART_MS = 2_000;
/** While nothing is due the clocks are looked at so often, milliseconds: a jump is named soon, and costs nothing over two days. */
export const LOOK_EVERY_MS = 15_000;
/** A busy machine is not one that slept: later than this at least, milliseconds. */
const LEAST_LATE_MS = 5_000;

export type Stop = { how: "closing" | "cancelled" | "early"; by: string };
/** Something of a run that waits on its clock: a gate for as long as it probes, a soak (`block` null). */
export type Waiting = { step: string; block: number | null; stopped: Stop | null; stop(stop: Stop): void; onStop(wake: () => void): void };

export function createWaiting(step: string, block: number | null): Waiting {
  let wake = () => {};
  const waiting: Waiting = {
    step,
    block,
    stopped: null,
    stop(stop) {
      waiting.stopped ??= stop;
      wake();
    },
    onStop(callback) {
      wake = callback;
    },
  };
  return waiting;
}

export type RunClock = {
  /** Whole milliseconds since the start, by the monotonic clock. */
  elapsed(): number;
  /** How the clocks parted since the last look, in words; null where they did not. */
  look(): string | null;
  /** Remembers now as a moment at which all was well, before a wait. */
  mark(): void;
  good(): Moment;
};
export type Moment = { elapsedMs: number; at: string; ns: bigint };

export function createRunClock({ clock }: Ports, elapsedMs: number): RunClock {
  const begunNs = clock.monotonicNs();
  let lastWall = clock.now();
  let lastNs = begunNs;
  const elapsed = () => elapsedMs + Number((clock.monotonicNs() - begunNs) / 1_000_000n);
  const moment = (): Moment => ({ elapsedMs: elapsed(), at: new Date(clock.now()).toISOString(), ns: clock.monotonicNs() });
  let good = moment();
  return {
    elapsed,
    mark() {
      good = moment();
    },
    good: () => good,
    look() {
      const [wall, ns] = [clock.now(), clock.monotonicNs()];
      const parted = wall - lastWall - Number(ns - lastNs) / 1e6;
      [lastWall, lastNs] = [wall, ns];
      if (Math.abs(parted) <= CLOCKS_PART_MS) return null;
      return parted > 0
        ? `the clock went forward by ${spanWords(parted)}: it was set, or this machine was asleep`
        : `the clock went back by ${spanWords(-parted)}: it was set`;
    },
  };
}

/**
 * Waits until `dueMs` of the clock. Null when it is due; else why the wait is over before: stopped (see `waiting.stopped`), or the
 * words for clocks that parted or a timer that came later than `lateMs`.
 */
export async function waitUntil(ports: Ports, clock: RunClock, dueMs: number, lateMs: number, waiting: Waiting): Promise<string | null> {
  const timers = ports.timers ?? REAL_TIMERS;
  const limit = Math.max(lateMs, LEAST_LATE_MS);
  for (;;) {
    if (waiting.stopped !== null) return "stopped";
    const left = dueMs - clock.elapsed();
    if (left <= 0) return null;
    clock.mark();
    const pause = Math.min(left, LOOK_EVERY_MS);
    const wanted = clock.elapsed() + pause;
    await new Promise<void>((resolve) => {
      const timer = timers.set(pause, resolve);
      waiting.onStop(() => {
        timers.clear(timer);
        resolve();
      });
    });
    waiting.onStop(() => {});
    const parted = clock.look();
    if (waiting.stopped !== null) continue;
    if (parted !== null) return parted;
    const late = clock.elapsed() - wanted;
    if (late > limit) return `this machine was asleep or stood still: a timer came ${spanWords(late)} late`;
  }
}

/** `4:05`, `2:00:00`, `0.4 s`: as the window writes spans. */
export function spanWords(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
