// What an earlier run left that can be played again: for every block, each time it was run, where its output lies and how it ended.
// Owns: reading that from a run's events. Pure; reads no recording.
import type { RunId, StoredEvent } from "../protocol/index.ts";
import type { ProbeThen, ScriptEnd } from "../shell/index.ts";
import { type Data, numberOrNull, text, textOrNull, texts, verdictOf, whole } from "./fold-data.ts";
import type { Past } from "./past.ts";
import { createWhereabouts } from "./whereabouts.ts";

export type RecordedProbe = {
  n: number;
  recording: string;
  fromBytes: number;
  bytes: number;
  startMs: number | null;
  durationMs: number | null;
  end: ScriptEnd;
};

/** One run of one block. */
export type Take = {
  step: string;
  block: number;
  /** Its own name in the file; "" for none. */
  name: string;
  attempt: number;
  startedAt: string;
  /** Path below `recordings`, and its part of it: bytes that others wrote before it, its own (null: all that follows), moments. */
  recording: string;
  fromBytes: number;
  bytes: number | null;
  startMs: number;
  durationMs: number | null;
  /** Null where no end stands on record: it is not played. */
  end: ScriptEnd | null;
  /** Of a gate: each look of it, in order. */
  probes: RecordedProbe[];
};

export type Recorded = {
  run: string;
  /** Hash of each step's text as it was then. */
  texts: Map<string, string>;
  /** By step, in the order in which they began. */
  takes: Map<string, Take[]>;
};

export const RECORDED_TYPES = [
  "run.started",
  "run.amended",
  "block.started",
  "block.ended",
  "gate.probed",
  "gate.resumed",
  "value.captured",
];

/** Of a run and of those that went back from it, so that its way back can be practised too; null where no log has it. */
export function readRecorded(store: Past, run: string): Recorded | null {
  const whereabouts = createWhereabouts(store);
  const read = (id: string): { recorded: Recorded; back: string[] } | null => {
    const place = whereabouts.find(id as RunId);
    if (place === null) return null;
    const own = store.eventsOfType(place.log, [...RECORDED_TYPES, "run.rollback_started"]).filter(({ body }) => body.subject.run === id);
    const back = own.flatMap(({ body }) => (body.type === "run.rollback_started" ? [text(body.data, "run")] : []));
    return { recorded: recordedOf(id, own), back };
  };
  const first = read(run);
  if (first === null) return null;
  for (const id of first.back) {
    const back = read(id)?.recorded;
    for (const [step, takes] of back?.takes ?? []) first.recorded.takes.set(step, [...(first.recorded.takes.get(step) ?? []), ...takes]);
    for (const [step, sha256] of back?.texts ?? []) if (!first.recorded.texts.has(step)) first.recorded.texts.set(step, sha256);
  }
  return first.recorded;
}

/** `events`: of that run alone, those of RECORDED_TYPES at least. */
export function recordedOf(run: string, events: Iterable<StoredEvent>): Recorded {
  const recorded: Recorded = { run, texts: new Map(), takes: new Map() };
  const files = new Map<string, { beganMs: number; bytes: number }>();
  for (const { body } of events) {
    const { data } = body;
    const id = body.subject.step;
    if (Array.isArray(data.steps)) for (const step of data.steps as Data[]) recorded.texts.set(text(step, "id"), text(step, "sha256"));
    if (body.type === "block.started") {
      // What was itself played or walked through was not run: it is no recording of a command.
      if (data.played !== undefined) continue;
      const path = text(data, "recording");
      const at = Date.parse(body.ts_utc);
      const file = files.get(path) ?? { beganMs: at, bytes: 0 };
      files.set(path, file);
      const takes = recorded.takes.get(id) ?? [];
      recorded.takes.set(id, takes);
      takes.push({
        step: id,
        block: whole(data, "block"),
        name: nameIn(text(data, "label")),
        attempt: body.subject.attempt,
        startedAt: body.ts_utc,
        recording: path,
        fromBytes: file.bytes,
        bytes: null,
        startMs: Math.max(0, at - file.beganMs),
        durationMs: null,
        end: null,
        probes: [],
      });
      continue;
    }
    const take = recorded.takes.get(id)?.findLast((one) => one.block === whole(data, "block"));
    if (body.type === "gate.resumed" && take && text(data, "recording") !== "") {
      // After a restart its recording goes on in a file of its own.
      take.recording = text(data, "recording");
      if (!files.has(take.recording)) files.set(take.recording, { beganMs: Date.parse(body.ts_utc), bytes: 0 });
    }
    const file = take && files.get(take.recording);
    if (!take || !file) continue;
    if (body.type === "gate.probed" && take.end === null) probed(take, file, body.outcome, data, Date.parse(body.ts_utc));
    if (body.type === "block.ended" && take.end === null) ended(take, file, body.outcome, data);
    if (body.type === "value.captured" && take.end !== null) take.end = { ...take.end, lastLine: text(data, "value") };
  }
  return recorded;
}

