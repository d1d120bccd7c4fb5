// The commands on a run that a person gives, each with everything that makes it refuse.
// Owns: refusals and what is recorded of a decision. Driving is drive.ts; who may call at all is engine.ts.
import { fail, type HandedFile, type Result } from "../protocol/index.ts";
import { attachedFile } from "./attached.ts";
import { awayWords, leaveWait, proposeSkip } from "./away.ts";
import { isAway } from "./away-state.ts";
import { asShellBlock } from "./blocks.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { conclude, drive, endStep, settleWhens } from "./drive.ts";
import { endInterrupted } from "./gate-commands.ts";
import { holdPointOf, isReleased } from "./hold-points.ts";
import { isDriven, laneNow, lanesOf } from "./lanes.ts";
import { append, checkRole, eventOf, factsOf } from "./live.ts";
import { loopDrafts } from "./loops.ts";
import { obstacleFor, pendingAction } from "./next.ts";
import { interruptedWords } from "./next-gates.ts";
import { dangerousUnknowns } from "./plan.ts";
import { closeRecording } from "./recordings.ts";
import {
  active,
  blocked,
  checkOrder,
  checkTyped,
  checkValue,
  ended,
  find,
  notBusy,
  onProduction,
  place,
  reached,
  ready,
  retryReason,
  takePlaceholders,
} from "./refusals.ts";
import { driveOn } from "./run-on.ts";
import { isSettled } from "./state.ts";

type Done = Promise<Result<null>>;

export type StepCall = {
  step: string;
  typed?: string | undefined;
  nested?: boolean | undefined;
  reason?: string | undefined;
  /** Values for placeholders that have none yet. */
  placeholders?: Record<string, string> | undefined;
};

/** Starts or goes on with a step. */
export async function runStep(deps: RunDeps, live: LiveRun, who: Who, call: StepCall): Done {
  const asked = live.state.steps[live.state.positions.get(call.step) ?? -1];
  if (asked && active(live) === null) await leaveWait(live, asked);
  const at = ready(deps, live, who, call.step, call.nested === true);
  if (!at.ok) return at;
  const { plan, step } = at.value;
  if (step.status === "done") return fail("conflict", `${place(live, step)} is done (${step.verdict}). Retry it to run it again.`);
  const order = checkOrder(live, step, call.reason) ?? takePlaceholders(deps, live, who, plan, call.placeholders);
  if (order) return order;
  const obstacle = obstacleFor(live.state, live.plan, plan, step, factsOf(live));
  if (obstacle) return blocked(plan, `${place(live, step)}: ${obstacle.say}. ${obstacle.detail}`);
  const interrupted = interruptedWords(step);
  if (interrupted) return fail("conflict", `${live.state.path}: ${interrupted.say}. ${interrupted.detail}`);
  const pending = step.status === "todo" ? (plan.actions[0] ?? null) : pendingAction(step, plan);
  if (step.status === "open" && pending === null) {
    await endStep(deps, live, who, plan, step.attempt, "passed", `marked done by ${who.actor.name}`);
    settleWhens(deps, live);
    return { ok: true, value: null };
  }
  if (step.status === "open" && pending?.kind === "check")
    return fail("conflict", `${place(live, step)} waits for a check: “${pending.check.text}”. Confirm it first.`);
  const typed = pending?.kind === "block" ? checkTyped(live, step, pending.block, call.typed) : null;
  if (typed) return typed;
  return drive(deps, live, who, step.id, {
    fresh: step.status === "todo",
    nested: call.nested === true,
    ...(call.reason === undefined ? {} : { reason: call.reason }),
  });
}

