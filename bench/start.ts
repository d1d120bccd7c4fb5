// Start of a command: click to first byte of output in the window, with no cluster to ask, against a bare PTY through the same
// kind of socket and window plus one durable append.
import { openBare } from "./bare.ts";
import { median, quantile } from "./measure.ts";
import type { Measurement } from "./result.ts";
import { armedButton, commandBook, inWindow, startRun } from "./window.ts";

const ROUNDS = 32;
const WARM_UP = 2;

export const start: Measurement = {
  name: "start",
  run: () =>
    inWindow(async (scene) => {
      const { browser, page, served } = scene;
      const total = ROUNDS + WARM_UP + 1;
      const mark = (at: number) => `FIRST-${at}-`;
      // Cut in two, so that the typed command's own echo is no mark.
      const command = (at: number) => `printf '%s%s\\n' FIR ST-${at}-`;
      await startRun(scene, "start.md", commandBook(Array.from({ length: total }, (_, at) => command(at))));
      const ours: number[] = [];
      const theirs: number[] = [];
      const ourTurn = async (at: number) => {
        const button = armedButton(page, `Step ${at + 1} of`);
        await button.waitFor();
        const arrived = page.evaluate((text) => window.bench.arrived(text), mark(at));
        await button.click();
        return (await arrived) - (await page.evaluate(() => window.bench.clickedAt));
      };
      await ourTurn(0); // opens the shell, which is not what is measured
      const bare = await openBare(browser, served.books, page);
      const theirTurn = async (at: number) => {
        await bare.next(command(at), true);
        const arrived = bare.page.evaluate((text) => window.bench.arrived(text), mark(at));
        await bare.click();
        return (await arrived) - (await bare.page.evaluate(() => window.bench.clickedAt));
      };
      for (let at = 1; at < total; at++) {
        const theirsFirst = at % 2 === 0;
        const early = theirsFirst ? await theirTurn(at) : null;
        const our = await ourTurn(at);
        const their = early ?? (await theirTurn(at));
        if (at <= WARM_UP) continue;
        ours.push(our);
        theirs.push(their);
      }
      await bare.stop();
      return [
        {
          name: "start",
          against: "a bare PTY through the same socket and window plus one durable insert",
          ours: median(ours),
          theirs: median(theirs),
          unit: "ms",
          figure: median(ours) / median(theirs),
          goal: { operator: "<=", value: 1.3 },
          exponent: null,
          note: `median of ${ROUNDS}; p95 ${quantile(ours, 0.95).toFixed(1)} against ${quantile(theirs, 0.95).toFixed(1)} ms`,
        },
      ];
    }),
};
