// How long after an event is durable a follower in another browser has it on screen: by the count of events in the record bar.
import { median, quantile } from "./measure.ts";
import type { Measurement } from "./result.ts";
import { call, commandBook, inWindow, openPage, startRun } from "./window.ts";

/** Each takes 0.4 s: a night's pace, and not one burst whose last event waits for the drawing of all before it. */
const STEPS = 30;
/** Issue 4: a follower sees each event within 200 ms. */
const LIMIT_MS = 200;

/** Wall-clock moments at which each count of events was first painted. Runs in the page: everything it uses is inside it. */
function watchCount(): void {
  const seen: [number, number][] = [];
  (window as unknown as { seen: [number, number][] }).seen = seen;
  let last = -1;
  const look = (): void => {
    const count = Number.parseInt(
      document
        .querySelector("[aria-label=Record]")
        ?.textContent?.replaceAll(/[^\d ].*$/g, "")
        .replaceAll(/\D/g, "") ?? "",
      10,
    );
    if (Number.isInteger(count) && count !== last) {
      last = count;
      seen.push([count, Date.now()]);
    }
    requestAnimationFrame(look);
  };
  look();
}

export const follow: Measurement = {
  name: "follow",
  run: () =>
    inWindow(async (scene) => {
      const { browser, page, served } = scene;
      const header = await startRun(scene, "follow.md", commandBook(Array.from({ length: STEPS }, () => "sleep 0.4")));
      const { token } = await call(page, "follow.make", { run: header.run, name: "bench" });
      const follower = await openPage(browser, `${new URL(served.url).origin}/follow#token=${token}`);
      await follower.getByText("Following by the link", { exact: false }).waitFor();
      const before = (await call(page, "run.get", { run: header.run })).view.header.events;
      await follower.evaluate(watchCount);
      await call(page, "run.on", { run: header.run });
      for (;;) {
        const { view } = await call(page, "run.get", { run: header.run });
        if (view.steps.every((step) => step.status === "done")) break;
        await page.waitForTimeout(200);
      }
      const { rows } = await call(page, "record.events", { log: header.log, filter: {}, offset: 0, limit: 1000 });
      const written = new Map(rows.map((row) => [row.seq, Date.parse(row.ts)]));
      const last = Math.max(...written.keys());
      await follower.waitForFunction((count) => (window as unknown as { seen: [number, number][] }).seen.at(-1)?.[0] === count, last);
      const seen = await follower.evaluate(() => (window as unknown as { seen: [number, number][] }).seen);
      const late: number[] = [];
      for (const [seq, at] of written) {
        if (seq <= before) continue;
        const shown = seen.find(([count]) => count >= seq);
        if (shown) late.push(shown[1] - at);
      }
      const figure = quantile(late, 0.95);
      return [
        {
          name: "follow",
          against: "an event's own time",
          ours: figure,
          theirs: LIMIT_MS,
          unit: "ms",
          figure,
          goal: { operator: "<=", value: LIMIT_MS },
          exponent: null,
          note: `p95 of ${late.length} events of a run-on; median ${median(late).toFixed(0)}, longest ${Math.max(...late).toFixed(0)} ms`,
        },
      ];
    }),
};
