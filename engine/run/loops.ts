// What steps open and must be closed again (freezes, silences, elevated access): on record when the step has passed, alarmed when overdue.
// Owns: those events and the timer. A launch gathers the loops of its runs by itself, from the same events.
import { REAL_TIMERS } from "../ports.ts";
import { type CanonicalValue, fail, type LoopState, type Result, type StepId } from "../protocol/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { append, type Draft, ENGINE, eventOf } from "./live.ts";
import type { StepPlan } from "./plan.ts";
import { ended } from "./refusals.ts";
import { spanWords } from "./run-clock.ts";
import type { LoopFact, RunState } from "./state.ts";

/** The wall clock may be set, and the machine may sleep: it is looked at so often while a loop is open, milliseconds. */
const LOOK_MS = 30_000;

/** What follows from this step's having passed, or having been accepted. */
export function loopDrafts({ step: { id, directive } }: StepPlan, attempt: number): Draft[] {
  const drafts: Draft[] = [];
  const at = { step: id, attempt };
  const { opens, closes } = directive;
  if (closes !== null) drafts.push({ type: "loop.closed", ...at, data: { name: closes, step: id } });
  if (opens !== null) drafts.push({ type: "loop.opened", ...at, data: { name: opens.name, by_ms: opens.byMs, step: id } });
  return drafts;
}

export const openLoops = (state: RunState): LoopFact[] => state.loops.filter((one) => one.closedAt === null);

export const loopViews = (state: RunState, nowMs: number): LoopState[] =>
  state.loops.map(({ told: _, ...loop }) => ({ ...loop, isOverdue: loop.closedAt === null && isPast(loop, nowMs) }));

const isPast = ({ by }: Pick<LoopFact, "by">, nowMs: number): boolean => by !== null && Date.parse(by) <= nowMs;

/** `“ci-freeze” and “alert-silence”`, each name once. */
export const loopNames = (loops: readonly { name: string }[]): string => [...new Set(loops.map(({ name }) => `“${name}”`))].join(" and ");

/** For the event that ends a run; empty where nothing is open. */
export const openLoopsData = (state: RunState): Record<string, CanonicalValue> => {
  const names = [...new Set(openLoops(state).map((one) => one.name))];
  return names.length === 0 ? {} : { open_loops: names };
};

/** Somebody undid it in another place, or it is no longer there. */
export async function closeLoop(
  deps: RunDeps,
  live: LiveRun,
  who: Who,
  { name, reason }: { name: string; reason: string },
): Promise<Result<null>> {
  if (live.state.status === "finished" || live.state.status === "aborted") return ended(live);
  if (!openLoops(live.state).some((one) => one.name === name))
    return fail("not-found", `Nothing of the name “${name}” is open in this run.`);
  return append(deps, live, [
    eventOf(live, who.actor, { type: "loop.closed", reason, data: { name, step: "", note: live.redactor.redactText(reason) } }),
  ]);
}

/** Waits for the next loop that becomes overdue; called whenever a loop was opened or closed, and after a restart. Alarms once, on record. */
export function watchLoops(deps: RunDeps, live: LiveRun): void {
  const timers = deps.ports.timers ?? REAL_TIMERS;
  timers.clear(live.loopTimer);
  live.loopTimer = null;
  if (live.isClosing || live.state.status === "finished" || live.state.status === "aborted") return;
  const now = deps.ports.clock.now();
  const waiting = openLoops(live.state).filter((one) => one.by !== null && !one.told);
  const late = waiting.filter((one) => isPast(one, now));
  if (live.problem === null) for (const one of late) overdue(deps, live, one);
  const next = Math.min(...waiting.filter((one) => !late.includes(one)).map((one) => Date.parse(one.by as string)));
  const isLeft = openLoops(live.state).some((one) => late.includes(one));
  if (!isLeft && !Number.isFinite(next)) return;
  const timer = timers.set(Math.min(LOOK_MS, Math.max(1, next - now)), () => watchLoops(deps, live));
  (timer as { unref?: () => void }).unref?.();
  live.loopTimer = timer;
}

function overdue(deps: RunDeps, live: LiveRun, loop: LoopFact): void {
  const data = { name: loop.name, due: loop.by, opened_at: loop.openedAt };
  const written = append(deps, live, [eventOf(live, ENGINE, { type: "loop.overdue", step: loop.step, data })]);
  // Told without being on record it would be told again and again; the record's own problem is told instead.
  if (!written.ok || live.launch !== null) return;
  const late = deps.ports.clock.now() - Date.parse(loop.openedAt);
  deps.notify.alarm(
    live.run,
    null,
    "warn",
    `“${loop.name}” is still open`,
    `${loop.openedBy} opened it ${spanWords(late)} ago, and it was to be closed by now. Close it, or say why it stays.`,
  );
  deps.notify.changed(live.run, loop.step as StepId);
}
