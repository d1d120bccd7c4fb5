// Puts runs back as they stood when the engine ended: from their events and the text they pinned, never from the file.
// Owns: what a crash leaves on record. Starts no shell and asks no cluster; that is done by a resume.
import { dirname } from "node:path";
import {
  type CanonicalValue,
  type ClusterName,
  fail,
  type LogId,
  ok,
  type Result,
  type StepState,
  type StoredEvent,
  type Verdict,
} from "../protocol/index.ts";
import type { NewEvent } from "../record/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { conclude, passedWords, settleWhens } from "./drive.ts";
import { applyEvent, foldRun } from "./fold.ts";
import { closeLoops } from "./fold-work.ts";
import { attachedEvent, type FoundJob, findJob, followFound } from "./jobs.ts";
import { laneNowOf, wakeRunOn } from "./lanes.ts";
import { append, ENGINE, eventOf, holdByEngine } from "./live.ts";
import { loopDrafts } from "./loops.ts";
import { pendingAction } from "./next.ts";
import { pinAgain, proveAfter } from "./pins.ts";
import { planOf } from "./plan.ts";
import { playingOf } from "./playing.ts";
import { lostRechecks } from "./recheck.ts";
import { hashAfterCrash } from "./recordings.ts";
import { newLive } from "./start.ts";
import { subsetOf } from "./wayback-text.ts";
import type { RunPlace } from "./whereabouts.ts";

/** Events are read in pieces, so that a long log is never whole in memory beside its own fold. */
const READ_AT_ONCE = 2_000;

/** A run of the record, ended or not, folded. `unreadable` where its first events or its text are missing. */
export async function loadRun(deps: RunDeps, { log, run, launch }: RunPlace): Promise<Result<LiveRun>> {
  const [first] =
    launch === null
      ? deps.store.events(log, { from: 1, limit: 1 })
      : deps.store.eventsOfType(log, ["run.started"]).filter((event) => event.body.subject.run === run);
  if (first?.body.type !== "run.started")
    return fail("unreadable", `Log ${log} does not begin with a started run; it is shown in the records, but cannot be gone on with.`);
  const amended = deps.store.eventsOfType(log, ["run.amended"]).findLast((event) => event.body.subject.run === first.body.subject.run);
  const bytes = deps.store.payload(log, (amended ?? first).body.seq, "plan");
  if (bytes === null)
    return fail("unreadable", `The text that run ${first.body.subject.run} pinned was erased; the run cannot be gone on with.`);
  const path = typeof first.body.data.path === "string" ? first.body.data.path : "";
  const state = foldOfRun(eventsOf(deps, log, first.body.seq), first.body.subject.run);
  const parsed = await deps.documents.parse(bytes, path);
  const whole = state.isChecks
    ? deps.documents.checksDocument(
        parsed,
        state.steps.map((step) => step.id),
      )
    : parsed;
  const document = state.only === null ? whole : subsetOf(whole, state.only);
  const live = newLive(deps, planOf(document), dirname(path));
  live.run = first.body.subject.run as LiveRun["run"];
  live.log = log;
  live.launch = launch;
  live.number = deps.store.logs().find((entry) => entry.log === log)?.number ?? 0;
  live.state = state;
  const secrets = Array.isArray(first.body.data.secret_params) ? first.body.data.secret_params : [];
  live.playing = playingOf(deps, live);
  // Where nothing is run nobody needs them.
  live.secretsWanted = live.playing === null ? secrets.filter((name): name is string => typeof name === "string") : [];
  return ok(live);
}

/** A loop of the run may be closed by another run of its launch, or by hand. */
function foldOfRun(events: Iterable<StoredEvent>, run: string) {
  const state = foldRun([]);
  for (const event of events) {
    if (event.body.subject.run === run) applyEvent(state, event);
    else if (event.body.type === "loop.closed") closeLoops(state, event.body);
  }
  return state;
}

function* eventsOf(deps: RunDeps, log: LogId, first: number): Generator<StoredEvent> {
  for (let from = first; ; from += READ_AT_ONCE) {
    const events = deps.store.events(log, { from, limit: READ_AT_ONCE });
    yield* events;
    if (events.length < READ_AT_ONCE) return;
  }
}

