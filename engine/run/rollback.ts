// Going back: decided on record before anything else, started as a run of its own, timed until its recovery is verified.
// Owns: that order, the links between the two runs, and the measure. What ways there are is wayback*.ts.
import {
  type CanonicalValue,
  fail,
  ok,
  type Result,
  type RollbackRequest,
  type RunId,
  type StartRequest,
  type StepState,
  type Undoes,
} from "../protocol/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { settleWhens } from "./drive.ts";
import { endRunOn } from "./lanes.ts";
import { cancel } from "./lifecycle.ts";
import { append, appendOrKeep, ENGINE, eventOf, placeholderValues } from "./live.ts";
import { planOf, stepsData } from "./plan.ts";
import { rehearsedAlike } from "./rehearsed.ts";
import { spanWords } from "./run-clock.ts";
import { driveOn } from "./run-on.ts";
import { checkedParams, startRun, type WayBackStart } from "./start.ts";
import { satisfiesNeed } from "./state.ts";
import { type Candidate, candidatesOf } from "./wayback-candidates.ts";

export type RollbackCall = Omit<RollbackRequest, "run">;
/** What the service gives: every run by its id, and where a new one is kept. */
export type Runs = { open(run: RunId): Promise<Result<LiveRun>>; adopt(live: LiveRun): void };

/** Decides and starts the way back. The run that goes back is returned once its first step has begun, or waits for a person. */
export async function rollback(deps: RunDeps, runs: Runs, live: LiveRun, who: Who, call: RollbackCall): Promise<Result<LiveRun>> {
  const chosen = await chosenFor(deps, live, call);
  if (!chosen.ok) return chosen;
  const candidate = chosen.value;
  const busy = await underWay(runs, live);
  if (busy) return busy;
  const params = paramsOf(deps, live, candidate, call);
  if (!params.ok) return params;
  const bytes = candidate.file?.bytes ?? textOf(deps, live);
  if (bytes === null)
    return fail("unreadable", `The text that ${live.state.title} pinned was erased: only a file can be run as its way back.`);
  // Two who press at once: since the look at the candidates somebody else may have decided.
  if (live.isDeciding) return fail("busy", "Somebody else has just decided to go back; it is starting.");
  live.isDeciding = true;
  try {
    return await decided(deps, runs, live, who, { call, candidate, params: params.value, bytes });
  } finally {
    live.isDeciding = false;
  }
}

type Decided = { call: RollbackCall; candidate: Candidate; params: Record<string, string>; bytes: Uint8Array };

async function decided(
  deps: RunDeps,
  runs: Runs,
  live: LiveRun,
  who: Who,
  { call, candidate, params, bytes }: Decided,
): Promise<Result<LiveRun>> {
  const isFirst = pendingSince(live) === null;
  const undoes = decide(deps, live, who, candidate, call);
  if (!undoes.ok) return undoes;
  // One that could not start before is timed from then, by the wall clock.
  const decidedNs = isFirst ? deps.ports.clock.monotonicNs() : null;
  // What runs forward is ended: two hands on the same thing undo nothing.
  endRunOn(live);
  await cancel(deps, live, who, { giveUp: false, lane: null, step: null });
  const start: WayBackStart = {
    isChecks: false,
    bytes,
    document: candidate.document,
    wayBack: {
      undoes: undoes.value,
      only: candidate.only,
      rest: candidate.only === null ? [] : restOf(await wholeOf(deps, live, candidate), candidate.only),
      pins: live.state.pins,
      values: candidate.file === null ? placeholderValues(live) : {},
      reason: reasonOf(call, candidate, who),
    },
  };
  const request: StartRequest = {
    path: candidate.file?.path ?? live.state.path,
    mode: live.state.mode,
    ...rehearsedAlike(live.state),
    contexts: contextsFor(live, candidate),
    params,
    placeholders: candidate.file === null ? { ...live.state.placeholders } : {},
    ...(live.state.namespace === null ? {} : { namespace: live.state.namespace }),
    ...(live.launch === null ? {} : { launch: live.launch }),
    overrideReason: reasonOf(call, candidate, who),
  };
  const started = await startRun(deps, who, request, start);
  if (!started.ok) {
    const because = started.error.message;
    appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "run.rollback_refused", data: { code: started.error.code, because } })]);
    deps.notify.alarm(live.run, null, "fail", "The way back could not start", because);
    return started;
  }
  const back = started.value;
  back.decidedNs = decidedNs;
  link(deps, live, back);
  runs.adopt(back);
  settleWhens(deps, back);
  const begun = await driveOn(deps, back, who);
  if (!begun.ok) deps.notify.alarm(back.run, null, "warn", "The way back waits for you", begun.error.message);
  deps.notify.changed(back.run, null);
  return ok(back);
}

export const link = (deps: RunDeps, live: LiveRun, back: LiveRun): boolean =>
  appendOrKeep(deps, live, [
    eventOf(live, ENGINE, { type: "run.rollback_started", data: { run: back.run, log: back.log, number: back.number } }),
  ]);

