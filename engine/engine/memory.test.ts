// Giving memory back, in a process of its own: what this one holds is vitest's.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

/** Leaves garbage of this size behind, bytes. */
const GARBAGE = 200 * 1024 * 1024;
/** So many looks find a command running. */
const WORKING = 5;

it("gives back what a burst of output took once nothing runs any more, and not before", () => {
  const program = `
    const { giveMemoryBack } = await import(${JSON.stringify(join(import.meta.dirname, "memory.ts"))});
    const working = [], quiet = [];
    giveMemoryBack(() => {
      const rss = process.memoryUsage.rss();
      (working.length < ${WORKING} ? working : quiet).push(rss);
      return working.length < ${WORKING} || quiet.length === 0;
    });
    let kept = [];
    for (let at = 0; at < ${GARBAGE / 1024 / 1024}; at++) kept.push(Array.from({ length: 131_072 }, (_, item) => item + at + 0.5));
    kept = null;
    const until = Date.now() + 60_000;
    const timer = setInterval(() => {
      const most = Math.max(...working);
      if (Date.now() < until && !(quiet.length > 0 && process.memoryUsage.rss() < most - ${GARBAGE / 2})) return;
      clearInterval(timer);
      process.stdout.write(JSON.stringify({ working, after: process.memoryUsage.rss() }));
      process.exit(0);
    }, 200);`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  const { working, after } = JSON.parse(said) as { working: number[]; after: number };
  expect(working.length).toBe(WORKING);
  const most = Math.max(...working);
  expect(working.at(-1)).toBeGreaterThan(most - GARBAGE / 2);
  expect(after).toBeLessThan(most - GARBAGE / 2);
}, 90_000);
