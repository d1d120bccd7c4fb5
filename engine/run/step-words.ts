// How a step ended, in one line: for hold points and hand-overs. Owns: these words.
import type { StepState } from "../protocol/index.ts";

export function stepEndWords(step: StepState): string {
  const judged = step.judgement === null ? "" : `, ${step.judgement.outcome} by ${step.judgement.by}: ${step.judgement.reason}`;
  const passed = step.passedOver === true ? `, gone past: ${step.reason}` : step.verdict === "skipped" ? `: ${step.reason}` : "";
  const earlier = step.earlierText === true ? ", under an earlier text" : "";
  return `${step.verdict ?? step.status}${earlier}${judged}${passed}${step.endedAt === null ? "" : ` (${step.endedAt})`}`;
}
