// Terminal throughput, PTY → redactor → recording → window, against the same PTY straight into xterm.js with nothing recorded.
import { join } from "node:path";
import { openBare } from "./bare.ts";
import { writeLines } from "./lines.ts";
import { growthExponent, median } from "./measure.ts";
import type { Measurement } from "./result.ts";
import { armedButton, commandBook, inWindow, startRun } from "./window.ts";

/** The same amounts for both, bytes; the figure is the largest one's. */
const SIZES = [300_000, 3_000_000, 30_000_000];
const ROUNDS = 3;

export const throughput: Measurement = {
  name: "throughput",
  run: () =>
    inWindow(async (scene) => {
      const { browser, page, served } = scene;
      const plan = SIZES.flatMap((size) => Array.from({ length: ROUNDS }, (_, round) => ({ size, mark: `END-${size}-${round}-` })));
      const command = ({ size, mark }: { size: number; mark: string }) =>
        // Cut in two, so that the typed command's own echo is no mark.
        `cat ${join(served.books, `${size}.log`)}; printf '%s%s\\n' ${mark.slice(0, 2)} ${mark.slice(2)}`;
      const exact = new Map(SIZES.map((size) => [size, writeLines(join(served.books, `${size}.log`), size).bytes]));
      await startRun(scene, "throughput.md", commandBook(["true", ...plan.map(command)]));
      await armedButton(page, "Step 1 of").click();
      await armedButton(page, "Step 2 of").waitFor();
      const bare = await openBare(browser, served.books, page);
      const samples = new Map(SIZES.map((size) => [size, { ours: [] as number[], theirs: [] as number[] }]));
      for (const [at, one] of plan.entries()) {
        const ours = async () => {
          const button = armedButton(page, `Step ${at + 2} of`);
          await button.waitFor();
          const shown = page.evaluate((mark) => window.bench.shown(mark), one.mark);
          await button.click();
          return (await shown) - (await page.evaluate(() => window.bench.clickedAt));
        };
        const theirs = async () => {
          await bare.next(command(one), false);
          const shown = bare.page.evaluate((mark) => window.bench.shown(mark), one.mark);
          await bare.click();
          return (await shown) - (await bare.page.evaluate(() => window.bench.clickedAt));
        };
        const into = samples.get(one.size)!;
        for (const side of at % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const))
          into[side].push(await (side === "ours" ? ours() : theirs()));
      }
      await bare.stop();
      const largest = SIZES.at(-1)!;
      const rate = (side: "ours" | "theirs", size = largest) => exact.get(size)! / 1e6 / (median(samples.get(size)![side]) / 1000);
      return [
        {
          name: "throughput",
          against: "the same PTY straight into xterm.js, nothing recorded",
          ours: rate("ours"),
          theirs: rate("theirs"),
          unit: "MB/s",
          figure: rate("ours") / rate("theirs"),
          goal: { operator: ">=", value: 0.8 },
          exponent: growthExponent(SIZES.map((size) => [size, median(samples.get(size)!.ours)])),
          note: `${largest / 1e6} MB, median of ${ROUNDS}`,
        },
      ];
    }),
};
