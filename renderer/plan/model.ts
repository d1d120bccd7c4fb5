// The plan as it is drawn: which times the picture spans, where bars stand, which labels fit, and the words of figures.
// Owns: those sums. Pure; pixels and moments (milliseconds) are given, nothing is measured and no clock is read.
import type { PlanStep, PlanView } from "../../engine/protocol/index.ts";
import { formatDuration, type StatusState } from "../design/index.ts";

export const at = (moment: string): number => Date.parse(moment);
const atOrNull = (moment: string | null): number | null => (moment === null ? null : Date.parse(moment));

/** What a step's bar shows at a moment. */
export type Bar = {
  step: PlanStep;
  index: number;
  from: number;
  to: number;
  planned: [number, number] | null;
  /** done: as it was · running: from its start to now, then its forecast · todo: forecast · again: as it was, then once more. */
  kind: "done" | "running" | "todo" | "again";
  /** Where the actual part ends, for running and again. */
  reached: number;
  glyph: StatusState;
};

export function glyphOf(step: PlanStep): StatusState {
  if (step.status === "running" || step.status === "open") return "running";
  if (step.status === "todo") return step.signoff.length > 0 ? "signoff" : "open";
  return step.verdict ?? "unknown";
}

/** Bars by lane, in the view's order of lanes, each lane by time. A way back appears where it was used. */
export function barsOf(view: PlanView, now: number): Bar[][] {
  const lanes = new Map<string, Bar[]>(view.lanes.map((lane) => [lane, []]));
  view.steps.forEach((step, index) => {
    const from = atOrNull(step.start);
    if (from === null || step.isOff) return;
    const isOpen = step.status === "running" || step.status === "open";
    const ended = atOrNull(step.actualEnd);
    const forecast = atOrNull(step.end) ?? from;
    const isAgain = step.status === "done" && ended !== null && forecast > ended;
    const isStill = isOpen && view.endedAt === null;
    const planned: Bar["planned"] = step.plannedStart === null ? null : [at(step.plannedStart), at(step.plannedEnd!)];
    const bar: Bar = {
      step,
      index,
      from,
      to: isStill ? Math.max(forecast, now) : forecast,
      planned,
      kind: step.status === "todo" ? "todo" : isOpen ? "running" : isAgain ? "again" : "done",
      reached: isStill ? now : (ended ?? from),
      glyph: glyphOf(step),
    };
    const lane = lanes.get(step.lane);
    if (lane) lane.push(bar);
    else lanes.set(step.lane, [bar]);
  });
  return [...lanes.values()].map((bars) => bars.sort((a, b) => a.from - b.from || a.index - b.index));
}
/** Names of the rows that barsOf gives, in its order. */
export function laneNames(view: PlanView): string[] {
  const names = new Set(view.lanes);
  for (const step of view.steps) if (step.start !== null && !step.isOff) names.add(step.lane);
  return [...names];
}

/** A window that closes later than this many times the plan's own length is said in words and not drawn: the bars would be dots. */
const WINDOW_REACH = 1.5;
const SHORTEST_MS = 60_000;
export function spanOf(view: PlanView, bars: Bar[][], now: number): { from: number; to: number; hasWindowEnd: boolean } {
  let from = at(view.start);
  let to = Math.max(from + SHORTEST_MS, view.isStarted && view.endedAt === null ? now : from);
  for (const bar of bars.flat()) {
    from = Math.min(from, bar.from, bar.planned?.[0] ?? bar.from);
    to = Math.max(to, bar.to, bar.planned?.[1] ?? bar.to);
  }
  for (const fixed of view.fixedStarts) from = Math.min(from, at(fixed.at));
  const end = atOrNull(view.window.end);
  const hasWindowEnd = end !== null && end > from && end - from <= (to - from) * (1 + WINDOW_REACH);
  return { from, to: hasWindowEnd ? Math.max(to, end) : to, hasWindowEnd };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TICKS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((n) => n * HOUR),
];
/** Round moments far enough apart for their words. `everyMs` tells whether seconds have to be written. */
export function ticksOf(from: number, to: number, widthPx: number, apartPx: number): { moments: number[]; everyMs: number } {
  const everyMs = TICKS.find((every) => (every / (to - from)) * widthPx >= apartPx) ?? TICKS.at(-1)!;
  const moments: number[] = [];
  for (let moment = Math.ceil(from / everyMs) * everyMs; moment <= to; moment += everyMs) moments.push(moment);
  return { moments, everyMs };
}

