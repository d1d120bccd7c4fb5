// A way back that starts by itself: after a gate has failed by measurement, a countdown that a person can stop.
// Owns: the countdown; the alarm is that of the gate, and the window shows the rest. It survives nothing: where Holdpoint ends meanwhile, the run stays held.

import { REAL_TIMERS } from "../ports.ts";
import { fail, ok, type Result } from "../protocol/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { appendOrKeep, ENGINE, eventOf } from "./live.ts";
import type { StepPlan } from "./plan.ts";
import { createRunClock } from "./run-clock.ts";

/** Time in which a person can stop it, seconds: long enough to read the alarm, short against the promise of a rollback. */
export const COUNTDOWN_S = 10;
/** A timer that comes later than this, seconds, was kept by a machine that slept: a busy one is not so late. */
const LATE_S = 5;

/** True where a gate of the step was measured outside its limit: its last probe failed. What was not measured starts nothing. */
export function isMeasuredFailure(live: LiveRun, id: string): boolean {
  const step = live.state.steps[live.state.positions.get(id) ?? -1];
  return (
    step?.verdict === "failed" && step.blocks.some(({ gate, verdict }) => verdict === "failed" && gate?.probes.at(-1)?.verdict === "failed")
  );
}

/** Begins the countdown of a step that says so; `who` started the step, and by that armed it. */
export function startCountdown(deps: RunDeps, live: LiveRun, who: Who, { step }: StepPlan): void {
  if (step.directive.autoRollback !== true || step.directive.rollback === null || live.hooks === null) return;
  if (live.isClosing || live.state.countdown !== null || !isMeasuredFailure(live, step.id)) return;
  const begun = appendOrKeep(deps, live, [
    eventOf(live, ENGINE, { type: "rollback.countdown_started", step: step.id, data: { seconds: COUNTDOWN_S, armed_by: who.actor.name } }),
  ]);
  // What is not on record does not count down.
  if (!begun) return;
  const timers = deps.ports.timers ?? REAL_TIMERS;
  const clock = createRunClock(deps.ports, 0);
  const timer = timers.set(COUNTDOWN_S * 1000, () => {
    live.countdownTimer = null;
    // Whoever could have stopped it was not there while the machine slept, and what was measured then is old.
    const parted = clock.look() ?? (clock.elapsed() > (COUNTDOWN_S + LATE_S) * 1000 ? "this machine was asleep or stood still" : null);
    if (parted !== null) {
      endCountdown(deps, live, null, `${parted}; the run stays held`);
      deps.notify.alarm(
        live.run,
        step.id,
        "warn",
        "The automatic way back was not started",
        `In its countdown ${parted}. Decide it yourself.`,
      );
      return;
    }
    if (live.state.countdown?.step === step.id && !live.isClosing) live.hooks?.goBack(who, step.id);
  });
  live.countdownTimer = () => timers.clear(timer);
}

/** Stops the countdown and says why on record; without effect where none runs. */
export function endCountdown(deps: RunDeps, live: LiveRun, who: Who | null, why: string): void {
  live.countdownTimer?.();
  live.countdownTimer = null;
  if (live.state.countdown === null) return;
  const { step } = live.state.countdown;
  appendOrKeep(deps, live, [
    eventOf(live, who?.actor ?? ENGINE, {
      type: "rollback.countdown_stopped",
      step,
      reason: why,
      data: { by: who?.actor.name ?? ENGINE.name },
    }),
  ]);
}

export async function stopCountdown(deps: RunDeps, live: LiveRun, who: Who): Promise<Result<null>> {
  if (live.state.countdown === null) return fail("conflict", "No way back is counting down: there is nothing to stop.");
  endCountdown(deps, live, who, `stopped by ${who.actor.name}`);
  return ok(null);
}
