// Planned, earliest and latest times of every step, slack and the critical path, from the plan and from what has happened until now.
// Owns: the sums, in time proportional to steps and needs. Pure; moments are milliseconds since 1970, durations milliseconds.
import type { Network } from "./network.ts";

/**
 * todo: not begun · running: begun · again: ended, and has to be done once more · done: ended for good. `until`: what runs ends no
 * earlier, because a gate or a soak lasts as long.
 */
export type Actual = {
  status: "todo" | "running" | "again" | "done";
  start: number | null;
  end: number | null;
  isOff: boolean;
  until?: number | null;
};

export type Plan = {
  network: Network;
  /** By position, milliseconds. */
  durations: Float64Array;
  /** By position: not before this moment; -Infinity where nothing is fixed. */
  notBefore: Float64Array;
};

export type Baseline = { start: Float64Array; end: Float64Array; whole: number };
export type Forecast = {
  /** Earliest; the actual moments of what has begun and ended. */
  start: Float64Array;
  end: Float64Array;
  /** Latest that leaves the end where it is; NaN for what is done. */
  latestEnd: Float64Array;
  /** NaN for what is done. */
  slack: Float64Array;
  whole: number;
  /** Without news the end at a later moment `t` is the later of `whole` and `t + rest`. */
  rest: number;
  /** Positions, first to last. */
  path: number[];
  isCritical: Uint8Array;
  isFinished: boolean;
};

/** The plan as it stands when the run starts. `isOff`: steps whose `when` does not hold take no time. */
export function baselineOf({ network, durations, notBefore }: Plan, startMs: number, isOff: (at: number) => boolean): Baseline {
  const start = new Float64Array(durations.length).fill(Number.NaN);
  const end = new Float64Array(durations.length).fill(Number.NaN);
  let whole = startMs;
  for (const at of network.order) {
    let earliest = Math.max(startMs, isOff(at) ? startMs : notBefore[at]!);
    for (const before of network.after[at]!) if (end[before]! > earliest) earliest = end[before]!;
    const holdPoint = network.released[at]!;
    if (holdPoint !== -1 && start[holdPoint]! > earliest) earliest = start[holdPoint]!;
    start[at] = earliest;
    end[at] = earliest + (isOff(at) ? 0 : durations[at]!);
    if (end[at]! > whole) whole = end[at]!;
  }
  return { start, end, whole };
}

/** What is left takes as long as planned; a step beyond its plan ends now, and what has not begun begins now at the earliest. */
export function forecastOf(plan: Plan, actuals: readonly Actual[], nowMs: number): Forecast {
  const { network, durations, notBefore } = plan;
  const { order, after, released } = network;
  const size = durations.length;
  const start = new Float64Array(size).fill(Number.NaN);
  const end = new Float64Array(size).fill(Number.NaN);
  let whole = Number.NEGATIVE_INFINITY;
  let isFinished = true;
  for (const at of order) {
    const actual = actuals[at]!;
    if (actual.status !== "done") isFinished = false;
    if (actual.status === "todo") {
      let earliest = Math.max(nowMs, notBefore[at]!);
      for (const before of after[at]!) if (end[before]! > earliest) earliest = end[before]!;
      const holdPoint = released[at]!;
      if (holdPoint !== -1 && actuals[holdPoint]!.status === "todo" && start[holdPoint]! > earliest) earliest = start[holdPoint]!;
      start[at] = earliest;
      end[at] = earliest + durations[at]!;
    } else {
      const ended = actual.end ?? nowMs;
      start[at] = actual.start ?? ended;
      end[at] =
        actual.status === "done"
          ? ended
          : actual.status === "again"
            ? nowMs + durations[at]!
            : Math.max(nowMs, start[at]! + durations[at]!, actual.until ?? nowMs);
    }
    if (end[at]! > whole) whole = end[at]!;
  }
  whole = Math.max(whole, nowMs);
  const { latestEnd, slack, rest } = backwards(plan, actuals, end, whole);
  const path = isFinished && order.length === 0 ? [] : pathTo(plan, actuals, start, end, nowMs);
  const isCritical = new Uint8Array(size);
  for (const at of order) if (slack[at]! <= 0) isCritical[at] = 1;
  for (const at of path) isCritical[at] = 1;
  return { start, end, latestEnd, slack, whole, rest, path, isCritical, isFinished };
}

