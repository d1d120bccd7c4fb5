// Parsing a runbook against `marked.lexer` alone on the same text, at three sizes.
import { marked } from "marked";
import { parseDocument } from "../engine/document/index.ts";
import { growthExponent, median, sideBySide } from "./measure.ts";
import type { Measurement, Result } from "./result.ts";
import { runbookText } from "./texts.ts";

const SIZES = [100, 1_000, 10_000];
const WARM_UP_STEPS = 10_000;
const warmUpOf = (steps: number): number => Math.max(3, Math.ceil(WARM_UP_STEPS / steps));

export const parse: Measurement = {
  name: "parse",
  async run() {
    const points: [number, number][] = [];
    const ratios: { steps: number; ours: number; theirs: number }[] = [];
    for (const steps of SIZES) {
      const text = runbookText(steps);
      const bytes = Buffer.from(text);
      const rounds = steps >= 10_000 ? 5 : 15;
      // The engine reads every file in one thread that it keeps, so what counts is compiled code: each side has read the
      // same amount of text, about 10,000 steps, before it is measured, and not a few rounds of a short one.
      const warmUp = warmUpOf(steps);
      const { ours, theirs } = await sideBySide(
        rounds,
        warmUp,
        () => parseDocument(bytes, { path: "bench.md" }),
        () => marked.lexer(text),
      );
      points.push([steps, median(ours)]);
      ratios.push({ steps, ours: median(ours), theirs: median(theirs) });
    }
    const exponent = growthExponent(points);
    return ratios.map(
      ({ steps, ours, theirs }): Result => ({
        name: `parse-${steps}`,
        against: "marked.lexer alone on the same text",
        ours,
        theirs,
        unit: "ms",
        figure: ours / theirs,
        goal: { operator: "<=", value: 2 },
        exponent,
        note: `${steps} steps, after ${warmUpOf(steps)} rounds of warming up`,
      }),
    );
  },
};
