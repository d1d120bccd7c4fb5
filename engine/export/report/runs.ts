// Runs of a log as a report prints them: steps planned and actual, commands, verdicts beside judgements. Owns: that fold.
import type { StoredEvent } from "../../protocol/index.ts";
import { type Data, listOf, numberOf, textOf, textsOf } from "./read.ts";

export type CommandRow = {
  seq: number;
  run: string;
  step: string;
  attempt: number;
  /** Number of the block within its step. */
  block: number | null;
  text: string;
  shell: string;
  cwd: string;
  cluster: string;
  principal: string;
  by: string;
  startedAt: string;
  endedAt: string;
  /** What the engine found; "running" where the record holds no end. */
  verdict: string;
  because: string;
  exitCode: number | null;
  signal: string;
  pipeStatus: string;
  durationMs: number | null;
  plannedMs: number | null;
  bytes: number | null;
  outputSha256: string;
  recording: string;
};
export type AttemptRow = {
  attempt: number;
  startedAt: string;
  endedAt: string;
  verdict: string;
  because: string;
  durationMs: number | null;
  by: string;
  seq: number;
};
export type Judgement = { attempt: number; outcome: string; by: string; at: string; reason: string };
export type StepRow = {
  run: string;
  id: string;
  number: string;
  title: string;
  phase: string;
  plannedMs: number | null;
  isWayBack: boolean;
  attempts: AttemptRow[];
  judgements: Judgement[];
  skipped: { by: string; at: string; reason: string; applies: boolean } | null;
  checks: { index: number; attempt: number; isMet: boolean; text: string; value: string; by: string; at: string }[];
};
export type RunRow = {
  run: string;
  title: string;
  path: string;
  purpose: string;
  mode: string;
  version: string;
  planSha256: string;
  cluster: string;
  clusterClass: string;
  principal: string;
  by: string;
  startedAt: string;
  endedAt: string;
  status: string;
  plannedMs: number | null;
  solo: boolean;
  /** Measured time of a way back beside its promise: of this run, or from it; "" for none. */
  wayBack: string;
  steps: StepRow[];
  /** seq of the event that carries the text in force: its start, or the last amendment. */
  seq: number;
};

export function runsOf(events: readonly StoredEvent[]): { runs: RunRow[]; commands: CommandRow[] } {
  const runs = new Map<string, RunRow>();
  const commands: CommandRow[] = [];
  const open = new Map<string, CommandRow>();
  const steps = new Map<string, StepRow>();
  const stepOf = (run: RunRow, id: string): StepRow => {
    const known = steps.get(`${run.run}\0${id}`);
    if (known !== undefined) return known;
    const made: StepRow = {
      run: run.run,
      id,
      number: "",
      title: id,
      phase: "",
      plannedMs: null,
      isWayBack: false,
      attempts: [],
      judgements: [],
      skipped: null,
      checks: [],
    };
    run.steps.push(made);
    steps.set(`${run.run}\0${id}`, made);
    return made;
  };
  for (const { body } of events) {
    const { type, subject, actor, outcome, reason, ts_utc, seq } = body;
    const data = body.data as Data;
    if (type === "run.started") {
      const begun = started(body, data);
      runs.set(subject.run, begun);
      for (const step of begun.steps) steps.set(`${subject.run}\0${step.id}`, step);
    }
    const run = runs.get(subject.run);
    if (run === undefined) continue;
    const key = `${subject.run}\0${subject.step}\0${subject.attempt}\0${textOf(data, "block")}`;
    switch (type) {
      case "run.amended":
        amended(run, body, data, steps);
        break;
      case "cluster.pinned":
        run.cluster ||= textOf(data, "context");
        run.clusterClass ||= textOf(data, "class");
        run.principal ||= textOf((data["principal"] ?? {}) as Data, "username");
        break;
      case "run.rollback_decided":
        run.wayBack = `gone back by “${textOf(data, "title")}”, decided by ${actor.name}`;
        break;
      case "rollback.finished":
        run.wayBack = measureWords(data, outcome, textOf(data, "run") === "" ? "way back" : "gone back");
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
        run.status = type === "run.aborted" ? "aborted" : textOf(data, "result") || "finished";
        run.endedAt = ts_utc;
        break;
      case "step.started":
        stepOf(run, subject.step).attempts.push({
          attempt: subject.attempt,
          startedAt: ts_utc,
          endedAt: "",
          verdict: "running",
          because: "",
          durationMs: null,
          by: actor.name,
          seq,
        });
        break;
      case "step.ended": {
        const step = stepOf(run, subject.step);
        const attempt = step.attempts.findLast((one) => one.attempt === subject.attempt && one.verdict === "running");
        const end = { endedAt: ts_utc, verdict: outcome, because: textOf(data, "because"), durationMs: numberOf(data, "duration_ms") };
        if (attempt === undefined) step.attempts.push({ attempt: subject.attempt, startedAt: "", by: actor.name, seq, ...end });
        else Object.assign(attempt, end);
        break;
      }
      case "step.skipped":
        stepOf(run, subject.step).skipped = { by: actor.name, at: ts_utc, reason, applies: data["applies"] !== false };
        break;
      case "step.judged":
        stepOf(run, subject.step).judgements.push({ attempt: subject.attempt, outcome, by: actor.name, at: ts_utc, reason });
        break;
      case "check.confirmed":
        stepOf(run, subject.step).checks.push({
          index: numberOf(data, "check") ?? -1,
          attempt: subject.attempt,
          isMet: outcome !== "failed",
          text: textOf(data, "text"),
          value: textOf(data, "value"),
          by: actor.name,
          at: ts_utc,
        });
        break;
      case "block.started": {
        const command = commandOf(body, data);
        commands.push(command);
        open.set(key, command);
        break;
      }
      case "block.ended": {
        const command = open.get(key);
        if (command === undefined) break;
        open.delete(key);
        Object.assign(command, {
          endedAt: ts_utc,
          verdict: outcome,
          because: textOf(data, "because"),
          exitCode: numberOf(data, "exit_code"),
          signal: textOf(data, "signal"),
          pipeStatus: listOf(data, "pipe_status").join(" "),
          durationMs: numberOf(data, "duration_ms"),
          plannedMs: numberOf(data, "planned_ms"),
          bytes: numberOf(data, "bytes"),
          outputSha256: textOf(data, "output_sha256"),
          principal: textOf(data, "principal"),
          recording: textOf(data, "recording") || command.recording,
        } satisfies Partial<CommandRow>);
        break;
      }
    }
  }
  return { runs: [...runs.values()], commands };
}

