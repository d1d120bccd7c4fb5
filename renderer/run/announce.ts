// What a screen reader is told when a run changes: verdicts, what waits, what is held. Pure.
// Owns: the sentences. Does not decide when the region is read: the live region does.
import type { RunHeader, StepState } from "../../engine/protocol/index.ts";
import { formatTook } from "../design/format.ts";

export type Before = { header: RunHeader; steps: StepState[] };

/** `isUrgent` interrupts: a failure, an unknown, a hold. */
export type Said = { text: string; isUrgent: boolean };

/** Sentences for what changed between two pictures, in order; empty when nothing needs saying. */
export function announcements(before: Before, after: Before): Said[] {
  const said: Said[] = [];
  const say = (text: string, isUrgent = false) => said.push({ text: text.replace(/([.?!])\.$/, "$1"), isUrgent });
  const old = new Map(before.steps.map((step) => [step.id as string, step]));
  for (const step of after.steps) {
    const was = old.get(step.id);
    if (was === step || was === undefined) continue;
    if (step.status === "done" && (was.status !== "done" || was.verdict !== step.verdict || was.attempt !== step.attempt)) {
      const time = step.durationMs === null ? "" : ` after ${formatTook(step.durationMs)}`;
      const isTrouble = step.verdict === "failed" || step.verdict === "unknown";
      const why = isTrouble && step.because ? `: ${step.because}` : "";
      say(`Step ${step.number} ${step.title}: ${step.verdict ?? "ended"}${time}${why}.`, isTrouble);
    } else if (step.status === "running" && was.status === "todo") {
      say(`Step ${step.number} ${step.title} is running.`);
    }
    if (step.judgement && !was.judgement) say(`Step ${step.number}: unknown, ${step.judgement.outcome} by ${step.judgement.by}.`);
  }
  if (after.header.status !== before.header.status) say(`The run is ${statusWord(after.header)}.`, after.header.status === "held");
  const action = after.header.nextAction;
  const wasAction = before.header.nextAction;
  if (action.say !== wasAction.say && action.kind !== "wait" && action.kind !== "none") say(`${action.say}.`);
  return said;
}
function statusWord(header: RunHeader): string {
  if (header.status === "held") return header.hold ? `held by ${header.hold.by}: ${header.hold.reason}` : "held";
  return header.status;
}
