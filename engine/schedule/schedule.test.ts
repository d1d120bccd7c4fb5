// The sums against computations of another kind: difference constraints relaxed until nothing moves, and every path walked.
import { describe, expect, it } from "vitest";
import { type NetworkStep, networkOf } from "./network.ts";
import { type Actual, baselineOf, forecastOf, type Plan } from "./schedule.ts";

/** Small fast generator of known sequence (mulberry32), so that a failure can be had again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Case = { steps: NetworkStep[]; durations: number[]; fixed: number[]; actuals: Actual[]; now: number };
const START = 1_000_000;

function randomCase(seed: number): Case {
  const next = random(seed);
  const below = (n: number) => Math.floor(next() * n);
  const size = 2 + below(12);
  const lanes = 1 + below(4);
  const steps: NetworkStep[] = [];
  for (let at = 0; at < size; at++) {
    const needs = Array.from({ length: at === 0 ? 0 : below(3) }, () => `s${below(at)}`).filter(
      (id) => !steps[Number(id.slice(1))]!.isWayBack,
    );
    steps.push({ id: `s${at}`, lane: `l${below(lanes)}`, needs, isWayBack: next() < 0.08, isHoldPoint: next() < 0.12 });
  }
  const durations = steps.map(() => below(5) * 60 + below(60));
  const fixed = steps.map(() => (next() < 0.15 ? START + below(900) : Number.NEGATIVE_INFINITY));
  // A part of the night is over: what is done is done in an order that nothing forbids, at times that have nothing to do with the plan.
  const now = START + below(1500);
  const actuals: Actual[] = steps.map(() => ({ status: "todo", start: null, end: null, isOff: false }));
  const progress = next();
  steps.forEach((step, at) => {
    const before = [...pairs(steps)].filter(([, to]) => to === at).map(([from]) => from);
    if (step.isWayBack || next() > progress || before.some((one) => actuals[one]!.status !== "done")) return;
    const from = Math.max(START, ...before.map((one) => actuals[one]!.end ?? START));
    const start = from + below(200);
    const end = start + below(400);
    if (end <= now) actuals[at] = { status: next() < 0.15 ? "again" : "done", start, end, isOff: false };
    else if (start <= now)
      actuals[at] = { status: "running", start, end: null, isOff: false, until: next() < 0.3 ? now + below(300) : null };
  });
  return { steps, durations, fixed, actuals, now };
}

/** Who must have ended before whom, said naively: all pairs of a lane, all needs, all before a hold point. */
function* pairs(steps: NetworkStep[]): Generator<[number, number]> {
  for (let to = 0; to < steps.length; to++)
    for (let from = 0; from < steps.length; from++) {
      const [a, b] = [steps[from]!, steps[to]!];
      if (a.isWayBack || b.isWayBack) continue;
      if (b.needs.includes(a.id) || (from < to && (a.lane === b.lane || b.isHoldPoint))) yield [from, to];
    }
}
/** Who must have begun before whom: what follows a hold point waits for its release. */
function* releases(steps: NetworkStep[]): Generator<[number, number]> {
  for (let to = 0; to < steps.length; to++)
    for (let from = 0; from < to; from++)
      if (steps[from]!.isHoldPoint && !steps[from]!.isWayBack && !steps[to]!.isWayBack) yield [from, to];
}

/** Earliest times as the least solution of difference constraints (Bellman-Ford): relaxed round after round until nothing moves. */
function relaxed({ steps, durations, fixed, actuals, now }: Case): { start: number[]; end: number[] } {
  const start = steps.map((_, at) => {
    const actual = actuals[at]!;
    return actual.status === "todo" ? Math.max(now, fixed[at]!) : actual.start!;
  });
  const endAt = (at: number) => {
    const actual = actuals[at]!;
    if (actual.status === "done") return actual.end!;
    if (actual.status === "again") return now + durations[at]!;
    if (actual.status === "running") return [now, actual.start! + durations[at]!, actual.until ?? 0].reduce((a, b) => (a > b ? a : b));
    return start[at]! + durations[at]!;
  };
  for (let isMoving = true; isMoving; ) {
    isMoving = false;
    const raise = (at: number, to: number) => {
      if (actuals[at]!.status !== "todo" || start[at]! >= to) return;
      start[at] = to;
      isMoving = true;
    };
    for (const [from, to] of pairs(steps)) raise(to, endAt(from));
    for (const [from, to] of releases(steps)) if (actuals[from]!.status === "todo") raise(to, start[from]!);
  }
  return { start, end: steps.map((_, at) => endAt(at)) };
}

