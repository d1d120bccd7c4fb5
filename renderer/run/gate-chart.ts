// The geometry of a gate's chart: where each probe, limit, gap and label stands. Pure; draws nothing.
// Owns: scales. Lengths are units of the drawing, times milliseconds since the gate's start.
import type { Expectation, GateProbe, GateState } from "../../engine/protocol/index.ts";
import { formatDuration, formatSet } from "../design/format.ts";

export type Size = { width: number; height: number; left: number; right: number; top: number; bottom: number };
export type Mark = { probe: GateProbe; x: number; y: number; label: string };
export type Chart = {
  marks: Mark[];
  limit: { y: number; label: string; forbidden: { y: number; height: number } | null } | null;
  /** `labelY` keeps clear of the limit's own label. */
  warn: { y: number; labelY: number; label: string } | null;
  gaps: { x: number; width: number }[];
  /** Where the clock stands; null where nothing is counted. */
  nowX: number;
  /** Height of the words at the clock, clear of points and limits as far as can be. */
  noteY: number;
  ticks: { x: number; label: string }[];
  base: number;
  isMeasured: boolean;
};

/** Beyond so many probes their values no longer stand side by side. */
const MOST_LABELS = 8;

export function chartOf(gate: GateState, size: Size, elapsedMs: number): Chart {
  const span = (gate.kind === "hold" ? gate.forMs : gate.withinMs) ?? 1;
  const last = gate.probes.at(-1)?.dueMs ?? 0;
  const until = Math.max(span, last, 1);
  const x = (ms: number) => size.left + (Math.min(Math.max(0, ms), until) / until) * (size.width - size.left - size.right);
  const values = gate.probes.flatMap((probe) => (probe.value === null ? [] : [Number(probe.value)]));
  const isMeasured = values.length > 0 || gate.threshold !== null;
  const all = [...values, ...(gate.threshold ? [gate.threshold.value] : []), ...(gate.warn ? [gate.warn.value] : [])].filter(
    Number.isFinite,
  );
  const low = Math.min(0, ...all);
  const high = Math.max(0, ...all);
  const room = (high - low || 1) * 0.2;
  const [from, to] = [low < 0 ? low - room : low, high + room];
  const base = size.height - size.bottom;
  const y = (value: number) => base - ((Math.min(Math.max(value, from), to) - from) / (to - from)) * (base - size.top);
  const middle = (size.top + base) / 2;
  const labelled = gate.probes.length <= MOST_LABELS;
  const points = gate.probes.map((probe) => (probe.value === null || !isMeasured ? middle : y(Number(probe.value))));
  const lines = [gate.threshold, gate.warn].flatMap((one) => (one === null ? [] : [y(one.value)]));
  return {
    marks: gate.probes.map((probe, index) => ({
      probe,
      x: x(probe.dueMs),
      y: points[index] ?? middle,
      label: probe.value !== null && (labelled || probe.verdict === "failed" || index === gate.probes.length - 1) ? probe.value : "",
    })),
    limit: gate.threshold && {
      y: y(gate.threshold.value),
      label: String(gate.threshold.value),
      forbidden: forbidden(gate.threshold, y, size, base),
    },
    warn: gate.warn && {
      y: y(gate.warn.value),
      labelY: clear(y(gate.warn.value), gate.threshold && y(gate.threshold.value)),
      label: String(gate.warn.value),
    },
    gaps: gate.gaps.map((gap) => {
      const begin = Date.parse(gap.from) - Date.parse(gate.startedAt);
      const left = x(begin);
      return { x: left, width: Math.max(4, x(begin + gap.ms) - left) };
    }),
    nowX: x(elapsedMs),
    noteY: emptiest([base - 10, middle, size.top + LABEL], [...points, ...lines]),
    ticks: [1, 2, 3, 4, 5].map((part) => ({ x: x((span * part) / 5), label: tickLabel(span, (span * part) / 5) })),
    base,
    isMeasured,
  };
}

/** Marks closer than a second would all read 0:00 or twice the same. */
const tickLabel = (span: number, ms: number): string => (span < 5000 ? formatSet(ms) : formatDuration(ms));

/** Height of a label, units. */
const LABEL = 13;
const clear = (y: number, other: number | null): number =>
  other === null || Math.abs(y - other) >= LABEL ? y : y >= other ? other + LABEL : other - LABEL;

/** The place farthest from all that is drawn; the first of equals. Words stand on their line, so half a label above it counts. */
function emptiest(places: number[], taken: number[]): number {
  const free = (place: number) => Math.min(...taken.map((one) => Math.abs(one - (place - LABEL / 3))));
  return places.reduce((best, place) => (free(place) > free(best) ? place : best));
}

function forbidden(
  { operator, value }: Expectation,
  y: (value: number) => number,
  size: Size,
  base: number,
): { y: number; height: number } | null {
  if (operator === "<" || operator === "<=") return { y: size.top, height: Math.max(0, y(value) - size.top) };
  if (operator === ">" || operator === ">=") return { y: y(value), height: Math.max(0, base - y(value)) };
  return null;
}

const SIDES: Record<Expectation["operator"], string> = {
  "<": "below",
  "<=": "at or below",
  ">": "above",
  ">=": "at or above",
  "==": "at exactly",
  "!=": "anywhere but at",
};

/** What the gate asks, as a sentence's end: `must stay at or below 0.3`. */
export function limitWords(gate: Pick<GateState, "kind" | "threshold">): string {
  const { kind, threshold } = gate;
  if (threshold === null) return kind === "hold" ? "every probe must pass" : "until a probe passes";
  return `must ${kind === "hold" ? "stay" : "come"} ${SIDES[threshold.operator]} ${threshold.value}`;
}

/** What happens when its time is over, and what ends it before. */
export function endWords(gate: GateState, hasWayBack: boolean): string {
  const failed = hasWayBack ? "the run is held and the way back is offered" : "the run is held";
  const nothing = "A probe that measures nothing holds the run too, and rolls nothing back.";
  return gate.kind === "hold"
    ? `When it has held, the step goes on. One probe outside the limit: ${failed}. ${nothing}`
    : `The first probe that passes goes on. When the time is over, ${failed}. ${nothing}`;
}

/** The chart in one sentence, for whom it is not drawn. */
export function summary(gate: GateState, name: string): string {
  const { passed, failed, unknown, warned } = gate.counts;
  const counts = [
    `${passed} passed`,
    failed > 0 && `${failed} failed`,
    unknown > 0 && `${unknown} unknown`,
    warned > 0 && `${warned} near the limit`,
  ];
  const last = gate.probes.at(-1);
  return `${name}: ${limitWords(gate)}. Probes: ${counts.filter((word) => word !== false).join(", ")}${last === undefined ? "" : `; the last: ${last.value ?? "no value"}, ${last.verdict}`}.`;
}