/** Runs one block, first time or again; the step's other blocks stay as they are. */
export async function runBlockAlone(deps: RunDeps, live: LiveRun, who: Who, call: StepCall & { block: number }): Done {
  const at = ready(deps, live, who, call.step, call.nested === true);
  if (!at.ok) return at;
  const { plan, step } = at.value;
  const block = plan.step.blocks[call.block];
  if (!block) return fail("not-found", `${place(live, step)} has no block ${call.block}.`);
  if (!block.runnable)
    return fail(
      "conflict",
      `${place(live, step)}: the block at line ${block.line} is not a command: ${block.why ?? "it is shown as text"}.`,
    );
  const order = checkOrder(live, step, call.reason) ?? takePlaceholders(deps, live, who, plan, call.placeholders);
  if (order) return order;
  const obstacle = obstacleFor(live.state, live.plan, plan, step, factsOf(live));
  if (obstacle) return blocked(plan, `${place(live, step)}: ${obstacle.say}. ${obstacle.detail}`);
  const pending = step.status === "done" ? null : step.status === "todo" ? plan.actions[0] : pendingAction(step, plan);
  const isNext = pending?.kind === "block" && pending.index === call.block;
  const state = step.blocks[call.block];
  if (!isNext && state?.status === "todo" && !call.reason?.trim())
    return fail(
      "reason-needed",
      `${place(live, step)}: something comes before the block at line ${block.line}. Give a reason to run it now.`,
    );
  const isUnseen = state?.verdict === "unknown" && block.options.danger === true;
  const again = retryReason(deps, live, who, { plan, step, dangerous: isUnseen ? [state] : [] }, call.reason);
  if (again) return again;
  const typed = checkTyped(live, step, block, call.typed);
  if (typed) return typed;
  return drive(deps, live, who, step.id, {
    fresh: step.status === "todo" || step.status === "done",
    onlyBlock: call.block,
    nested: call.nested === true,
    ...(call.reason === undefined ? {} : { reason: call.reason }),
  });
}

export type AsShellCall = { step: string; block: number; reason: string; placeholders?: Record<string, string> | undefined };

/** Text without a language, run as shell: an explicit act with a reason, on record as such. */
export async function runAsShell(deps: RunDeps, live: LiveRun, who: Who, call: AsShellCall): Done {
  const at = ready(deps, live, who, call.step, false);
  if (!at.ok) return at;
  const { plan, step } = at.value;
  const block = plan.step.blocks[call.block];
  if (!block) return fail("not-found", `${place(live, step)} has no block ${call.block}.`);
  if (block.runnable) return fail("conflict", `${place(live, step)}: the block at line ${block.line} is a command already. Run it as one.`);
  if (block.language !== "")
    return fail("forbidden", `${place(live, step)}: the block at line ${block.line} is ${block.language}, which is never sent to a shell.`);
  if (block.isQuery === true)
    return fail("forbidden", `${place(live, step)}: the block at line ${block.line} reads as a query, which is never sent to a shell.`);
  const why = block.asShell?.why ?? null;
  if (why !== null)
    return fail("forbidden", `${place(live, step)}: of the block at line ${block.line} it cannot be told what to send to a shell: ${why}.`);
  const order = checkOrder(live, step, call.reason) ?? takePlaceholders(deps, live, who, plan, call.placeholders, asShellBlock(block));
  if (order) return order;
  const obstacle = obstacleFor(live.state, live.plan, plan, step, factsOf(live));
  if (obstacle) return blocked(plan, `${place(live, step)}: ${obstacle.say}. ${obstacle.detail}`);
  return drive(deps, live, who, step.id, {
    fresh: step.status === "todo" || step.status === "done",
    onlyBlock: call.block,
    asShell: call.reason,
    reason: call.reason,
  });
}

export async function runOn(deps: RunDeps, live: LiveRun, who: Who): Done {
  const stopped = active(live);
  if (stopped) return stopped;
  const lanes = lanesOf(live.state);
  const free = lanes.filter((lane) => notBusy(live, lane, false) === null && !laneNow(live, lane).runningOn);
  if (free.length === 0) return notBusy(live, lanes[0] ?? "", false) ?? fail("busy", "Steps follow each other by themselves already.");
  // A way back was confirmed as a whole.
  if (onProduction(live) && !live.state.runAllArmed && live.state.undoes === null)
    return fail(
      "confirmation-needed",
      `${live.state.title} runs on PRODUCTION, where run-on is off. Arm it for this run by typing the cluster's name.`,
    );
  return driveOn(deps, live, who);
}

