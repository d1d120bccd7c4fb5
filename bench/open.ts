// Opening a runbook in the window with the engine warm: a 650-line one to its first paint, and how the time grows to 10,000 steps;
// then scrolling through the longest.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { growthExponent, median, quantile } from "./measure.ts";
import type { Measurement } from "./result.ts";
import { runbookText } from "./texts.ts";
import { inWindow, scroll } from "./window.ts";

const SEEDS_FIGURE_MS = 42;
/** This many steps of texts.ts make a runbook of 650 lines. */
const STEPS_OF_650_LINES = 52;
const ROUNDS = 30;
const WARM_UP = 4;
const GROWTH = [
  { steps: 100, rounds: 8 },
  { steps: 1_000, rounds: 6 },
  { steps: 10_000, rounds: 4 },
];
const SCROLL_MS = 3_000;
/** 60 frames a second are 16.7 ms each; the clock has a grain of 0.1 ms at either end. */
const FRAME_MS = 16.9;

export const open: Measurement = {
  name: "open",
  run: () =>
    inWindow(async ({ page, served }) => {
      const write = (steps: number): { path: string; lines: number } => {
        const text = runbookText(steps);
        const path = join(served.books, `open-${steps}.md`);
        writeFileSync(path, text);
        return { path, lines: text.split("\n").length - 1 };
      };
      const usual = write(STEPS_OF_650_LINES);
      const samples: number[] = [];
      for (let round = 0; round < ROUNDS + WARM_UP; round++) {
        const ms = await openOnce(page, usual.path);
        if (round >= WARM_UP) samples.push(ms);
      }
      const times: [number, number][] = [];
      for (const { steps, rounds } of GROWTH) {
        const { path } = write(steps);
        const several: number[] = [];
        for (let round = 0; round < rounds; round++) several.push(await openOnce(page, path));
        times.push([steps, median(several.slice(1))]);
      }
      await show(page, join(served.books, "open-10000.md"));
      const scrolled = await scroll(page, ".document-page", SCROLL_MS);
      const [, thousand, tenThousand] = times.map(([, ms]) => ms) as [number, number, number];
      return [
        {
          name: "open-650-lines",
          against: "42 ms, the seeds' dashboard figure",
          ours: quantile(samples, 0.95),
          theirs: SEEDS_FIGURE_MS,
          unit: "ms",
          figure: quantile(samples, 0.95),
          goal: { operator: "<", value: SEEDS_FIGURE_MS },
          exponent: null,
          note: `p95 of ${ROUNDS}, median ${median(samples).toFixed(1)}; ${usual.lines} lines, address to first paint, engine warm`,
        },
        {
          name: "open-10000-steps",
          against: "10 × the 1,000-step one",
          ours: tenThousand,
          theirs: 10 * thousand,
          unit: "ms",
          figure: tenThousand / (10 * thousand),
          goal: { operator: "<=", value: 1 },
          exponent: growthExponent(times),
          note: `100, 1,000 and 10,000 steps: ${times.map(([, ms]) => ms.toFixed(0)).join(", ")} ms`,
        },
        {
          name: "scroll-10000-steps",
          against: "60 frames a second",
          ours: median(scrolled),
          theirs: 1000 / 60,
          unit: "ms",
          figure: median(scrolled),
          goal: { operator: "<=", value: FRAME_MS },
          exponent: null,
          note: `median frame while scrolling ${SCROLL_MS / 1000} s; p95 ${quantile(scrolled, 0.95).toFixed(1)} ms, ${scrolled.length} frames`,
        },
      ];
    }),
};

async function openOnce(page: Page, path: string): Promise<number> {
  await page.evaluate(async () => {
    window.location.hash = "#/library";
    await window.bench.painted("h1, h2", "");
  });
  await page.locator(".document-page").waitFor({ state: "detached" });
  return await show(page, path);
}

/** From the new address to the frame with the text in it, milliseconds. */
function show(page: Page, path: string): Promise<number> {
  return page.evaluate(async (target) => {
    const begin = performance.now();
    window.location.hash = `#/library/${encodeURIComponent(target)}`;
    return (await window.bench.painted(".document-page .page-step", "Step 0")) - begin;
  }, path);
}
