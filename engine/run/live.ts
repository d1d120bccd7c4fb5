// The record side of a live run: every change is an event first, then state, then news.
// Owns: appending, what happens when the disk is full, and the facts for the next action. Starts nothing.
import type { Actor, CanonicalValue, Result, StepId } from "../protocol/index.ts";
import { fail, ok } from "../protocol/index.ts";
import type { NewEvent } from "../record/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { applyEvent } from "./fold.ts";
import { HAPPENS, handoverSignatures } from "./handover-state.ts";
import { holdPointOf, openHoldPointBefore, signaturesAhead, signaturesOver } from "./hold-points.ts";
import { endRunOn, laneNow, wakeRunOn } from "./lanes.ts";
import type { LiveFacts } from "./next.ts";
import { asPerson, holdersOf, isOfRole } from "./roles.ts";
import type { RunSignature } from "./state.ts";

/** Actor of what Holdpoint itself does: checks, holds after a difference, recovery. */
export const ENGINE: Actor = { op_id: "engine", name: "Holdpoint", role: "engine", session: "", on_behalf_of: "" };

export type Draft = Omit<NewEvent, "actor" | "subject"> & { step?: string; attempt?: number; cluster?: string };

/** Data that carries text from outside the run: a directory may be named after a secret, a message may quote one. */
const TEXT_FROM_OUTSIDE = new Set(["cwd", "because", "why", "differs", "problem", "command", "message", "line", "value", "said"]);

/** Completes an event of this run. Reasons and other text from outside are redacted: people paste secrets into them. */
export function eventOf(live: LiveRun, actor: Actor, draft: Draft): NewEvent {
  const { step, attempt, cluster, reason, data, ...rest } = draft;
  const redacted = (value: CanonicalValue): CanonicalValue =>
    typeof value === "string" ? live.redactor.redactText(value) : Array.isArray(value) ? value.map(redacted) : value;
  return {
    ...rest,
    ...(data === undefined
      ? {}
      : {
          data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, TEXT_FROM_OUTSIDE.has(key) ? redacted(value) : value])),
        }),
    ...(reason === undefined ? {} : { reason: live.redactor.redactText(reason) }),
    actor,
    subject: {
      ...(live.launch === null ? {} : { launch: live.launch }),
      run: live.run,
      mode: live.state.mode,
      plan_sha256: live.state.planSha256,
      step: step ?? "",
      attempt: attempt ?? 0,
      cluster: cluster ?? "",
    },
  };
}

/**
 * Appends durably, then folds and tells. Fails with the record's own code (`disk-full`, `record-damaged` …); the run then
 * dispatches nothing more until a resume has written again. Events that an earlier failure left are written first.
 */
export function append(deps: RunDeps, live: LiveRun, events: NewEvent[]): Result<null> {
  try {
    write(deps, live, [...live.unwritten, ...withOvertaken(deps, live, events)]);
    live.unwritten = [];
    return ok(null);
  } catch (error) {
    const { code, message } = asFailure(error);
    setProblem(deps, live, message);
    return fail(code, message);
  }
}

/** As append, for what has already happened: an event that cannot be written now is kept and written at the next chance. */
export function appendOrKeep(deps: RunDeps, live: LiveRun, events: NewEvent[]): boolean {
  const result = append(deps, live, events);
  if (!result.ok) live.unwritten.push(...events);
  return result.ok;
}

/** What is run, skipped or judged again makes the signatures stale that rest on it, in the same transaction. */
const OVERTAKES = new Set(["step.started", "step.skipped", "step.judged"]);

