// What the watch after a launch comes to at a moment: which looks were due, which were entered, which were missed, who is on shift.
// Owns: the schedule as times and that computation. Pure: the same state and moment give the same watch; nothing is filled in.
import type { WatchConfig, WatchEntry, WatchSlot, WatchSpan, WatchView } from "../protocol/index.ts";
import { type NightFold, WATCH_DEFAULT } from "./night-state.ts";
import type { LaunchFold } from "./state.ts";

const iso = (ms: number): string => new Date(ms).toISOString();

export const watchConfig = (night: Pick<NightFold, "watchConfigs">): WatchConfig => night.watchConfigs.at(-1)?.config ?? WATCH_DEFAULT;

/** Milliseconds after the start at which somebody looks, up to and with `durationMs`. The last span holds to the end. */
export function offsetsOf(schedule: readonly WatchSpan[], durationMs: number): number[] {
  const offsets: number[] = [];
  const spans = [...schedule].sort((a, b) => a.untilMs - b.untilMs);
  let at = 0;
  for (const [index, { untilMs, everyMs }] of spans.entries()) {
    const until = Math.min(durationMs, index === spans.length - 1 ? durationMs : untilMs);
    for (; at + everyMs <= until; at += everyMs) offsets.push(at + everyMs);
    at = Math.max(at, until);
  }
  return offsets;
}

/** How many looks a schedule comes to, without making them: a typing error must not fill the memory. */
export function countOf(schedule: readonly WatchSpan[], durationMs: number): number {
  let from = 0;
  let count = 0;
  const spans = [...schedule].sort((a, b) => a.untilMs - b.untilMs);
  for (const [index, { untilMs, everyMs }] of spans.entries()) {
    const until = Math.min(durationMs, index === spans.length - 1 ? durationMs : untilMs);
    count += Math.max(0, Math.floor((until - from) / everyMs));
    from = Math.max(from, until);
  }
  return count;
}

/** Due times from the start on: each moment under the schedule that held then, so that a change undoes no look that was due before it. */
export function dueTimes(start: number, configs: NightFold["watchConfigs"]): number[] {
  const held =
    configs.length === 0 ? [{ at: 0, config: WATCH_DEFAULT }] : configs.map(({ at, config }) => ({ at: Date.parse(at), config }));
  // What was said last before the start holds from the start on.
  const first = Math.max(
    0,
    held.findLastIndex((one) => one.at <= start),
  );
  const due: number[] = [];
  for (let index = first; index < held.length; index += 1) {
    const { at, config } = held[index]!;
    const from = index === first ? start : at;
    const to = held[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    for (const offset of offsetsOf(config.schedule, config.durationMs)) {
      const moment = start + offset;
      if (moment > from && moment <= to) due.push(moment);
    }
  }
  return due;
}

export const startOfWatch = ({ states }: Pick<LaunchFold, "states">): number | null => {
  const at = states.findLast((one) => one.state === "watch")?.at;
  return at === undefined ? null : Date.parse(at);
};

/** Whether the watch is over, by time or by two people; null where there was none. */
export function watchEnd(state: Pick<LaunchFold, "states" | "night">, now: number): { isOver: boolean; leftMs: number } | null {
  const start = startOfWatch(state);
  if (start === null) return null;
  const leftMs = Math.max(0, start + watchConfig(state.night).durationMs - now);
  return { isOver: leftMs === 0 || state.night.watchEnd !== null, leftMs };
}

export function watchView(state: Pick<LaunchFold, "states" | "night" | "state">, now: number): WatchView {
  const { night } = state;
  const config = watchConfig(night);
  const start = startOfWatch(state);
  const isConfigured = night.watchConfigs.length > 0;
  const planned = countOf(config.schedule, config.durationMs);
  const none = { entered: 0, late: 0, missed: 0, due: 0, notOk: 0 };
  if (start === null)
    return {
      state: "planned",
      config,
      isConfigured,
      startedAt: null,
      endsAt: null,
      endedAt: null,
      endedEarly: null,
      slots: [],
      extra: [],
      counts: { planned, ...none },
      nextDue: null,
      onShift: [],
      gaps: [],
    };
  const ends = start + config.durationMs;
  const early = night.watchEnd;
  const end = early === null ? ends : Math.min(ends, Date.parse(early.at));
  const isOver = early !== null || now >= ends;
  const byDue = new Map(night.watchEntries.flatMap((one) => (one.due === null ? [] : [[Date.parse(one.due), one] as const])));
  // What would have been due after an early end was never due.
  const dues = dueTimes(start, night.watchConfigs).filter((due) => due <= end);
  const slots = dues.map((due, index): WatchSlot => {
    const entry = byDue.get(due) ?? null;
    const until = Math.min(due + config.graceMs, dues[index + 1] ?? Number.POSITIVE_INFINITY);
    const onShift = shiftAt(config, due);
    return { due: iso(due), until: iso(until), state: slotState(due, until, entry, now), entry, onShift };
  });
  const count = (is: (slot: WatchSlot) => boolean): number => slots.filter(is).length;
  const extra = night.watchEntries.filter((one) => one.due === null || !dues.includes(Date.parse(one.due)));
  return {
    state: early !== null ? "ended" : isOver ? "over" : "running",
    config,
    isConfigured,
    startedAt: iso(start),
    endsAt: iso(ends),
    endedAt: isOver ? iso(end) : null,
    endedEarly: early === null ? null : { by: early.by, second: early.second, reason: early.reason, leftMs: early.leftMs },
    slots,
    extra,
    counts: {
      planned: slots.length,
      entered: count((one) => one.state === "entered"),
      late: count((one) => one.state === "late"),
      missed: count((one) => one.state === "missed"),
      due: count((one) => one.state === "due"),
      notOk: night.watchEntries.filter((one) => one.outcome !== "ok").length,
    },
    nextDue: isOver ? null : (slots.find((one) => one.state === "due" || one.state === "upcoming")?.due ?? null),
    onShift: isOver ? [] : shiftAt(config, now),
    gaps: gapsOf(config, start, end),
  };
}

function slotState(due: number, until: number, entry: WatchEntry | null, now: number): WatchSlot["state"] {
  if (entry !== null) return entry.isLate ? "late" : "entered";
  if (now < due) return "upcoming";
  return now <= until ? "due" : "missed";
}

const shiftAt = ({ shifts }: WatchConfig, at: number): string[] => [
  ...new Set(shifts.filter((one) => Date.parse(one.from) <= at && at < Date.parse(one.to)).map((one) => one.name)),
];

/** Between two moments, what no shift covers. */
export function gapsOf({ shifts }: WatchConfig, from: number, to: number): { from: string; to: string }[] {
  const gaps: { from: string; to: string }[] = [];
  let covered = from;
  for (const shift of [...shifts].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const begins = Math.min(Date.parse(shift.from), to);
    if (begins > covered) gaps.push({ from: iso(covered), to: iso(begins) });
    covered = Math.max(covered, Date.parse(shift.to));
  }
  if (covered < to) gaps.push({ from: iso(covered), to: iso(to) });
  return gaps;
}
