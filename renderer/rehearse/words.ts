// What the Rehearse page says: ways, drills, figures against targets, results. Pure. Owns: the words and which shape goes with them.
import type { DrillDue, RecoveryView, SeriesRun, SeriesStep } from "../../engine/protocol/index.ts";
import { formatDate, formatDuration, formatSpent, plural, type StatusState } from "../design/index.ts";

export const WAY_WORDS: Record<NonNullable<SeriesRun["way"]>, string> = { walk: "Walk", replay: "Replay", sandbox: "Sandbox" };

export function dueWords(due: DrillDue): { state: StatusState; word: string; detail: string } {
  const every = `every ${due.every}`;
  const on = due.dueOn === null ? "" : formatDate(`${due.dueOn}T00:00:00Z`);
  switch (due.state) {
    case "never":
      return { state: "nearmiss", word: "Never rehearsed", detail: `A drill is due now, and then ${every}` };
    case "due":
      return { state: "nearmiss", word: "Drill due", detail: `since ${on}, ${every}` };
    case "soon":
      return { state: "stale", word: "Drill due soon", detail: `on ${on}, ${every}` };
    case "in-time":
      return { state: "passed", word: "In time", detail: `next drill by ${on}, ${every}` };
    default:
      return due.state satisfies never;
  }
}

/** `Rehearsal 3`, `Live run 1`. */
export const runName = ({ mode, nth }: Pick<SeriesRun, "mode" | "nth">): string => `${mode === "live" ? "Live run" : "Rehearsal"} ${nth}`;

/** How its times came about, where they are not those of the real thing. */
export function paceWords({ pace, speed, compress }: Pick<SeriesRun, "pace" | "speed" | "compress">): string {
  if (pace === "walked") return "nothing was run";
  if (pace === "compressed") return `waits ÷ ${compress}`;
  if (pace === "played") return speed === 0 ? "played at once" : `played at ${speed}×`;
  return "";
}

export function resultWords({ status, result }: Pick<SeriesRun, "status" | "result">): { state: StatusState; word: string } {
  if (status === "active") return { state: "running", word: "Under way" };
  if (status === "held") return { state: "held", word: "Held" };
  if (status === "aborted") return { state: "skipped", word: "Broken off" };
  const isBad = /fail|rolled back/.test(result);
  return { state: isBad ? "failed" : /unknown/.test(result) ? "unknown" : "passed", word: result === "" ? "Finished" : capital(result) };
}
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A measured time beside its target. */
export function measureWords({
  ms,
  targetMs,
  state,
}: {
  ms: number | null;
  targetMs: number | null;
  state: RecoveryView["rto"]["state"];
}): {
  state: StatusState;
  figure: string;
  detail: string;
} {
  if (ms === null)
    return {
      state: state === "running" ? "running" : "open",
      figure: "–",
      detail: state === "waiting" ? "not declared" : state === "running" ? "under way" : "not measured",
    };
  const figure = ms < 1000 ? formatSpent(ms) : formatDuration(ms);
  if (targetMs === null) return { state: "passed", figure, detail: "no target" };
  const apart = Math.abs(targetMs - ms);
  const by = apart < 1000 ? formatSpent(apart) : formatDuration(apart);
  return state === "missed"
    ? { state: "failed", figure, detail: `${by} past ${formatDuration(targetMs)}` }
    : { state: "passed", figure, detail: `${by} to spare` };
}

/** What is to be known of a step before the next drill; null where nothing is. */
export function stepConcern(step: SeriesStep): { state: StatusState; word: string } | null {
  if (!step.isInText) return { state: "na", word: "not in the text any more" };
  if (step.rehearsed === 0) return { state: "open", word: step.live > 0 ? "never rehearsed, run live" : "never rehearsed" };
  if (step.changedSince) return { state: "stale", word: "text changed since" };
  return null;
}

/** `2 of 5 failed`; "" where none did. */
export const failedWords = (step: Pick<SeriesStep, "attempts" | "failedAttempts">): string =>
  step.failedAttempts === 0 ? "" : `${step.failedAttempts} of ${step.attempts} failed`;

export const faultsWords = (run: Pick<SeriesRun, "faults" | "hasInstructor">): string => {
  if (run.faults === null) return "told at the debrief";
  if (run.faults.length === 0) return run.hasInstructor ? "none came" : "";
  const found = run.faults.filter(({ foundMs }) => foundMs !== null).length;
  return `${plural(run.faults.length, "fault")}, ${found} found`;
};

/** `+1:20`, `−0:05`, `±0`. */
export function deltaWords(ms: number): string {
  if (Math.abs(ms) < 1000) return ms === 0 ? "±0" : `${ms > 0 ? "+" : "−"}${Math.abs(Math.round(ms))} ms`;
  return ms > 0 ? `+${formatDuration(ms)}` : formatDuration(ms);
}
