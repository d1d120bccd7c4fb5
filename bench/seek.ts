// A recording of 100 MB in the window: how long after a person chose a moment it stands on the screen, and how the window's frames
// go meanwhile, while it is read, sought and played. HOLDPOINT_BENCH_SEEK_MB sets the amount.
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { writeLines } from "./lines.ts";
import { median, quantile } from "./measure.ts";
import type { Measurement } from "./result.ts";
import { armedButton, call, commandBook, inWindow, startRun } from "./window.ts";

const SEEK_MB = Number(process.env["HOLDPOINT_BENCH_SEEK_MB"] ?? 100);
/** Moments chosen, spread over the recording in an order that jumps to and fro. */
const SEEKS = 100;
const PLAYED_MS = 5_000;
const MARK = "SEEK-END";

export const seek: Measurement = {
  name: "seek",
  run: () =>
    inWindow(async (scene) => {
      const { page, served } = scene;
      const file = join(served.books, "seek.log");
      const { bytes } = writeLines(file, SEEK_MB * 1_000_000);
      const { log } = await startRun(scene, "seek.md", commandBook([`cat ${file}; printf '%s%s\\n' SEEK -END`, "true"]));
      const shown = page.evaluate((mark) => window.bench.shown(mark), MARK);
      await armedButton(page, "Step 1 of").click();
      await shown;
      await armedButton(page, "Step 2 of").waitFor();
      const { rows } = await call(page, "record.events", { log, filter: { type: "block.ended" }, offset: 0, limit: 10 });

      await page.evaluate(() => window.bench.startFrames());
      const begin = performance.now();
      await page.evaluate(
        ([of, seq]) => {
          window.location.hash = `#/records/${of}/${seq}`;
        },
        [log, rows[0]!.seq] as const,
      );
      await page.getByText("hash matches").first().waitFor();
      const readMs = performance.now() - begin;
      const reading = await page.evaluate(() => window.bench.stopFrames());

      await page.evaluate(() => window.bench.startFrames());
      const samples: number[] = [];
      for (let at = 0; at < SEEKS; at++) samples.push(await seekTo(page, ((at * 61) % SEEKS) / SEEKS));
      const seeking = await page.evaluate(() => window.bench.stopFrames());

      // The engine's part alone: asked for and answered, nothing drawn.
      const opened = await call(page, "playback.open", { log, seq: rows[0]!.seq });
      let state = opened;
      while (!state.isComplete) state = await call(page, "playback.state", { playback: opened.playback });
      const answers = await page.evaluate(
        async ([playback, durationS, count]) => {
          const took: number[] = [];
          for (let at = 0; at < count; at++) {
            const begin = performance.now();
            await window.bench.call("playback.seek", { playback, at: durationS * (((at * 61) % count) / count) });
            took.push(performance.now() - begin);
          }
          return took;
        },
        [opened.playback, state.durationS, SEEKS] as const,
      );

      await seekTo(page, 0);
      await page.evaluate(() => window.bench.startFrames());
      await page.getByRole("button", { name: "Play" }).first().click();
      await page.waitForTimeout(PLAYED_MS);
      const playing = await page.evaluate(() => window.bench.stopFrames());

      const worst = Math.max(...samples);
      const frames = [...reading, ...seeking, ...playing];
      const p99 = (of: number[]) => quantile(of, 0.99).toFixed(0);
      return [
        {
          name: "seek-100-mb",
          against: "–",
          ours: worst,
          theirs: null,
          unit: "ms",
          figure: worst,
          goal: { operator: "<=", value: 200 },
          exponent: null,
          note: `longest of ${SEEKS} moments of a recording of ${(bytes / 1e6).toFixed(0)} MB, chosen to drawn; median ${median(samples).toFixed(0)}, 95th ${quantile(samples, 0.95).toFixed(0)} ms; the engine's answer ${median(answers).toFixed(0)}, longest ${Math.max(...answers).toFixed(0)} ms; all of it read ${(readMs / 1000).toFixed(1)} s after it was opened`,
        },
        {
          name: "seek-frames",
          against: "–",
          ours: quantile(frames, 0.99),
          theirs: null,
          unit: "ms",
          figure: quantile(frames, 0.99),
          goal: { operator: "<=", value: 50 },
          exponent: null,
          note: `p99 of ${frames.length} frames: reading ${p99(reading)}, seeking ${p99(seeking)}, playing ${p99(playing)} ms; longest ${Math.max(...frames).toFixed(0)} ms`,
        },
      ];
    }),
};

/** From the moment that the slider says a place to the frame after the terminal has drawn it, milliseconds. */
function seekTo(page: Page, share: number): Promise<number> {
  return page.evaluate(
    (part) =>
      new Promise<number>((resolve, reject) => {
        const slider = document.querySelector<HTMLInputElement>('.player input[type="range"]');
        const screen = document.querySelector<HTMLElement>(".player-screen");
        if (slider === null || screen === null) return reject(new Error("no player is open"));
        const at = Number(slider.max) * part;
        const begin = performance.now();
        const look = (): void => {
          if (Math.abs(Number(screen.dataset["shownAt"]) - at) < 1e-6) resolve(performance.now() - begin);
          else requestAnimationFrame(look);
        };
        // As a hand moves it: React listens to the element's own setter.
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(slider, String(at));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        requestAnimationFrame(look);
      }),
    share,
  );
}
