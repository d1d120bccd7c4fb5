// The words and shapes of a record's table: outcomes of events, status of runs, verdicts of verifying. Pure.
// Owns: the mapping. Does not decide anything: the engine did.
import type { LaunchState, LogSummary, VerifyReport } from "../../engine/protocol/index.ts";
import { runStatus, type Shown } from "../design/run-status.ts";
import type { StatusState } from "../design/Status.tsx";
import { STATE_GLYPHS, STATE_WORDS } from "../launches/words.ts";

const BY_OUTCOME: Record<string, Shown> = {
  passed: { state: "passed", word: "Passed" },
  failed: { state: "failed", word: "Failed" },
  unknown: { state: "unknown", word: "Unknown" },
  skipped: { state: "skipped", word: "Skipped" },
  accepted: { state: "unknown", word: "Accepted" },
  rejected: { state: "unknown", word: "Rejected" },
  refused: { state: "failed", word: "Refused" },
  // results of verifying and states of a cluster check
  verified: { state: "passed", word: "Verified" },
  proved: { state: "passed", word: "Proved" },
  differs: { state: "failed", word: "Differs" },
  unreachable: { state: "nearmiss", word: "Unreachable" },
};
const BY_TYPE: [RegExp, Shown][] = [
  [/\.(started|opened|pinned|created)$/, { state: "open", word: "Started" }],
  [/^run\.held$/, runStatus("held")],
  [/^run\.aborted$/, runStatus("aborted")],
  [/^run\.crash_recovered$|^clock\.step$/, { state: "nearmiss", word: "Noted" }],
  [/^(operator\.(signin_failed|locked_out)|access\.refused)$/, { state: "nearmiss", word: "Refused" }],
  [/^run\.finished$/, runStatus("finished")],
  [/^check\.confirmed$/, { state: "passed", word: "Confirmed" }],
];

/** Shape and word for one row. An outcome said by the event stands; else the type tells; else it was just written. */
export function outcomeOf(type: string, outcome: string): Shown {
  const ofLaunch = outcomeInLaunch(type, outcome);
  if (ofLaunch !== null) return ofLaunch;
  const said = BY_OUTCOME[outcome.toLowerCase()];
  if (said !== undefined) return said;
  if (outcome !== "") return { state: "na", word: capital(outcome) };
  const byType = BY_TYPE.find(([pattern]) => pattern.test(type));
  return byType?.[1] ?? { state: "open", word: "Written" };
}

/** Signatures, decisions and answers: their outcomes are words of their own, not verdicts. */
function outcomeInLaunch(type: string, outcome: string): Shown | null {
  switch (type) {
    case "signoff.added":
      return outcome === "rejected" ? { state: "failed", word: "Rejected" } : { state: "passed", word: capital(outcome || "signed") };
    case "signoff.invalidated":
      return { state: "stale", word: "Stale" };
    case "signoff.withdrawn":
      return { state: "skipped", word: "Taken back" };
    case "decision.proposed":
      return { state: "signoff", word: `${DECISIONS[outcome] ?? outcome}?` };
    case "decision.taken":
      return { state: outcome === "no-go" ? "failed" : "passed", word: DECISIONS[outcome] ?? outcome };
    case "decision.withdrawn":
      return { state: "skipped", word: "Withdrawn" };
    case "item.answered":
      return ANSWERS[outcome] ?? null;
    default:
      return null;
  }
}
const DECISIONS: Record<string, string> = { go: "GO", "conditional-go": "Conditional GO", "no-go": "NO-GO" };
const ANSWERS: Record<string, Shown> = {
  done: { state: "passed", word: "Done" },
  failed: { state: "failed", word: "Failed" },
  "not-applicable": { state: "na", word: "n/a" },
  waived: { state: "waived", word: "Waived" },
  open: { state: "open", word: "Open" },
};

export function verdictOf(verdict: VerifyReport["verdict"]): { state: StatusState; kind: "ok" | "warn" | "fail"; meaning: string } {
  switch (verdict) {
    case "VERIFIED":
      return { state: "passed", kind: "ok", meaning: "Every event, payload and checkpoint fits the one before it." };
    case "VERIFIED WITH WARNINGS":
      return { state: "nearmiss", kind: "warn", meaning: "The chain holds. What is not certain stands below." };
    case "OPEN":
      return { state: "stale", kind: "warn", meaning: "The chain holds, and its tail is protected by nothing else yet." };
    case "NOT VERIFIED":
      return { state: "failed", kind: "fail", meaning: "The record is not what was written. Every problem found stands below." };
  }
}

/** How a log as a whole stands: a run's status, or the state of a launch. */
export function logStatus({ kind, status }: Pick<LogSummary, "kind" | "status">): Shown {
  if (kind === "install") return { state: "open", word: "Kept" };
  if (kind === "run") return runStatus(status);
  const known = LAUNCH_STATES[status];
  return known === undefined ? runStatus(status) : { state: known, word: STATE_WORDS[status as LaunchState] };
}
const LAUNCH_STATES: Record<string, StatusState> = STATE_GLYPHS;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");

/** Types of events as the protocol names them, for the filter; others that a log holds are added as they are seen. */
export const RUN_EVENT_TYPES = [
  "run.started",
  "preflight.finished",
  "cluster.pinned",
  "cluster.checked",
  "cluster.objects",
  "skip.proposed",
  "skip.refused",
  "rehearsal.guarded",
  "rehearsal.attempt_blocked",
  "shell.opened",
  "shell.ended",
  "step.started",
  "block.started",
  "block.ended",
  "check.confirmed",
  "step.ended",
  "step.skipped",
  "step.judged",
  "run.armed",
  "run.held",
  "run.resumed",
  "run.crash_recovered",
  "run.aborted",
  "run.finished",
  "input.typed",
  "value.captured",
  "record.exported",
  "record.verified",
  "clock.step",
] as const;
export const LAUNCH_EVENT_TYPES = [
  "launch.created",
  "checklist.adopted",
  "launch.changed",
  "launch.state",
  "people.assigned",
  "risk.set",
  "artefact.checked",
  "briefing.held",
  "item.answered",
  "item.checked",
  "evidence.added",
  "signoff.added",
  "signoff.invalidated",
  "signoff.withdrawn",
  "decision.proposed",
  "decision.taken",
  "condition.closed",
  "note.added",
  "attachment.added",
  "break_glass.opened",
  "launch.closed",
] as const;
/** Every event about a signature: the filter's word for the part before the dot. */
export const SIGNATURES = "signoff";
export const INSTALL_EVENT_TYPES = [
  "install.created",
  "log.opened",
  "log.head",
  "operator.enrolled",
  "operator.changed",
  "operator.reset",
  "operator.password_changed",
  "delegation.added",
  "delegation.revoked",
  "operator.signed_in",
  "operator.signin_failed",
  "operator.locked_out",
  "session.locked",
  "session.ended",
  "setting.changed",
  "folder.trusted",
  "cluster.classified",
  "database.migrated",
  "backup.made",
  "access.refused",
  "record.viewed",
] as const;
export const OUTCOMES = ["passed", "failed", "unknown", "skipped", "accepted", "rejected"] as const;
