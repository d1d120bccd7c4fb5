// The palette's search in the browser, over 10,000 entries against the seeds' figure for a palette (3.7 ms), and its growth.
import { join } from "node:path";
import { build } from "vite";
import { launchChromium } from "../e2e/chromium.ts";
import { growthExponent, quantile } from "./measure.ts";
import type { Measurement } from "./result.ts";

const QUERIES = ["gre", "roll out", "step 99", "api canary", "hold", "2.3", "zzz nothing", "k", "smoke green", "way back"];
const SEEDS_FIGURE_MS = 3.7;

/** The palette's search with everything it imports, as one script that sets `palette`. */
async function script(): Promise<string> {
  const entry = join(import.meta.dirname, "..", "renderer", "palette", "search.ts");
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, lib: { entry, formats: ["iife"], name: "palette" } },
  });
  const [first] = Array.isArray(built) ? built : [built];
  if (first === undefined || !("output" in first)) throw new Error("the palette's search was not built");
  return first.output[0].code;
}

/** Milliseconds of every search but those of the first rounds. Runs in the page: everything it uses is inside it. */
function searches({ entries, queries }: { entries: number; queries: string[] }): number[] {
  const { prepare, search } = (window as unknown as { palette: typeof import("../renderer/palette/search.ts") }).palette;
  const words = [
    "Roll out green",
    "Smoke tests on green",
    "Canary 10 %",
    "Hold: release to 50 %",
    "Way back to blue",
    "Apply the migration",
    "Warm the cache",
  ];
  const index = prepare(
    Array.from({ length: entries }, (_, at) => ({
      number: `${Math.floor(at / 10)}.${at % 10}`,
      title: `${words[at % words.length]} ${at}`,
      detail: `runbook-${at % 97}`,
    })),
  );
  const samples: number[] = [];
  for (let round = 0; round < 30; round++) {
    for (const query of queries) {
      const begin = performance.now();
      search(index, query);
      if (round >= 5) samples.push(performance.now() - begin);
    }
  }
  return samples;
}

export const palette: Measurement = {
  name: "palette",
  async run() {
    const browser = await launchChromium();
    const points: [number, number][] = [];
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: `${await script()};window.palette = palette;` });
      for (const entries of [1_000, 10_000, 100_000])
        points.push([entries, quantile(await page.evaluate(searches, { entries, queries: QUERIES }), 0.95)]);
    } finally {
      await browser.close();
    }
    const figure = points[1]![1];
    return [
      {
        name: "palette",
        against: "3.7 ms, the seeds' palette figure",
        ours: figure,
        theirs: SEEDS_FIGURE_MS,
        unit: "ms",
        figure,
        goal: { operator: "<", value: SEEDS_FIGURE_MS },
        exponent: growthExponent(points),
        note: "p95 over 10,000 entries, in Chromium",
      },
    ];
  },
};
