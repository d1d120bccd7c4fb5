// A runbook of 1,000 steps as a run: its steps start as fast as those of one with ten, and its text scrolls at 60 frames a second.
import { median, quantile } from "./measure.ts";
import type { Measurement } from "./result.ts";
import { armedButton, commandBook, inWindow, type Scene, scroll, startRun } from "./window.ts";

const SHORT_STEPS = 10;
const LONG_STEPS = 1_000;
/** Steps started in each; the first opens the shell, which is not what is measured. */
const STARTED = 9;
/** Each book is run so often, in turn, so that a slow moment of the machine falls on both. */
const TURNS = 3;
const SCROLL_MS = 3_000;
/** 60 frames a second are 16.7 ms each; the clock has a grain of 0.1 ms at either end. */
const FRAME_MS = 16.9;
const MOST_SLOWER = 1.3;

export const long: Measurement = {
  name: "long",
  run: () =>
    inWindow(async (scene) => {
      const short: number[] = [];
      const longer: number[] = [];
      let frames: number[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        short.push(...(await starts(scene, SHORT_STEPS, turn)));
        longer.push(...(await starts(scene, LONG_STEPS, turn)));
        if (turn === TURNS - 1) frames = await scroll(scene.page, ".run-doc-body", SCROLL_MS);
      }
      return [
        {
          name: "start-1000-steps",
          against: "a step of a ten-step run",
          ours: median(longer),
          theirs: median(short),
          unit: "ms",
          figure: median(longer) / median(short),
          goal: { operator: "<=", value: MOST_SLOWER },
          exponent: null,
          note: `median of ${longer.length}, click to first byte; p95 ${quantile(longer, 0.95).toFixed(1)} against ${quantile(short, 0.95).toFixed(1)} ms`,
        },
        {
          name: "scroll-1000-steps",
          against: "60 frames a second",
          ours: median(frames),
          theirs: 1000 / 60,
          unit: "ms",
          figure: median(frames),
          goal: { operator: "<=", value: FRAME_MS },
          exponent: null,
          note: `median frame while a run's text is scrolled ${SCROLL_MS / 1000} s; p95 ${quantile(frames, 0.95).toFixed(1)} ms, ${frames.length} frames`,
        },
      ];
    }),
};

async function starts(scene: Scene, steps: number, turn: number): Promise<number[]> {
  const { page } = scene;
  const mark = (at: number) => `FIRST-${steps}-${turn}-${at}-`;
  // Cut in two, so that the typed command's own echo is no mark.
  const command = (at: number) => `printf '%s%s\\n' FIR ST-${steps}-${turn}-${at}-`;
  await startRun(scene, `long-${steps}-${turn}.md`, commandBook(Array.from({ length: steps }, (_, at) => command(at))));
  const samples: number[] = [];
  for (let at = 0; at < STARTED; at++) {
    const button = armedButton(page, `Step ${at + 1} of`);
    await button.waitFor();
    const arrived = page.evaluate((text) => window.bench.arrived(text), mark(at));
    await button.click();
    const ms = (await arrived) - (await page.evaluate(() => window.bench.clickedAt));
    if (at > 0) samples.push(ms);
  }
  return samples;
}
