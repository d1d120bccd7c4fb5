// One run as its events leave it, as far as a series asks: its start, each attempt of each step, who took part, how it ended.
// Owns: which events tell, and the fold over them. Pure; what is made of several runs lies beside it.
import type { EventBody, LogId, RehearsalWay, RunId, SeriesPace, StoredEvent, Verdict } from "../protocol/index.ts";
import { FAULT_EVENTS, type FaultFact, foldFault, isDebriefed, openIn } from "./faults.ts";
import { type Data, decimalOf, listOf, mapOf, numberOf, textOf, verdictOf } from "./read.ts";

/** The events that say something of a series; a log is asked for these alone. */
export const TELLING: readonly string[] = [
  "run.started",
  "run.amended",
  "run.held",
  "run.resumed",
  "run.crash_recovered",
  "run.finished",
  "run.aborted",
  "cluster.pinned",
  "step.started",
  "step.ended",
  "step.skipped",
  "step.judged",
  "check.confirmed",
  "manual.performed",
  "gate.started",
  "soak.started",
  "signoff.added",
  "handover.done",
  "disaster.declared",
  ...FAULT_EVENTS,
];

export type Attempt = {
  step: string;
  attempt: number;
  /** Text that it was made under. */
  sha256: string;
  /** Begun for one block of the step alone. */
  isPart: boolean;
  /** Written down by hand: nobody timed it here. */
  isTranscribed: boolean;
  /** A gate or a soak ran in it. */
  hasWaited: boolean;
  /** Faults of the instructor that were in force while it ran. */
  faults: Set<string>;
  startSeq: number;
  /** ISO 8601; null while it runs. */
  endedAt: string | null;
  verdict: Verdict | null;
  ms: number | null;
};

export type StepText = {
  id: string;
  number: string;
  title: string;
  sha256: string;
  plannedMs: number | null;
  isWayBack: boolean;
  on: string;
};

export type RunFacts = {
  run: RunId;
  log: LogId;
  launch: string;
  seq: number;
  path: string;
  title: string;
  version: string | null;
  mode: "live" | "rehearsal";
  way: RehearsalWay | null;
  speed: number;
  compress: number;
  hasInstructor: boolean;
  /** Automatic checks of a launch's items: no run of a runbook. */
  isChecks: boolean;
  /** Goes back from another run, or ran only some of the steps. */
  isPart: boolean;
  planSha256: string;
  plannedMs: number | null;
  params: Record<string, string>;
  operator: string;
  solo: boolean;
  cluster: string | null;
  clusterClass: string | null;
  startedAt: string;
  endedAt: string | null;
  status: "active" | "held" | "finished" | "aborted";
  result: string;
  /** As the text in force has them, way-back steps included. */
  steps: StepText[];
  attempts: Attempt[];
  skipped: Set<string>;
  judged: Map<string, "accepted" | "rejected">;
  people: Map<string, string>;
  /** The attempt that each step is in, or was in last. */
  latest: Map<string, Attempt>;
  faults: FaultFact[];
  isDebriefed: boolean;
  /** Its text names a target or a measurement of recovery, or a disaster was declared in it. */
  measuresRecovery: boolean;
};

/** The runs in these events of one log, oldest first. Events of other kinds than `TELLING` change nothing. */
export function runsIn(events: Iterable<StoredEvent>): RunFacts[] {
  const runs = new Map<string, RunFacts>();
  for (const event of events) {
    const { body } = event;
    if (body.type === "run.started") runs.set(body.subject.run, started(body));
    const run = runs.get(body.subject.run);
    if (run) apply(run, body);
  }
  return [...runs.values()];
}

