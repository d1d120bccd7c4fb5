import { expect, it } from "vitest";
import { growthExponent, median, quantile, sideBySide } from "./measure.ts";

it("interpolates quantiles between order statistics", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5);
  expect(() => median([])).toThrow();
});

it("tells linear from quadratic growth", () => {
  expect(
    growthExponent([
      [1, 5],
      [10, 50],
      [100, 500],
    ]),
  ).toBeCloseTo(1);
  expect(
    growthExponent([
      [1, 5],
      [10, 500],
      [100, 50_000],
    ]),
  ).toBeCloseTo(2);
});

it("runs both sides in every round and keeps their samples apart", async () => {
  const calls: string[] = [];
  const { ours, theirs } = await sideBySide(
    4,
    1,
    () => calls.push("ours"),
    () => calls.push("theirs"),
  );
  expect([ours.length, theirs.length]).toEqual([4, 4]);
  expect(calls.filter((call) => call === "ours")).toHaveLength(5);
});
