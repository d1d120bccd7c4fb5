// What a person decides on a gate or a soak: that it goes on, begins again, ends early, or is judged.
// Owns: refusals and what is recorded of these decisions. Probing is gates.ts, waiting is soak.ts.
import { type CanonicalValue, fail, ok, type Result, type StepState } from "../protocol/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { drive, endStep, settleWhens, soakingOf } from "./drive.ts";
import { resume } from "./lifecycle.ts";
import { append, ENGINE, eventOf } from "./live.ts";
import { gateDecision } from "./next-gates.ts";
import type { StepPlan } from "./plan.ts";
import { notBusy, place, reached } from "./refusals.ts";
import { earlyWords, endEarly, soakNow, soakOf } from "./soak.ts";

type Done = Promise<Result<null>>;

export type GateCall = { step: string; block: number | null; go: "continue" | "restart"; reason?: string | undefined };

/** Goes on with what was interrupted. A hold that Holdpoint itself put on the run for it is lifted by the same act. */
export async function goOnGate(deps: RunDeps, live: LiveRun, who: Who, call: GateCall): Done {
  const at = reached(deps, live, who, call.step);
  if (!at.ok) return at;
  const { step } = at.value;
  const stands = call.block === null ? step.soak : step.blocks[call.block]?.gate;
  if (step.status !== "open" || stands?.state !== "interrupted")
    return fail(
      "conflict",
      `${place(live, step)}: no ${call.block === null ? "soak" : "gate"} of it stands interrupted, so there is nothing to go on with.`,
    );
  const reason = call.reason?.trim() ?? "";
  if (call.go === "continue") {
    if (reason === "")
      return fail(
        "reason-needed",
        `${place(live, step)}: going on counts the time since ${stands.elapsedAt}, in which nothing was measured. Give a reason, or start it again.`,
      );
    if (!deps.isSolo() && !who.isAuthenticated) {
      deps.notify.refused(who, `run.gate ${live.run}`, "an interruption is accepted by a person who has signed in");
      return fail(
        "not-signed-in",
        `${place(live, step)}: that an interruption is accepted needs a person who has signed in. Sign in, or start it again.`,
      );
    }
  }
  const idle = notBusy(live, step.lane, false) ?? (await lift(deps, live, who, reason));
  if (idle) return idle;
  return drive(deps, live, who, step.id, { fresh: false, resume: { block: call.block, how: call.go, reason } });
}

/** Before a step whose gate failed or was interrupted is run again: the hold was for this, and the retry is the decision. */
export async function liftForRetry(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  call: { step: string; reason?: string | undefined },
): Promise<Result<never> | null> {
  return isLiftedByRetry(live, call.step) ? lift(deps, live, who, call.reason?.trim() ?? "") : null;
}

export function isLiftedByRetry(live: LiveRun, id: string): boolean {
  const step = live.state.steps[live.state.positions.get(id) ?? -1];
  return step !== undefined && live.state.status === "held" && gateDecision(step, live.plan) !== null;
}

async function lift(deps: RunDeps, live: LiveRun, who: Who, reason: string): Promise<Result<never> | null> {
  if (live.state.status !== "held" && live.problem === null) return null;
  // What a person held for a reason of their own, a person resumes.
  if (live.state.hold !== null && live.state.hold.by !== ENGINE.name)
    return fail("conflict", `The run is held by ${live.state.hold.by}: ${live.state.hold.reason} Resume it first.`);
  const resumed = await resume(deps, live, who, reason === "" ? {} : { reason });
  return resumed.ok ? null : resumed;
}

/** Ends a soak before its time; the step has passed, and the reason stands beside it. */
export async function endSoak(deps: RunDeps, live: LiveRun, who: Who, call: { step: string; reason: string }): Done {
  const at = reached(deps, live, who, call.step);
  if (!at.ok) return at;
  const { step, plan } = at.value;
  if (step.status !== "open" || (step.soak?.state !== "soaking" && step.soak?.state !== "interrupted"))
    return fail("conflict", `${place(live, step)} does not soak, so there is nothing to end early.`);
  const wasSoaking = step.soak.state === "soaking";
  const written = endEarly(deps, live, who, { step: step.id, attempt: step.attempt }, call.reason);
  if (!written.ok) return written;
  const under = soakOf(live, step.id);
  for (const wait of live.waits) if (wait.block === null && wait.step === step.id) wait.stop({ how: "early", by: who.actor.name });
  if (wasSoaking) await under;
  else await soakingOf(deps, live, who, plan, step.attempt).done(earlyWords(soakNow(live, step.id)));
  return ok(null);
}

/** A person judges what stands interrupted: its block and its step end unknown first, as what it is. */
export async function endInterrupted(deps: RunDeps, live: LiveRun, who: Who, plan: StepPlan, step: StepState): Done {
  if (gateDecision(step, live.plan)?.kind !== "gate") return ok(null);
  const block = step.blocks.find((one) => one.gate?.state === "interrupted");
  const because = block?.gate?.interruptedBecause ?? step.soak?.interruptedBecause ?? "";
  if (block?.gate) {
    const data: Record<string, CanonicalValue> = {
      block: block.index,
      kind: "gate",
      exit_code: null,
      pipe_status: [],
      signal: null,
      because,
      duration_ms: block.gate.elapsedMs,
      bytes: 0,
      redactions: {},
      recording: step.recording ?? "",
    };
    const written = append(deps, live, [
      eventOf(live, ENGINE, { type: "block.ended", step: step.id, attempt: step.attempt, cluster: step.on, outcome: "unknown", data }),
    ]);
    if (!written.ok) return written;
  }
  await endStep(deps, live, who, plan, step.attempt, "unknown", because, null);
  settleWhens(deps, live);
  return ok(null);
}
