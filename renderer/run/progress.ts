// Elapsed against plan, from what the engine says and the wall clock.
// Owns: the sums behind the situation bar and the outline. Does not read a clock: now is always given, in milliseconds.
import type { RunHeader, StepState } from "../../engine/protocol/index.ts";
import { forecastAt } from "../plan/model.ts";

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
  /** Milliseconds since 1970, moved on to now where the clock has overtaken it; null without a plan and after the end. */
  forecastEnd: number | null;
  /** Window end minus forecast end; negative is past the window. Null without a window. */
  windowSlackMs: number | null;
};
/**
 * Elapsed against plan: 25:12 elapsed at 23:42 of the plan is 1:30 late, by the schedule's forecast. Without one (ended runs) what is
 * done counts with its planned time.
 */
export function progressOf(header: RunHeader, steps: StepState[], now: number): Progress {
  const end = header.endedAt ? Date.parse(header.endedAt) : now;
  const elapsedMs = Math.max(0, end - Date.parse(header.startedAt));
  const { plan } = header;
  const plannedEnd = plan?.plannedEnd == null ? null : Date.parse(plan.plannedEnd);
  const forecastEnd = header.endedAt !== null ? null : forecastAt({ forecastEnd: header.forecastEnd, restMs: plan?.restMs ?? 0 }, now);
  const windowEnd = plan?.windowEnd == null ? null : Date.parse(plan.windowEnd);
  const windowSlackMs = windowEnd === null || forecastEnd === null ? null : windowEnd - forecastEnd;
  // With lanes side by side the steps come to less than the sum of them: the schedule's own end, where there is one.
  const planned = plannedEnd === null ? (header.plannedMs ?? sumPlanned(steps)) : plannedEnd - Date.parse(header.startedAt);
  const none = { elapsedMs, plannedMs: null, byPlanMs: null, elapsedShare: 0, byPlanShare: 0, lateMs: null, forecastEnd, windowSlackMs };
  if (planned === null || planned <= 0) return none;
  const total = Math.max(planned, elapsedMs);
  const lateMs = forecastEnd === null ? null : forecastEnd - Date.parse(header.startedAt) - planned;
  if (plannedEnd !== null && lateMs !== null) {
    const byPlanMs = Math.max(0, Math.min(planned, elapsedMs - lateMs));
    const shares = { elapsedShare: elapsedMs / total, byPlanShare: byPlanMs / total };
    return { elapsedMs, plannedMs: planned, byPlanMs, ...shares, lateMs, forecastEnd, windowSlackMs };
  }
  let byPlanMs = 0;
  for (const step of steps) {
    if (step.plannedMs === null || step.wayBack === true) continue;
    if (step.status === "done") byPlanMs += step.plannedMs;
    else if (step.status !== "todo") byPlanMs += Math.min(step.plannedMs, stepElapsedMs(step, now) ?? 0);
  }
  byPlanMs = Math.min(byPlanMs, planned);
  const shares = { elapsedShare: elapsedMs / total, byPlanShare: byPlanMs / total };
  return { elapsedMs, plannedMs: planned, byPlanMs, ...shares, lateMs, forecastEnd, windowSlackMs };
}
function sumPlanned(steps: StepState[]): number | null {
  let sum: number | null = null;
  for (const step of steps) if (step.plannedMs !== null && step.wayBack !== true) sum = (sum ?? 0) + step.plannedMs;
  return sum;
}

/** A tenth over the plan and at least this long is worth a mark; less is the noise of a clock. */
const LATE_FROM_MS = 30_000;
export function isLate(actualMs: number | null, plannedMs: number | null): boolean {
  return actualMs !== null && plannedMs !== null && actualMs - plannedMs >= Math.max(LATE_FROM_MS, plannedMs / 10);
}
