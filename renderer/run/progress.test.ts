import { describe, expect, it } from "vitest";
import { formatDuration as clock } from "../design/format.ts";
import { exampleHeader, exampleState, exampleStep } from "./example.ts";
import { isLate, progressOf } from "./progress.ts";

describe("elapsed against plan", () => {
  const a = exampleStep("a", "1", "A", { directive: { plannedMs: 20 * 60_000 } });
  const b = exampleStep("b", "2", "B", { directive: { plannedMs: 2 * 60_000 } });
  const c = exampleStep("c", "3", "C", { directive: { plannedMs: 5 * 60_000 } });
  const header = exampleHeader();
  const now = Date.parse(header.startedAt) + (25 * 60 + 12) * 1000;
  it("counts what is done with its plan and the running step with what it used", () => {
    const states = [
      exampleState(a, { status: "done", verdict: "passed", durationMs: 21.5 * 60_000 }),
      exampleState(b, { status: "done", verdict: "passed", durationMs: 108_000 }),
      exampleState(c, { status: "running", startedAt: new Date(now - 102_000).toISOString() }),
    ];
    const progress = progressOf(header, states, now);
    expect(clock(progress.elapsedMs)).toBe("25:12");
    expect(clock(progress.byPlanMs!)).toBe("23:42");
    expect(clock(progress.lateMs!)).toBe("1:30");
    expect(progress.elapsedShare).toBeCloseTo(25.2 / 60);
  });
  it("gives a step no more than its plan, however long it takes", () => {
    const states = [exampleState(c, { status: "running", startedAt: new Date(now - 1_000_000).toISOString() })];
    expect(progressOf(header, states, now).byPlanMs).toBe(5 * 60_000);
  });
  it("says nothing about lateness where there is no plan", () => {
    const progress = progressOf({ ...header, plannedMs: null, forecastEnd: null }, [], now);
    expect(progress).toMatchObject({ plannedMs: null, byPlanMs: null, lateMs: null });
  });
  it("goes by the schedule where there is one, moves its end on with the clock, and holds it against the window", () => {
    const at = (minute: number) => new Date(Date.parse(header.startedAt) + minute * 60_000).toISOString();
    const plan = { plannedEnd: at(50), driftMs: 0, restMs: 20 * 60_000, windowEnd: at(60) };
    const minutes = (elapsed: number) => {
      const found = progressOf({ ...header, forecastEnd: at(55), plan }, [], Date.parse(at(elapsed)));
      return [found.plannedMs, found.byPlanMs, found.lateMs, found.windowSlackMs].map((ms) => ms! / 60_000);
    };
    expect(minutes(30)).toEqual([50, 25, 5, 5]);
    // what is left takes longer than from the forecast's moment to its end: the end moves
    expect(minutes(45)).toEqual([50, 30, 15, -5]);
  });
  it("stops the clock at the end of the run", () => {
    const ended = { ...header, endedAt: "2026-03-15T00:40:00.000Z" };
    expect(clock(progressOf(ended, [], now).elapsedMs)).toBe("10:00");
  });
});

describe("a late step", () => {
  it("is one that took clearly longer than planned, not one a few seconds over", () => {
    expect(isLate(145_000, 120_000)).toBe(false);
    expect(isLate(701_000, 600_000)).toBe(true);
    expect(isLate(701_000, null)).toBe(false);
    expect(isLate(null, 600_000)).toBe(false);
  });
});