/** Latest ends, and the longest way from what can be worked on now to the end, waits for fixed starts left out. */
function backwards({ network, durations }: Plan, actuals: readonly Actual[], end: Float64Array, whole: number) {
  const { order, after, released } = network;
  const size = durations.length;
  const latestEnd = new Float64Array(size).fill(Number.NaN);
  const slack = new Float64Array(size).fill(Number.NaN);
  /** From a step's start, and from its end, to the end of all; of what is not done. */
  const fromStart = new Float64Array(size);
  const fromEnd = new Float64Array(size);
  const latestByNext = new Float64Array(size).fill(whole);
  const latestStartByHold = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const fromHold = new Float64Array(size);
  let rest = 0;
  for (let index = order.length - 1; index >= 0; index--) {
    const at = order[index]!;
    const { status } = actuals[at]!;
    if (status === "done") continue;
    const isTodo = status === "todo";
    const duration = durations[at]!;
    latestEnd[at] = isTodo ? Math.min(latestByNext[at]!, latestStartByHold[at]! + duration) : latestByNext[at]!;
    slack[at] = latestEnd[at]! - end[at]!;
    fromStart[at] = Math.max(duration + fromEnd[at]!, isTodo ? fromHold[at]! : 0);
    if (isTodo) {
      const latestStart = latestEnd[at]! - duration;
      for (const before of after[at]!) {
        if (actuals[before]!.status === "done") continue;
        if (latestStart < latestByNext[before]!) latestByNext[before] = latestStart;
        if (fromStart[at]! > fromEnd[before]!) fromEnd[before] = fromStart[at]!;
      }
      const holdPoint = released[at]!;
      if (holdPoint !== -1 && actuals[holdPoint]!.status === "todo") {
        if (latestStart < latestStartByHold[holdPoint]!) latestStartByHold[holdPoint] = latestStart;
        if (fromStart[at]! > fromHold[holdPoint]!) fromHold[holdPoint] = fromStart[at]!;
      }
    }
    rest = Math.max(rest, status === "running" ? fromEnd[at]! : fromStart[at]!);
  }
  return { latestEnd, slack, rest };
}

/** Back from what ends last, each time to what it waited or waits for; it begins where a fixed start decides, or with a first step. */
function pathTo(plan: Plan, actuals: readonly Actual[], start: Float64Array, end: Float64Array, nowMs: number): number[] {
  const { order, after, released } = plan.network;
  let at = -1;
  const isOpen = (one: number) => actuals[one]!.status !== "done";
  for (const one of order) {
    const isBetter =
      at === -1 || end[one]! > end[at]! || (end[one] === end[at] && (isOpen(one) ? !isOpen(at) || one > at : !isOpen(at) && one > at));
    if (isBetter) at = one;
  }
  const path: number[] = [];
  while (at !== -1) {
    path.push(at);
    at = driverOf(at);
  }
  return path.reverse();

  function driverOf(step: number): number {
    const isTodo = actuals[step]!.status === "todo";
    let latest = -1;
    for (const before of after[step]!) {
      // Begun out of turn: it did not wait for what is not done yet.
      if (!isTodo && isOpen(before)) continue;
      if (latest === -1 || end[before]! > end[latest]! || (end[before] === end[latest] && before > latest)) latest = before;
    }
    if (!isTodo) return latest;
    if (latest !== -1 && end[latest] === start[step]) return latest;
    const holdPoint = released[step]!;
    if (holdPoint !== -1 && actuals[holdPoint]!.status === "todo" && start[holdPoint] === start[step]) return holdPoint;
    return plan.notBefore[step] === start[step] && start[step]! > nowMs ? -1 : latest;
  }
}
