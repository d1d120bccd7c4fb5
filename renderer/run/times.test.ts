import { describe, expect, it } from "vitest";
import { exampleHeader, exampleState, exampleStep } from "./example.ts";
import { ago, bytes, clock, localTime, progressOf, took, utcTime } from "./times.ts";

describe("times as words", () => {
  it("writes durations as a clock does", () => {
    expect(clock(0)).toBe("0:00");
    expect(clock(102_900)).toBe("1:42");
    expect(clock(21.5 * 60_000)).toBe("21:30");
    expect(clock(3_723_000)).toBe("1:02:03");
    expect(took(6_449)).toBe("6.4 s");
    expect(took(95_000)).toBe("1:35");
  });
  it("gives UTC and local time, and survives a zone that does not exist", () => {
    expect(utcTime("2026-03-15T00:55:12.345Z")).toBe("00:55:12");
    expect(localTime("2026-03-15T00:55:12.345Z", "Europe/Helsinki")).toEqual({ time: "02:55:12", zone: "EET" });
    expect(localTime("2026-03-15T00:55:12.345Z", "No/Where").time).toMatch(/^\d\d:\d\d:\d\d$/);
  });
  it("says how long ago and how many bytes", () => {
    const now = Date.parse("2026-03-15T01:00:00.000Z");
    expect(ago("2026-03-15T00:59:56.000Z", now)).toBe("4 s ago");
    expect(ago("2026-03-15T00:58:00.000Z", now)).toBe("2 min ago");
    expect(ago("2026-03-15T01:00:09.000Z", now)).toBe("0 s ago");
    expect(bytes(999)).toBe("999 bytes");
    expect(bytes(48_200)).toBe("48.2 kB");
    expect(bytes(61_700_000)).toBe("61.7 MB");
  });
});

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
  it("stops the clock at the end of the run", () => {
    const ended = { ...header, endedAt: "2026-03-15T00:40:00.000Z" };
    expect(clock(progressOf(ended, [], now).elapsedMs)).toBe("10:00");
  });
});
