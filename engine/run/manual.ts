// A step done in another place (a console, a vendor, on paper) and written down here by somebody who may not have done it.
// Owns: what such an entry demands and records. It is transcribed, and says so wherever it is shown.
import { fail, type HandedFile, ok, type Result, type Verdict } from "../protocol/index.ts";
import { attachedFile } from "./attached.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { endStep, settleWhens } from "./drive.ts";
import { append, type Draft, eventOf, factsOf } from "./live.ts";
import { obstacleFor } from "./next.ts";
import { blocked, checkOrder, place, ready } from "./refusals.ts";

/** Clocks of two people differ; further in the future than this is a slip of the hand, milliseconds. */
const AHEAD_MS = 5 * 60_000;

export type ManualCall = {
  step: string;
  performedBy: string;
  place: string;
  /** When it is said to have been done. */
  claimedAt: string;
  outcome: "passed" | "failed";
  value?: string | undefined;
  note: string;
  file?: HandedFile | undefined;
};

/**
 * Ends the step by what is written down. A step with commands ends unknown whatever is said: no end of a command was seen here, so a person
 * judges it; one without has passed or failed as the entry says.
 */
export async function recordManual(deps: RunDeps, live: LiveRun, who: Who, call: ManualCall): Promise<Result<null>> {
  const at = ready(deps, live, who, call.step, false);
  if (!at.ok) return at;
  const { plan, step } = at.value;
  if (step.status === "done") return fail("conflict", `${place(live, step)} is done (${step.verdict}). Retry it to record it again.`);
  if (step.blocks.some((block) => block.status === "running") || step.soak !== undefined)
    return fail("conflict", `${place(live, step)} is under way here. End that first.`);
  const order = checkOrder(live, step, undefined);
  if (order) return order;
  // What this version cannot do is just what is done elsewhere; and a placeholder is for a command that is not sent.
  const obstacle = obstacleFor(live.state, live.plan, { ...plan, unsupported: [] }, step, { ...factsOf(live), missing: () => [] });
  if (obstacle) return blocked(plan, `${place(live, step)}: ${obstacle.say}. ${obstacle.detail}`);
  const claimed = Date.parse(call.claimedAt);
  if (!Number.isFinite(claimed)) return fail("invalid-params", `${place(live, step)}: the time it was done is not a time.`);
  if (claimed > deps.ports.clock.now() + AHEAD_MS)
    return fail("invalid-params", `${place(live, step)}: ${call.claimedAt} is still to come; enter when it was done.`);
  const attached = call.file === undefined ? null : attachedFile(live, place(live, step), "file", call.file);
  if (attached && !attached.ok) return attached;
  const attempt = step.status === "todo" ? step.attempt + 1 : step.attempt;
  const redact = live.redactor.redactText;
  const [by, where, value, note] = [call.performedBy, call.place, call.value?.trim() ?? "", call.note].map((one) => redact(one.trim()));
  const claimedAt = new Date(claimed).toISOString();
  const { title, number, sha256 } = plan.step;
  const drafts: Draft[] = [];
  if (step.status === "todo")
    drafts.push({
      type: "step.started",
      step: step.id,
      attempt,
      data: { title, number, sha256, only_block: null, planned_ms: plan.step.directive.plannedMs },
    });
  drafts.push({
    type: "manual.performed",
    step: step.id,
    attempt,
    outcome: call.outcome,
    data: {
      performed_by: by ?? "",
      recorded_by: who.actor.name,
      place: where ?? "",
      claimed_at: claimedAt,
      entered_at: new Date(deps.ports.clock.now()).toISOString(),
      value: value === "" ? null : (value ?? null),
      note: note ?? "",
      transcribed: true,
      ...attached?.value.data,
    },
    ...(attached ? { payloads: attached.value.payloads } : {}),
  });
  const written = append(
    deps,
    live,
    drafts.map((draft) => eventOf(live, who.actor, draft)),
  );
  if (!written.ok) return written;
  if (step.status === "todo") live.begun.set(step.id, deps.ports.clock.monotonicNs());
  const hasCommands = plan.actions.some((action) => action.kind === "block");
  const outcome: Verdict = hasCommands ? "unknown" : call.outcome;
  const because = `transcribed: done elsewhere by ${by} at ${claimedAt}${where === "" ? "" : ` (${where})`}, recorded by ${who.actor.name}${
    hasCommands ? `, who says it ${call.outcome}; its commands were not seen to end here` : ""
  }`;
  await endStep(deps, live, who, plan, attempt, outcome, because);
  settleWhens(deps, live);
  return ok(null);
}
