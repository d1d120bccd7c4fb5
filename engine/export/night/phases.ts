// Phases of a run, planned and actual, and what became of each feature. Owns: how steps add up to either.
import type { LaunchView } from "../../protocol/index.ts";
import { type RunRow, type StepRow, stepState } from "../report/runs.ts";
import { type Facts, keyOf, type Texts } from "./facts.ts";
import type { FeatureRow, PhaseRow, WayBackRow } from "./types.ts";

/** Milliseconds since the epoch. */
export type StepPlan = { start: number; end: number };

const iso = (at: number): string => new Date(at).toISOString();
/** The worst first: what one word says of several steps. */
const ORDER = ["failed", "rejected", "unknown", "running", "not run", "accepted", "skipped", "passed"];
export const worstOf = (states: readonly string[]): string =>
  ORDER.find((one) => states.includes(one)) ?? (states.length === 0 ? "not run" : states[0]!);

/** Verdict of the last attempt, or what a person made of an unknown one. */
export function resultOf(step: StepRow): string {
  const state = stepState(step);
  if (state === "not started") return "not run";
  const judged = step.judgements.findLast((one) => one.attempt === (step.attempts.at(-1)?.attempt ?? 1));
  return state === "unknown" && judged !== undefined ? judged.outcome : state;
}
/** Skipped because its own `when` did not hold: never part of the plan. */
export const isOff = (step: StepRow): boolean => step.skipped !== null && !step.skipped.applies && step.attempts.length === 0;

export function phasesOf(run: RunRow, plan: ReadonlyMap<string, StepPlan>, isWayBack: boolean): PhaseRow[] {
  const groups = new Map<string, StepRow[]>();
  for (const step of run.steps) {
    if (step.isWayBack || isOff(step)) continue;
    const phase = step.phase.split(" › ")[0] || run.title;
    groups.set(phase, [...(groups.get(phase) ?? []), step]);
  }
  return [...groups].map(([phase, steps]) => {
    const times = steps.flatMap(({ id }) => plan.get(id) ?? []);
    const starts = steps.flatMap(({ attempts }) => attempts.flatMap(({ startedAt }) => (startedAt === "" ? [] : [Date.parse(startedAt)])));
    const ends = steps.flatMap(({ attempts }) => attempts.flatMap(({ endedAt }) => (endedAt === "" ? [] : [Date.parse(endedAt)])));
    const isOver = steps.every((step) => !["running", "not run"].includes(resultOf(step))) && ends.length > 0;
    const start = starts.length === 0 ? null : Math.min(...starts);
    const end = isOver ? Math.max(...ends) : null;
    const plannedStart = times.length === 0 ? null : Math.min(...times.map((one) => one.start));
    const plannedEnd = times.length === 0 ? null : Math.max(...times.map((one) => one.end));
    return {
      run: run.run,
      isWayBack,
      phase,
      steps: steps.length,
      passed: steps.filter((step) => resultOf(step) === "passed").length,
      plannedMs: plannedStart === null || plannedEnd === null ? null : plannedEnd - plannedStart,
      plannedStart: plannedStart === null ? null : iso(plannedStart),
      plannedEnd: plannedEnd === null ? null : iso(plannedEnd),
      actualStart: start === null ? null : iso(start),
      actualEnd: end === null ? null : iso(end),
      elapsedMs: start === null || end === null ? null : end - start,
      driftMs: end === null || plannedEnd === null ? null : end - plannedEnd,
      result: worstOf(steps.map(resultOf)),
    };
  });
}

type Ticket = LaunchView["header"]["facts"]["tickets"][number];
export function featuresOf(
  tickets: readonly Ticket[],
  runs: readonly RunRow[],
  facts: Facts,
  wayBack: readonly WayBackRow[],
  texts: Texts,
): FeatureRow[] {
  return tickets.map(({ id, title }) => {
    const names = naming(id);
    const linked = runs
      .filter(({ run }) => !facts.back.has(run))
      .flatMap((run) =>
        run.steps
          .filter((step) => !step.isWayBack && !isOff(step))
          .filter((step) => {
            const text = texts.last(run.run)?.steps.find((one) => one.id === step.id);
            const commands = facts.sent.get(keyOf(run.run, step.id)) ?? [];
            const written = [...(text?.blocks.map((one) => one.commands) ?? []), ...(text?.checks.map((one) => one.text) ?? [])];
            return [step.id, step.title, step.phase, ...commands, ...written].some((one) => names.test(one));
          })
          .map((step) => ({
            run: run.run,
            step,
            isUndone: isUndone(run.run, step.id, facts.ends.get(keyOf(run.run, step.id)) ?? null, wayBack),
          })),
      );
    const result =
      linked.length === 0
        ? "not linked"
        : linked.some((one) => one.isUndone)
          ? "rolled back"
          : worstOf(linked.map((one) => resultOf(one.step)));
    const steps = linked.map(({ run, step, isUndone: undone }) => ({
      run,
      step: step.id,
      title: `${step.number} ${step.title}`.trim(),
      verdict: undone ? `${resultOf(step)}, then rolled back` : resultOf(step),
      seq: facts.ends.get(keyOf(run, step.id)) ?? null,
    }));
    return { id, title, result, steps };
  });
}

/** `ended`: event of the step's last end. One that ended after the way back was done again, and stands. */
export const isUndone = (run: string, step: string, ended: number | null, wayBack: readonly WayBackRow[]): boolean =>
  wayBack.some(
    (one) =>
      one.of === run &&
      one.outcome === "passed" &&
      one.steps.includes(step) &&
      (ended === null || one.endSeq === null || ended < one.endSeq),
  );

/** The id as a word of its own: INT-1 is not named by INT-14. */
const naming = (id: string): RegExp => {
  const escaped = id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/[-_\s]+/g, "[-_ ]");
  return new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, "i");
};
