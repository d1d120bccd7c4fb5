import { describe, expect, it } from "vitest";
import type { PlanStep, PlanView } from "../../engine/protocol/index.ts";
import {
  barsOf,
  barWords,
  costliestSteps,
  decidingSteps,
  driftWords,
  forecastAt,
  keepSame,
  labelsOf,
  neighbour,
  sourceWords,
  spanOf,
  ticksOf,
} from "./model.ts";

const START = Date.parse("2026-05-29T22:00:00.000Z");
const minute = (n: number): string => new Date(START + n * 60_000).toISOString();

function step(id: string, lane: string, planned: [number, number], more: Partial<PlanStep> = {}): PlanStep {
  return {
    id: id as PlanStep["id"],
    number: id,
    title: `Title of ${id}`,
    phase: [],
    lane,
    needs: [],
    status: "todo",
    verdict: null,
    isWayBack: false,
    isOptional: false,
    isOff: false,
    signoff: [],
    parts: [],
    plannedMs: (planned[1] - planned[0]) * 60_000,
    source: "text",
    textMs: null,
    learnt: null,
    plannedStart: minute(planned[0]),
    plannedEnd: minute(planned[1]),
    actualStart: null,
    actualEnd: null,
    actualMs: null,
    start: minute(planned[0]),
    end: minute(planned[1]),
    latestStart: null,
    latestEnd: null,
    slackMs: 0,
    isCritical: true,
    driftMs: 0,
    fixedStart: null,
    ...more,
  };
}
const done = (id: string, lane: string, planned: [number, number], actual: [number, number]): PlanStep =>
  step(id, lane, planned, {
    status: "done",
    verdict: "passed",
    actualStart: minute(actual[0]),
    actualEnd: minute(actual[1]),
    actualMs: (actual[1] - actual[0]) * 60_000,
    start: minute(actual[0]),
    end: minute(actual[1]),
    slackMs: null,
    driftMs: (actual[1] - planned[1]) * 60_000,
  });
const view = (steps: PlanStep[], more: Partial<PlanView> = {}): PlanView => ({
  run: null,
  number: 1,
  log: null,
  fingerprint: null,
  launch: null,
  mode: "live",
  path: "/n.md",
  title: "Night",
  version: null,
  sha256: "0".repeat(64),
  zone: "",
  at: minute(0),
  start: minute(0),
  endedAt: null,
  isStarted: true,
  isFinished: false,
  saidMs: null,
  plannedEnd: minute(20),
  forecastEnd: minute(20),
  driftMs: 0,
  restMs: 0,
  window: { start: null, end: null },
  windowSlackMs: null,
  lanes: [...new Set(steps.map((one) => one.lane))],
  fixedStarts: [],
  criticalPath: steps.filter((one) => one.isCritical).map((one) => one.id),
  steps,
  problems: [],
  ...more,
});

describe("bars", () => {
  const running = step("2", "b", [5, 10], { status: "running", actualStart: minute(7), start: minute(7), end: minute(12), slackMs: 0 });
  const failed = { ...done("3", "b", [0, 3], [0, 4]), verdict: "failed" as const, end: minute(9) };
  const night = view([done("1", "a", [0, 5], [0, 7]), running, failed, step("4", "a", [10, 20])]);
  it("stand by lane and time, as done, running, to be done again, or forecast", () => {
    const bars = barsOf(night, START + 8 * 60_000);
    expect(bars.map((lane) => lane.map((bar) => `${bar.step.id} ${bar.kind}`))).toEqual([
      ["1 done", "4 todo"],
      ["3 again", "2 running"],
    ]);
    const late = barsOf(night, START + 15 * 60_000)[1]![1]!;
    // beyond its plan a running step reaches to now
    expect([late.reached, late.to]).toEqual([START + 15 * 60_000, START + 15 * 60_000]);
  });
  it("are walked by arrows along the lane and to the nearest of the next", () => {
    const bars = barsOf(night, START + 8 * 60_000);
    expect(neighbour(bars, 0, "ArrowRight")?.step.id).toBe("4");
    expect(neighbour(bars, 0, "ArrowDown")?.step.id).toBe("3");
    expect(neighbour(bars, 3, "ArrowDown")?.step.id).toBe("2");
    expect(neighbour(bars, 0, "ArrowUp")).toBeNull();
    expect(neighbour(bars, 2, "End")?.step.id).toBe("2");
  });
  it("span plan and forecast, and the window's end where it is near", () => {
    const minutes = (end: number | null) => {
      const one = view(night.steps, { window: { start: null, end: end === null ? null : minute(end) } });
      const { from, to, hasWindowEnd } = spanOf(one, barsOf(one, START), START);
      return [(from - START) / 60_000, (to - START) / 60_000, hasWindowEnd];
    };
    expect(minutes(null)).toEqual([0, 20, false]);
    expect(minutes(30)).toEqual([0, 30, true]);
    expect(minutes(600)).toEqual([0, 20, false]);
  });
});

