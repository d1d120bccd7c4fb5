// Hold, resume, cancel, abort, finish: what acts on the whole run.
// Owns: what each leaves on record and puts away. Single steps are commands.ts.
import { fail, ok, type Result, type StepState } from "../protocol/index.ts";
import type { LaneShell, LiveRun, RunDeps, Who } from "./deps.ts";
import { settleWhens, writeKept } from "./drive.ts";
import { closeRelays, dismiss } from "./instructing.ts";
import { letJobsGo } from "./jobs.ts";
import { endRunOn, isDriven, laneNow, laneOf, stopWaits } from "./lanes.ts";
import { append, appendOrKeep, ENGINE, eventOf } from "./live.ts";
import { loopNames, openLoops, openLoopsData, watchLoops } from "./loops.ts";
import { disposePins, pinAgain } from "./pins.ts";
import { recordClosed } from "./recordings.ts";
import { active } from "./refusals.ts";
import { closeShells, isBusyShell } from "./shells.ts";
import { addSecret } from "./start.ts";
import { isRecovered, isRolledBack, satisfiesNeed } from "./state.ts";

type Survivors = { survivors: { pid: number; command: string }[] };

/** Nothing further is dispatched; what runs goes on to its end. */
export async function hold(deps: RunDeps, live: LiveRun, who: Who, reason: string): Promise<Result<null>> {
  if (live.state.status === "held") return fail("conflict", `The run is held already: ${live.state.hold?.reason ?? ""}`);
  const over = active(live);
  if (over) return over;
  endRunOn(live);
  const written = append(deps, live, [eventOf(live, who.actor, { type: "run.held", reason })]);
  stopWaits(live);
  return written;
}

/**
 * Goes on after a hold, a restart or a full disk. Clusters are proved anew and must be the same, as the same person; secrets
 * that a restart has forgotten must be given again (`invalid-params` names them in details).
 */
export async function resume(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  given: { reason?: string | undefined; secrets?: Record<string, string> | undefined },
): Promise<Result<null>> {
  if (live.state.status === "finished" || live.state.status === "aborted") return active(live) as Result<never>;
  if (live.state.status === "active" && live.problem === null) return fail("conflict", "The run is not held.");
  let secretsGiven: string[] = [];
  const missing = live.secretsWanted.filter((name) => given.secrets?.[name] === undefined);
  if (missing.length > 0)
    return fail("invalid-params", `Secrets are kept nowhere, and were forgotten with the restart. Give again: ${missing.join(", ")}.`, {
      secrets: missing,
    });
  if (live.secretsWanted.length > 0) {
    const checked = deps.documents.checkParams(
      live.plan.document.params.filter((param) => live.secretsWanted.includes(param.name)),
      given.secrets ?? {},
    );
    if (!checked.ok) return checked;
    for (const [name, value] of Object.entries(checked.value)) addSecret(live, name, value);
    secretsGiven = live.secretsWanted;
    live.secretsWanted = [];
  }
  const kept = await writeKept(deps, live);
  if (!kept.ok) return kept;
  const pinned = await pinAgain(deps, live, who.actor);
  if (!pinned.ok) return pinned;
  await live.instructor?.undoLeft("Holdpoint ended while it was there");
  if (live.state.status === "held" || live.problem !== null) {
    const reason = given.reason?.trim() ?? "";
    const written = append(deps, live, [
      eventOf(live, who.actor, {
        type: "run.resumed",
        ...(reason === "" ? {} : { reason }),
        ...(secretsGiven.length === 0 ? {} : { data: { secrets_given: secretsGiven } }),
      }),
    ]);
    if (!written.ok) return written;
  }
  live.problem = null;
  deps.notify.changed(live.run, null);
  settleWhens(deps, live);
  return ok(null);
}

export type CancelCall = { giveUp: boolean; lane: string | null; step: string | null };