function started({ subject, actor, ts_utc, seq }: StoredEvent["body"], data: Data): RunRow {
  return {
    run: subject.run,
    title: textOf(data, "title"),
    path: textOf(data, "path"),
    purpose: textOf(data, "purpose") || textOf(data, "kind"),
    mode: textOf(data, "mode") || subject.mode,
    version: textOf(data, "version"),
    planSha256: subject.plan_sha256,
    cluster: "",
    clusterClass: "",
    principal: "",
    by: actor.name,
    startedAt: ts_utc,
    endedAt: "",
    status: "active",
    plannedMs: numberOf(data, "planned_ms"),
    solo: data["solo"] === true,
    wayBack: isRecord(data["undoes"]) ? "way back, not measured yet" : "",
    steps: stepsOf(subject.run, data).filter((step) => !Array.isArray(data["only"]) || data["only"].includes(step.id)),
    seq,
  };
}

const isRecord = (value: unknown): value is Data => value !== null && typeof value === "object" && !Array.isArray(value);

/** `way back: recovered in 103.2 s, promised 120 s, met`: from the decision to the verified recovery. */
function measureWords(data: Data, outcome: string, what: string): string {
  const seconds = (ms: number | null): string => `${((ms ?? 0) / 1000).toFixed(1)} s`;
  const target = numberOf(data, "target_ms");
  const spent = numberOf(data, "duration_ms");
  const kept = data["met"] === true ? ", in time" : `, late by ${seconds((spent ?? 0) - (target ?? 0))}`;
  const promise = target === null ? ", no time promised" : `, promised ${seconds(target)}${outcome === "passed" ? kept : ""}`;
  return `${what}: ${outcome === "passed" ? "recovered" : "ended without a verified recovery"} in ${seconds(spent)}${promise}`;
}

const stepsOf = (run: string, data: Data): StepRow[] =>
  (listOf(data, "steps") as Data[]).map((step) => ({
    run,
    id: textOf(step, "id"),
    number: textOf(step, "number"),
    title: textOf(step, "title"),
    phase: textsOf(step, "phase").join(" › "),
    plannedMs: numberOf(step, "planned_ms"),
    isWayBack: step["way_back"] === true,
    attempts: [],
    judgements: [],
    skipped: null,
    checks: [],
  }));

/** The steps of the new text in its order, with what was done of them; steps that it no longer has stay where something was done. */
function amended(run: RunRow, { seq, subject }: StoredEvent["body"], data: Data, known: Map<string, StepRow>): void {
  const now = stepsOf(run.run, data).map((step) => {
    const before = known.get(`${run.run}\0${step.id}`);
    const { attempts = [], judgements = [], skipped = null, checks = [] } = before ?? {};
    return { ...step, attempts, judgements, skipped, checks };
  });
  const isKept = new Set(now.map((step) => step.id));
  const gone = run.steps.filter((step) => !isKept.has(step.id) && (step.attempts.length > 0 || step.skipped !== null));
  Object.assign(run, {
    seq,
    steps: [...now, ...gone],
    title: textOf(data, "title") || run.title,
    version: textOf(data, "version"),
    plannedMs: numberOf(data, "planned_ms"),
    planSha256: textOf(data, "to") || subject.plan_sha256,
  });
  for (const step of now) known.set(`${run.run}\0${step.id}`, step);
}

function commandOf({ subject, actor, ts_utc, seq }: StoredEvent["body"], data: Data): CommandRow {
  return {
    seq,
    run: subject.run,
    step: subject.step,
    attempt: subject.attempt,
    block: numberOf(data, "block"),
    text: textOf(data, "text"),
    shell: textOf(data, "shell"),
    cwd: textOf(data, "cwd"),
    cluster: subject.cluster,
    principal: "",
    by: actor.name,
    startedAt: ts_utc,
    endedAt: "",
    verdict: "running",
    because: "",
    exitCode: null,
    signal: "",
    pipeStatus: "",
    durationMs: null,
    plannedMs: null,
    bytes: null,
    outputSha256: "",
    recording: textOf(data, "recording"),
  };
}

/** What became of a step in a word: its last attempt's verdict, skipped, or not started. A judgement is printed beside it. */
export function stepState(step: StepRow): string {
  const last = step.attempts.at(-1);
  if (step.skipped !== null && (last === undefined || last.endedAt <= step.skipped.at)) return "skipped";
  return last?.verdict ?? "not started";
}

/** What passed needs no words, except where nobody here saw it pass: transcribed work always says who did it, and who wrote it down. */
export const saysWhy = ({ verdict, because }: { verdict: string; because: string }): boolean =>
  because !== "" && (verdict !== "passed" || because.startsWith("transcribed: "));
