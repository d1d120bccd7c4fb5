// What one measurement says, how it is judged against its goal and the baseline, and how the table looks.
// Owns: shapes and words. Measures nothing.
import { z } from "zod";

export type Result = {
  name: string;
  /** What was compared with what, in a few words. */
  against: string;
  ours: number;
  theirs: number | null;
  unit: string;
  /** The figure that the goal is about: a ratio where there is a comparison, else `ours`. */
  figure: number;
  goal: { operator: "<=" | ">=" | "<"; value: number };
  /** Slope of cost over size on log scales, where it was measured at several sizes. */
  exponent: number | null;
  note: string;
};

export type Measurement = { name: string; run(): Promise<Result[]> };

export function isMet({ figure, goal }: Result): boolean {
  if (goal.operator === "<=") return figure <= goal.value;
  if (goal.operator === "<") return figure < goal.value;
  return figure >= goal.value;
}

/** Per metric: the figure it had, and by which factor it may be worse before `npm run bench` fails. */
export const Baseline = z.record(z.string(), z.object({ figure: z.number(), tolerance: z.number().min(1) }));
export type Baseline = z.infer<typeof Baseline>;

/** True where a figure is worse than its baseline by more than its tolerance. An unknown metric never fails. */
export function isRegression(result: Result, baseline: Baseline): boolean {
  const before = baseline[result.name];
  if (before === undefined) return false;
  return result.goal.operator === ">="
    ? result.figure < before.figure / before.tolerance
    : result.figure > before.figure * before.tolerance;
}

const number = (value: number | null) => (value === null ? "–" : value >= 1000 ? value.toFixed(0) : value.toPrecision(3));

export function table(results: Result[], baseline: Baseline): string {
  const rows = results.map((result) => [
    result.name,
    number(result.ours),
    number(result.theirs),
    result.unit,
    number(result.figure),
    `${result.goal.operator} ${result.goal.value}`,
    isMet(result) ? "met" : "NOT MET",
    result.exponent === null ? "–" : result.exponent.toFixed(2),
    isRegression(result, baseline) ? "WORSE" : "",
    result.against + (result.note === "" ? "" : `; ${result.note}`),
  ]);
  const head = ["what", "ours", "compared", "unit", "figure", "goal", "", "growth", "", "compared with"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows]
    .map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join("  "))
    .join("\n");
}
