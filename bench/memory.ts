// Memory of the engine's process with a run of 1,000 steps and 100 MB of output behind it, against the same engine idle;
// then, on that run, how long the window takes to be back after a reload with its terminal's screen replayed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { writeLines } from "./lines.ts";
import { median, quantile } from "./measure.ts";
import type { Measurement } from "./result.ts";
import { armedButton, call, commandBook, inWindow, startRun } from "./window.ts";

const STEPS = 1_000;
const OUTPUT_BYTES = 100_000_000;
const MOST_MB = 200;
/** Long enough for a collection of garbage and for timers of the work before to end, milliseconds. */
const SETTLE_MS = 5_000;
const RELOADS = 10;
const RECOVERY_MS = 1_000;

export const memory: Measurement = {
  name: "memory",
  run: () =>
    inWindow(async (scene) => {
      const { page, served } = scene;
      await wait(SETTLE_MS);
      const idle = residentMb(served.pid);
      const file = join(served.books, "part.log");
      writeLines(file, OUTPUT_BYTES / STEPS);
      const commands = Array.from({ length: STEPS }, (_, at) => `cat ${file}; printf '%s%s\\n' MEM ORY-${at + 1}-`);
      const { run } = await startRun(scene, "memory.md", commandBook(commands));
      await armedButton(page, "Step 1 of").waitFor();
      await call(page, "run.on", { run });
      let peak = idle;
      for (;;) {
        await wait(500);
        peak = Math.max(peak, residentMb(served.pid));
        // Asked over the socket like the window does; the view whole would weigh on what is measured.
        const [log] = (await call(page, "record.logs", {})).filter((one) => one.kind === "run");
        if (log !== undefined && log.events >= 1 + 4 * STEPS) break;
      }
      await wait(SETTLE_MS);
      const after = residentMb(served.pid);
      const times: number[] = [];
      for (let round = 0; round < RELOADS; round++) times.push(await reload(page, `MEMORY-${STEPS}-`));
      return [
        {
          name: "memory",
          against: "the same engine idle",
          ours: after,
          theirs: idle,
          unit: "MB",
          figure: after / idle,
          goal: { operator: "<=", value: 1.5 },
          exponent: null,
          note: `resident, ${STEPS} steps and ${OUTPUT_BYTES / 1e6} MB of output behind it; ${peak.toFixed(0)} MB at its peak`,
        },
        {
          name: "memory-size",
          against: `${MOST_MB} MB`,
          ours: after,
          theirs: MOST_MB,
          unit: "MB",
          figure: after,
          goal: { operator: "<", value: MOST_MB },
          exponent: null,
          note: "the same, as a size",
        },
        {
          name: "reload",
          against: "1 s, the seeds' recovery figure",
          ours: quantile(times, 0.95),
          theirs: RECOVERY_MS,
          unit: "ms",
          figure: quantile(times, 0.95),
          goal: { operator: "<", value: RECOVERY_MS },
          exponent: null,
          note: `p95 of ${RELOADS}, median ${median(times).toFixed(0)}; a run of ${STEPS} steps, 10,000 lines of screen replayed`,
        },
      ];
    }),
};

/** From the reload to the frame with the terminal's last line in it, milliseconds. */
async function reload(page: Page, mark: string): Promise<number> {
  await page.reload();
  return await page.evaluate((text) => window.bench.shown(text), mark);
}

/** Resident memory of a process, MB; the kernel's own figure. */
function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kib === undefined) throw new Error("resident memory is read from /proc, which this system does not have");
  return (Number(kib) * 1024) / 1e6;
}