const reasonOf = ({ reason, trouble }: RollbackCall, { view }: Candidate, { actor }: Who): string => {
  const said = [trouble?.replace("-", " ") ?? "", reason?.trim() ?? ""].filter((part) => part !== "").join(": ");
  return said === "" ? `going back by “${view.title}”, decided by ${actor.name}` : said;
};

async function chosenFor(deps: RunDeps, live: LiveRun, call: RollbackCall): Promise<Result<Candidate>> {
  if (live.state.isChecks) return fail("conflict", "Checks look and change nothing: there is nothing to go back from.");
  const found = (await candidatesOf(deps, live)).find(
    ({ view, file }) =>
      view.kind === call.kind &&
      (call.step === undefined || view.step === call.step || view.undoes.some((one) => one.id === call.step)) &&
      (call.path === undefined || file?.path === call.path),
  );
  if (!found) return fail("not-found", `${live.state.title} has no such way back now: nothing that it undoes has begun, or it names none.`);
  const { view } = found;
  if (view.gone !== "") return fail("forbidden", `“${view.title}” is no way back any more: ${view.gone}.`);
  if (view.isExpired && !call.reason?.trim())
    return fail("reason-needed", `“${view.title}” was valid until ${view.validUntil}. Give a reason to go back by it all the same.`);
  const missing = view.secrets.filter((name) => call.secrets?.[name] === undefined);
  if (missing.length > 0)
    return fail("invalid-params", `Secrets are kept nowhere. Give again: ${missing.join(", ")}.`, { secrets: missing });
  return ok(found);
}

/** Refuses while another way back of this run is being started or does its steps. One that is held, or failed, is no obstacle to the next. */
async function underWay(runs: Runs, live: LiveRun): Promise<Result<never> | null> {
  const last = live.state.undoneBy.at(-1);
  if (last?.status !== "deciding" && last?.status !== "running") return null;
  const words = `${last.by} decided to go back by “${last.title}” at ${last.decidedAt.slice(11, 19)} UTC`;
  if (last.status === "deciding") return live.isDeciding ? fail("busy", `${words}; it is starting.`) : null;
  const back = last.run === null ? null : await runs.open(last.run);
  if (!back?.ok || back.value.state.status !== "active" || back.value.drives.size === 0) return null;
  return fail("busy", `${words}, and it is under way in run ${last.run}.`, { run: last.run });
}

function paramsOf(deps: RunDeps, live: LiveRun, { document, file, view }: Candidate, call: RollbackCall): Result<Record<string, string>> {
  const known =
    file === null
      ? placeholderValues(live)
      : Object.fromEntries(view.params.filter(({ from }) => from === "run").map(({ name, value }) => [name, value]));
  const declared = new Set(document.params.map((param) => param.name));
  const given = { ...known, ...Object.fromEntries(live.secrets), ...call.params, ...call.secrets };
  const params = Object.fromEntries(Object.entries(given).filter(([name]) => declared.has(name)));
  const checked = checkedParams(deps, document, params);
  return checked.ok ? ok(params) : checked;
}

/** Since when a way back is decided and none has started: the time counts from the first decision. */
function pendingSince(live: LiveRun): string | null {
  const last = live.state.undoneBy.at(-1);
  return last?.status === "refused" || last?.status === "deciding" ? last.decidedAt : null;
}

/** Puts the decision on record, before anything is started; the run is held by the same transaction. */
function decide(deps: RunDeps, live: LiveRun, who: Who, candidate: Candidate, call: RollbackCall): Result<Undoes> {
  const { view } = candidate;
  const steps = view.undoes.map((step) => step.id);
  const reason = reasonOf(call, candidate, who);
  const first = pendingSince(live);
  const data: Record<string, CanonicalValue> = {
    kind: view.kind,
    title: view.title,
    steps,
    way: view.runs.map((step) => step.id),
    path: view.path ?? "",
    target_ms: view.targetMs,
    trouble: call.trouble ?? "",
    is_expired: view.isExpired,
    latest: view.latest ?? "",
    ...(first === null ? {} : { decided_at: first }),
  };
  const isActive = live.state.status === "active";
  const written = append(deps, live, [
    eventOf(live, who.actor, { type: "run.rollback_decided", reason, data }),
    ...(isActive ? [eventOf(live, who.actor, { type: "run.held", reason: `Going back by “${view.title}”.` })] : []),
  ]);
  if (!written.ok) return written;
  const decidedAt = live.state.undoneBy.at(-1)?.decidedAt ?? new Date(deps.ports.clock.now()).toISOString();
  return ok({ run: live.run, kind: view.kind, title: view.title, steps, decidedAt, targetMs: view.targetMs, measure: null });
}

/** Every step of the text that is not run, after those that are: what the text asks of them stays on record. */
const restOf = (document: Candidate["document"], only: readonly string[]): Record<string, CanonicalValue>[] =>
  stepsData(planOf(document))
    .filter((step) => !only.includes(String(step["id"])))
    .map((step) => ({ ...step, way_back: true }));