/** Marks what was running as unknown, closes its recording with the hash of what reached the disk, and holds the run. */
export async function recoverRun(deps: RunDeps, live: LiveRun): Promise<Result<null>> {
  const { state } = live;
  if (state.status === "finished" || state.status === "aborted") return ok(null);
  const interrupted = [...state.running];
  const soaking = state.steps.filter((step) => step.status === "open" && step.soak?.state === "soaking");
  const isLooking = state.steps.some((step) => step.blocks.some((block) => block.recheck?.isRunning === true));
  if (interrupted.length === 0 && soaking.length === 0 && !isLooking && state.status === "held") return ok(null);
  const found: { job: FoundJob; path: string }[] = [];
  const events = [];
  const ended = new Map<string, Record<string, CanonicalValue>>();
  for (const { step, block, isBackground, recording: path } of interrupted) {
    const now = state.steps[state.positions.get(step) ?? -1];
    const isJob = now?.blocks[block]?.job?.state === "running";
    const job = isJob ? await findJob(deps, live, now, block) : null;
    if (job) {
      events.push(attachedEvent(live, AS_ENGINE, job));
      found.push({ job, path });
      continue;
    }
    const because = isJob
      ? "the process of the job is gone without an end of its command; whether it took effect is not known"
      : live.playing === null
        ? "Holdpoint ended while this ran; whether it took effect is not known"
        : "Holdpoint ended in the middle of it; nothing was run, and how it would have ended was not seen";
    const recording = await hashAfterCrash(deps, path);
    const at = { step, attempt: now?.attempt ?? 0, cluster: now?.on ?? "" };
    events.push(eventOf(live, ENGINE, { type: "run.crash_recovered", ...at, data: { step, block, ...recording } }));
    const gate = now?.blocks[block]?.gate;
    if (gate?.state === "probing") {
      // Its probes until then are on record: it has not ended, and a person says how it goes on.
      const data = { block, why: "Holdpoint ended while it probed", since: gate.elapsedAt, elapsed_ms: gate.elapsedMs };
      events.push(eventOf(live, ENGINE, { type: "gate.interrupted", ...at, data }));
      continue;
    }
    events.push(
      eventOf(live, ENGINE, {
        type: "block.ended",
        ...at,
        outcome: "unknown",
        data: {
          block,
          kind: "shell-gone",
          exit_code: null,
          pipe_status: [],
          signal: null,
          because,
          duration_ms: null,
          bytes: 0,
          redactions: {},
          ...recording,
        },
      }),
    );
    if (isJob)
      events.push(
        eventOf(live, ENGINE, { type: "job.ended", ...at, outcome: "lost", data: { block, job: now.blocks[block]?.job?.job ?? "" } }),
      );
    if (now?.status === "running" && !isBackground)
      ended.set(step, { because, duration_ms: null, planned_ms: now.plannedMs, ...recording });
  }
  for (const [step, data] of ended)
    events.push(
      eventOf(live, ENGINE, {
        type: "step.ended",
        step,
        attempt: state.steps[state.positions.get(step) ?? -1]?.attempt ?? 0,
        outcome: "unknown",
        data,
      }),
    );
  events.push(...lostRechecks(live));
  for (const step of soaking) events.push(soakLost(deps, live, step));
  for (const step of state.steps) {
    if (step.status !== "open") continue;
    const recording = await hashAfterCrash(deps, step.recording);
    const end = lostEnd(live, step);
    const at = { step: step.id, attempt: step.attempt };
    if (end) {
      events.push(eventOf(live, ENGINE, { type: "step.ended", ...at, outcome: end.outcome, data: { ...end.data, ...recording } }));
      const plan = live.plan.byId.get(step.id);
      if (plan && end.outcome === "passed") events.push(...loopDrafts(plan, step.attempt).map((draft) => eventOf(live, ENGINE, draft)));
    } else if (recording.recording !== "") events.push(eventOf(live, ENGINE, { type: "recording.closed", ...at, data: recording }));
  }
  const lost = interrupted.length - found.length;
  if (lost === 0 && (found.length === 0 || state.status === "active"))
    events.push(eventOf(live, ENGINE, { type: "run.crash_recovered", data: { step: "", block: null } }));
  const what = lost > 0 ? "in the middle of a step" : soaking.length > 0 ? "during a soak" : "between two steps";
  if (state.status === "active")
    events.push(
      eventOf(live, ENGINE, {
        type: "run.held",
        reason: `Holdpoint ended ${what}. The shells are gone, with their variables and directories; the next step gets a new one.`,
      }),
    );
  const written = append(deps, live, events);
  // Kept, so that a resume writes them once there is space: what runs no longer must not stand as running.
  if (!written.ok) live.unwritten.push(...events);
  for (const one of found) goOnWithJob(deps, live, one.job, one.path);
  return written;
}

