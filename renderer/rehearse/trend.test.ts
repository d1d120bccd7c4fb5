import { describe, expect, it } from "vitest";
import type { SeriesTrend, TrendPoint } from "../../engine/protocol/index.ts";
import { MOST_POINTS, pointWords, trendPicture, trendWords } from "./trend.ts";

const MIN = 60_000;
const SIZE = { width: 500, height: 190, left: 84, right: 44, top: 26, bottom: 24 };
const point = (nth: number, minutes: number, more: Partial<TrendPoint> = {}): TrendPoint => ({
  run: `run-${String(nth).padStart(26, "0")}` as TrendPoint["run"],
  nth,
  mode: "rehearsal",
  pace: "real",
  ms: minutes * MIN,
  met: minutes <= 60,
  isForecast: false,
  at: "2026-01-01T00:00:00.000Z",
  ...more,
});
const trend = (points: TrendPoint[], targetMs: number | null = 60 * MIN): SeriesTrend => ({ of: "rto", targetMs, points });

describe("the trend's picture", () => {
  it("puts what took longer higher, the target between what missed and what met it, and everything inside", () => {
    const { marks, target, line, base } = trendPicture(trend([point(1, 79), point(2, 70), point(3, 57), point(4, 40)]), SIZE);
    const heights = marks.map(({ y }) => y);
    expect([...heights].sort((a, b) => a - b)).toEqual(heights);
    expect(heights[1]).toBeLessThan(target!.y);
    expect(heights[2]).toBeGreaterThan(target!.y);
    for (const { x, y } of marks) {
      expect(x).toBeGreaterThanOrEqual(SIZE.left);
      expect(x).toBeLessThanOrEqual(SIZE.width - SIZE.right);
      expect(y).toBeGreaterThanOrEqual(SIZE.top - 1);
      expect(y).toBeLessThan(base);
    }
    expect(line).toHaveLength(4);
    expect(marks.map(({ label }) => label)).toEqual(["1:19:00", "1:10:00", "57:00", "40:00"]);
  });

  it("leaves a walked or compressed time out of the line and out of the scale, and dots to the forecast", () => {
    const points = [point(1, 79), point(2, 2, { pace: "compressed" }), point(3, 57), point(4, 58, { isForecast: true })];
    const { marks, line, forecast } = trendPicture(trend(points), SIZE);
    const without = trendPicture(trend([points[0]!, points[2]!, points[3]!]), SIZE);
    expect(line.map(({ x }) => x)).toEqual([marks[0]!.x, marks[2]!.x]);
    expect([marks[0]!.y, marks[2]!.y]).toEqual([without.marks[0]!.y, without.marks[1]!.y]);
    expect(marks[1]).toMatchObject({ isComparable: false, label: "2:00" });
    expect(forecast).toMatchObject({ x1: marks[2]!.x, x2: marks[3]!.x });
    expect(marks[3]!.tick).toBe("4, forecast");
  });

  it("labels only as many as there is room for, the last and the worst first, and shows the newest of many", () => {
    const points = Array.from({ length: 60 }, (_, index) => point(index + 1, index === 50 ? 90 : 50 + (index % 7)));
    const { marks } = trendPicture(trend(points), SIZE);
    expect(marks).toHaveLength(MOST_POINTS);
    expect(marks.at(-1)!.point.nth).toBe(60);
    const labelled = marks.filter(({ label }) => label !== "");
    expect(labelled.map(({ point: { nth } }) => nth)).toContain(60);
    expect(labelled.map(({ point: { nth } }) => nth)).toContain(51);
    // No figure stands on another: those of one side of the line keep apart.
    for (const one of labelled)
      for (const other of labelled)
        if (one !== other && one.labelY < one.y === other.labelY < other.y) expect(Math.abs(one.x - other.x)).toBeGreaterThan(60);
  });

  it("is drawn for one run, and for none", () => {
    expect(trendPicture(trend([point(1, 30)], null), SIZE)).toMatchObject({ target: null, forecast: null });
    expect(trendPicture(trend([]), SIZE).marks).toEqual([]);
  });
});

it("says the picture in one sentence, and each point in another", () => {
  expect(trendWords(trend([point(1, 79), point(2, 2, { pace: "walked" }), point(3, 57)]))).toBe(
    "Recovery time over 2 runs: first 1:19:00, best 57:00, last 57:00. Target 1:00:00, met by 1 of 2.",
  );
  expect(trendWords(trend([]))).toContain("no run with comparable times");
  expect(pointWords(point(3, 57, { mode: "live" }), "rto")).toBe("Live run 3: recovery time 57:00, within the target");
  expect(pointWords(point(2, 2, { pace: "walked", met: null }), "total")).toBe("Rehearsal 2: start to end 2:00 (walked through)");
});
