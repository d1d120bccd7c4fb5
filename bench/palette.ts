// The palette's search over 10,000 entries against the seeds' figure for a palette (3.7 ms), and its growth.
import { prepare, search } from "../renderer/palette/search.ts";
import { growthExponent, quantile, timed } from "./measure.ts";
import type { Measurement } from "./result.ts";

const QUERIES = ["gre", "roll out", "step 99", "api canary", "hold", "2.3", "zzz nothing", "k", "smoke green", "way back"];
const SEEDS_FIGURE_MS = 3.7;

async function p95(entries: number): Promise<number> {
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
    for (const query of QUERIES) {
      const ms = await timed(() => search(index, query));
      if (round >= 5) samples.push(ms);
    }
  }
  return quantile(samples, 0.95);
}

export const palette: Measurement = {
  name: "palette",
  async run() {
    const points: [number, number][] = [];
    for (const size of [1_000, 10_000, 100_000]) points.push([size, await p95(size)]);
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
        note: "p95 over 10,000 entries, in Node; the browser's is measured with the window",
      },
    ];
  },
};
