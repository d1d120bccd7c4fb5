// What makes a command on a run refuse, in words that say what to do.
// Owns: the refusals. Starts nothing; the only thing it records is a placeholder's value, once every command takes it.
import { type Block, type BlockState, fail, meets, type Result, type StepState } from "../protocol/index.ts";
import type { LaneNow, LiveRun, RunDeps, Who } from "./deps.ts";
import { isDriven, laneNow, laneOf } from "./lanes.ts";
import { append, checkRole, eventOf, placeholderValues } from "./live.ts";
import { focusStep, isOnProduction, nextTodo, wordToType } from "./next.ts";
import { needsTyping, type StepPlan } from "./plan.ts";

export type At = { plan: StepPlan; step: StepState };

export const place = (live: LiveRun, step: StepState): string => `${live.state.path}: step ${step.number} “${step.title}”`;

export const ended = (live: LiveRun): Result<never> =>
  fail("conflict", `${live.state.title} is ${live.state.status}: nothing can be added to it. Start a new run.`);

/** Refuses a run that is over, held, or cannot be recorded. */
export function active(live: LiveRun): Result<never> | null {
  if (live.state.status === "finished" || live.state.status === "aborted") return ended(live);
  if (live.problem !== null) return fail("disk-full", `${live.problem} Nothing runs until the record can be written; then resume.`);
  if (live.state.status === "held") return fail("conflict", `The run is held: ${live.state.hold?.reason ?? ""} Resume it first.`);
  return null;
}

/** Refuses while something of the lane is being started or runs, and says who started it and when. Other lanes are no concern of it. */
export function notBusy(live: LiveRun, lane: string, nested: boolean): Result<never> | null {
  const now = laneNow(live, lane);
  const started = startedWords(now);
  const details = now.startedBy ?? {};
  if (now.checking !== null || now.waitingFor !== null)
    return fail("busy", `A step is about to start: its cluster is being checked.${started}`, details);
  if (!isDriven(now) || nested) return null;
  const running = focusStep(live.state, lane);
  return fail(
    "busy",
    `${running ? place(live, running) : "A step"} is running.${started} Wait for its end, cancel it, or type the next step into its nested shell.`,
    details,
  );
}

/** Refuses while anything of the run is under way, in any lane. */
export function allIdle(live: LiveRun): Result<never> | null {
  for (const lane of live.laneNows.keys()) {
    const busy = notBusy(live, lane, false);
    if (busy) return busy;
  }
  return live.drives.size === 0 ? null : fail("busy", "Steps follow each other by themselves now. Hold the run first.");
}

const startedWords = ({ startedBy }: LaneNow): string =>
  startedBy === null ? "" : ` ${startedBy.name} started it at ${startedBy.at.slice(11, 19)} UTC.`;

/** How often a step and its commands have begun: two calls that were made on the same look at the step are told apart by it. */
export function begunSoFar(live: LiveRun, id: string): string {
  const step = live.state.steps[live.state.positions.get(id) ?? -1];
  return step ? [step.attempt, ...step.blocks.map((block) => block.attempt)].join(".") : "";
}

/** Refuses a call whose step somebody else has begun since it was made: of two who press at once, one starts it. */
export function startedMeanwhile(live: LiveRun, id: string, before: string): Result<never> | null {
  const step = live.state.steps[live.state.positions.get(id) ?? -1];
  if (!step || begunSoFar(live, id) === before) return null;
  const now = laneNow(live, step.lane);
  const words = now.startedBy?.step === id ? startedWords(now) : "";
  return fail("busy", `${place(live, step)} was started a moment before.${words} It was not started twice.`, now.startedBy ?? {});
}

export function find(live: LiveRun, id: string): Result<At> {
  const plan = live.plan.byId.get(id);
  const step = live.state.steps[live.state.positions.get(id) ?? -1];
  if (!plan || !step) return fail("not-found", `${live.state.path} has no step "${id}" in the text that this run pinned.`);
  return { ok: true, value: { plan, step } };
}

export function ready(deps: RunDeps, live: LiveRun, who: Who, id: string, nested: boolean): Result<At> {
  const stopped = active(live);
  if (stopped) return stopped;
  const at = find(live, id);
  if (!at.ok) return at;
  const busy = notBusy(live, at.value.step.lane, nested);
  if (busy) return busy;
  const role = checkRole(deps, live, who, id);
  return role.ok ? at : role;
}

/** For what may be done while the run is held or something of it runs: it has not ended, the step is there, and this person may act on it. */
export function reached(deps: RunDeps, live: LiveRun, who: Who, id: string): Result<At> {
  if (live.state.status === "finished" || live.state.status === "aborted") return ended(live);
  const at = find(live, id);
  if (!at.ok) return at;
  const role = checkRole(deps, live, who, at.value.step.id);
  return role.ok ? at : role;
}

export const blocked = (plan: StepPlan, message: string): Result<never> =>
  fail(plan.unsupported.length > 0 ? "unsupported-step" : "not-ready", message, { unsupported: plan.unsupported });