/** Interrupts what runs, in every lane or in the one that is named; ends every descendant, leaves the shells alive. Also ends a wait for a cluster. */
export async function cancel(deps: RunDeps, live: LiveRun, who: Who, { giveUp, lane, step }: CancelCall): Promise<Result<Survivors>> {
  if (step !== null && !live.state.positions.has(step)) return fail("not-found", `${live.state.path} has no step "${step}".`);
  if (lane !== null && !live.state.steps.some((one) => one.lane === lane))
    return fail("not-found", `${live.state.path} has no lane "${lane}".`);
  const only = lane ?? (step === null ? null : laneOf(live.state, step));
  if (step !== null && only !== null && isDriven(laneNow(live, only)) && !laneNow(live, only).driving.includes(step))
    return fail("conflict", `Step "${step}" is not what runs in lane ${only}, so there is nothing of it to cancel.`);
  const lanes = only === null ? [...live.laneNows.keys()] : [only];
  const isMeant = (name: string) => lanes.includes(name);
  endRunOn(live, only ?? undefined);
  const isWaiting = stopWaits(live, only ?? undefined);
  live.cancels += 1;
  for (const name of lanes) laneNow(live, name).cancels += 1;
  // A soak runs nothing that could be stopped: it is ended early, with a reason.
  for (const wait of live.waits)
    if (wait.block !== null && isMeant(laneOf(live.state, wait.step))) wait.stop({ how: "cancelled", by: who.actor.name });
  const jobs = [...live.lanes].filter((lane) => lane.job !== undefined);
  const busy = [...live.shells.values(), ...jobs].filter((shell) => isMeant(shell.lane) && isBusyShell(shell));
  const isUnderWay = only === null ? live.drives.size > 0 : isDriven(laneNow(live, only));
  if (busy.length === 0 && !isWaiting && !isUnderWay) return fail("conflict", "Nothing is running, so there is nothing to cancel.");
  const cancelled = lanes.flatMap(
    (name) => live.state.running.findLast((entry) => !entry.isBackground && laneOf(live.state, entry.step) === name) ?? [],
  );
  // Kept for later where it cannot be written: a full disk is no reason to let a command run on.
  if (cancelled.length > 0)
    appendOrKeep(
      deps,
      live,
      cancelled.map((running) => {
        const attempt = live.state.steps[live.state.positions.get(running.step) ?? -1]?.attempt ?? 0;
        return eventOf(live, who.actor, {
          type: "block.cancelled",
          step: running.step,
          attempt,
          data: { block: running.block, gave_up: giveUp },
        });
      }),
    );
  for (const shell of busy) shell.givenUp = giveUp ? "nobody waited for its end any longer, so it was ended" : null;
  const survivors = await Promise.all(busy.map(cancelLane));
  return ok({ survivors: survivors.flatMap((result) => result.survivors) });
}

async function cancelLane({ session, accepted }: LaneShell): Promise<Survivors> {
  await accepted;
  return session.cancel();
}

export async function abort(deps: RunDeps, live: LiveRun, who: Who, reason: string): Promise<Result<null>> {
  if (live.state.status === "finished" || live.state.status === "aborted") return active(live) as Result<never>;
  live.isClosing = true;
  await stopEverything(deps, live);
  const written = append(deps, live, [eventOf(live, who.actor, { type: "run.aborted", reason, data: tally(live) })]);
  if (!written.ok) {
    live.isClosing = false;
    return written;
  }
  await putAway(deps, live, "run aborted");
  return written;
}

/** Closes the record. Steps that were not done need a reason; ways back that were not used need none and are listed. */
export async function finish(deps: RunDeps, live: LiveRun, who: Who, reason: string | undefined): Promise<Result<null>> {
  // Gone back from, it is held and nothing of it goes on: it is finished as it stands.
  const isBack = isRecovered(live.state) && live.state.status === "held" && live.problem === null;
  const over = isBack ? null : active(live);
  if (over) return over;
  if (live.drives.size > 0) return fail("busy", "A step is running. Wait for its end or cancel it, then finish.");
  const left = live.state.steps.filter((step) => step.wayBack !== true && step.status !== "done");
  const undecided = live.state.steps.filter(
    (step) =>
      step.status === "done" &&
      step.verdict === "unknown" &&
      !step.judgement &&
      !step.passedOver &&
      step.removed !== true &&
      step.undone === undefined,
  );
  // Checks end by themselves; an unknown one can be judged afterwards.
  if (undecided.length > 0 && !live.state.isChecks)
    return fail("conflict", `The end of ${numbers(undecided)} is unknown and was not judged. Judge it, then finish.`);
  if (left.length > 0 && !reason?.trim() && !isBack)
    return fail("reason-needed", `${numbers(left)} ${left.length === 1 ? "was" : "were"} not done. Give a reason to finish without.`);
  const loops = openLoops(live.state);
  if (loops.length > 0 && !reason?.trim())
    return fail("reason-needed", `${loopNames(loops)} must still be closed. Close it first, or say why the run ends with it open.`, {
      loops: [...new Set(loops.map((one) => one.name))],
    });
  live.isClosing = true;
  await stopEverything(deps, live);
  const result = resultOf(live.state.steps, live);
  const written = append(deps, live, [
    eventOf(live, who.actor, { type: "run.finished", ...(reason?.trim() ? { reason } : {}), data: { result, ...tally(live) } }),
  ]);
  if (!written.ok) {
    live.isClosing = false;
    return written;
  }
  await putAway(deps, live, "run finished");
  return written;
}