const AS_ENGINE: Who = { actor: ENGINE, roles: [], title: "", isAuthenticated: false };

/** The job that ran on is followed to its end, held or not; its cluster is proved again before that counts. */
function goOnWithJob(deps: RunDeps, live: LiveRun, job: FoundJob, path: string): void {
  const { id, attempt } = job.step;
  const now = laneNowOf(live, id);
  now.driving.push(id);
  const toEnd = async () => {
    const end = await followFound(deps, live, job, AS_ENGINE, path);
    const plan = live.plan.byId.get(id);
    if (end === null || !plan) return;
    const { cluster } = end.lane;
    const needsPin = live.state.pins.has(cluster as ClusterName) && !live.pins.has(cluster);
    const pinned = needsPin ? await pinAgain(deps, live, ENGINE) : ok(null);
    const differs = pinned.ok
      ? await proveAfter(deps, live, end.lane, id, end.reported)
      : `the cluster could not be proved after the job: ${pinned.error.message}`;
    await conclude(deps, live, AS_ENGINE, plan, { attempt, last: end, differs });
    settleWhens(deps, live);
  };
  const work: Promise<void> = toEnd()
    .catch((error: unknown) => {
      holdByEngine(
        deps,
        live,
        `The job of step ${id} met a defect of Holdpoint: ${error instanceof Error ? error.message : String(error)}`,
        id,
      );
    })
    .finally(() => {
      now.driving.splice(now.driving.lastIndexOf(id), 1);
      live.drives.delete(work);
      wakeRunOn(live);
      deps.notify.changed(live.run, job.step.id);
    });
  live.drives.add(work);
}

/** It is known to have waited until the last event before the end; after that nobody watched. */
function soakLost(deps: RunDeps, live: LiveRun, step: StepState): NewEvent {
  const { elapsedAt = "", elapsedMs = 0, ms = 0 } = step.soak ?? {};
  const last = deps.store.events(live.log, { from: deps.store.head(live.log).seq, limit: 1 })[0]?.body.ts_utc ?? elapsedAt;
  const watched = Math.max(0, Date.parse(last) - Date.parse(elapsedAt));
  const data = {
    why: "Holdpoint ended while it soaked",
    since: watched > 0 ? last : elapsedAt,
    elapsed_ms: Math.min(ms, elapsedMs + watched),
  };
  return eventOf(live, ENGINE, { type: "soak.interrupted", step: step.id, attempt: step.attempt, data });
}

/** Every command of the step had ended, but the end of the step did not reach the record any more. */
function lostEnd(live: LiveRun, step: StepState): { outcome: Verdict; data: Record<string, CanonicalValue> } | null {
  const plan = live.plan.byId.get(step.id);
  if (!plan || plan.actions.length === 0 || step.soak !== undefined) return null;
  const end = (outcome: Verdict, because: string) => ({ outcome, data: { because, duration_ms: null, planned_ms: step.plannedMs } });
  const bad = step.blocks.find((block) => block.status === "done" && block.verdict !== "passed");
  if (bad) return end(bad.verdict ?? "unknown", bad.because);
  if (pendingAction(step, plan) !== null) return null;
  if (live.state.pins.has(step.on as ClusterName))
    return end("unknown", "every command passed, but Holdpoint ended before the cluster was proved again");
  // Its soak had not begun: retried, or judged, by a person.
  if (plan.step.directive.soakMs !== null) return end("unknown", "every command passed, but Holdpoint ended before its soak began");
  return end("passed", passedWords(plan));
}
