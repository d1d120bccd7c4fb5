import { expect, it } from "vitest";
import { isMet, isRegression, type Result, table } from "./result.ts";

const result: Result = {
  name: "append",
  against: "a bare insert",
  ours: 3,
  theirs: 2,
  unit: "ms",
  figure: 1.5,
  goal: { operator: "<=", value: 1.5 },
  exponent: null,
  note: "",
};

it("judges a figure against its goal in the goal's own direction", () => {
  expect(isMet(result)).toBe(true);
  expect(isMet({ ...result, figure: 1.51 })).toBe(false);
  expect(isMet({ ...result, figure: 0.81, goal: { operator: ">=", value: 0.8 } })).toBe(true);
});

it("calls a figure worse only beyond its tolerance, and an unknown metric never", () => {
  const baseline = { append: { figure: 1.2, tolerance: 1.2 } };
  expect(isRegression(result, baseline)).toBe(true);
  expect(isRegression({ ...result, figure: 1.4 }, baseline)).toBe(false);
  expect(isRegression(result, {})).toBe(false);
  expect(table([result], baseline)).toContain("WORSE");
});
