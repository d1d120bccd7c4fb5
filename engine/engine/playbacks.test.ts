// Playing recordings through the engine's door: of a log and of a bundle, held against the hash on record, and forgotten.
import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LogId, PlaybackState } from "../protocol/index.ts";
import { type Bench, openBench, runbookOf } from "./testing.ts";

let bench: Bench;
let log: LogId;
let seq = 0;
beforeAll(async () => {
  bench = await openBench({ home: mkdtempSync(join(tmpdir(), "hp-playbacks-")) });
  const run = await bench.start(runbookOf({ one: "printf 'from the %s\\n' recording" }));
  await run.runStep("one");
  log = (await bench.call("run.finish", { run: run.run })).log;
  seq = (await run.events("block.ended"))[0]!.body.seq;
});
afterAll(() => bench.remove());

async function complete(opened: PlaybackState): Promise<PlaybackState> {
  for (let state = opened; ; state = await bench.call("playback.state", { playback: opened.playback })) if (state.isComplete) return state;
}

it("plays a recording of a log and says that it has the hash on record", async () => {
  const state = await complete(await bench.call("playback.open", { log, seq }));
  expect(state).toMatchObject({ hashMatches: true, broken: 0, exitStatus: 0 });
  const seen = await bench.call("playback.seek", { playback: state.playback, at: state.durationS });
  expect(seen.screen).toContain("from the recording");
  const begin = await bench.call("playback.seek", { playback: state.playback, at: 0 });
  expect(begin.screen).not.toContain("from the recording");
  const piece = await bench.call("playback.read", { playback: state.playback, next: begin.next, nextAt: begin.nextAt });
  expect(piece.isEnd).toBe(true);
  expect(piece.events.map(([, , data]) => data).join("")).toContain("from the recording");
});

it("plays the same recording out of a bundle, where it lies in the middle of the file", async () => {
  const { path } = await bench.call("record.export", { log, format: "bundle" });
  const { bundle } = await bench.call("bundle.open", { path });
  const state = await complete(await bench.call("playback.open", { bundle, seq }));
  expect(state).toMatchObject({ hashMatches: true, broken: 0 });
  expect((await bench.call("playback.seek", { playback: state.playback, at: 1e9 })).screen).toContain("from the recording");
  appendFileSync(path, "x");
  expect(await bench.ask("playback.seek", { playback: state.playback, at: 0 })).toMatchObject({ ok: false, error: { code: "unreadable" } });
  expect(await bench.ask("playback.open", { bundle, seq })).toMatchObject({ ok: false, error: { code: "conflict" } });
});

it("says of a recording that was changed on the disk that it is not the one on record", async () => {
  const event = await bench.call("record.event", { log, seq });
  appendFileSync(join(bench.home, "recordings", String(event.body.data["recording"])), '[1, "o", "put in"]\n');
  const state = await complete(await bench.call("playback.open", { log, seq }));
  expect(state.hashMatches).toBe(false);
});

it("refuses what has no recording, what names two places or none, and what was closed or forgotten for newer ones", async () => {
  expect(await bench.ask("playback.open", { log, seq: 1 })).toMatchObject({ ok: false, error: { code: "not-found" } });
  expect(await bench.ask("playback.open", { seq })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
  expect(await bench.ask("playback.open", { log, bundle: "x", seq })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
  const first = await bench.call("playback.open", { log, seq });
  for (let more = 0; more < 4; more += 1) await bench.call("playback.open", { log, seq });
  expect(await bench.ask("playback.state", { playback: first.playback })).toMatchObject({ ok: false, error: { code: "not-found" } });
  const last = await bench.call("playback.open", { log, seq });
  await bench.call("playback.close", { playback: last.playback });
  expect(await bench.ask("playback.seek", { playback: last.playback, at: 0 })).toMatchObject({ ok: false, error: { code: "not-found" } });
});