/** Steps are run in their order, each lane in its own. A way back may be run at any time; anything else out of order carries a reason. */
export function checkOrder(live: LiveRun, step: StepState, reason: string | undefined): Result<never> | null {
  if (step.wayBack === true || step.status === "open" || reason?.trim()) return null;
  const isRunning = live.state.running.some((entry) => laneOf(live.state, entry.step) === step.lane);
  const expected = isRunning ? nextTodo(live.state, step.lane) : focusStep(live.state, step.lane);
  if (!expected || expected.id === step.id) return null;
  if (step.status === "done") return null;
  return fail("reason-needed", `${place(live, expected)} comes first. Give a reason to run step ${step.number} now.`);
}

/** Records given values once every command of the step that has all of its own takes them. */
export function takePlaceholders(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  plan: StepPlan,
  given: Record<string, string> | undefined,
  /** A text that is run as shell beside the step's own commands. */
  asShell: Block | null = null,
): Result<never> | null {
  if (given === undefined || Object.keys(given).length === 0) return null;
  const { params } = live.plan.document;
  const secret = params.find((param) => param.type === "secret" && given[param.name] !== undefined);
  if (secret)
    return fail("invalid-params", `<${secret.name}> is a secret and would be written into the command. Use "$${secret.name}" instead.`);
  const values = { ...placeholderValues(live), ...given };
  const commands = [...plan.step.blocks.filter((block) => block.runnable), ...(asShell === null ? [] : [asShell])];
  for (const block of commands) {
    if (block.placeholders.some((name) => values[name] === undefined)) continue;
    const filled = deps.documents.fillPlaceholders(block, values, params);
    if (!filled.ok) return filled;
  }
  const placeholders = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, live.redactor.redactText(value)]));
  const written = append(deps, live, [eventOf(live, who.actor, { type: "value.given", step: plan.step.id, data: { placeholders } })]);
  return written.ok ? null : written;
}

export function checkTyped(live: LiveRun, step: StepState, block: Block, typed: string | undefined): Result<never> | null {
  if (!needsTyping(block, isOnProduction(live.state, step))) return null;
  const word = wordToType(live.state, step);
  if (typed === word) return null;
  return fail("confirmation-needed", `${place(live, step)}: the command at line ${block.line} is confirmed by typing ${word}.`, {
    type: word,
  });
}

/** `dangerous`: blocks marked so whose end is unknown. They are run again when a recheck said that nothing was done, or a person answers for it. */
export function retryReason(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  at: At & { dangerous: readonly BlockState[] },
  reason: string | undefined,
): Result<never> | null {
  const { plan, step } = at;
  const unseen = at.dangerous.filter((block) => block.recheck?.answer !== "not done");
  if (unseen.length > 0) {
    const said = unseen.map((block) => block.recheck?.answer ?? "").find((answer) => answer !== "");
    const found = said === undefined ? "" : ` The recheck says: ${said}.`;
    if (!reason?.trim())
      return fail(
        "reason-needed",
        `${place(live, step)} may have taken effect: its end is unknown, and it is dangerous.${found} Look first, then give a reason to run it again.`,
      );
    if (!deps.isSolo() && !who.isAuthenticated) {
      deps.notify.refused(
        who,
        `run.retry ${live.run}`,
        "a dangerous command whose end is unknown is run again by a person who has signed in",
      );
      return fail(
        "not-signed-in",
        `${place(live, step)} is dangerous and its end is unknown: who has it run again signs in first, or lets its recheck say that nothing was done.`,
      );
    }
  }
  if (reason?.trim()) return null;
  if (step.status === "done" && step.verdict === "passed")
    return fail("reason-needed", `${place(live, step)} has passed (line ${plan.step.line}). Give a reason to run it again.`);
  return null;
}

export const onProduction = (live: LiveRun): boolean => [...live.state.pins.values()].some((pin) => pin.class === "production");

export function checkValue(
  where: string,
  check: StepPlan["step"]["checks"][number],
  given: string | undefined,
): Result<{ text: string | null; isMet: boolean }> {
  const text = given?.trim() ?? "";
  if (check.value === null) return { ok: true, value: { text: text === "" ? null : text, isMet: true } };
  // What is attached is looked at where it is taken; the text beside it is a remark.
  if (check.value === "file" || check.value === "picture") return { ok: true, value: { text: text === "" ? null : text, isMet: true } };
  if (text === "") return fail("invalid-params", `${where}: “${check.text}” asks for a ${check.value}. Enter what you see.`);
  if (check.value !== "number" && check.expect === null) return { ok: true, value: { text, isMet: true } };
  const number = Number(text);
  if (!Number.isFinite(number))
    return fail("invalid-params", `${where}: “${check.text}” asks for a number, and ${JSON.stringify(text)} is none.`);
  return { ok: true, value: { text, isMet: check.expect === null || meets(number, check.expect) } };
}
