// Which attempts teach a plan how long a step takes. Owns: that rule, in one place, for plan and series alike (docs/work.md says it too).
import type { Attempt, RunFacts } from "./facts.ts";
import { FAULT_EVENTS } from "./faults.ts";

/** What of a log says it. */
export const LEARNING: readonly string[] = [
  "run.started",
  "run.amended",
  "run.finished",
  "run.aborted",
  "step.started",
  "step.ended",
  "manual.performed",
  "gate.started",
  "soak.started",
  ...FAULT_EVENTS,
];

/**
 * Why an attempt's time is not learnt from, in words; null where it is. Commands must really have run, whole, to a passed end, with no wait
 * made shorter and no fault of the instructor in them: everything else is the time of something else than the step.
 */
export function notLearnt(run: RunFacts, attempt: Attempt): string | null {
  if (attempt.endedAt === null || attempt.ms === null) return "it has not ended";
  if (attempt.verdict !== "passed") return "it did not pass: a failure is over too soon";
  if (run.way === "walk") return "nothing was run in a walk";
  if (run.way === "replay") return "a replay's time is that of the recording";
  if (attempt.isTranscribed) return "it was done elsewhere and written down";
  if (attempt.isPart) return "one block alone was run again";
  if (run.compress > 1 && attempt.hasWaited) return "its wait was compressed";
  if (attempt.faults.size > 0) return "a fault was in force";
  // Before the run is over, what its plan learns from it would tell the team where a fault lies.
  if (run.hasInstructor && run.endedAt === null) return "its rehearsal is still under way";
  return null;
}

/** Attempts that a plan learns from. */
export const learntFrom = (run: RunFacts): Attempt[] => run.attempts.filter((attempt) => notLearnt(run, attempt) === null);
