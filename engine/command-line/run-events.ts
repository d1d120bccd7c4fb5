// The events of one run as they are recorded, in order and each once: NDJSON, or a line for people.
// Owns: fetching what was announced, and the words. Does not drive the run.
import type { EventBody, LogId, StoredEvent } from "../protocol/index.ts";
import type { Door } from "./door.ts";
import { duration, type Output, type Style, safe } from "./output.ts";

/** What of an event's data the lines use; read as unknown, because the record may be from another version. */
const text = (body: EventBody, key: string): string => {
  const value = body.data[key];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
};
const STYLES: Record<string, Style> = {
  passed: "green",
  failed: "red",
  unknown: "magenta",
  skipped: "yellow",
  accepted: "green",
  rejected: "red",
};

const time = (body: EventBody, key: string): string => {
  const ms = body.data[key];
  return typeof ms === "number" ? duration(ms) : "none";
};
const lost = (body: EventBody, key: string): string => (typeof body.data[key] === "number" ? `; ${time(body, key)} of data lost` : "");

/** One line per event that a person follows a run by; null for those that only the record needs. */
export function eventLine(output: Output, body: EventBody, numbers: Map<string, string>): string | null {
  const { paint } = output;
  const step = `step ${numbers.get(body.subject.step) ?? body.subject.step}`;
  const outcome = paint(STYLES[body.outcome] ?? "bold", body.outcome);
  const reason = body.reason === "" ? "" : `: ${safe(body.reason)}`;
  const ms = body.data["duration_ms"];
  const took = typeof ms === "number" ? ` after ${duration(ms)}` : "";
  switch (body.type) {
    case "run.started":
      return `${paint("bold", safe(text(body, "title")))} started (${body.subject.mode})${reason}`;
    case "cluster.pinned":
      return `cluster ${safe(text(body, "name"))} is ${safe(text(body, "context"))}`;
    case "cluster.checked":
      return text(body, "state") === "proved"
        ? null
        : paint(
            "red",
            `cluster ${safe(text(body, "name"))}: ${safe(text(body, "state"))} ${safe(JSON.stringify(body.data["differs"] ?? ""))}`,
          );
    case "skip.proposed":
      return paint("yellow", `asked to go past ${step}: ${safe(text(body, "because"))}${reason}`);
    case "rehearsal.attempt_blocked":
      return paint("yellow", `kept inside the rehearsal (${safe(text(body, "how"))}): ${safe(text(body, "value"))}`);
    case "step.started":
      return `${paint("bold", step)} ${safe(text(body, "title"))}`;
    case "block.started":
      return paint(
        "cyan",
        safe(text(body, "text"))
          .trimEnd()
          .split("\n")
          .map((line) => `  $ ${line}`)
          .join("\n"),
      );
    case "block.ended":
      return `  ${outcome}${body.outcome === "passed" ? "" : `: ${safe(text(body, "because"))}`}${took}`;
    case "gate.probed": {
      const value = text(body, "value");
      return `  probe ${text(body, "n")}${value === "" ? "" : ` ${value}`} ${outcome}: ${safe(text(body, "because"))}`;
    }
    case "gate.interrupted":
    case "soak.interrupted":
      return `  ${paint("magenta", body.type.replace(".", " "))}: ${safe(text(body, "why"))}`;
    case "gate.resumed":
    case "soak.resumed":
      return `  ${body.type.replace(".", " ")} (${text(body, "how")})${reason}`;
    case "disaster.declared":
      return `  ${paint("bold", "disaster declared")}${text(body, "at") === "" ? "" : ` as of ${safe(text(body, "at"))}`}${reason}`;
    case "recovery.measured":
      return `  last recoverable write by ${safe(text(body, "name"))}: ${safe(text(body, "last_write"))}${lost(body, "lost_ms")}`;
    case "recovery.verified":
      return `  ${paint("bold", "recovered")} after ${time(body, "rto_ms")}, target ${time(body, "rto_target_ms")}${lost(body, "rpo_ms")}, target ${time(body, "rpo_target_ms")}`;
    case "soak.started":
      return `  soaks until ${text(body, "until")}`;
    case "soak.ended":
      return `  soak ended${body.data["early"] === true ? " early" : ""}${reason}`;
    case "value.captured":
      return `  ${safe(text(body, "name"))} = ${safe(text(body, "value"))}`;
    case "check.confirmed":
      return `  confirmed: ${safe(text(body, "text"))}${text(body, "value") === "" ? "" : ` (${safe(text(body, "value"))})`}`;
    case "step.ended":
      return `${step} ${outcome}${took}`;
    case "step.skipped":
    case "step.judged":
      return `${step} ${outcome}${reason}`;
    case "run.held":
    case "run.resumed":
    case "run.aborted":
      return `${body.type.replace("run.", "run ")}${reason}`;
    case "run.finished":
      return `run finished: ${safe(text(body, "result"))}`;
    default:
      return null;
  }
}

/** How much of a failed block's output is shown: enough for an error message, not for a log. */
const TAIL_LINES = 15;

/** The last lines of what a block printed, from its recording (asciicast: `[interval, code, text]` per line; `m` begins a block). */
export function tailOf(cast: string): string[] {
  let shown = "";
  for (const line of cast.split("\n").slice(1)) {
    let event: unknown;
    try {
      event = JSON.parse(line);
    } catch {
      continue; // the empty end, or a line that is still being written
    }
    if (!Array.isArray(event) || typeof event[2] !== "string") continue;
    if (event[1] === "m") shown = "";
    else if (event[1] === "o") shown += event[2];
  }
  const lines = safe(shown.replaceAll("\r\n", "\n")).split("\n");
  return lines.filter((line) => line.trim() !== "").slice(-TAIL_LINES);
}

export type EventPrinter = {
  /** Fetches and prints everything up to event `upTo`, or to the newest that was announced. */
  drain(upTo?: number): Promise<void>;
  last(type: string): StoredEvent | null;
  stop(): void;
};

/** Prints the log's events from the first on, as they are announced. */
export function printEvents(door: Door, output: Output, log: LogId, numbers: Map<string, string>): EventPrinter {
  let announced = 1;
  let printed = 0;
  let work: Promise<void> = Promise.resolve();
  const newest = new Map<string, StoredEvent>();
  const fetchAll = async () => {
    while (printed < announced) {
      const event = await door.call("record.event", { log, seq: printed + 1 });
      if (!event.ok) return; // not there yet, or the engine is closing; the next announcement asks again
      printed += 1;
      newest.set(event.value.body.type, event.value);
      if (output.isJson) output.json({ ...event.value.body, hash: event.value.hash });
      else {
        const line = eventLine(output, event.value.body, numbers);
        if (line !== null) output.line(line);
        // At the step's end, because only then its recording is whole on disk.
        if (event.value.body.type === "step.ended" && event.value.body.outcome !== "passed") await printTail(event.value.body.seq);
      }
    }
  };
  const printTail = async (seq: number) => {
    const recording = await door.call("record.recording", { log, seq });
    if (recording.ok) for (const line of tailOf(recording.value.cast)) output.line(output.paint("dim", `  │ ${line}`));
  };
  const drain = (upTo = 0) => {
    announced = Math.max(announced, upTo);
    work = work.then(fetchAll);
    return work;
  };
  const unsubscribe = door.subscribe((event, payload) => {
    if (event !== "record.appended") return;
    const appended = payload as { log: string; events: number };
    if (appended.log !== log) return;
    announced = Math.max(announced, appended.events);
    void drain();
  });
  return { drain, last: (type) => newest.get(type) ?? null, stop: unsubscribe };
}