export type Label = { text: string; x: number; place: "inside" | "after" };
/** Room at either side of words within a bar, and between a bar and the words after it. */
const PAD_PX = 6;
/** A number alone may come closer to the edges. */
const PAD_NUMBER_PX = 2;
/** Room kept at the right of all bars for the words after the last one of a row. */
export const END_PX = 130;
/** Beyond this many numbers at the end of a row the rest is counted: they are all in the table. */
const MOST_AT_END = 6;

/**
 * Labels of one row of bars that lie between `x` pixels, without two that touch: whole inside the bar, else the number inside, else
 * after the bar where the row is free, else at the row's end together.
 */
export function labelsOf(
  bars: readonly { x: number; width: number; number: string; title: string }[],
  widthOf: (text: string) => number,
): { labels: (Label | null)[]; end: { text: string; x: number } | null } {
  const labels: (Label | null)[] = [];
  const rest: string[] = [];
  let taken = Number.NEGATIVE_INFINITY;
  bars.forEach((bar, index) => {
    const whole = bar.title === "" ? bar.number : `${bar.number} ${bar.title}`;
    const start = Math.max(bar.x, taken);
    const pad = start + widthOf(whole) + 2 * PAD_PX <= bar.x + bar.width ? PAD_PX : PAD_NUMBER_PX;
    const inside = [whole, bar.number].find((text) => start + widthOf(text) + 2 * pad <= bar.x + bar.width);
    const isLast = index === bars.length - 1;
    const next = bars[index + 1]?.x ?? bar.x + bar.width + END_PX;
    const behind = Math.max(bar.x + bar.width, taken) + PAD_PX;
    if (inside !== undefined) labels.push({ text: inside, x: start + pad, place: "inside" });
    else {
      const after = [whole, bar.number].find((text) => behind + widthOf(text) + PAD_PX <= next);
      // The end of the row is for those that found no place before.
      if (after === undefined || (isLast && rest.length > 0)) {
        labels.push(null);
        rest.push(bar.number);
      } else {
        labels.push({ text: after, x: behind, place: "after" });
        taken = behind + widthOf(after);
      }
    }
  });
  if (rest.length === 0) return { labels, end: null };
  let count = Math.min(rest.length, MOST_AT_END);
  while (count > 0 && widthOf(endText(rest, count)) > END_PX - PAD_PX) count--;
  const text = endText(rest, count);
  const last = bars.reduce((edge, bar) => Math.max(edge, bar.x + bar.width), taken);
  return { labels, end: { text, x: last + PAD_PX } };
}

