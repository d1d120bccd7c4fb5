// Walk and replay without a window: what is walked waits for a word or takes --walked, what was recorded plays and ends as then.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, createBench } from "./in-test.ts";

const FENCE = "```";
/** Each command is a process of its own that loads the engine. */
const SLOW = { timeout: 300_000 };

let bench: Bench;
let path: string;
beforeAll(() => {
  bench = createBench();
  path = bench.file(
    "copy.md",
    `---\ntitle: Copy\nrequires: {cluster: false}\n---\n\n## Copy\n\n${FENCE}bash\ntouch copied\necho "12 rows copied"; exit 3\n${FENCE}\n`,
  );
});
afterAll(() => bench.close());

it("walks a runbook: it stops for a person, or says of every block what --walked says; nothing is run", SLOW, async () => {
  const waits = await bench.holdpoint(["run", path, "--mode", "rehearsal", "--way", "walk", "--yes"]);
  expect(waits.code).toBe(3);
  expect(waits.out + waits.err).toContain("how would it end?");
  const walked = await bench.holdpoint(["run", path, "--mode", "rehearsal", "--way", "walk", "--walked", "passed", "--yes"]);
  expect(walked.code).toBe(0);
  expect(existsSync(join(bench.folder, "copied"))).toBe(false);
});

it("replays a run by its number, and ends as it did then", SLOW, async () => {
  const live = await bench.holdpoint(["run", path, "--yes"]);
  expect(live.code).toBe(1);
  const number = /run (\d+) /.exec(live.out + live.err)?.[1] ?? "";
  // It stands failed and open: only a run that is over is replayed.
  const early = await bench.holdpoint(["run", path, "--mode", "rehearsal", "--replay", number]);
  expect([early.code, early.err]).toEqual([2, expect.stringContaining("can be replayed")]);
  expect((await bench.holdpoint(["run", path, "--replay", number])).err).toContain("belong to --mode rehearsal");
});
