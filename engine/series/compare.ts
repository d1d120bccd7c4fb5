// Two runs side by side: what their texts say, how each step ended, how long it took, what it printed.
// Owns: the pairing of steps by id and the differences. Pure: texts and events are handed in.
import type { ComparedStep, ComparedStepSide, RunComparison, SeriesRun, StepId, StoredEvent } from "../protocol/index.ts";
import type { RunFacts } from "./facts.ts";
import { numberOf, textOf, verdictOf } from "./read.ts";

/** One of the two. `events`: `block.started`, `block.ended`, `step.ended`, `step.skipped` and `step.judged` of the run, in order. */
export type ComparedInput = {
  view: SeriesRun;
  facts: RunFacts;
  events: readonly StoredEvent[];
  /** A step's own lines in the text in force; null where the text was erased or has no such step. */
  textOf(step: string): string | null;
};

export function compareRuns(a: ComparedInput, b: ComparedInput): RunComparison {
  const names = [...new Set([...Object.keys(a.facts.params), ...Object.keys(b.facts.params)])].sort();
  return {
    a: a.view,
    b: b.view,
    sameText: a.facts.planSha256 === b.facts.planSha256,
    steps: pairs(a.facts, b.facts).map((id) => compared(id, a, b)),
    params: names
      .map((name) => ({ name, a: a.facts.params[name] ?? null, b: b.facts.params[name] ?? null }))
      .filter((one) => one.a !== one.b),
  };
}

/** In the order of the second text; what only the first one has stands behind the step that it followed there. */
function pairs(a: RunFacts, b: RunFacts): string[] {
  const ids = b.steps.map(({ id }) => id);
  let previous = -1;
  for (const { id } of a.steps) {
    const at = ids.indexOf(id);
    if (at !== -1) previous = at;
    else ids.splice(++previous, 0, id);
  }
  return ids;
}

function compared(id: string, a: ComparedInput, b: ComparedInput): ComparedStep {
  const [before, after] = [a, b].map(({ facts }) => facts.steps.find((step) => step.id === id) ?? null) as [
    RunFacts["steps"][number] | null,
    RunFacts["steps"][number] | null,
  ];
  const [sideA, sideB] = [sideOf(id, a), sideOf(id, b)];
  const change = before === null ? "added" : after === null ? "removed" : before.sha256 === after.sha256 ? "same" : "changed";
  const [msA, msB] = [sideA?.ms ?? null, sideB?.ms ?? null];
  return {
    id: id as StepId,
    number: (after ?? before)?.number ?? "",
    title: (after ?? before)?.title ?? id,
    change,
    before: change === "same" ? null : a.textOf(id),
    after: change === "same" ? null : b.textOf(id),
    a: sideA,
    b: sideB,
    deltaMs: msA === null || msB === null ? null : msB - msA,
    sameVerdict: (sideA?.verdict ?? null) === (sideB?.verdict ?? null) && (sideA?.judgement ?? null) === (sideB?.judgement ?? null),
    sameOutput: sameOutput(sideA, sideB),
  };
}

/** Null for a step that this run has not come to. */
function sideOf(id: string, { view, events }: ComparedInput): ComparedStepSide | null {
  const cell = view.steps.find((one) => one.id === id);
  if (cell === undefined || (cell.attempts === 0 && cell.verdict === null)) return null;
  const own = events.filter(({ body }) => body.subject.step === id);
  const last = own.findLast(({ body }) => body.type === "step.ended" || body.type === "step.skipped")?.body;
  const blocks = new Map<number, ComparedStepSide["blocks"][number]>();
  for (const { body } of own) {
    const block = numberOf(body.data, "block");
    if (block === null || body.subject.attempt !== attemptOf(own)) continue;
    if (body.type === "block.started")
      blocks.set(block, {
        block,
        verdict: "unknown",
        because: "its end is not on record",
        exitCode: null,
        ms: null,
        bytes: 0,
        outputSha256: "",
        text: textOf(body.data, "text"),
      });
    const begun = blocks.get(block);
    if (body.type === "block.ended" && begun)
      Object.assign(begun, {
        verdict: verdictOf(body.outcome),
        because: textOf(body.data, "because"),
        exitCode: numberOf(body.data, "exit_code"),
        ms: numberOf(body.data, "duration_ms"),
        bytes: numberOf(body.data, "bytes") ?? 0,
        outputSha256: textOf(body.data, "output_sha256"),
      });
  }
  return {
    verdict: cell.verdict,
    judgement: cell.judgement,
    because: last === undefined ? "" : textOf(last.data, "because") || last.reason,
    attempts: cell.attempts,
    ms: cell.ms,
    blocks: [...blocks.values()].sort((a, b) => a.block - b.block),
  };
}

const attemptOf = (own: readonly StoredEvent[]): number => Math.max(0, ...own.map(({ body }) => body.subject.attempt));

/** By the hashes of what was printed, block by block. */
function sameOutput(a: ComparedStepSide | null, b: ComparedStepSide | null): boolean | null {
  const [hashesA, hashesB] = [a, b].map((side) => side?.blocks.filter(({ outputSha256 }) => outputSha256 !== "") ?? []);
  if (hashesA!.length === 0 || hashesB!.length === 0) return null;
  return (
    hashesA!.length === hashesB!.length &&
    hashesA!.every(({ block, outputSha256 }) => hashesB!.some((one) => one.block === block && one.outputSha256 === outputSha256))
  );
}
