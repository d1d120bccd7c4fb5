// Run-on: in every lane one step after the other, each as soon as what it needs has come, until a person is needed in that lane.
// Owns: when a lane goes on, waits for another one, or stops. How a step runs is drive.ts.
import { fail, ok, type Result, type StepState } from "../protocol/index.ts";
import { isAway } from "./away-state.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { driveToEnd } from "./drive.ts";
import { foreseeNext } from "./foresee.ts";
import { isDriven, laneNow, lanesOf, nextNews, wakeRunOn } from "./lanes.ts";
import { factsOf, holdByEngine, roleProblem, standIn } from "./live.ts";
import { focusStep, obstacleFor, pendingAction } from "./next.ts";
import { interruptedWords } from "./next-gates.ts";
import { stopsRunOn } from "./plan.ts";
import { isSettled } from "./state.ts";

/** A lane that waits for another says so by this, every other stop in words. */
type Stop = { why: string; waits: boolean };

/** Runs on in every lane that does not already; returns when the first step has begun, or fails with why none can. */
export function driveOn(deps: RunDeps, live: LiveRun, who: Who): Promise<Result<null>> {
  const begun = Promise.withResolvers<Result<null>>();
  const lanes = lanesOf(live.state).filter((lane) => !laneNow(live, lane).runningOn);
  for (const lane of lanes) laneNow(live, lane).runningOn = true;
  const loops = lanes.map((lane) => goOn(deps, live, who, lane, () => begun.resolve(ok(null))));
  for (const loop of loops) {
    const work: Promise<void> = loop.then(() => {
      live.drives.delete(work);
      deps.notify.changed(live.run, null);
      foreseeNext(deps, live);
    });
    live.drives.add(work);
  }
  void Promise.all(loops).then((ends) => {
    const said = ends.filter((end) => end !== null);
    begun.resolve(
      said.find((end) => end.error.code !== "not-ready") ?? said[0] ?? fail("not-ready", "Run-on stops here: nothing is left to run."),
    );
  });
  return begun.promise;
}

/** Drives one lane; resolves with why nothing of it could begin, null where something did. Never rejects. */
async function goOn(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  lane: string,
  onBegun: () => void,
): Promise<(Result<never> & { ok: false }) | null> {
  const now = laneNow(live, lane);
  const mine = ++now.runOns;
  const isMine = () => now.runOns === mine;
  let isBegun = false;
  const begin = () => {
    isBegun = true;
    onBegun();
  };
  try {
    while (now.runningOn && isMine()) {
      // Somebody presses a step of this lane by hand: what follows it follows by itself.
      if (isDriven(now)) {
        await nextNews(live);
        continue;
      }
      const step = focusStep(live.state, lane);
      const stop = step === null ? { why: "nothing is left to run", waits: false } : whyRunOnStops(deps, live, who, step);
      if (stop?.waits === true && othersGoOn(live, lane)) {
        now.waitsForNeeds = true;
        await nextNews(live);
        now.waitsForNeeds = false;
        continue;
      }
      if (step === null || stop !== null) return isBegun ? null : refusal(fail("not-ready", `Run-on stops here: ${stop?.why ?? ""}.`));
      const driven = await driveToEnd(
        deps,
        live,
        standIn(deps, live, who, step.id),
        step.id,
        { fresh: step.status === "todo", isRunOn: true },
        begin,
      );
      if (!driven.ok) return isBegun ? null : refusal(driven);
      begin();
      const after = live.state.steps[live.state.positions.get(step.id) ?? -1];
      if (!after || !isSettled(after)) return null;
    }
    return isBegun ? null : refusal(fail("conflict", "Run-on was ended before a step had begun."));
  } catch (error) {
    const message = `Run-on met a defect of Holdpoint: ${error instanceof Error ? error.message : String(error)}. The run is held.`;
    holdByEngine(deps, live, message, null);
    process.emitWarning(error instanceof Error ? error : message, "HoldpointRun");
    return refusal(fail("internal", message));
  } finally {
    if (isMine()) {
      now.runningOn = false;
      now.waitsForNeeds = false;
    }
    // A lane that waited for this one may have nothing more to wait for.
    wakeRunOn(live);
  }
}

const refusal = (result: Result<unknown>): (Result<never> & { ok: false }) | null => (result.ok ? null : result);

/** Something of another lane is under way, or follows by itself. */
function othersGoOn(live: LiveRun, lane: string): boolean {
  return [...live.laneNows].some(([name, now]) => name !== lane && (isDriven(now) || (now.runningOn && !now.waitsForNeeds)));
}

/** What makes run-on leave the step to a person; null where it may go on. */
function whyRunOnStops(deps: RunDeps, live: LiveRun, who: Who, step: StepState): Stop | null {
  const stop = (why: string): Stop => ({ why, waits: false });
  const plan = live.plan.byId.get(step.id);
  if (!plan) return stop(`step ${step.number} is not in the file`);
  if (live.state.status !== "active" || live.problem !== null || live.isClosing) return stop("the run is held");
  const before = live.state.steps.slice(0, live.state.positions.get(step.id) ?? 0);
  const waiting = before.find((one) => one.lane === step.lane && one.wayBack !== true && isAway(live.state, one));
  if (waiting) return stop(`step ${waiting.number} waits for cluster ${waiting.on}, which does not answer: a person says how it goes on`);
  if (step.status === "done") return stop(`step ${step.number} needs a decision`);
  const obstacle = obstacleFor(live.state, live.plan, plan, step, factsOf(live));
  if (obstacle) return { why: obstacle.say, waits: obstacle.waits === true };
  const interrupted = interruptedWords(step);
  if (interrupted) return stop(interrupted.say);
  if (roleProblem(deps, live, who, step.id) !== null) return stop(`step ${step.number} is for another role`);
  const pending = pendingAction(step, plan);
  if (pending === null) return stop(`step ${step.number} is done by hand`);
  // A check at the head of a step is met by opening the step, so that its text is what the person sees next.
  if (pending.kind === "check") return step.status === "todo" ? null : stop(`step ${step.number} has a check to confirm`);
  return stopsRunOn(pending.block) ? stop(`step ${step.number} has a command that is never part of a run-on`) : null;
}