function started(body: EventBody): RunFacts {
  const { data, subject, actor } = body;
  const mode = subject.mode === "rehearsal" ? "rehearsal" : "live";
  const rehearsal = mapOf(data, "rehearsal");
  const way = textOf(rehearsal, "way");
  return {
    run: subject.run as RunId,
    log: body.log,
    launch: subject.launch,
    seq: body.seq,
    path: textOf(data, "path"),
    title: textOf(data, "title"),
    version: textOf(data, "version") || null,
    mode,
    // A rehearsal of an earlier version, which said nothing of it, ran its commands.
    way: mode === "live" ? null : way === "walk" || way === "replay" ? way : "sandbox",
    speed: decimalOf(rehearsal, "speed", 1),
    compress: Math.max(1, decimalOf(rehearsal, "compress", 1)),
    hasInstructor: mode === "rehearsal" && rehearsal["instructor"] === true,
    isChecks: textOf(data, "kind") === "checks",
    isPart: Array.isArray(data["only"]) || Object.keys(mapOf(data, "undoes")).length > 0,
    planSha256: subject.plan_sha256,
    plannedMs: numberOf(data, "planned_ms"),
    params: Object.fromEntries(
      [...Object.entries(mapOf(data, "params")), ...Object.entries(mapOf(data, "placeholders"))].flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value]] : [],
      ),
    ),
    operator: actor.name,
    solo: data["solo"] === true,
    cluster: null,
    clusterClass: null,
    startedAt: body.ts_utc,
    endedAt: null,
    status: "active",
    result: "",
    steps: textsIn(data),
    attempts: [],
    skipped: new Set(),
    judged: new Map(),
    people: new Map(),
    latest: new Map(),
    faults: [],
    isDebriefed: false,
    measuresRecovery: namesRecovery(data),
  };
}

const namesRecovery = (data: Data): boolean => Object.keys(mapOf(data, "recovery")).length > 0;

const textsIn = (data: Data): StepText[] =>
  listOf(data, "steps").map((one) => ({
    id: textOf(one, "id"),
    number: textOf(one, "number"),
    title: textOf(one, "title"),
    sha256: textOf(one, "sha256"),
    plannedMs: numberOf(one, "planned_ms"),
    isWayBack: one["way_back"] === true,
    on: textOf(one, "on"),
  }));

function apply(run: RunFacts, body: EventBody): void {
  const { data, actor, subject } = body;
  if (!["", "engine"].includes(actor.op_id)) run.people.set(actor.op_id, actor.name);
  foldFault(run, body);
  if (isDebriefed(body)) run.isDebriefed = true;
  const now = run.latest.get(subject.step);
  switch (body.type) {
    case "disaster.declared":
      run.measuresRecovery = true;
      break;
    case "run.amended":
      run.measuresRecovery ||= namesRecovery(data);
      run.steps = textsIn(data);
      run.planSha256 = textOf(data, "to") || run.planSha256;
      break;
    case "cluster.pinned":
      run.cluster ??= textOf(data, "context") || null;
      run.clusterClass ??= textOf(data, "class") || null;
      break;
    case "run.held":
    case "run.crash_recovered":
      run.status = "held";
      break;
    case "run.resumed":
      run.status = "active";
      break;
    case "run.finished":
    case "run.aborted":
      run.status = body.type === "run.finished" ? "finished" : "aborted";
      run.result = body.type === "run.finished" ? textOf(data, "result") : "aborted";
      run.endedAt = body.ts_utc;
      break;
    case "step.started":
      begin(run, body);
      break;
    case "manual.performed":
      if (now && now.endedAt === null) now.isTranscribed = true;
      break;
    case "gate.started":
    case "soak.started":
      if (now && now.endedAt === null) now.hasWaited = true;
      break;
    case "step.ended":
      if (now) Object.assign(now, { endedAt: body.ts_utc, verdict: verdictOf(body.outcome), ms: numberOf(data, "duration_ms") });
      break;
    case "step.skipped":
      run.skipped.add(subject.step);
      break;
    case "step.judged":
      run.judged.set(subject.step, body.outcome === "accepted" ? "accepted" : "rejected");
      break;
  }
}

function begin(run: RunFacts, { data, subject, seq }: EventBody): void {
  const { step } = subject;
  run.skipped.delete(step);
  run.judged.delete(step);
  const attempt: Attempt = {
    step,
    attempt: subject.attempt,
    sha256: textOf(data, "sha256") || (run.steps.find(({ id }) => id === step)?.sha256 ?? ""),
    isPart: typeof data["only_block"] === "number",
    isTranscribed: false,
    hasWaited: false,
    faults: openIn(run, step),
    startSeq: seq,
    endedAt: null,
    verdict: null,
    ms: null,
  };
  run.attempts.push(attempt);
  run.latest.set(step, attempt);
}

/** Whether a run's times can be held against other runs': nothing was left out of them. */
export function paceOf({ mode, way, speed, compress }: Pick<RunFacts, "mode" | "way" | "speed" | "compress">): SeriesPace {
  if (mode === "live") return "real";
  if (way === "walk") return "walked";
  if (compress > 1) return "compressed";
  return way === "replay" && speed !== 1 ? "played" : "real";
}
