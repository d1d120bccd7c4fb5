// Which runs and steps have an output to take as evidence, and in which order they are offered. Pure. Owns: the choice.
import type { LaunchView, LogSummary, RunId, StepId, StepState, Verdict } from "../../engine/protocol/index.ts";

export type RunOfOutput = { run: RunId; title: string; status: string; startedAt: string; isOwn: boolean };
export type StepOfOutput = { id: StepId; title: string; verdict: Verdict; endedAt: string };

/** Runs outside the launch that are offered; older ones are found by their page. */
const MOST_OTHERS = 30;

/** The launch's own runs first, then those that have a log of their own; the newest of each first. */
export function runsToChoose(view: Pick<LaunchView, "runs">, logs: readonly LogSummary[]): RunOfOutput[] {
  const own = view.runs.map(({ run, title, status, startedAt }) => ({ run, title, status, startedAt, isOwn: true }));
  const others = logs.flatMap((log) =>
    log.kind === "run" && log.run !== null
      ? [{ run: log.run, title: log.title, status: log.status, startedAt: log.openedAt, isOwn: false }]
      : [],
  );
  const newest = (a: RunOfOutput, b: RunOfOutput): number => Date.parse(b.startedAt) - Date.parse(a.startedAt);
  return [...own.sort(newest), ...others.sort(newest).slice(0, MOST_OTHERS)];
}

/** Steps that ran a command to its end, the last one first. */
export function stepsToChoose(steps: readonly StepState[]): StepOfOutput[] {
  return steps
    .flatMap((step) =>
      step.status === "done" && step.verdict !== null && step.verdict !== "skipped" && step.endedAt !== null && step.recording !== null
        ? [{ id: step.id, title: step.title, verdict: step.verdict, endedAt: step.endedAt }]
        : [],
    )
    .sort((a, b) => Date.parse(b.endedAt) - Date.parse(a.endedAt));
}

/** "prod-eu-1, production"; the run's own name for it where there are several. */
export function clusterWords(name: string, context: string | undefined, clusterClass: string | undefined): string {
  const named = ["", "main", "none"].includes(name) ? "" : `${name}: `;
  if (context === undefined || context === "") return named === "" ? "" : name;
  return `${named}${context}${clusterClass === undefined || clusterClass === "" ? "" : `, ${clusterClass}`}`;
}
