// What a step of any run here printed, with what the record binds it to. Owns: finding the attempt, reading its recordings against their hashes.
// Changes nothing. The text is the redacted one: nothing else was ever written to a disk.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import type { AttemptOf, RunOutput } from "../launch/index.ts";
import { fail, type LogId, type OutputSource, ok, type Result, type StoredEvent, Verdict } from "../protocol/index.ts";
import { inside, type RecordStore } from "../record/index.ts";
import { plainOutput } from "./plain-output.ts";

const OF_RUN = ["run.started", "cluster.pinned"];
const OF_STEP = ["step.started", "block.started", "block.ended", "step.ended", "step.judged", "recording.closed", "run.crash_recovered"];

type Store = Pick<RecordStore, "summaries" | "eventsOfType">;

export async function readRunOutput(store: Store, recordings: string, { run, step, attempt }: AttemptOf): Promise<Result<RunOutput>> {
  const log = store.summaries().find((one) => one.run === run || one.runs?.includes(run))?.log;
  if (log === undefined) return fail("not-found", `There is no run ${run} in this data directory.`);
  const events = store.eventsOfType(log, [...OF_RUN, ...OF_STEP]).filter(({ body }) => body.subject.run === run);
  const own = events.filter(({ body }) => OF_STEP.includes(body.type) && body.subject.step === step);
  const ends = own.filter(({ body }) => body.type === "step.ended");
  if (ends.length === 0)
    return own.length === 0
      ? fail("not-found", `The step ${step} of this run has not run.`)
      : fail("not-ready", `The step ${step} has not ended yet. Its output is evidence once it has.`);
  const end = attempt === undefined ? ends.at(-1) : ends.findLast(({ body }) => body.subject.attempt === attempt);
  if (!end) return fail("not-found", `The step ${step} has no ended attempt ${attempt}.`);
  const part = own.filter(({ body }) => body.subject.attempt === end.body.subject.attempt);
  const bound = recordingsOf(part);
  if (bound.length === 0)
    return fail("not-found", `The step ${step} ran no command: it has no output. What was confirmed by hand is in the record.`);
  const plain = plainOutput();
  for (const one of bound) {
    const read = await readRecording(recordings, one, plain.push);
    if (!read.ok) return read;
  }
  const { text, chars, kept } = plain.end();
  const source = sourceOf(log, events, part, end, { recordings: bound, chars, kept });
  const attempts = ends.map(({ body }) => ({ attempt: body.subject.attempt, verdict: verdictOf(body.outcome), endedAt: body.ts_utc }));
  return ok({ source, text, attempts });
}

type Bound = OutputSource["recordings"][number];
type Measured = Pick<OutputSource, "recordings" | "chars" | "kept">;

/** Recordings that are closed with their hash, in the order they were closed. */
function recordingsOf(part: readonly StoredEvent[]): Bound[] {
  const found = new Map<string, Bound>();
  for (const { body } of part) {
    const [path, sha256] = [textOf(body.data, "recording"), textOf(body.data, "recording_sha256")];
    const bytes = body.data["recording_bytes"];
    if (path !== "" && sha256 !== "") found.set(path, { path, sha256, bytes: typeof bytes === "number" ? bytes : 0 });
  }
  return [...found.values()];
}

function sourceOf(
  log: LogId,
  events: readonly StoredEvent[],
  part: readonly StoredEvent[],
  end: StoredEvent,
  measured: Measured,
): OutputSource {
  const { subject, seq, outcome, data, ts_utc } = end.body;
  const started = events.find(({ body }) => body.type === "run.started")?.body;
  const pinned = events.findLast(
    ({ body }) => body.type === "cluster.pinned" && textOf(body.data, "name") === subject.cluster && body.seq < seq,
  )?.body.data;
  const titles = (Array.isArray(started?.data["steps"]) ? started.data["steps"] : []) as Record<string, unknown>[];
  const begun = part.find(({ body }) => body.type === "step.started")?.body.data;
  const judged = part.findLast(({ body }) => body.type === "step.judged" && body.seq > seq)?.body;
  const people = new Map<string, string>();
  for (const { body } of part)
    if (["step.started", "block.started"].includes(body.type) && !["", "engine"].includes(body.actor.op_id))
      people.set(body.actor.op_id, body.actor.name);
  const commands = part
    .filter(({ body }) => body.type === "block.started")
    .map(({ body }) => {
      const ended = part.find((one) => one.body.type === "block.ended" && one.body.seq > body.seq && sameBlock(one.body.data, body.data));
      return {
        text: textOf(body.data, "text"),
        textSha256: textOf(body.data, "text_sha256"),
        verdict: ended?.body.outcome ?? "unknown",
        because: ended === undefined ? "its end is not on record" : textOf(ended.body.data, "because"),
        outputSha256: ended === undefined ? "" : textOf(ended.body.data, "output_sha256"),
      };
    });
  return {
    run: subject.run as OutputSource["run"],
    log,
    seq,
    hash: end.hash,
    title: textOf(started?.data ?? {}, "title"),
    mode: textOf(started?.data ?? {}, "mode"),
    step: subject.step,
    stepTitle: textOf(begun ?? {}, "title") || textOf(titles.find((one) => one["id"] === subject.step) ?? {}, "title") || subject.step,
    attempt: subject.attempt,
    verdict: verdictOf(outcome),
    because: textOf(data, "because"),
    judgement: judged === undefined ? "" : `${judged.outcome} by ${judged.actor.name}: ${judged.reason}`,
    endedAt: ts_utc,
    cluster: subject.cluster,
    context: textOf(pinned ?? {}, "context"),
    clusterClass: textOf(pinned ?? {}, "class"),
    ranBy: [...people].map(([id, name]) => ({ id, name })),
    commands,
    ...measured,
  };
}

const sameBlock = (a: Record<string, unknown>, b: Record<string, unknown>): boolean => a["block"] === b["block"];
const verdictOf = (outcome: string): Verdict => Verdict.safeParse(outcome).data ?? "unknown";
const textOf = (data: Record<string, unknown>, key: string): string => (typeof data[key] === "string" ? (data[key] as string) : "");

/** Line by line, hashed on the way: a recording of gigabytes costs no memory. Refused where it is not the one that the record bound. */
async function readRecording(folder: string, { path, sha256 }: Bound, take: (text: string) => void): Promise<Result<null>> {
  const file = inside(folder, path);
  if (file === null) return fail("unreadable", `The record names a recording outside its folder: ${path}.`);
  const hash = createHash("sha256");
  try {
    const bytes = createReadStream(file);
    const through = new PassThrough();
    bytes.on("data", (piece) => hash.update(piece));
    bytes.on("error", (error) => through.destroy(error));
    for await (const line of createInterface({ input: bytes.pipe(through), crlfDelay: Number.POSITIVE_INFINITY })) {
      const printed = outputOf(line);
      if (printed !== null) take(printed);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail(
      "unreadable",
      `The recording ${file} cannot be read (${code}). The record still holds its hash; without it there is no output.`,
    );
  }
  if (hash.digest("hex") !== sha256)
    return fail("unreadable", `The recording ${file} is not the one that the record bound: its hash differs. It is no evidence.`);
  return ok(null);
}

/** Text of an output event; null for the header, for other events, and for half a line. */
function outputOf(line: string): string | null {
  if (!line.startsWith("[")) return null;
  try {
    const event: unknown = JSON.parse(line);
    return Array.isArray(event) && event[1] === "o" && typeof event[2] === "string" ? event[2] : null;
  } catch {
    return null; // cut by a crash; the rest of the file counts
  }
}