/** Longest way from the end of a step to the end of all, by walking every path. Work left, without waits for fixed starts. */
function longestAfter(one: Case, from: number): number {
  let longest = 0;
  for (const [a, b] of pairs(one.steps))
    if (a === from && one.actuals[b]!.status === "todo") longest = Math.max(longest, longestFrom(one, b));
  return longest;
}
function longestFrom(one: Case, at: number): number {
  let longest = one.durations[at]! + longestAfter(one, at);
  if (one.actuals[at]!.status === "todo")
    for (const [a, b] of releases(one.steps))
      if (a === at && one.actuals[b]!.status === "todo") longest = Math.max(longest, longestFrom(one, b));
  return longest;
}

const planOf = ({ steps, durations, fixed }: Case): Plan => ({
  network: networkOf(steps),
  durations: Float64Array.from(durations),
  notBefore: Float64Array.from(fixed),
});
const CASES = Array.from({ length: Number(process.env["HOLDPOINT_PLANS"] ?? 200) }, (_, seed) => randomCase(seed + 1));
const onPlan = ({ steps }: Case) => steps.flatMap((step, at) => (step.isWayBack ? [] : [at]));

describe("on random plans, part of them under way, an independent computation agrees about", () => {
  it("every earliest start and end, planned and forecast, and the end of all", () => {
    for (const one of CASES) {
      const plan = planOf(one);
      const forecast = forecastOf(plan, one.actuals, one.now);
      const other = relaxed(one);
      const fresh = {
        ...one,
        now: START,
        actuals: one.actuals.map((): Actual => ({ status: "todo", start: null, end: null, isOff: false })),
      };
      const planned = relaxed(fresh);
      const baseline = baselineOf(plan, START, () => false);
      for (const at of onPlan(one)) {
        expect([forecast.start[at], forecast.end[at]], JSON.stringify(one)).toEqual([other.start[at], other.end[at]]);
        expect([baseline.start[at], baseline.end[at]], JSON.stringify(one)).toEqual([planned.start[at], planned.end[at]]);
      }
      expect(forecast.whole).toBe(Math.max(one.now, ...onPlan(one).map((at) => other.end[at]!)));
      expect(baseline.whole).toBe(Math.max(START, ...onPlan(one).map((at) => planned.end[at]!)));
    }
    expect(CASES.some(({ actuals }) => actuals.some(({ status }) => status === "running"))).toBe(true);
    expect(CASES.some(({ actuals }) => actuals.some(({ status }) => status === "again"))).toBe(true);
  });

  it("the slack of every step that is left: so much longer it may take, and not a millisecond more", () => {
    let tight = 0;
    for (const one of CASES) {
      const forecast = forecastOf(planOf(one), one.actuals, one.now);
      const before = relaxed(one);
      const whole = Math.max(one.now, ...onPlan(one).map((at) => before.end[at]!));
      for (const at of onPlan(one)) {
        if (one.actuals[at]!.status === "done") {
          expect(forecast.slack[at]).toBeNaN();
          continue;
        }
        const slack = forecast.slack[at]!;
        // Pushed later by hand: a step not begun starts later, what is under way ends later.
        const pushed = (by: number): number => {
          const { actuals, fixed, durations } = { actuals: [...one.actuals], fixed: [...one.fixed], durations: [...one.durations] };
          if (actuals[at]!.status === "todo") fixed[at] = forecast.start[at]! + by;
          else durations[at] = forecast.end[at]! + by - (actuals[at]!.status === "again" ? one.now : actuals[at]!.start!);
          const after = relaxed({ ...one, actuals, fixed, durations });
          return Math.max(one.now, ...onPlan(one).map((each) => after.end[each]!));
        };
        expect(slack).toBeGreaterThanOrEqual(0);
        expect(pushed(slack), JSON.stringify({ one, at })).toBe(whole);
        expect(pushed(slack + 1), JSON.stringify({ one, at })).toBeGreaterThan(whole);
        if (slack === 0) tight++;
      }
    }
    expect(tight).toBeGreaterThan(CASES.length);
  });

  it("the critical path: a chain in which each waits for the one before, without slack, to the last end", () => {
    for (const one of CASES) {
      if (onPlan(one).length === 0) continue;
      const forecast = forecastOf(planOf(one), one.actuals, one.now);
      const { path } = forecast;
      expect(forecast.end[path.at(-1)!]).toBe(Math.max(...onPlan(one).map((at) => forecast.end[at]!)));
      const edges = new Set([...pairs(one.steps), ...releases(one.steps)].map(([from, to]) => `${from} ${to}`));
      path.forEach((at, index) => {
        expect(forecast.isCritical[at]).toBe(1);
        const next = path[index + 1];
        if (next === undefined) return;
        expect(edges.has(`${at} ${next}`), JSON.stringify({ one, path })).toBe(true);
      });
      // Where nothing has begun, the longest of all paths and the waits on it make up the whole.
      if (one.actuals.every(({ status }) => status === "todo") && one.fixed.every((ms) => ms === Number.NEGATIVE_INFINITY)) {
        const longest = Math.max(...onPlan(one).map((at) => longestFrom(one, at)));
        expect(forecast.whole - one.now).toBe(longest);
      }
    }
  });

  it("the end at any later moment, without anything new", () => {
    for (const one of CASES) {
      const { whole, rest } = forecastOf(planOf(one), one.actuals, one.now);
      for (const later of [1, 30, 61, 300, 2000]) {
        const other = relaxed({ ...one, now: one.now + later });
        const expected = Math.max(one.now + later, ...onPlan(one).map((at) => other.end[at]!));
        expect(Math.max(whole, one.now + later + rest), JSON.stringify({ one, later })).toBe(expected);
      }
    }
  });
});

