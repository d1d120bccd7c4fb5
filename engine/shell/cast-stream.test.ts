// One block's part of a real recording, cut out by its bytes; and the pace at which it is shown.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { realPorts } from "../ports.ts";
import { type CastPart, piecesOf } from "./cast-stream.ts";
import { createPace, createPlayhead } from "./pace.ts";
import { openRecording } from "./recording.ts";

const { clock } = realPorts();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-cast-part-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A recording of these outputs, each an event of its own or joined with the one before, as the clock has it. */
async function recordingOf(outputs: string[]): Promise<string> {
  const path = join(folder, "step.cast");
  const recording = openRecording(path, { cols: 80, rows: 24, title: "t", env: {}, clock });
  for (const text of outputs) recording.output(text);
  recording.marker("not output");
  await recording.close(0);
  return path;
}

async function textOf(part: Omit<CastPart, "startMs" | "durationMs"> & Partial<CastPart>): Promise<string> {
  let text = "";
  for await (const piece of piecesOf({ startMs: 0, durationMs: null, ...part })) text += piece.text;
  return text;
}

it("cuts a block out by bytes, in the middle of a joined event and between two halves of no letter", async () => {
  const [first, second, third] = ["héllo\r\n", "wörld 🙂\r\n", "rest"];
  const path = await recordingOf([first!, second!, third!]);
  const [a, b] = [Buffer.byteLength(first!), Buffer.byteLength(second!)];
  expect(await textOf({ path, fromBytes: 0, bytes: a })).toBe(first);
  expect(await textOf({ path, fromBytes: a, bytes: b })).toBe(second);
  expect(await textOf({ path, fromBytes: a + b, bytes: null })).toBe(third);
  expect(await textOf({ path, fromBytes: a, bytes: 0 })).toBe("");
});

it("never shows an output before its block begins nor after it ended, whatever the clock of then said", async () => {
  const path = await recordingOf(["one", "two"]);
  for (const startMs of [-3_600_000, 0, 3_600_000])
    for await (const { atMs } of piecesOf({ path, fromBytes: 0, bytes: 6, startMs, durationMs: 500 })) {
      expect(atMs).toBeGreaterThanOrEqual(0);
      expect(atMs).toBeLessThanOrEqual(500);
    }
});

it("rejects where the recording is gone", async () => {
  await expect(textOf({ path: join(folder, "none.cast"), fromBytes: 0, bytes: null })).rejects.toThrow("ENOENT");
});

it("stands still while paused, goes on at another speed, and is stopped or skipped at once", async () => {
  const pace = createPace({ speed: 1, isPaused: true });
  const head = createPlayhead(clock, pace);
  let isThere = false;
  const reached = head.reach(3_600_000).then(() => {
    isThere = true;
  });
  expect(head.played()).toBe(0);
  pace.change({ speed: 1000 });
  expect([head.played(), isThere]).toEqual([0, false]);
  head.skip();
  await reached;
  const other = createPlayhead(clock, pace);
  const waiting = other.reach(1);
  other.stop();
  await waiting;
  pace.change({ isPaused: false, speed: 0 });
  const atOnce = createPlayhead(clock, pace);
  await atOnce.reach(3_600_000);
  expect(atOnce.played()).toBe(3_600_000);
});
