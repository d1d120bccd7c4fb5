// One line of words per event of a launch, for the record's table. Owns: the wording. The event stays what it is in the record.
import type { EventBody } from "../protocol/index.ts";

/** Null for a type that is none of a launch's. */
export function whatHappenedInLaunch({ type, data, outcome, reason, actor }: EventBody): string | null {
  const text = (key: string) => (typeof data[key] === "string" || typeof data[key] === "number" ? String(data[key]) : "");
  const part = (key: string) => (data[key] ?? {}) as Record<string, unknown>;
  const because = reason === "" ? "" : `: ${reason}`;
  const subject = () => subjectWords(String(part("subject")["kind"] ?? ""), String(part("subject")["id"] ?? ""), text("statement"));
  switch (type) {
    case "launch.created":
      return `Launch “${String(part("facts")["name"] ?? "")}” made${data["solo"] === true ? " (SOLO)" : ""}`;
    case "launch.changed":
      return `Changed: ${Object.keys(part("changes")).join(", ")}${because}`;
    case "launch.state":
      return `${text("from")} → ${text("to")}${because}`;
    case "launch.closed":
      return "Launch closed";
    case "checklist.adopted":
      return `Checklist “${text("title")}” taken${because}`;
    case "people.assigned":
      return `${text("name")} is ${text("role")}`;
    case "people.unassigned":
      return `${text("name")} is no longer ${text("role")}`;
    case "risk.set":
      return `Risk ${text("id")} “${text("risk")}” ${text("status")}`;
    case "artefact.set":
      return `Artefact ${text("path")}: ${text("purpose")}`;
    case "artefact.removed":
      return `Artefact ${text("id")} removed`;
    case "artefact.checked":
      return `Artefact ${text("id")} ${data["present"] === true ? "is there" : "is not there"}`;
    case "briefing.held":
      return "Briefing held";
    case "item.answered":
      return `${text("item")} ${outcome || text("state")}${Number(data["bulk"]) > 1 ? ` (one of ${text("bulk")} at once)` : ""}${because}`;
    case "item.assigned":
      return text("name") === "" ? `${text("item")} assigned to nobody` : `${text("item")} assigned to ${text("name")}`;
    case "item.noted":
      return `Note on ${text("item")}: ${text("note")}`;
    case "item.checked":
      return `${text("item")} checked ${outcome}: ${text("because")}`;
    case "evidence.added":
      return `Evidence for ${text("item")}: ${text("title")}${ofRun(data["run"])}${flagged(data["findings"])}`;
    case "evidence.removed":
      return `Evidence of event ${text("seq")} struck out${because}`;
    case "signoff.added":
      return `${actor.name} signed ${subject()} as ${text("role")}: ${text("meaning")}${because}`;
    case "signoff.invalidated":
      return `Signature of ${subject()} stale: ${text("why") || reason}`;
    case "signoff.withdrawn":
      return `${actor.name} took back the signature of ${subject()}${because}`;
    case "decision.proposed":
      return `Decision proposed: ${outcome}${because}`;
    case "decision.taken":
      return `Decision taken: ${outcome}`;
    case "decision.withdrawn":
      return `Decision withdrawn${because}`;
    case "condition.closed":
      return `Condition closed: ${text("note")}`;
    case "plan.entry_set":
      return `Planned: ${text("title")}${because}`;
    case "plan.entry_removed":
      return `Taken out of the plan: ${text("title")}${because}`;
    case "plan.entry_skipped":
      return `Gone past in the plan: ${text("title")}${because}`;
    case "watch.configured":
      return `Watch planned: ${hours(data["duration_ms"])}${because}`;
    case "watch.entered":
      return `Watch ${outcome}${text("due") === "" ? "" : `, look of ${text("due")}`}${data["late"] === true ? ", entered late" : ""}${text("note") === "" ? "" : `: ${text("note")}`}`;
    case "watch.ended":
      return `Watch ended before its time${text("second_name") === "" ? "" : `, with ${text("second_name")}`}${because}`;
    case "loop.opened":
      return `Open: ${text("name")}`;
    case "loop.closed":
      return `Closed again: ${text("name")}`;
    case "note.acknowledged":
      return `Incident of event ${text("seq")} acknowledged`;
    case "updates.audience_set":
      return `Updates for ${text("name")} planned`;
    case "updates.audience_removed":
      return `No more updates for ${text("name")}`;
    case "update.queued":
      return `Update for ${text("name")} on its way: ${text("text")}`;
    case "update.attempted":
      return `Update, attempt ${text("attempt")}: ${outcome}${text("because") === "" ? "" : `, ${text("because")}`}`;
    case "update.sent":
      return `Update for ${text("name")} ${outcome}: ${text("text")}`;
    case "note.added":
      return `${text("kind")}: ${text("title")}`;
    case "note.closed":
      return `Note of event ${text("seq")} closed`;
    case "attachment.added":
      return `Attached: ${text("title")}`;
    case "break_glass.opened":
      return `Glass broken (${text("kind").replaceAll("-", " ")})${because}`;
    case "break_glass.confirmed":
      return `Broken glass of event ${text("seq")} confirmed`;
    case "break_glass.reviewed":
      return `Broken glass of event ${text("seq")} reviewed`;
    default:
      return null;
  }
}

const hours = (ms: unknown): string => (typeof ms === "number" ? `${Math.round(ms / 36_000) / 100} h` : "");

/** What was signed, in words: ids that only a machine tells apart stay in the event. */
function subjectWords(kind: string, id: string, statement: string): string {
  switch (kind) {
    case "decision": {
      const outcome = /\b(?:decide|decision) (CONDITIONAL GO|NO-GO|GO)\b/.exec(statement)?.[1];
      return outcome === undefined ? "the decision" : `the decision ${outcome}`;
    }
    case "holdpoint":
      return `the hold point ${id.slice(id.indexOf("/") + 1)}`;
    case "amendment":
      return "the amendment of a run";
    case "handover":
      return `the hand-over of event ${id.slice(id.indexOf("/") + 1)}`;
    case "skip":
      return `the skip of event ${id.slice(id.indexOf("/") + 1)}`;
    case "review":
      return "the review of a runbook";
    case "briefing":
      return `the briefing of event ${id}`;
    case "break-glass":
      return `the broken glass of event ${id}`;
    case "break-glass-review":
      return `the review of the broken glass of event ${id}`;
    case "close":
      return "the close of the launch";
    default:
      return `${kind} ${id}`.trim();
  }
}

const flagged = (findings: unknown): string => (Array.isArray(findings) && findings.length > 0 ? ` (${findings.join("; ")})` : "");

/** `, a REHEARSAL that ended passed on 2026-11-20`, of evidence that is a whole run. */
function ofRun(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const { mode, result, ended_at: endedAt } = value as Record<string, unknown>;
  return `, a ${mode === "rehearsal" ? "REHEARSAL" : "live run"} that ended ${String(result)} on ${String(endedAt).slice(0, 10)}`;
}