const step = (id: string, lane: string, needs: string[] = []): NetworkStep => ({ id, lane, needs, isWayBack: false, isHoldPoint: false });

it("names a need that nobody meets and a circle, and plans all the same", () => {
  const steps = [step("a", "x", ["z"]), step("b", "x", ["d"]), step("c", "y"), step("d", "y", ["b"]), step("e", "y", ["e"])];
  const network = networkOf(steps);
  expect(network.problems.map(({ code, steps: named }) => [code, ...named])).toEqual([
    ["need-unknown", "a", "z"].slice(0, 2),
    ["need-cycle", "b", "d"],
    ["need-cycle", "e", "e"],
  ]);
  expect([...network.order].sort()).toEqual([0, 1, 2, 3, 4]);
  const plan = { network, durations: Float64Array.of(1, 2, 4, 8, 16), notBefore: new Float64Array(5).fill(Number.NEGATIVE_INFINITY) };
  expect(baselineOf(plan, 0, () => false).whole).toBe(4 + 8 + 16);
});

it("lets two lanes run side by side, and a hold point wait for both", () => {
  const steps = [step("a", "x"), step("b", "y"), { ...step("h", "y"), isHoldPoint: true }, step("c", "x")];
  const plan = {
    network: networkOf(steps),
    durations: Float64Array.of(10, 4, 3, 5),
    notBefore: new Float64Array(4).fill(Number.NEGATIVE_INFINITY),
  };
  const { start, whole } = baselineOf(plan, 0, () => false);
  expect([...start, whole]).toEqual([0, 0, 10, 10, 15]);
});
