// What the plan of a launch comes to at a moment: each entry's state, its times planned and actual, drift, forecast, and what is started next.
// Owns: that computation, and which entry a run stands for. Pure: the same state and moment give the same plan.
import type { LaunchPlan, LaunchPlanRow } from "../protocol/index.ts";
import type { PlanFact } from "./night-state.ts";
import type { LaunchFold, LaunchRun } from "./state.ts";
import { watchConfig } from "./watch.ts";

/** Results of a run that ended as it should; the rest (failed, unknown, incomplete, aborted) did not. */
const WELL: readonly string[] = ["passed", "passed with skips", "accepted"];
const isOn = (run: LaunchRun): boolean => run.status === "active" || run.status === "held";
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const msOf = (at: string | null): number | null => (at === null ? null : Date.parse(at));

/** The entry that a run of this text stands for: the named one, else the first of its path that is still to be run. */
export function entryFor(
  plan: readonly PlanFact[],
  runs: ReadonlyMap<string, readonly LaunchRun[]>,
  path: string,
  named: string,
): PlanFact | null {
  const exact = plan.find((one) => one.id === named);
  if (exact) return exact;
  const ofPath = plan.filter((one) => one.path === path);
  const isLeft = (one: PlanFact): boolean => {
    const last = runs.get(one.id)?.at(-1);
    return one.skipped === null && (last === undefined || (!isOn(last) && !WELL.includes(last.result)));
  };
  return ofPath.find(isLeft) ?? ofPath.at(-1) ?? null;
}

/** Runs by the entry that they stand for, in the order of their start. Rehearsals, checks and ways back stand for none. */
export function runsByEntry({ night, runs }: Pick<LaunchFold, "night" | "runs">): Map<string, LaunchRun[]> {
  const found = new Map<string, LaunchRun[]>();
  for (const run of runs.values()) {
    if (run.kind !== "runbook" || run.mode === "rehearsal" || run.isWayBack) continue;
    const entry = entryFor(night.plan, found, run.path, run.planEntry);
    if (entry) found.set(entry.id, [...(found.get(entry.id) ?? []), run]);
  }
  return found;
}

/** What must be over before an entry: what it names, else the one before it. */
export function needsOf(plan: readonly PlanFact[], entry: PlanFact): PlanFact[] {
  if (entry.needs.length > 0) return plan.filter((one) => entry.needs.includes(one.id));
  const before = plan[plan.indexOf(entry) - 1];
  return before ? [before] : [];
}

type Facts = Pick<LaunchFold, "night" | "runs" | "facts" | "state" | "states">;
type Times = { start: number | null; end: number | null };
const latest = (ends: readonly (number | null)[]): number | null =>
  ends.some((one) => one === null) ? null : Math.max(...(ends as number[]));

export function planView(state: Facts, now: number): LaunchPlan {
  const { plan } = state.night;
  const windowStart = msOf(state.facts.windowStart);
  const windowEnd = msOf(state.facts.windowEnd);
  const runs = runsByEntry(state);
  const planned = new Map<string, Times>();
  const forecast = new Map<string, Times>();
  const rows: LaunchPlanRow[] = [];
  for (const entry of plan) {
    const needs = needsOf(plan, entry);
    const fixed = msOf(entry.at) ?? (entry.offsetMs === null || windowStart === null ? null : windowStart + entry.offsetMs);
    const after = needs.length === 0 ? windowStart : latest(needs.map((one) => planned.get(one.id)?.end ?? null));
    const start = fixed ?? after;
    const end = start === null || entry.plannedMs === null ? null : start + entry.plannedMs;
    planned.set(entry.id, { start, end });
    const own = runs.get(entry.id) ?? [];
    const run = own.at(-1);
    const actualStart = msOf(own[0]?.startedAt ?? null);
    const actualEnd = run && !isOn(run) ? msOf(run.endedAt) : null;
    const ready = needs.length === 0 ? (windowStart ?? now) : latest(needs.map((one) => forecast.get(one.id)?.end ?? null));
    const begins = actualStart ?? (ready === null ? null : Math.max(now, ready, fixed ?? 0));
    const done = run !== undefined && !isOn(run) && WELL.includes(run.result);
    const isOver = done || entry.skipped !== null;
    const lasts = entry.plannedMs;
    const ends = isOver
      ? (actualEnd ?? Math.max(msOf(entry.skipped?.at ?? null) ?? 0, ready ?? 0))
      : begins === null || lasts === null
        ? null
        : run !== undefined && !isOn(run)
          ? now + lasts // it failed: what is left of it is all of it
          : Math.max(now, begins + lasts);
    forecast.set(entry.id, { start: begins, end: ends });
    const wants = needs.filter((need) => rows.find((one) => one.id === need.id)?.isSettled !== true);
    const what = stateOf(state, entry, run, done, start, wants, now);
    rows.push({
      ...withoutSkip(entry),
      ...what,
      isSettled: what.state === "done" || what.state === "skipped" || (what.state === "failed" && entry.skipped !== null),
      plannedStart: iso(start),
      plannedEnd: iso(end),
      actualStart: iso(actualStart),
      actualEnd: iso(actualEnd),
      forecastEnd: iso(ends),
      driftMs: driftOf(what.state === "failed" && entry.skipped === null ? "due" : what.state, { start, end }, actualStart, actualEnd, now),
      run: run?.run ?? null,
      runStatus: run?.status ?? "",
      runs: own.length,
      isOtherText: run !== undefined && entry.sha256 !== "" && run.sha256 !== "" && run.sha256 !== entry.sha256,
    });
  }
  const plannedEnd = end(rows.map((one) => one.plannedEnd));
  const forecastEnd = end(rows.map((one) => one.forecastEnd));
  const watchStart = msOf(state.states.findLast((one) => one.state === "watch")?.at ?? null);
  const watchAt = watchStart ?? msOf(forecastEnd);
  const { durationMs } = watchConfig(state.night);
  const isRunnable = state.state !== "watch" && state.state !== "retrospective" && state.state !== "closed";
  const next = isRunnable
    ? rows.find((one) => !one.isSettled && one.state !== "running" && waitsFor(plan, rows, one).length === 0)
    : undefined;
  return {
    entries: rows,
    watch:
      rows.length === 0
        ? null
        : { plannedStart: iso(watchAt), plannedEnd: iso(watchAt === null ? null : watchAt + durationMs), durationMs },
    next: next?.id ?? null,
    running: rows.filter((one) => one.state === "running").map((one) => one.id),
    plannedEnd,
    forecastEnd,
    driftMs: driftOfPlan(rows),
    slackMs: windowEnd === null || forecastEnd === null ? null : windowEnd - Date.parse(forecastEnd),
  };
}