const endText = (numbers: string[], count: number): string => {
  const more = numbers.length - count;
  if (count === 0) return `${more} steps`;
  return `${numbers.slice(0, count).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
};

/** Less is the noise of a clock. */
const DRIFT_FROM_MS = 1000;
/** From here on being late is worth a colour. */
export const LATE_FROM_MS = 30_000;
/** `10:30 late`, `0:20 early`, `on plan`. */
export function driftWords(ms: number): string {
  if (Math.abs(ms) < DRIFT_FROM_MS) return "on plan";
  return `${formatDuration(Math.abs(ms))} ${ms > 0 ? "late" : "early"}`;
}

/** The forecast end at `now`, without asking: it stands still until the longest way left is longer. */
export const forecastAt = (view: Pick<PlanView, "forecastEnd" | "restMs">, now: number): number | null =>
  view.forecastEnd === null ? null : Math.max(at(view.forecastEnd), now + view.restMs);

/** `learnt 6:21 (5:50 to 7:02, 4 runs)`. */
export function learntWords({ learnt }: Pick<PlanStep, "learnt">): string {
  if (learnt === null) return "";
  const spread = learnt.n < 2 || spent(learnt.p25Ms) === spent(learnt.p75Ms) ? "" : `${spent(learnt.p25Ms)} to ${spent(learnt.p75Ms)}, `;
  return `learnt ${spent(learnt.medianMs)} (${spread}${learnt.n} ${learnt.n === 1 ? "run" : "runs"})`;
}
const spent = (ms: number): string => (ms < 1000 ? `${ms} ms` : formatDuration(ms));

/** Where a planned duration comes from, in words; what else is known beside it. */
export function sourceWords(step: PlanStep): string {
  switch (step.source) {
    case "text":
      return step.learnt === null ? "from the text" : `from the text; ${learntWords(step)}`;
    case "learnt":
      return learntWords(step);
    case "phase":
      return "share of its phase";
    case "none":
      return step.isWayBack ? "off the plan" : "no figure";
  }
}

/** Critical steps that are not done, first to last. */
export function decidingSteps(view: PlanView): PlanStep[] {
  const byId = new Map(view.steps.map((step) => [step.id, step]));
  return view.criticalPath.flatMap((id) => {
    const step = byId.get(id);
    return step === undefined || (step.status === "done" && step.actualEnd === step.end) ? [] : [step];
  });
}

/** Finished steps that took most more than planned, the worst first. */
export function costliestSteps(view: PlanView): PlanStep[] {
  const over = (step: PlanStep) => (step.actualMs ?? 0) - step.plannedMs;
  return view.steps
    .filter((step) => step.actualMs !== null && step.source !== "none" && over(step) >= DRIFT_FROM_MS)
    .sort((a, b) => over(b) - over(a));
}

/** What a screen reader hears of a bar. `clock` writes a moment. */
export function barWords(step: PlanStep, clock: (moment: string) => string): string {
  const parts = [`${step.number} ${step.title}, lane ${step.lane}`];
  if (step.plannedStart !== null) parts.push(`planned ${clock(step.plannedStart)} to ${clock(step.plannedEnd!)}`);
  if (step.status === "todo" && step.start !== null) parts.push(`forecast ${clock(step.start)} to ${clock(step.end!)}`);
  else if (step.actualStart !== null)
    parts.push(
      step.actualEnd === null
        ? `running since ${clock(step.actualStart)}, forecast to end ${clock(step.end ?? step.actualStart)}`
        : `${step.verdict ?? "done"}, ${clock(step.actualStart)} to ${clock(step.actualEnd)}`,
    );
  if (step.driftMs !== null) parts.push(driftWords(step.driftMs));
  if (step.slackMs !== null && step.slackMs > 0) parts.push(`${formatDuration(step.slackMs)} slack`);
  if (step.isCritical) parts.push("on the critical path");
  for (const part of step.parts) parts.push(`${PART_WORDS[part.kind]} ${formatDuration(part.ms)}`);
  if (step.signoff.length > 0) parts.push(`hold point, ${step.signoff.join(", ")}`);
  return parts.join(", ");
}
export const PART_WORDS = { hold: "gate holds", wait: "gate waits at most", soak: "soak" } as const;

/** The step to go to from one by an arrow key: along its lane, or to the nearest in time of the lane above or below. */
export function neighbour(lanes: readonly (readonly Bar[])[], from: number, key: string): Bar | null {
  const row = lanes.findIndex((bars) => bars.some((bar) => bar.index === from));
  if (row === -1) return lanes.flat()[0] ?? null;
  const bars = lanes[row]!;
  const position = bars.findIndex((bar) => bar.index === from);
  const here = bars[position]!;
  if (key === "ArrowLeft") return bars[position - 1] ?? null;
  if (key === "ArrowRight") return bars[position + 1] ?? null;
  if (key === "Home") return bars[0] ?? null;
  if (key === "End") return bars.at(-1) ?? null;
  const step = key === "ArrowUp" ? -1 : 1;
  for (let other = row + step; other >= 0 && other < lanes.length; other += step) {
    const nearest = lanes[other]!.toSorted((a, b) => Math.abs(a.from - here.from) - Math.abs(b.from - here.from))[0];
    if (nearest !== undefined) return nearest;
  }
  return null;
}

/** Keeps the object of every step that is as it was, so that its row need not be drawn again. */
export function keepSame(before: PlanView | null, next: PlanView): PlanView {
  if (before === null || before.sha256 !== next.sha256 || before.run !== next.run) return next;
  const steps = next.steps.map((step, index) => {
    const old = before.steps[index];
    return old !== undefined && JSON.stringify(old) === JSON.stringify(step) ? old : step;
  });
  return { ...next, steps };
}
