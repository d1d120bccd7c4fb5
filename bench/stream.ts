// The window while a large stream passes: how long its frames take against idle, how much memory it keeps, and whether the
// recording on disk has every byte. HOLDPOINT_BENCH_STREAM_MB sets the amount; 500 is the full one.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { CDPSession } from "@playwright/test";
import { writeLines } from "./lines.ts";
import { quantile } from "./measure.ts";
import type { Measurement } from "./result.ts";
import { armedButton, call, commandBook, inWindow, startRun } from "./window.ts";

const STREAM_MB = Number(process.env["HOLDPOINT_BENCH_STREAM_MB"] ?? 100);
const IDLE_MS = 3_000;
/** How often memory is looked at while the stream passes, milliseconds. */
const LOOK_EVERY_MS = 250;
const MARK = "STREAM-END";

export const stream: Measurement = {
  name: "stream",
  run: () =>
    inWindow(async (scene) => {
      const { page, served } = scene;
      const file = join(served.books, "stream.log");
      const { bytes, lines } = writeLines(file, STREAM_MB * 1_000_000);
      const command = `cat ${file}; printf '%s%s\\n' STREAM -END`;
      const { run, log } = await startRun(scene, "stream.md", commandBook(["true", command, "true"]));
      await armedButton(page, "Step 1 of").click();
      const button = armedButton(page, "Step 2 of");
      await button.waitFor();

      const client = await page.context().newCDPSession(page);
      await client.send("Performance.enable");
      const before = await heap(client, true);
      const idle = await frames(scene, () => new Promise((resolve) => setTimeout(resolve, IDLE_MS)));
      let peak = before;
      const look = setInterval(() => void heap(client, false).then((now) => (peak = Math.max(peak, now))), LOOK_EVERY_MS);
      const busy = await frames(scene, async () => {
        const shown = page.evaluate((mark) => window.bench.shown(mark), MARK);
        await button.click();
        await shown;
      });
      clearInterval(look);
      await armedButton(page, "Step 3 of").waitFor();
      const kept = (await heap(client, true)) - before;

      const { rows } = await call(page, "record.events", { log, filter: { type: "block.ended" }, offset: 0, limit: 10 });
      const ended = await call(page, "record.event", { log, seq: Math.max(...rows.map((row) => row.seq)) });
      const recording = await readRecording(join(served.home, "recordings", String(ended.body.data.recording)));
      const wanted = await hashLines(file, MARK);
      const expected = bytes + lines + MARK.length + 2; // the terminal ends every line with CR LF
      if (recording.bytes !== expected || recording.sha256 !== wanted)
        throw new Error(`run ${run}: the recording holds ${recording.bytes} bytes of output, ${expected} were printed`);

      const p99 = quantile(busy, 0.99);
      return [
        {
          name: "stream-frames",
          against: "idle",
          ours: p99,
          theirs: quantile(idle, 0.99),
          unit: "ms",
          figure: p99,
          goal: { operator: "<=", value: 50 },
          exponent: null,
          note: `p99 of ${busy.length} frames over ${STREAM_MB} MB; longest ${Math.max(...busy).toFixed(0)} ms; recording complete, ${expected} bytes`,
        },
        {
          name: "stream-memory",
          against: "the window's heap before it",
          ours: (peak - before) / 1e6,
          theirs: before / 1e6,
          unit: "MB",
          figure: (peak - before) / 1e6,
          goal: { operator: "<=", value: 100 },
          exponent: null,
          note: `growth at its peak, garbage included; ${(kept / 1e6).toFixed(1)} MB kept after it`,
        },
      ];
    }),
};

async function frames({ page }: { page: import("@playwright/test").Page }, work: () => Promise<unknown>): Promise<number[]> {
  await page.evaluate(() => window.bench.startFrames());
  await work();
  return await page.evaluate(() => window.bench.stopFrames());
}

/** Bytes of the page's JavaScript heap. */
async function heap(client: CDPSession, isCollected: boolean): Promise<number> {
  if (isCollected) await client.send("HeapProfiler.collectGarbage");
  const { metrics } = await client.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
}

/** Size and hash of all output in a recording (asciicast v3). */
async function readRecording(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  let isHeader = true;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const [, code, data] = JSON.parse(line) as [number, string, string];
    if (code !== "o") continue;
    bytes += Buffer.byteLength(data);
    hash.update(data);
  }
  return { bytes, sha256: hash.digest("hex") };
}

async function hashLines(path: string, last: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const line of createInterface({ input: createReadStream(path) })) hash.update(`${line}\r\n`);
  return hash.update(`${last}\r\n`).digest("hex");
}
