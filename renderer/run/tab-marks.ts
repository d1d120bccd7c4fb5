// Which tab leads to what happens now, where only one of them is in sight.
// Owns: the rule. Does not draw.
import type { NextAction, Step, StepState } from "../../engine/protocol/index.ts";
import type { StatusState } from "../design/index.ts";

export type TabMark = { state: StatusState; word: string };

/** A block that is meant to be answered asks at its terminal; what a person has to decide or to fill in stands in the text. */
export function tabMarks(
  kind: NextAction["kind"],
  running: StepState | undefined,
  step: Step | undefined,
): { document: TabMark | null; terminal: TabMark | null } {
  const block = running?.blocks.find((one) => one.status === "running");
  const asks = step?.blocks.find((one) => one.index === block?.index)?.options.interactive === true;
  const terminal: TabMark | null =
    running === undefined ? null : asks ? { state: "held", word: "asks for you" } : { state: "running", word: "running" };
  if (kind === "walk") return { document: { state: "held", word: "waits for you" }, terminal: null };
  const isDecided = kind === "confirm-check" || kind === "judge" || kind === "recheck" || kind === "retry-or-skip" || kind === "blocked";
  return { document: isDecided ? { state: "held", word: "waits for you" } : null, terminal };
}
