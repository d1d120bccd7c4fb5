// Durations and moments as they stand on screen: tabular, unambiguous, with their zone.
// Owns: the words of time in the run view. Does not read a clock: now is always given.
import type { RunHeader, StepState } from "../../engine/protocol/index.ts";

/** `1:42`, `21:30`, `1:02:03`: minutes and seconds, hours only where there are any. Rounds down, as a clock does. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
/** A block's own duration: `0.4 s`, `6.4 s`, then like a clock. Short ones keep their tenths, since that is all there is of them. */
export function took(ms: number): string {
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  return clock(ms);
}
export function utcTime(iso: string, withSeconds = true): string {
  return iso.slice(11, withSeconds ? 19 : 16);
}
/** Local time of a moment and the short name of its zone. `zone` is an IANA name; "" is the machine's. */
export function localTime(iso: string, zone: string, withSeconds = true): { time: string; zone: string } {
  const date = new Date(iso);
  const options: Intl.DateTimeFormatOptions = {
    hour: "2-digit",
    minute: "2-digit",
    ...(withSeconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
    timeZoneName: "short",
    ...(zone ? { timeZone: zone } : {}),
  };
  const parts = formatter(options).formatToParts(date);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  const time = [part("hour"), part("minute"), ...(withSeconds ? [part("second")] : [])].join(":");
  return { time, zone: part("timeZoneName") };
}
const formatters = new Map<string, Intl.DateTimeFormat>();
/** Making a formatter takes about a millisecond; a table of times needs one, not hundreds. */
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat("en-GB", options);
    } catch {
      // An unknown zone name in the settings must not take the clock away: the machine's zone stands in.
      const { timeZone: _unknown, ...rest } = options;
      found = new Intl.DateTimeFormat("en-GB", rest);
    }
    formatters.set(key, found);
  }
  return found;
}
/** `4 s ago`, `2 min ago`, `3 h ago`. */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(iso)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return `${Math.floor(seconds / 3600)} h ago`;
}
export function bytes(count: number): string {
  if (count < 1000) return `${count} bytes`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)} kB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(1)} GB`;
}

/** How long a step has lasted: measured when done, counted on the wall clock while it is under way, null before. */
export function stepElapsedMs(step: StepState, now: number): number | null {
  if (step.durationMs !== null) return step.durationMs;
  if (step.startedAt === null) return null;
  return Math.max(0, (step.endedAt ? Date.parse(step.endedAt) : now) - Date.parse(step.startedAt));
}

export type Progress = {
  elapsedMs: number;
  plannedMs: number | null;
  /** Where the plan stands at the work done so far; null without a plan. */
  byPlanMs: number | null;
  /** Shares of the bar, 0 to 1. */
  elapsedShare: number;
  byPlanShare: number;
  /** Forecast end against planned end: positive is late. Null where nothing can be said. */
  lateMs: number | null;
};
/**
 * Elapsed against plan. What is done counts with its planned time, the current step with what it has used of its plan;
 * so 25:12 elapsed at 23:42 of the plan is 1:30 late.
 */
export function progressOf(header: RunHeader, steps: StepState[], now: number): Progress {
  const end = header.endedAt ? Date.parse(header.endedAt) : now;
  const elapsedMs = Math.max(0, end - Date.parse(header.startedAt));
  const planned = header.plannedMs ?? sumPlanned(steps);
  if (planned === null || planned <= 0)
    return { elapsedMs, plannedMs: null, byPlanMs: null, elapsedShare: 0, byPlanShare: 0, lateMs: null };
  let byPlanMs = 0;
  for (const step of steps) {
    if (step.plannedMs === null) continue;
    if (step.status === "done") byPlanMs += step.plannedMs;
    else if (step.status !== "todo") byPlanMs += Math.min(step.plannedMs, stepElapsedMs(step, now) ?? 0);
  }
  byPlanMs = Math.min(byPlanMs, planned);
  const total = Math.max(planned, elapsedMs);
  const plannedEnd = Date.parse(header.startedAt) + planned;
  const lateMs = header.forecastEnd ? Date.parse(header.forecastEnd) - plannedEnd : null;
  return { elapsedMs, plannedMs: planned, byPlanMs, elapsedShare: elapsedMs / total, byPlanShare: byPlanMs / total, lateMs };
}
function sumPlanned(steps: StepState[]): number | null {
  let sum: number | null = null;
  for (const step of steps) if (step.plannedMs !== null) sum = (sum ?? 0) + step.plannedMs;
  return sum;
}