export async function arm(deps: RunDeps, live: LiveRun, who: Who, typed: string): Done {
  const stopped = active(live);
  if (stopped) return stopped;
  const names = [...live.state.pins.values()].filter((pin) => pin.class === "production").map((pin) => pin.context);
  if (names.length === 0) return fail("conflict", "No cluster of this run is production: run-on needs no arming.");
  if (!names.includes(typed))
    return fail("confirmation-needed", `Type the cluster's name to arm run-on: ${names.join(" or ")}.`, { type: names[0] });
  return append(deps, live, [eventOf(live, who.actor, { type: "run.armed", data: { typed } })]);
}

/** Confirms a check, with its value where one is asked for. A value outside its limit fails the step: it is a measurement. */
export async function confirmCheck(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  call: { step: string; check: number; value?: string | undefined; file?: HandedFile | undefined },
): Done {
  const stopped = active(live);
  if (stopped) return stopped;
  const at = find(live, call.step);
  if (!at.ok) return at;
  const { plan, step } = at.value;
  const check = plan.step.checks[call.check];
  if (!check) return fail("not-found", `${place(live, step)} has no check ${call.check}.`);
  const role = checkRole(deps, live, who, step.id);
  if (!role.ok) return role;
  if (step.status === "done") return fail("conflict", `${place(live, step)} is done (${step.verdict}). Retry it to confirm again.`);
  if (step.checks[call.check]?.confirmed) return fail("conflict", `${place(live, step)}: “${check.text}” is confirmed already.`);
  const obstacle = obstacleFor(live.state, live.plan, plan, step, factsOf(live));
  if (obstacle) return blocked(plan, `${place(live, step)}: ${obstacle.say}. ${obstacle.detail}`);
  if (step.status === "todo") {
    const order = checkOrder(live, step, undefined);
    if (order) return order;
  }
  const before = plan.actions.find(
    (action) => action.kind === "block" && action.block.line < check.line && step.blocks[action.index]?.status === "todo",
  );
  if (before)
    return fail("conflict", `${place(live, step)}: a command comes before “${check.text}”. Run it first, then confirm what you see.`);
  const value = checkValue(place(live, step), check, call.value);
  if (!value.ok) return value;
  const wantsFile = check.value === "file" || check.value === "picture";
  if (wantsFile !== (call.file !== undefined))
    return fail(
      "invalid-params",
      `${place(live, step)}: “${check.text}” asks for ${wantsFile ? `a ${check.value}. Attach it.` : "no file."}`,
    );
  const attached = call.file && wantsFile ? attachedFile(live, place(live, step), check.value as "file" | "picture", call.file) : null;
  if (attached && !attached.ok) return attached;
  if (step.status === "todo") {
    const opened = await drive(deps, live, who, step.id, { fresh: true });
    if (!opened.ok) return opened;
  }
  const attempt = live.state.steps[live.state.positions.get(step.id) ?? -1]?.attempt ?? 1;
  const { isMet, text } = value.value;
  const written = append(deps, live, [
    eventOf(live, who.actor, {
      type: "check.confirmed",
      step: step.id,
      attempt,
      outcome: isMet ? "passed" : "failed",
      data: {
        check: call.check,
        text: check.text,
        value: text === null ? (attached ? String(attached.value.data["file"]) : null) : live.redactor.redactText(text),
        ...attached?.value.data,
      },
      ...(attached ? { payloads: attached.value.payloads } : {}),
    }),
  ]);
  if (!written.ok) return written;
  if (!isMet) {
    const limit = check.expect ? `${check.expect.operator} ${check.expect.value}` : "";
    await endStep(deps, live, who, plan, attempt, "failed", `“${check.text}” is ${text ?? "missing"}, expected ${limit}`);
  } else if (!isDriven(laneNow(live, step.lane))) await conclude(deps, live, who, plan, { attempt, last: null, differs: null });
  settleWhens(deps, live);
  return written;
}

/** The whole step again, as a new attempt; every block and check is asked for once more. */
export async function retry(deps: RunDeps, live: LiveRun, who: Who, call: StepCall): Done {
  const at = ready(deps, live, who, call.step, false);
  if (!at.ok) return at;
  const { plan, step } = at.value;
  if (step.status === "todo") return fail("conflict", `${place(live, step)} has not run yet. Run it.`);
  const obstacle = obstacleFor(live.state, live.plan, plan, { ...step, status: "todo" }, factsOf(live));
  if (obstacle) return blocked(plan, `${place(live, step)}: ${obstacle.say}. ${obstacle.detail}`);
  const again = retryReason(deps, live, who, { plan, step, dangerous: dangerousUnknowns(plan.step, step) }, call.reason);
  if (again) return again;
  const first = plan.actions[0];
  const typed = first?.kind === "block" ? checkTyped(live, step, first.block, call.typed) : null;
  if (typed) return typed;
  if (step.status === "open")
    await endStep(deps, live, who, plan, step.attempt, "failed", `begun again by ${who.actor.name} before it was done`);
  return drive(deps, live, who, step.id, { fresh: true, ...(call.reason === undefined ? {} : { reason: call.reason }) });
}