function withOvertaken(deps: RunDeps, live: LiveRun, events: NewEvent[]): NewEvent[] {
  const found = events.flatMap((event, index) => {
    const over =
      event.type === "value.changed"
        ? signaturesAhead(live.state)
        : OVERTAKES.has(event.type)
          ? signaturesOver(live.state, event.subject?.step ?? "")
          : [];
    return over.map((signature) => ({ signature, index, event }));
  });
  if (found.length === 0 && overtakenHandover(live, events, 0).length === 0) return events;
  // The events name the seq of what overtook them: nothing may come before it.
  deps.store.settleClock(live.log);
  const first = deps.store.head(live.log).seq + 1 + live.unwritten.length;
  const said = new Set<string>();
  const invalidated = found.flatMap(({ signature, index, event }) => {
    if (said.has(signature.id)) return [];
    said.add(signature.id);
    if (event.type === "value.changed")
      return [staleEvent(live, signature, first + index, `${String(event.data?.["name"])} was changed after it was signed`)];
    const step = event.subject?.step ?? "";
    const number = live.plan.byId.get(step)?.step.number ?? step;
    const what = event.type === "step.started" ? "run again" : event.type === "step.skipped" ? "gone past" : "judged";
    return [staleEvent(live, signature, first + index, `step ${number} was ${what} after it was signed`)];
  });
  return [...events, ...invalidated, ...overtakenHandover(live, events, first)];
}

/** What was summed up for a hand-over is no longer so: who signed it has to look again. `first` is the seq of the first event. */
export function overtakenHandover(live: LiveRun, events: NewEvent[], first: number): NewEvent[] {
  const signed = handoverSignatures(live.state);
  const index = signed.length === 0 ? -1 : events.findIndex(({ type }) => HAPPENS.test(type) && type !== "handover.done");
  if (index === -1) return [];
  return signed.map((one) => staleEvent(live, one, first + index, "something happened after the run was summed up for the hand-over"));
}

/**
 * The person as they act in the step: in their own role, or on behalf of whoever of that role has delegated it to them, which is recorded.
 */
export function standIn(deps: RunDeps, live: LiveRun, who: Who, step: string): Who {
  const wanted = live.plan.byId.get(step)?.step.directive.role ?? null;
  const { people } = deps;
  if (wanted === null || people === undefined || who.actor.on_behalf_of !== "" || holdsRole(deps, live, who, wanted)) return who;
  const to = who.actor.op_id;
  const at = new Date(deps.ports.clock.now()).toISOString();
  const giver = people
    .list()
    .find((one) => one.id !== to && isOfRole(deps, live.launch, one, wanted) && people.delegationInForce(one.id, to, wanted, at) !== null);
  return giver === undefined ? who : { ...who, actor: { ...who.actor, on_behalf_of: giver.id } };
}

/** What a team hears that looks for somebody whom the instructor of its rehearsal keeps away; null where nobody is. */
export const awayWords = (live: LiveRun, role: string): string | null =>
  live.instructor?.isAway(role) === true
    ? `nobody with the role ${role} answers now; whoever has it delegated to them may act for it`
    : null;

const holdsRole = (deps: RunDeps, live: LiveRun, who: Who, wanted: string): boolean => isOfRole(deps, live.launch, asPerson(who), wanted);

export function staleEvent(live: LiveRun, signature: RunSignature, cause: number, why: string): NewEvent {
  const subject = { kind: signature.kind, id: `${live.run}/${signature.about}` };
  const step = signature.kind === "holdpoint" ? { step: signature.about } : {};
  return eventOf(live, ENGINE, {
    type: "signoff.invalidated",
    ...step,
    reason: why,
    data: { signature: signature.id, subject, cause, why },
  });
}

function write(deps: RunDeps, live: LiveRun, events: NewEvent[]) {
  if (events.length === 0) return;
  for (const stored of deps.store.appendAll(live.log, events)) {
    const step = applyEvent(live.state, stored);
    live.instructor?.saw(stored);
    deps.notify.changed(live.run, step as StepId | null);
  }
  wakeRunOn(live);
  live.hooks?.written();
}

function setProblem(deps: RunDeps, live: LiveRun, message: string) {
  endRunOn(live);
  if (live.problem === message) return;
  live.problem = message;
  live.problemSince = new Date(deps.ports.clock.now()).toISOString();
  deps.notify.alarm(live.run, null, "fail", "The record cannot be written", message);
  deps.notify.changed(live.run, null);
}