async function wholeOf(deps: RunDeps, live: LiveRun, { file }: Candidate): Promise<Candidate["document"]> {
  return file === null ? live.plan.document : deps.documents.parse(file.bytes, file.path);
}

/** The bytes of the text in force, from the record. */
function textOf(deps: RunDeps, live: LiveRun): Uint8Array | null {
  const events = deps.store.eventsOfType(live.log, ["run.started", "run.amended"]).filter(({ body }) => body.subject.run === live.run);
  const last = events.at(-1);
  return last === undefined ? null : deps.store.payload(live.log, last.body.seq, "plan");
}

/** The clusters of the run, under the names that the way back has for them: its own where they are the same, else the first for the first. */
function contextsFor(live: LiveRun, { document, file }: Candidate): StartRequest["contexts"] {
  const pins = [...live.state.pins.values()];
  const { clusters } = planOf(document);
  if (file === null || clusters.some((name) => pins.some((pin) => pin.name === name)))
    return Object.fromEntries(pins.filter((pin) => file === null || clusters.includes(pin.name)).map((pin) => [pin.name, pin.context]));
  const [first] = pins;
  return first === undefined || clusters[0] === undefined ? {} : { [clusters[0]]: first.context };
}

const isOver = (live: LiveRun): boolean => live.state.status === "finished" || live.state.status === "aborted";

/** Looked at after every event: ended, or every step done? Then the time from the decision is what it took. True where it was measured now. */
export async function measure(deps: RunDeps, runs: Runs, back: LiveRun): Promise<boolean> {
  const { undoes, steps } = back.state;
  if (undoes === null || undoes.measure !== null) return false;
  const own = steps.filter((step) => step.removed !== true);
  const isDone = own.length > 0 && own.every((step) => isWell(back, step));
  if (!isDone && !isOver(back)) return false;
  const { clock } = deps.ports;
  const isMonotonic = back.decidedNs !== null;
  const durationMs = isMonotonic
    ? Number((clock.monotonicNs() - (back.decidedNs ?? 0n)) / 1_000_000n)
    : Math.max(0, clock.now() - Date.parse(undoes.decidedAt));
  const met = undoes.targetMs === null ? null : isDone && durationMs <= undoes.targetMs;
  const outcome = isDone ? "passed" : own.some((step) => step.verdict === "failed") ? "failed" : "unknown";
  const data = {
    duration_ms: Math.round(durationMs),
    target_ms: undoes.targetMs,
    met,
    decided_at: undoes.decidedAt,
    measured_by: isMonotonic ? "monotonic" : "wall",
  };
  appendOrKeep(deps, back, [eventOf(back, ENGINE, { type: "rollback.finished", outcome, data: { ...data, undoes: undoes.run } })]);
  const first = await runs.open(undoes.run);
  if (first.ok) {
    const linked = { ...data, run: back.run, steps: undoes.steps };
    appendOrKeep(deps, first.value, [eventOf(first.value, ENGINE, { type: "rollback.finished", outcome, data: linked })]);
    deps.notify.changed(first.value.run, null);
  }
  if (isDone) {
    const promised = undoes.targetMs === null ? "nobody promised a time" : `promised under ${spanWords(undoes.targetMs)}`;
    const late = met === false ? `, late by ${spanWords(durationMs - (undoes.targetMs ?? 0))}` : "";
    const words = `From the decision to verified recovery; ${promised}${late}.`;
    deps.notify.alarm(back.run, null, met === false ? "warn" : "info", `Recovered in ${spanWords(durationMs)}`, words);
  }
  return isDone;
}

/** Passed, accepted by a person, or not applicable by its own `when`. */
const isWell = (live: LiveRun, step: StepState): boolean => satisfiesNeed(live.state, step);

/** Refuses to go on forward while the way back is under way. */
export async function notGoingBack(runs: Runs, live: LiveRun): Promise<Result<never> | null> {
  const busy = await underWay(runs, live);
  return busy ?? (live.isDeciding ? fail("busy", "It was decided to go back; the way back is starting.") : null);
}

/** After a restart: one that was decided and never started is said to be that. */
export function dropUnstarted(deps: RunDeps, live: LiveRun): void {
  if (live.state.undoneBy.at(-1)?.status !== "deciding") return;
  const because = "Holdpoint ended before the way back started; its time counts on from the decision";
  appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "run.rollback_refused", data: { code: "crash", because } })]);
}

/** After a restart: a way back whose start the first run's log does not name is linked; the first run stays as it stood. */
export async function linkAgain(deps: RunDeps, runs: Runs, back: LiveRun): Promise<void> {
  const { undoes } = back.state;
  if (undoes === null) return;
  const first = await runs.open(undoes.run);
  if (first.ok && !first.value.state.undoneBy.some((one) => one.run === back.run)) link(deps, first.value, back);
}
