// When the run will end if each step left takes what was planned for it.
// Owns: the sum. Pure; the caller gives the moment.
import type { RunPlan } from "./plan.ts";
import { isSettled, type RunState } from "./state.ts";

/** ISO 8601 UTC; null for an ended run and where nothing is planned. A step beyond its plan counts as ending now. */
export function forecastEnd(state: RunState, plan: RunPlan, nowMs: number): string | null {
  if (plan.plannedMs === null || state.endedAt !== null) return null;
  let left = 0;
  for (const step of state.steps) {
    if (isSettled(step)) continue;
    const whole = plan.byId.get(step.id)?.forecastMs ?? 0;
    const isBegun = step.status === "open" || step.status === "running";
    const spent = isBegun && step.startedAt !== null ? nowMs - Date.parse(step.startedAt) : 0;
    left += Math.max(0, whole - Math.max(0, spent));
  }
  return new Date(nowMs + left).toISOString();
}
