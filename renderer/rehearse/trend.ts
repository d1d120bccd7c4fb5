// The geometry of the trend: where each run's point, its figure, the target and the lines between stand. Pure; draws nothing.
// Owns: scales and which labels there is room for. Lengths are units of the drawing, times milliseconds.
import type { SeriesTrend, TrendPoint } from "../../engine/protocol/index.ts";
import { formatDuration, formatSpent } from "../design/format.ts";

export type Size = { width: number; height: number; left: number; right: number; top: number; bottom: number };
export type TrendMark = {
  point: TrendPoint;
  x: number;
  y: number;
  /** "" where there is no room: the table has it. */
  label: string;
  labelY: number;
  tick: string;
  /** Its times can be held against the others'. */
  isComparable: boolean;
};
export type TrendPicture = {
  marks: TrendMark[];
  /** Joins what is comparable, oldest first. */
  line: { x: number; y: number }[];
  /** From the last comparable point to the forecast of the run under way. */
  forecast: { x1: number; y1: number; x2: number; y2: number } | null;
  target: { y: number; label: string } | null;
  base: number;
};

/** Room that a figure takes beside its neighbour's, units: eight characters of the labels' type. */
const LABEL_WIDTH = 64;
const LABEL_ABOVE = 12;
const LABEL_BELOW = 21;
/** Points keep clear of the axis by this. */
const EDGE = 10;

/** Newest points that fit; older ones stand in the table. */
export const MOST_POINTS = 24;

export function trendPicture(trend: SeriesTrend, size: Size): TrendPicture {
  const points = trend.points.slice(-MOST_POINTS);
  const base = size.height - size.bottom;
  // What cannot be held against the others does not stretch the scale either: it stands at its edge, with its figure.
  const comparable = points.filter(({ pace }) => pace === "real");
  const all = [
    ...(comparable.length === 0 ? points : comparable).map(({ ms }) => ms),
    ...(trend.targetMs === null ? [] : [trend.targetMs]),
  ];
  const [low, high] = rangeOf(all);
  const y = (ms: number): number => base - EDGE - ((Math.min(high, Math.max(low, ms)) - low) / (high - low)) * (base - EDGE - size.top);
  const inner = size.width - size.left - size.right;
  const apart = points.length < 2 ? inner : inner / (points.length - 1);
  const x = (index: number): number => size.left + (points.length === 1 ? inner / 2 : index * apart);
  const labelled = labelsOf(points, apart);
  const marks = points.map((point, index): TrendMark => {
    const at = y(point.ms);
    return {
      point,
      x: x(index),
      y: at,
      label: labelled.has(index) ? took(point.ms) : "",
      labelY: point.pace !== "real" || isAbove(points, index) ? at - LABEL_ABOVE : at + LABEL_BELOW,
      tick: apart < 22 && index % Math.ceil(22 / apart) !== 0 && index !== points.length - 1 ? "" : tickOf(point, apart),
      isComparable: point.pace === "real",
    };
  });
  const done = marks.filter(({ point, isComparable }) => isComparable && !point.isForecast);
  const last = done.at(-1);
  const ahead = marks.findLast(({ point }) => point.isForecast);
  return {
    marks,
    line: done.map(({ x: at, y: height }) => ({ x: at, y: height })),
    forecast: last === undefined || ahead === undefined || ahead.x < last.x ? null : { x1: last.x, y1: last.y, x2: ahead.x, y2: ahead.y },
    target: trend.targetMs === null ? null : { y: y(trend.targetMs), label: formatDuration(trend.targetMs) },
    base,
  };
}

/** Not from nought: what is looked for is the change, and the figures stand beside the points. */
function rangeOf(all: readonly number[]): [number, number] {
  if (all.length === 0) return [0, 1];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max((high - low) * 0.22, high * 0.05, 1);
  return [Math.max(0, low - room), high + room];
}

/** On the side where the line does not run. */
function isAbove(points: readonly TrendPoint[], index: number): boolean {
  const own = points[index]!.ms;
  const before = points.slice(0, index).findLast(({ pace }) => pace === "real")?.ms;
  const after = points.slice(index + 1).find(({ pace }) => pace === "real")?.ms;
  if (before === undefined && after === undefined) return true;
  const mean = ((before ?? after!) + (after ?? before!)) / 2;
  return own >= mean;
}

/** As many as there is room for on their side of the line; the last, the worst, the best and the first before the others. */
function labelsOf(points: readonly TrendPoint[], apart: number): Set<number> {
  const order = points
    .map(({ ms, pace }, index) => ({ ms, pace, index }))
    .sort((a, b) => Number(a.pace !== "real") - Number(b.pace !== "real") || a.ms - b.ms);
  const worst = order.findLast(({ pace }) => pace === "real") ?? order.at(-1);
  const wanted = new Set([points.length - 1, worst?.index ?? 0, order[0]?.index ?? 0, 0, ...points.keys()]);
  const sideOf = (index: number): boolean => points[index]!.pace !== "real" || isAbove(points, index);
  const chosen = new Set<number>();
  for (const index of wanted)
    if (
      index >= 0 &&
      index < points.length &&
      [...chosen].every((other) => sideOf(other) !== sideOf(index) || Math.abs(other - index) * apart >= LABEL_WIDTH)
    )
      chosen.add(index);
  return chosen;
}

/** With its number where there is room for both beside the tick before. */
const tickOf = ({ mode, nth, isForecast }: TrendPoint, apart: number): string =>
  isForecast && apart < LABEL_WIDTH ? "forecast" : `${mode === "live" ? "live " : ""}${nth}${isForecast ? ", forecast" : ""}`;

/** Below a second a clock would read 0:00. */
const took = (ms: number): string => (ms < 1000 ? formatSpent(ms) : formatDuration(ms));

const TIMES: Record<TrendPoint["pace"], string> = {
  real: "",
  walked: "walked through",
  played: "played at another speed",
  compressed: "waits compressed",
};
/** A point in words, for its tooltip. */
export function pointWords(point: TrendPoint, of: SeriesTrend["of"]): string {
  const what = of === "rto" ? "recovery time" : "start to end";
  const name = point.mode === "live" ? `Live run ${point.nth}` : `Rehearsal ${point.nth}`;
  const against = point.met === null ? "" : point.met ? ", within the target" : ", past the target";
  return `${name}: ${what} ${took(point.ms)}${point.isForecast ? " by forecast" : ""}${against}${TIMES[point.pace] === "" ? "" : ` (${TIMES[point.pace]})`}`;
}

/** The picture in one sentence, for whom it is not drawn. */
export function trendWords(trend: SeriesTrend): string {
  const done = trend.points.filter(({ isForecast, pace }) => !isForecast && pace === "real");
  const what = trend.of === "rto" ? "Recovery time" : "Duration";
  if (done.length === 0) return `${what}: no run with comparable times yet.`;
  const [first, last] = [done[0]!, done.at(-1)!];
  const best = done.reduce((found, point) => (point.ms < found.ms ? point : found));
  const target =
    trend.targetMs === null
      ? ""
      : ` Target ${formatDuration(trend.targetMs)}, met by ${done.filter(({ met }) => met).length} of ${done.length}.`;
  return `${what} over ${done.length} ${done.length === 1 ? "run" : "runs"}: first ${took(first.ms)}, best ${took(best.ms)}, last ${took(last.ms)}.${target}`;
}
