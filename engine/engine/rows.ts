// Events as rows of a table that a person reads and filters.
// Owns: one line of words per event, and the rows of recently read logs. The event itself stays what it is in the record.
import type { EventFilter, EventRow, LogId, StoredEvent } from "../protocol/index.ts";
import { isFiltering, matchesFilter, type RecordStore } from "../record/index.ts";
import { spanWords } from "../run/index.ts";
import { hiddenIn } from "./hidden.ts";
import { whatHappenedInLaunch } from "./launch-rows.ts";

/** Logs whose rows are kept; each costs about 300 bytes per event. */
const KEPT_LOGS = 4;
const READ_AT_ONCE = 5_000;

type Page = { rows: EventRow[]; matching: number; total: number };

export function createRows(store: RecordStore) {
  const kept = new Map<LogId, EventRow[]>();
  function* eventsFrom(log: LogId, from: number): Generator<StoredEvent> {
    for (let next = from; ; next += READ_AT_ONCE) {
      const events = store.events(log, { from: next, limit: READ_AT_ONCE });
      yield* events;
      if (events.length < READ_AT_ONCE) return;
    }
  }
  function rowsOf(log: LogId): EventRow[] {
    const rows = kept.get(log) ?? [];
    kept.delete(log);
    kept.set(log, rows);
    const oldest = kept.keys().next().value;
    if (kept.size > KEPT_LOGS && oldest !== undefined) kept.delete(oldest);
    if (rows.length < store.head(log).seq) for (const event of eventsFrom(log, rows.length + 1)) rows.push(rowOf(event));
    return rows;
  }
  return {
    /** Rows `offset` to `offset + limit` of those that the filter means; a filter reads the whole log again. */
    page(log: LogId, filter: EventFilter, offset: number, limit: number): Page {
      const hidden = hiddenIn(store, log);
      const rows = hidden.size === 0 ? rowsOf(log) : rowsOf(log).filter((row) => !hidden.has(row.seq));
      if (!isFiltering(filter)) return { rows: rows.slice(offset, offset + limit), matching: rows.length, total: rows.length };
      const matching: EventRow[] = [];
      const known = rowsOf(log);
      for (const event of eventsFrom(log, 1))
        if (!hidden.has(event.body.seq) && matchesFilter(filter, event)) matching.push(known[event.body.seq - 1] ?? rowOf(event));
      return { rows: matching.slice(offset, offset + limit), matching: matching.length, total: rows.length };
    },
  };
}

function rowOf(event: StoredEvent): EventRow {
  const { body } = event;
  return {
    seq: body.seq,
    ts: body.ts_utc,
    type: body.type,
    what: whatHappened(event),
    who: body.actor.name,
    outcome: body.outcome,
    hash: event.hash,
    step: body.subject.step,
    attempt: body.subject.attempt,
  };
}

const span = (ms: unknown): string => (typeof ms === "number" ? spanWords(ms) : "?");