/** RecordError has a code and a message; anything else is a bug and is thrown on. */
function asFailure(error: unknown): { code: "disk-full" | "record-damaged" | "internal"; message: string } {
  const code = (error as { code?: unknown } | null)?.code;
  if (!(error instanceof Error) || typeof code !== "string") throw error;
  return { code: code === "disk-full" || code === "record-damaged" ? code : "internal", message: error.message };
}

/** Holds the run in the engine's name. Where even that cannot be written, the run is held in this process alone. */
export function holdByEngine(deps: RunDeps, live: LiveRun, reason: string, step: string | null) {
  endRunOn(live);
  if (live.state.status === "active")
    appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "run.held", reason, ...(step ? { step } : {}) })]);
  deps.notify.alarm(live.run, step as StepId | null, "fail", "The run is held", reason);
}

export function factsOf(live: LiveRun): LiveFacts {
  return {
    lane: (name) => {
      const { checking, waitingFor, driving, runningOn } = laneNow(live, name);
      return { checking, waitingFor, driving: driving.at(-1) ?? null, runningOn };
    },
    problem: live.problem,
    isStalled: live.isStalled,
    secretsWanted: live.secretsWanted,
    // Where nothing is run, a name that has no value yet is read as it stands.
    missing: (step) => (live.playing === null ? missingPlaceholders(live, step) : []),
    openHoldPointBefore: (step) => {
      const before = openHoldPointBefore(live.state, live.plan, step);
      return before && { title: before.step.title, missing: holdPointOf(live.state, before)?.missing ?? [] };
    },
  };
}

/** Names without a value; a param with a value serves a placeholder of its name, unless it is secret. */
export function missingPlaceholders(live: LiveRun, step: string): string[] {
  const blocks = live.plan.byId.get(step)?.step.blocks ?? [];
  const wanted = new Set(blocks.filter((block) => block.runnable).flatMap((block) => block.placeholders));
  return [...wanted].filter((name) => live.state.placeholders[name] === undefined && live.state.values[name] === undefined);
}

/** Values that fill `<name>`: given for the run, else parameters and captures. Secrets are never among them. */
export const placeholderValues = (live: LiveRun): Record<string, string> => ({
  ...live.state.values,
  ...live.relays?.variables(),
  ...live.state.placeholders,
});

/** Rounded: the record holds whole milliseconds, never fractions. */
export const wholeMs = (ms: number): number => Math.round(ms);

export const canonical = (value: unknown): CanonicalValue => JSON.parse(JSON.stringify(value ?? null)) as CanonicalValue;

/** Why this person may not run the step, or null. A solo installation has nobody else to ask; the record shows which role was wanted. */
export function roleProblem(deps: RunDeps, live: LiveRun, who: Who, step: string): string | null {
  const wanted = live.plan.byId.get(step)?.step.directive.role ?? null;
  if (wanted === null || standIn(deps, live, who, step).actor.on_behalf_of !== "") return null;
  const away = awayWords(live, wanted);
  if (away !== null) return `step "${step}" is for the role ${wanted}; ${away}`;
  if (holdsRole(deps, live, who, wanted)) return null;
  return `step "${step}" is for the role ${wanted}; ${who.actor.name} has ${who.roles.join(", ") || "no role"}${who.title ? ` (${who.title})` : ""}`;
}

/** As roleProblem, for a command that was given: the refusal is recorded. */
export function checkRole(deps: RunDeps, live: LiveRun, who: Who, step: string): Result<null> {
  const why = roleProblem(deps, live, who, step);
  if (why === null) return ok(null);
  deps.notify.refused(who, `run.step ${live.run}`, why);
  const held = holdersOf(deps, live.launch, live.plan.byId.get(step)?.step.directive.role ?? "");
  const ask =
    held.length === 0
      ? "Nobody has it yet: assign it in the launch, or on the roster"
      : `Ask ${held.join(" or ")} to run it, or to delegate it`;
  return fail("forbidden", `${live.state.path}: ${why}. ${ask}.`);
}