/** Goes past a step. One that failed or is unknown keeps its verdict; the reason stands beside it. */
export async function skip(deps: RunDeps, live: LiveRun, who: Who, call: { step: string; reason: string }): Done {
  const at = reached(deps, live, who, call.step);
  if (!at.ok) return at;
  const { step } = at.value;
  // Also while its shell opens or it waits for its cluster: it would begin after it was skipped.
  if (step.status === "running" || laneNow(live, step.lane).driving.includes(step.id))
    return fail("busy", `${place(live, step)} is ${step.status === "running" ? "running" : "starting"}. Cancel it first, then skip it.`);
  if (step.status === "done" && isSettled(step))
    return fail("conflict", `${place(live, step)} is done (${step.verdict}); there is nothing to skip.`);
  const point = step.status === "todo" ? holdPointOf(live.state, at.value.plan) : null;
  if (point !== null && !isReleased(point))
    return fail(
      "forbidden",
      `${place(live, step)} is a hold point: it is released by ${point.missing.join(" and ")} signing, and no reason goes past it.`,
    );
  const proposed = proposeSkip(deps, live, who, step, call.reason);
  if (proposed) return proposed;
  const recording = await closeRecording(deps, live, step.id, "unknown");
  const because = isAway(live.state, step)
    ? awayWords(live, step)
    : step.status === "open"
      ? "skipped by hand after it had begun"
      : "skipped by hand";
  const written = append(deps, live, [
    eventOf(live, who.actor, {
      type: "step.skipped",
      step: step.id,
      attempt: step.attempt,
      outcome: "skipped",
      reason: call.reason,
      data: { because, ...recording },
    }),
  ]);
  settleWhens(deps, live);
  return written;
}

/** A person's word on an unknown end. The verdict stays unknown. */
export async function judge(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  call: { step: string; outcome: "accepted" | "rejected"; reason: string },
): Done {
  const isOver = live.state.status === "finished" || live.state.status === "aborted";
  // A run of checks is over by itself before anybody has looked at what it found; its launch says until when.
  if (isOver && !live.state.isChecks) return ended(live);
  if (isOver && live.launch !== null) {
    const launch = await deps.launches?.forRun(live.launch);
    if (launch && !launch.ok) return launch;
  }
  const at = find(live, call.step);
  if (!at.ok) return at;
  let { step } = at.value;
  if (!who.isAuthenticated) {
    deps.notify.refused(who, `run.judge ${live.run}`, "a judgement is made by a person who has signed in");
    return fail("not-signed-in", `${place(live, step)}: an unknown end is judged by a person who has signed in. Sign in, then judge it.`);
  }
  const role = checkRole(deps, live, who, step.id);
  if (!role.ok) return role;
  const over = await endInterrupted(deps, live, who, at.value.plan, step);
  if (!over.ok) return over;
  step = live.state.steps[live.state.positions.get(step.id) ?? -1] ?? step;
  if (step.status !== "done" || step.verdict !== "unknown")
    return fail("conflict", `${place(live, step)} is ${step.verdict ?? step.status}; only an unknown end is judged.`);
  const written = append(deps, live, [
    eventOf(live, who.actor, {
      type: "step.judged",
      step: step.id,
      attempt: step.attempt,
      outcome: call.outcome,
      reason: call.reason,
      data: { verdict: "unknown" },
    }),
    // Accepted is as good as passed for what comes after: what it opened is open.
    ...(call.outcome === "accepted" ? loopDrafts(at.value.plan, step.attempt) : []).map((draft) => eventOf(live, who.actor, draft)),
  ]);
  settleWhens(deps, live);
  return written;
}
