// The words that stand beside a glyph: verdicts with their time and exit, what a step is doing, who judged.
// Owns: the sentences of states. Does not decide any state.
import type { BlockState, Step, StepState } from "../../engine/protocol/index.ts";
import { formatDuration, formatTook, plural } from "../design/format.ts";
import { holdWords, overtakenWords, textWords } from "./hold.ts";

type Verdict = NonNullable<StepState["verdict"]>;
export const VERDICT_WORDS: Record<Verdict, string> = { passed: "Passed", failed: "Failed", unknown: "Unknown", skipped: "Skipped" };

/** What a person said of a verdict that stands: `accepted`, `rejected`, and that the run went on without the step. */
export function besideVerdict(state: StepState): string {
  const words = [
    state.judgement?.outcome ?? "",
    state.passedOver === true ? "left behind with a reason" : "",
    state.undone === undefined ? "" : "undone",
    textWords(state),
    overtakenWords(state),
  ];
  return words.filter((word) => word !== "").join(", ");
}

/** A verdict and what a person said beside it, which never takes its place. */
export function verdictWords(state: StepState): string {
  if (state.verdict === null) return "";
  const judged = state.judgement ? `, ${state.judgement.outcome} by ${state.judgement.by}` : "";
  return `${VERDICT_WORDS[state.verdict]}${judged}${state.passedOver === true ? ", left behind with a reason" : ""}`;
}

/** What a folded row says of a step that is done: `Passed, exit 0`, `Unknown, accepted by Dana Mercer`. */
export function doneWords(state: StepState): string {
  const words = [endWords(state), textWords(state), state.undone === undefined ? "" : "undone since"];
  return words.filter((word) => word !== "").join(", ");
}
function endWords(state: StepState): string {
  const words = verdictWords(state);
  if (state.soak?.early) return `${words}, soak ended early by ${state.soak.early.by}`;
  if (state.verdict === "passed") {
    // Why it passed is always the same; the last exit code and the checks say it shorter.
    const exit = state.blocks.findLast((block) => block.exitCode !== null)?.exitCode;
    if (exit !== undefined) return `${words}, exit ${exit}`;
    return state.checks.length > 0 ? `${words}, ${plural(state.checks.length, "check")}` : words;
  }
  if (state.judgement || state.verdict === "skipped") return words;
  return state.because === "" ? words : `${words}, ${state.because}`;
}

/** The small line under the current step's title in the outline. */
export function nowWords(state: StepState): string {
  const open = state.checks.filter((check) => !check.confirmed).length;
  const checks = open > 0 ? `, ${plural(open, "check")} open` : "";
  const gate = state.blocks.find((block) => block.gate?.state === "probing" || block.gate?.state === "interrupted")?.gate;
  if (gate?.state === "interrupted" || state.soak?.state === "interrupted") return "Interrupted, waits for you";
  if (gate?.state === "probing") return `Gate, probe ${gate.probes.at(-1)?.n ?? 0}${checks}`;
  if (state.soak?.state === "soaking" && state.status === "open") return "Soaks";
  if (state.status === "running") {
    const played = state.blocks.find((block) => block.status === "running")?.played;
    return `${played === undefined ? "Running" : played.way === "walk" ? "Walked, waits for you" : "Playing"}${checks}`;
  }
  if (state.status === "open") {
    if (state.verdict === "failed" || state.verdict === "unknown") return `${verdictWords(state)}, waits for you`;
    return open > 0 && state.blocks.every((block) => block.status === "done") ? `${plural(open, "check")} open` : `Waits for you${checks}`;
  }
  if (state.status === "done") return doneWords(state);
  const held = holdWords(state);
  if (held !== "") return `${held.charAt(0).toUpperCase()}${held.slice(1)}`;
  return state.unsupported.length > 0 ? "Holds here" : "Next";
}

/** A block's result: `Passed in 6.4 s, exit 0`, `Failed in 1.2 s: exit 3`. */
export function blockWords(state: BlockState): string {
  if (state.status !== "done" || state.verdict === null) return "";
  const time = state.durationMs === null ? "" : ` in ${formatTook(state.durationMs)}`;
  if (state.played !== undefined) return playedWords(state, state.played);
  if (state.verdict === "passed") return `Passed${time}${state.exitCode === null ? "" : `, exit ${state.exitCode}`}`;
  const why = state.because === "" ? (state.exitCode === null ? "" : `: exit ${state.exitCode}`) : `: ${state.because}`;
  return `${VERDICT_WORDS[state.verdict]}${time}${why}`;
}

/** `Passed, replayed: took 2:25 then`, `Failed, walked through in 0:12: nothing was run`. */
function playedWords({ verdict, exitCode, durationMs, because }: BlockState, played: NonNullable<BlockState["played"]>): string {
  const head = VERDICT_WORDS[verdict ?? "unknown"];
  if (played.way === "walk") return `${head}, walked through${durationMs === null ? "" : ` in ${formatTook(durationMs)}`}`;
  const exit = exitCode === null ? (because === "" ? "" : `, ${because}`) : `, exit ${exitCode}`;
  return `${head}${exit}, replayed${played.recordedMs === null ? "" : `; took ${formatTook(played.recordedMs)} then`}`;
}

/** `under 1:00`, or that nothing was promised. */
export function targetWords(step: Step | undefined): string {
  const ms = step?.directive.targetMs ?? null;
  return ms === null ? "" : `under ${formatDuration(ms)}`;
}