/** Titles of what an entry still waits for. */
export function waitsFor(plan: readonly PlanFact[], rows: readonly LaunchPlanRow[], row: LaunchPlanRow): string[] {
  const entry = plan.find((one) => one.id === row.id);
  if (!entry) return [];
  return needsOf(plan, entry)
    .filter((need) => rows.find((one) => one.id === need.id)?.isSettled !== true)
    .map((need) => need.title);
}

function stateOf(
  { state }: Facts,
  entry: PlanFact,
  run: LaunchRun | undefined,
  done: boolean,
  start: number | null,
  wants: readonly PlanFact[],
  now: number,
): Pick<LaunchPlanRow, "state" | "because"> {
  const skip = entry.skipped;
  if (run && isOn(run)) return { state: "running", because: run.status === "held" ? "its run is held" : "" };
  if (run && done) return { state: "done", because: run.result === "passed" ? "" : run.result };
  if (run) {
    const how = run.result === "aborted" ? "its run was aborted" : `its run ended ${run.result || "without a result"}`;
    return { state: "failed", because: skip === null ? how : `${how}; gone past: ${skip.reason} (${skip.by})` };
  }
  if (skip !== null) return { state: "skipped", because: `${skip.reason} (${skip.by})` };
  if (state === "watch" || state === "retrospective" || state === "closed")
    return { state: "skipped", because: "the launch went on without it" };
  const because = wants.length === 0 ? "" : `after ${wants.map((one) => one.title).join(", ")}`;
  const isDue = (state === "go" || state === "cut-over") && start !== null && start <= now;
  return { state: isDue ? "due" : "planned", because };
}

function driftOf(
  state: LaunchPlanRow["state"],
  { start, end }: Times,
  actualStart: number | null,
  actualEnd: number | null,
  now: number,
): number | null {
  // What failed is started again, or gone past: until then it is as late as if it had not begun.
  if (state === "due") return start === null ? null : now - start;
  if (state === "running") {
    const late = start === null || actualStart === null ? null : actualStart - start;
    const over = end === null ? null : now - end;
    return late === null ? over : Math.max(late, over ?? late);
  }
  if (state === "done" || state === "failed") return end === null || actualEnd === null ? null : actualEnd - end;
  return null;
}

/** Of what runs or is due now, else of what ended last. */
function driftOfPlan(rows: readonly LaunchPlanRow[]): number | null {
  const current = rows.filter((one) => !one.isSettled && one.driftMs !== null);
  if (current.length > 0) return Math.max(...current.map((one) => one.driftMs as number));
  const ended = rows.filter((one) => one.actualEnd !== null && one.driftMs !== null).sort((a, b) => (a.actualEnd! < b.actualEnd! ? -1 : 1));
  return ended.at(-1)?.driftMs ?? null;
}

function end(moments: readonly (string | null)[]): string | null {
  if (moments.length === 0 || moments.some((one) => one === null)) return null;
  return [...(moments as string[])].sort().at(-1) ?? null;
}

const withoutSkip = ({ skipped: _, ...entry }: PlanFact) => entry;
