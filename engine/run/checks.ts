// The automatic checks of a launch's items as a run: one after the other, each for itself, to the end without a person.
// Owns: that order, and that a check which cannot be made is unknown with the reason. How a step runs is drive.ts.
import type { StepState } from "../protocol/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { driveToEnd, endStep } from "./drive.ts";
import { laneNow } from "./lanes.ts";
import { append, eventOf, factsOf, holdByEngine } from "./live.ts";
import { obstacleFor } from "./next.ts";
import { needsTyping } from "./plan.ts";

/**
 * Makes the checks that are left, and resolves when it stops: true when all are done, false when the run was held, cancelled or closed
 * before. A failing check stops nothing. Never rejects.
 */
export function driveChecks(deps: RunDeps, live: LiveRun, who: Who): Promise<boolean> {
  // The checks of a list are one lane: one after the other.
  const now = laneNow(live, live.state.steps[0]?.lane ?? "");
  now.runningOn = true;
  const { cancels } = live;
  const mayGoOn = () =>
    now.runningOn && live.cancels === cancels && live.state.status === "active" && live.problem === null && !live.isClosing;
  const work = (async () => {
    for (;;) {
      const step = live.state.steps.find((one) => one.status !== "done");
      if (!step) return mayGoOn();
      if (!mayGoOn()) return false;
      const why = await make(deps, live, who, step);
      if (!mayGoOn()) return false;
      const now = live.state.steps.find((one) => one.id === step.id);
      // A check that stays open would be begun for ever: what keeps it open is its answer.
      if (now && now.status !== "done") await endUnknown(deps, live, who, now, why ?? "its next command could not begin");
    }
  })()
    .catch((error: unknown) => {
      holdByEngine(deps, live, `The checks met a defect of Holdpoint: ${error instanceof Error ? error.message : String(error)}`, null);
      process.emitWarning(error instanceof Error ? error : String(error), "HoldpointRun");
      return false;
    })
    .finally(() => {
      now.runningOn = false;
      live.drives.delete(settled);
      deps.notify.changed(live.run, null);
    });
  const settled: Promise<void> = work.then(() => undefined);
  live.drives.add(settled);
  return work;
}

/** Why the check was not made; null when it was begun. */
async function make(deps: RunDeps, live: LiveRun, who: Who, step: StepState): Promise<string | null> {
  const plan = live.plan.byId.get(step.id);
  if (!plan) return "it is not in the launch's copy of the checklist";
  const obstacle = obstacleFor(live.state, live.plan, plan, step, factsOf(live));
  if (obstacle) return `${obstacle.say}. ${obstacle.detail}`;
  // A check looks; what has to be confirmed before it is sent does more.
  if (plan.step.blocks.some((block) => block.runnable && needsTyping(block, true)))
    return "its command is marked as dangerous: that is never part of checks that run by themselves";
  const driven = await driveToEnd(deps, live, who, step.id, { fresh: step.status === "todo" }, () => {});
  return driven.ok ? null : driven.error.message;
}

async function endUnknown(deps: RunDeps, live: LiveRun, who: Who, step: StepState, why: string): Promise<void> {
  const plan = live.plan.byId.get(step.id);
  const attempt = step.status === "todo" ? step.attempt + 1 : step.attempt;
  if (step.status === "todo") {
    const { title, number, sha256 } = plan?.step ?? { title: step.title, number: step.number, sha256: "" };
    append(deps, live, [eventOf(live, who.actor, { type: "step.started", step: step.id, attempt, data: { title, number, sha256 } })]);
  }
  if (plan) await endStep(deps, live, who, plan, attempt, "unknown", why);
}
