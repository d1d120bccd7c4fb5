// When a runbook is to be rehearsed again. Owns: what counts as a drill, and the day.
import { type DrillDue, type DrillEvery, laterDay } from "../protocol/index.ts";
import type { RunFacts } from "./facts.ts";

/** From so many days before it is due a drill is announced: time to find a morning for it. */
const SOON_DAYS = 14;

/** Rehearsals that were gone through to their end, of whichever way; one that was broken off is no drill. Oldest first, as given. */
export const drillsIn = (runs: readonly RunFacts[]): RunFacts[] =>
  runs.filter((run) => run.mode === "rehearsal" && run.status === "finished" && !run.isPart && !run.isChecks);

/** Null where the file asks for none. `now`: ISO 8601. */
export function drillDue(every: DrillEvery | null, runs: readonly RunFacts[], now: string): DrillDue | null {
  if (every === null) return null;
  const last = drillsIn(runs).reduce<RunFacts | null>(
    (found, run) => (found !== null && found.endedAt! >= run.endedAt! ? found : run),
    null,
  );
  if (last === null) return { every: every.text, lastAt: null, lastRun: null, dueOn: null, state: "never" };
  const dueOn = laterDay(last.endedAt!.slice(0, 10), every);
  const today = now.slice(0, 10);
  const soonFrom = dueOn === null ? null : laterDay(dueOn, { months: 0, days: -SOON_DAYS });
  const state = dueOn === null || soonFrom === null || today < soonFrom ? "in-time" : today < dueOn ? "soon" : "due";
  return { every: every.text, lastAt: last.endedAt, lastRun: last.run, dueOn, state };
}

const RANK: Record<DrillDue["state"], number> = { due: 0, never: 1, soon: 2, "in-time": 3 };
/** Sorts what is most urgent first; what asks for no drill last. */
export const urgency = (due: DrillDue | null): number => (due === null ? 4 : RANK[due.state]);