const numbers = (steps: StepState[]): string => `${steps.length === 1 ? "step" : "steps"} ${steps.map((step) => step.number).join(", ")}`;

/** One word for the whole: the worst thing that stands. */
export function resultOf(steps: StepState[], live: LiveRun): string {
  if (isRolledBack(live.state)) return "rolled back";
  const main = steps.filter((step) => step.wayBack !== true || step.status === "done");
  if (main.some((step) => step.verdict === "failed")) return "failed";
  if (main.some((step) => step.verdict === "unknown" && step.judgement?.outcome !== "accepted")) return "unknown";
  if (main.some((step) => step.status !== "done")) return "incomplete";
  if (main.some((step) => step.verdict === "skipped" && !live.state.notApplicable.has(step.id))) return "passed with skips";
  return main.every((step) => satisfiesNeed(live.state, step)) && main.every((step) => step.verdict !== "unknown") ? "passed" : "accepted";
}

function tally(live: LiveRun) {
  const { steps } = live.state;
  const count = (is: (step: StepState) => boolean) => steps.filter(is).length;
  return {
    passed: count((step) => step.verdict === "passed"),
    failed: count((step) => step.verdict === "failed"),
    unknown: count((step) => step.verdict === "unknown"),
    skipped: count((step) => step.verdict === "skipped"),
    not_done: count((step) => step.status !== "done"),
    ...openLoopsData(live.state),
    ways_back_not_used: steps.filter((step) => step.wayBack === true && step.status === "todo").map((step) => step.id),
  };
}

/** Ends what runs and waits until its end is on record. */
async function stopEverything(deps: RunDeps, live: LiveRun) {
  endRunOn(live);
  stopWaits(live);
  const soaks = [...live.soaks.values()];
  for (const wait of live.waits) wait.stop({ how: "closing", by: "" });
  await Promise.all([...live.lanes].filter(isBusyShell).map(cancelLane));
  // A shell that was replaced, or a command that outlives the interrupt, ends with its terminal.
  if (live.drives.size > 0 || live.background.size > 0)
    await Promise.all([...live.lanes].filter((lane) => lane.session.activity() !== "idle").map((lane) => lane.session.close()));
  await Promise.all([...live.drives, ...live.background, ...soaks]);
  await dismiss(live, "the rehearsal ended, or Holdpoint was closed");
  // Steps that stay open have recordings that no step's end will close.
  for (const key of [...live.recordings.keys()]) await recordClosed(deps, live, key, "unknown");
}

async function putAway(deps: RunDeps, live: LiveRun, why: string) {
  watchLoops(deps, live);
  await closeShells(deps, live);
  await disposePins(deps, live);
  await closeRelays(live);
  live.secrets.clear();
  deps.store.checkpoint(live.log, why);
  deps.notify.changed(live.run, null);
}

/** The engine closes: what runs is ended and becomes unknown, an active run is held, shells and pins go. */
export async function closeRun(deps: RunDeps, live: LiveRun): Promise<void> {
  const isOver = live.state.status === "finished" || live.state.status === "aborted";
  live.isClosing = true;
  const runsOn = letJobsGo(live);
  for (const lane of live.lanes) lane.givenUp = "Holdpoint was closed while it ran, and ended it; whether it had taken effect is not known";
  await stopEverything(deps, live);
  if (live.unwritten.length > 0) await writeKept(deps, live); // the disk may have space again; where not, the next start finds it as after a crash
  if (!isOver && live.state.status === "active")
    appendOrKeep(deps, live, [
      eventOf(live, ENGINE, {
        type: "run.held",
        reason: `Holdpoint was closed. The shells are gone; the next step gets a new one.${runsOn ? " What was started as a job runs on." : ""}`,
      }),
    ]);
  watchLoops(deps, live);
  await closeShells(deps, live);
  await disposePins(deps, live);
  await closeRelays(live);
}