/** What happened, in a few words. Unknown types are shown by their name: a later version's record stays readable. */
export function whatHappened({ body }: StoredEvent): string {
  const ofLaunch = whatHappenedInLaunch(body);
  if (ofLaunch !== null) return ofLaunch;
  const { data, reason, subject } = body;
  const text = (key: string) => (typeof data[key] === "string" || typeof data[key] === "number" ? String(data[key]) : "");
  const because = reason === "" ? "" : `: ${reason}`;
  switch (body.type) {
    case "run.started":
      return `Run of “${text("title")}” started (${text("mode")})${because}`;
    case "run.finished":
      return `Run finished: ${text("result")}${because}`;
    case "run.aborted":
      return `Run aborted${because}`;
    case "run.held":
      return `Run held${because}`;
    case "run.resumed":
      return `Run resumed${because}`;
    case "run.amendment_proposed":
      return `Another text proposed in mid-run${because}`;
    case "run.amended":
      return `Text amended in mid-run, as ${text("proposed_by")} proposed: ${plural(lengthOf(data.changes), "step")} differ${because}`;
    case "run.amendment_rejected":
      return `Proposed text rejected${because}`;
    case "handover.proposed":
      return `Hand-over from ${text("from_name")} to ${text("to_name")} proposed`;
    case "handover.done":
      return `${text("to_name")} operates the run from now on; ${text("from_name")} handed it over`;
    case "handover.refused":
      return `Hand-over from ${text("from_name")} to ${text("to_name")} refused${because}`;
    case "follow.link_made":
      return `Link to follow run ${text("number")} made: ${text("name")}`;
    case "follow.link_revoked":
      return `Link to follow “${text("name")}” revoked`;
    case "run.armed":
      return "Run-on armed for production";
    case "run.crash_recovered":
      return text("step") === "" ? "Found again after Holdpoint ended" : `Holdpoint ended while “${text("step")}” ran; its end is unknown`;
    case "preflight.finished":
      return `Preflight: ${plural(count(data.findings, "blocker"), "blocker")}, ${plural(count(data.findings, "warning"), "warning")}`;
    case "cluster.pinned":
      return `Pinned to ${text("context")} (${text("class") || "unclassified"}, ${text("why")})`;
    case "cluster.checked":
      return `Cluster ${text("name")} ${text("state")} ${text("when")} the step${list(data.differs)}`;
    case "cluster.objects":
      return `${plural(lengthOf(data.objects), "object")} of cluster ${text("name")} taken down ${text("when")} the step${text("because") === "" ? "" : `; ${text("because")}`}`;
    case "cluster.classified":
      return `${text("context")} is ${text("class")}`;
    case "skip.proposed":
      return `Asked to go past the step: ${text("because")}${because}`;
    case "skip.refused":
      return `Refused to go past the step${because}`;
    case "rehearsal.guarded":
      return `Shells of the rehearsal set up: ${plural(lengthOf(data.left_out), "variable")} left out, credentials ${text("files")}${text("because") === "" ? "" : ` (${text("because")})`}`;
    case "rehearsal.attempt_blocked":
      return `Kept inside the rehearsal (${text("how")}): ${text("value")}`;
    case "shell.opened":
      return `${text("shell")} opened: ${text("why")}`;
    case "shell.ended":
      return `Shell ${text("terminal")} ended`;
    case "step.started":
      return `Step ${text("number")} “${text("title")}” started${because}`;
    case "step.ended":
      return `Step ended ${body.outcome}: ${text("because")}`;
    case "step.skipped":
      return `Step skipped${because}`;
    case "step.judged":
      return `Unknown end ${body.outcome}${because}`;
    case "block.started":
      return `Command started: ${text("text").split("\n", 1)[0] ?? ""}${because}`;
    case "block.ended":
      return `Command ended ${body.outcome}: ${text("because")}`;
    case "block.walked":
      return `Walked through, said to end ${body.outcome}${because}`;
    case "rehearsal.paced":
      return text("speed") === "0"
        ? "Replay: shown at once"
        : `Replay: ${text("speed")} times the recorded speed${data["paused"] === true ? ", paused" : ""}`;
    case "rehearsal.skipped":
      return "Replay: skipped to the end of the block";
    case "block.cancelled":
      return data.gave_up === true ? "Command ended: nobody waited any longer" : "Command cancelled by hand";
    case "recording.closed":
      return "Recording closed";
    case "check.confirmed":
      return `Confirmed: ${text("text")}${text("value") === "" ? "" : ` = ${text("value")}`}`;
    case "input.typed":
      return `Typed by hand: ${text("line")}`;
    case "value.given":
      return `Given: ${Object.entries((data.placeholders ?? {}) as object)
        .map(([name, value]) => `${name} = ${value}`)
        .join(", ")}`;
    case "value.changed":
      return `${text("name")} changed${data.kind === "secret" ? "" : ` from ${text("before") || "nothing"} to ${text("value")}`}${because}`;
    case "recheck.started":
      return `Looking what the command did: ${text("recheck")}`;
    case "recheck.ended":
      return `The recheck ${text("answer") === "" ? text("because").replace("it gave", "gave") : `says ${text("answer")}`}`;
    case "manual.performed":
      return `Transcribed: done elsewhere by ${text("performed_by")} at ${text("claimed_at")}: ${text("note")}`;
    case "job.started":
      return "Started as a job: it runs on without the window and without Holdpoint";
    case "job.attached":
      return "The job was found again and is followed";
    case "job.ended":
      return body.outcome === "lost" ? "The job's process is gone" : "The job has ended";
    case "instructor.briefed":
      return `The instructor was briefed: ${text("title")}`;
    case "instructor.hint":
      return `A hint from the instructor: ${text("text")}`;
    case "fault.noticed":
      return `“I see a fault”${text("text") === "" ? "" : `: ${text("text")}`}`;
    case "fault.injected":
      return `Injected (${text("how")}): ${text("title")}`;
    case "fault.took_effect":
      return `It took effect: ${text("title")}: ${text("because")}`;
    case "fault.failed":
      return `It could not be brought about: ${text("title")}: ${text("because")}`;
    case "fault.left_out":
      return `Left out: ${text("title")}: ${text("because")}`;
    case "fault.hinted":
      return `Hint given for: ${text("title")}`;
    case "fault.cleared":
      return `Over: ${text("title")}: ${text("why")}`;
    case "fault.undo_failed":
      return `Could not be put right: ${text("title")}: ${text("because")}`;
    case "disaster.declared":
      return `Disaster declared${text("at") === "" ? "" : ` as of ${text("at")}`}${body.corrects > 0 ? `, which corrects event ${body.corrects}` : ""}${because}`;
    case "recovery.measured":
      return `Last recoverable write by ${text("name")}: ${text("last_write")}${data.played === true ? ", as played" : ""}${text("lost_ms") === "" ? "" : `; ${span(data.lost_ms)} lost`}`;
    case "recovery.verified":
      return `Recovery verified after ${span(data.rto_ms)}${text("rto_target_ms") === "" ? "" : `, target ${span(data.rto_target_ms)}`}; ${text("rpo_ms") === "" ? "the loss was not measured" : `${span(data.rpo_ms)} of data lost${text("rpo_target_ms") === "" ? "" : `, target ${span(data.rpo_target_ms)}`}`}`;
    case "gate.started":
      return `Gate begun${text("compress") === "" ? "" : `, compressed by ${text("compress")}: ${span(data.for_ms ?? data.within_ms)} for ${span(data.text_for_ms ?? data.text_within_ms)} in the text`}`;
    case "soak.started":
      return `Soak begun${text("compress") === "" ? `: ${span(data.ms)}` : `, compressed by ${text("compress")}: ${span(data.ms)} for ${span(data.text_ms)} in the text`}`;
    case "loop.overdue":
      return `“${text("name")}” is still open, and was to be closed by now`;
    case "value.captured":
      return `${text("name")} = ${text("value")}`;
    case "record.exported":
      return `Exported as ${text("format")}`;
    case "record.verified":
      return `Verified: ${body.outcome || text("verdict")}`;
    case "record.viewed":
      return "Looked at by an auditor";
    case "log.opened":
      return `Log ${text("number")} opened`;
    case "log.head":
      return `Head of a log at event ${text("seq")}`;
    case "operator.enrolled":
      return `${text("name") || text("id") || "An operator"} enrolled`;
    case "operator.changed":
      return `${text("id")}: ${Object.keys((data.changes ?? {}) as object).join(", ")} changed${because}`;
    case "operator.reset":
      return `${text("id")} has a new key; the old one signs no more${because}`;
    case "operator.password_changed":
      return `${text("id")} changed their password`;
    case "operator.signed_once":
    case "operator.reauthenticated":
      return `${text("id")} gave id and password for ${text("what")}`;
    case "delegation.added":
      return `${text("to")} stands in for ${text("from")} until ${text("until")}${because}`;
    case "delegation.revoked":
      return `Delegation of event ${text("seq")} revoked${because}`;
    case "folder.trusted":
      return `${text("folder")} ${data.trusted === true ? "trusted" : "no longer trusted"}`;
    case "access.refused":
      return `${text("what")} refused${typeof data.count === "number" && data.count > 1 ? ` ${data.count} times` : ""}${because}`;
    default:
      return `${body.type.replaceAll(/[._]/g, " ")}${subject.step === "" ? "" : ` (${subject.step})`}${because}`;
  }
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
const count = (findings: unknown, severity: string): number =>
  Array.isArray(findings) ? findings.filter((one) => (one as { severity?: unknown } | null)?.severity === severity).length : 0;
const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;
const list = (differs: unknown): string => (Array.isArray(differs) && differs.length > 0 ? `: ${differs.join("; ")}` : "");