describe("labels", () => {
  const width = (text: string) => text.length * 7;
  const bar = (x: number, wide: number, number: string, title = "Title") => ({ x, width: wide, number, title });
  it("stand whole in the bar, else as number, else after it where there is room", () => {
    const { labels, end } = labelsOf([bar(0, 100, "1"), bar(110, 30, "2"), bar(150, 10, "3"), bar(300, 100, "4")], width);
    expect(labels.map((label) => label && `${label.place} ${label.text}`)).toEqual([
      "inside 1 Title",
      "inside 2",
      "after 3 Title",
      "inside 4 Title",
    ]);
    expect(end).toBeNull();
  });
  it("move together to the end of the row where they would collide, and never touch another", () => {
    const bars = Array.from({ length: 9 }, (_, at) => bar(at * 6, 5, `1.${at}`));
    const { labels, end } = labelsOf(bars, width);
    expect(labels.every((label) => label === null)).toBe(true);
    expect(end).toEqual({ text: "1.0 and 8 more", x: 59 });
    expect(labelsOf(bars.slice(0, 3), width).end?.text).toBe("1.0, 1.1, 1.2");
    const crowded = labelsOf([bar(0, 10, "1"), bar(200, 4, "2"), bar(240, 80, "3")], width);
    const after = crowded.labels[0]!;
    expect(after.x + width(after.text)).toBeLessThan(200);
  });
});

it("ticks stand at round moments, far enough apart to be read", () => {
  const { moments, everyMs } = ticksOf(START + 1, START + 90 * 60_000, 900, 80);
  expect(everyMs).toBe(10 * 60_000);
  expect(moments[0]).toBe(START + 10 * 60_000);
  expect(ticksOf(START, START + 60_000, 900, 80).everyMs).toBe(10_000);
});

it("says drift, and the end at a later moment without asking", () => {
  expect([driftWords(0), driftWords(630_000), driftWords(-20_000)]).toEqual(["on plan", "10:30 late", "0:20 early"]);
  const one = { forecastEnd: minute(20), restMs: 5 * 60_000 };
  expect(forecastAt(one, START + 10 * 60_000)).toBe(START + 20 * 60_000);
  expect(forecastAt(one, START + 18 * 60_000)).toBe(START + 23 * 60_000);
});

it("names the source of a duration, both where there are two", () => {
  const learnt = { medianMs: 381_000, p25Ms: 350_000, p75Ms: 422_000, n: 4, sameText: 4 };
  expect(sourceWords(step("1", "a", [0, 5], { learnt }))).toBe("from the text; learnt 6:21 (5:50 to 7:02, 4 runs)");
  expect(sourceWords(step("1", "a", [0, 5], { source: "learnt", learnt: { ...learnt, n: 1 } }))).toBe("learnt 6:21 (1 run)");
  expect(sourceWords(step("1", "a", [0, 5], { source: "phase" }))).toBe("share of its phase");
});

it("lists what decides the end and what cost most", () => {
  const night = view([done("1", "a", [0, 5], [0, 7]), done("2", "a", [5, 6], [7, 12]), step("3", "a", [6, 9])]);
  expect(decidingSteps(night).map((one) => one.id)).toEqual(["3"]);
  expect(costliestSteps(night).map((one) => one.id)).toEqual(["2", "1"]);
});

it("tells a screen reader all that the bar shows", () => {
  const one = step("3.1", "traffic", [0, 5], { parts: [{ kind: "soak", ms: 240_000, block: null }], signoff: ["lead"] });
  expect(barWords(one, (moment) => moment.slice(11, 16))).toBe(
    "3.1 Title of 3.1, lane traffic, planned 22:00 to 22:05, forecast 22:00 to 22:05, on plan, on the critical path, soak 4:00, hold point, lead",
  );
});

it("keeps the rows that did not change", () => {
  const before = view([step("1", "a", [0, 5]), step("2", "a", [5, 9])]);
  const next = view([step("1", "a", [0, 5]), step("2", "a", [5, 9], { slackMs: 7 })]);
  const kept = keepSame(before, next);
  expect([kept.steps[0] === before.steps[0], kept.steps[1] === next.steps[1]]).toEqual([true, true]);
});
