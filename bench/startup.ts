// Start: from the process to the engine that is ready, and to the first paint of its window, against bare Chromium with a page of
// one letter, served by Node's own HTTP server and started the same way, turn by turn.
import { fileURLToPath } from "node:url";
import { launchChromium } from "../e2e/chromium.ts";
import { median } from "./measure.ts";
import { inFolder } from "./places.ts";
import type { Measurement } from "./result.ts";
import { buildWindow, type Served, serve, startProcess } from "./served.ts";

const ROUNDS = 8;
const EMPTY = fileURLToPath(import.meta.resolve("./bare-empty.ts"));

type Times = { ready: number[]; painted: number[] };

export const startup: Measurement = {
  name: "startup",
  async run() {
    buildWindow();
    const ours: Times = { ready: [], painted: [] };
    const theirs: Times = { ready: [], painted: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const our = () => inFolder(async (folder) => once(await serve(folder), "/", ours));
      const their = () => inFolder(async (folder) => once(await startProcess(["build/node24.mjs", EMPTY], { HOME: folder }), "/", theirs));
      for (const turn of round % 2 === 0 ? [our, their] : [their, our]) await turn();
    }
    const bare = median(theirs.painted);
    const both = { against: "bare Chromium, one letter served by Node: process to first paint", theirs: bare, unit: "ms", exponent: null };
    const goal = { operator: "<=", value: 1.5 } as const;
    return [
      {
        ...both,
        name: "startup-ready",
        ours: median(ours.ready),
        figure: median(ours.ready) / bare,
        goal,
        note: `process to engine ready; the bare server alone ${median(theirs.ready).toFixed(0)} ms; median of ${ROUNDS}`,
      },
      {
        ...both,
        name: "startup-paint",
        ours: median(ours.painted),
        figure: median(ours.painted) / bare,
        goal,
        note: `process to first paint of the window; median of ${ROUNDS}`,
      },
    ];
  },
};

/** The browser starts when the server is ready, as `holdpoint open` does it; first paint is the browser's own account of it. */
async function once(server: Pick<Served, "url" | "readyMs" | "spawnedAt" | "stop">, path: string, into: Times): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForURL((url) => url.pathname === path);
    const painted = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const observer = new PerformanceObserver((list) => {
            const first = list.getEntriesByName("first-contentful-paint")[0];
            if (first !== undefined) resolve(performance.timeOrigin + first.startTime);
          });
          observer.observe({ type: "paint", buffered: true });
        }),
    );
    into.ready.push(server.readyMs);
    into.painted.push(painted - server.spawnedAt);
  } finally {
    await browser.close();
    await server.stop();
  }
}