/** A block's label is its step's number and its name, where it has one. */
const nameIn = (label: string): string => label.split(" · ").slice(1).join(" · ");

type File = { beganMs: number; bytes: number };

function ended(take: Take, file: File, outcome: string, data: Data): void {
  const verdict = verdictOf(outcome);
  const isGate = text(data, "kind") === "gate";
  take.durationMs = numberOrNull(data, "duration_ms");
  take.end = {
    verdict: verdict === "skipped" ? "unknown" : verdict,
    kind: endKind(text(data, "kind")),
    exitCode: numberOrNull(data, "exit_code"),
    signal: textOrNull(data, "signal"),
    pipeStatus: Array.isArray(data.pipe_status) ? data.pipe_status.filter((code): code is number => Number.isInteger(code)) : [],
    because: text(data, "because"),
  };
  if (isGate) return;
  // After a crash nobody counted: everything that reached the disk from here on is its own.
  const isCounted = take.durationMs !== null;
  take.bytes = isCounted ? whole(data, "bytes") : null;
  file.bytes += whole(data, "bytes");
  if (isCounted) take.end.outputSha256 = text(data, "output_sha256");
}

function probed(take: Take, file: File, outcome: string, data: Data, at: number): void {
  const bytes = whole(data, "bytes");
  const durationMs = numberOrNull(data, "duration_ms");
  const verdict = verdictOf(outcome);
  const because = text(data, "because");
  const value = text(data, "value");
  const then: ProbeThen = {
    verdict: verdict === "skipped" ? "unknown" : verdict,
    because,
    value: value === "" ? null : Number(value),
    samples: numberOrNull(data, "samples"),
    isWarn: data.warned === true,
  };
  take.probes.push({
    n: whole(data, "n"),
    recording: take.recording,
    fromBytes: file.bytes,
    bytes,
    startMs: durationMs === null ? null : Math.max(0, at - file.beganMs - durationMs),
    durationMs,
    end: {
      verdict: then.verdict,
      kind: "exit",
      exitCode: numberOrNull(data, "exit_code"),
      signal: null,
      pipeStatus: [],
      because,
      outputSha256: text(data, "output_sha256"),
      probe: then,
    },
  });
  file.bytes += bytes;
}

const KINDS = ["exit", "signal", "syntax", "timeout", "cancelled", "shell-gone", "replaced", "nested"] as const;
const endKind = (kind: string): ScriptEnd["kind"] => KINDS.find((one) => one === kind) ?? "exit";

/**
 * The take that the m-th run of a block plays: the m-th of it, else the last. Where the step's text is another now, a named block is found by its name.
 */
export function takeFor(
  recorded: Recorded,
  step: { id: string; sha256: string },
  block: { index: number; name: string | null },
  m: number,
): Take | null {
  const takes = (recorded.takes.get(step.id) ?? []).filter((one) => one.end !== null);
  const isSame = recorded.texts.get(step.id) === step.sha256;
  const named = isSame || block.name === null ? [] : takes.filter((one) => one.name === block.name);
  const own = named.length > 0 ? named : takes.filter((one) => one.block === block.index);
  return own[Math.min(Math.max(1, m), own.length) - 1] ?? null;
}

/** What it was run with, of its start: never a secret. */
export const givenIn = (data: Data) => ({ params: texts(data.params), placeholders: texts(data.placeholders) });
