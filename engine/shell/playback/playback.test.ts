import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readCast } from "../cast.ts";
import { createScreen } from "../screen.ts";
import { type FilmSource, openPlayback } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "hp-film-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = JSON.stringify({ version: 3, term: { cols: 80, rows: 24 }, timestamp: 1_763_168_620 });
let files = 0;
function file(text: string | Buffer): FilmSource & { sha256: string } {
  files += 1;
  const path = join(folder, `${files}.cast`);
  writeFileSync(path, text);
  const { size, mtimeMs } = statSync(path);
  return { path, at: 0, size, stamp: { size, mtimeMs }, sha256: createHash("sha256").update(text).digest("hex") };
}
async function read(source: FilmSource) {
  const film = openPlayback(source);
  for (;;) {
    const state = await film.state();
    if (!state.ok) return { film, state };
    if (state.value.isComplete) return { film, state };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const value = <T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
/** What a terminal shows, line by line, after it was written this; the scrollback of it too. */
function drawn(text: string, cols: number, rows: number): Promise<string> {
  const screen = createScreen({ cols, rows, scrollback: 100 });
  screen.write(text);
  return new Promise((resolve) =>
    screen.capture(({ data }) => {
      screen.dispose();
      resolve(data);
    }, 0),
  );
}

/** Megabytes of coloured lines, cursor moves, sizes and marks, so that no two moments look the same. */
function longCast(megabytes: number): string {
  const lines = [HEADER];
  let bytes = 0;
  for (let i = 0; bytes < megabytes * 1e6; i += 1) {
    const data = `\u001b[3${i % 8}mline ${i}\u001b[0m ${"é─x".repeat(20)} ${i % 7 === 0 ? "\u001b[2A\u001b[5Chere\u001b[2B" : ""}\r\n`;
    lines.push(JSON.stringify([0.001, "o", data]));
    if (i % 997 === 0) lines.push(JSON.stringify([0, "r", `${60 + (i % 60)}x${20 + (i % 10)}`]));
    if (i % 5_000 === 0) lines.push(JSON.stringify([0, "m", `mark ${i}`]));
    bytes += data.length + 20;
  }
  return `${lines.join("\n")}\n[0.25, "x", "3"]\n`;
}

describe("an open recording", () => {
  it("shows at any moment what a terminal shows that was written everything up to there", async () => {
    const text = longCast(4);
    const cast = readCast(text);
    if (!cast.ok) throw new Error(cast.error.message);
    const { film, state } = await read(file(text));
    const known = value(state);
    expect(known).toMatchObject({ broken: 0, exitStatus: 3, startedAt: 1_763_168_620_000, readBytes: known.bytes });
    expect(known.durationS).toBeCloseTo(cast.value.duration, 6);
    expect(known.marks.length).toBe(cast.value.events.filter((event) => event.code === "m").length);
    for (const share of [0, 0.0001, 0.1, 0.37, 0.5, 0.83, 0.999, 1]) {
      const at = cast.value.duration * share;
      const seen = value(await film.seek(at));
      const whole = createScreen({ cols: 80, rows: 24, scrollback: 100 });
      for (const event of cast.value.events) {
        if (event.at > at) break;
        if (event.code === "o") whole.write(event.data);
        if (event.code === "r") whole.resize(...(event.data.split("x").map(Number) as [number, number]));
      }
      const wanted = await new Promise<{ data: string; cols: number; rows: number }>((resolve) => whole.capture(resolve, 0));
      whole.dispose();
      expect([seen.cols, seen.rows]).toEqual([wanted.cols, wanted.rows]);
      expect(await drawn(seen.screen, seen.cols, seen.rows)).toBe(wanted.data);
    }
    film.close();
  });

  it("gives every event after a moment once, in pieces, to the end", async () => {
    const text = longCast(1);
    const cast = readCast(text);
    if (!cast.ok) throw new Error(cast.error.message);
    const { film } = await read(file(text));
    const at = cast.value.duration / 3;
    const { next, nextAt } = value(await film.seek(at));
    const got: [number, string, string][] = [];
    let place = { next, nextAt, isEnd: false };
    let pieces = 0;
    while (!place.isEnd) {
      const piece = value(await film.read(place.next, place.nextAt));
      got.push(...piece.events);
      place = piece;
      pieces += 1;
    }
    const wanted = cast.value.events.filter((event) => event.at > at && (event.code === "o" || event.code === "r"));
    expect(got.map(([, , data]) => data)).toEqual(wanted.map(({ data }) => data));
    expect(got.at(-1)![0]).toBeCloseTo(wanted.at(-1)!.at, 6);
    expect(pieces).toBeGreaterThan(3);
    film.close();
  });

  it("lies anywhere in a file, and has the hash of its own bytes alone", async () => {
    const inner = Buffer.from(`${HEADER}\n[1,"o","inside"]\n`);
    const whole = file(Buffer.concat([randomBytes(1_000), inner, randomBytes(500)]));
    const { film, state } = await read({ ...whole, at: 1_000, size: inner.length });
    expect(value(state)).toMatchObject({ durationS: 1, broken: 0, sha256: createHash("sha256").update(inner).digest("hex") });
    expect(value(await film.seek(1)).screen).toContain("inside");
    film.close();
  });

  it("leaves out what is no event, and counts it; sizes out of reason and times that run backwards or never end are not believed", async () => {
    const huge = JSON.stringify([0.1, "o", "y".repeat(9 << 20)]);
    const { film, state } = await read(
      file(
        [
          JSON.stringify({ version: 3, term: { cols: 9_999, rows: 9_999 } }),
          "# a comment",
          '[1, "o", "a"]',
          huge,
          "not json",
          '[-5, "o", "b"]',
          '[1e999, "o", "c"]',
          '[1, "r", "9999x9999"]',
          '[1, "o", "d"]',
          '[1, "o", "half a li',
        ].join("\n"),
      ),
    );
    expect(value(state)).toMatchObject({ durationS: 3, broken: 5 });
    expect(value(await film.seek(99))).toMatchObject({ cols: 80, rows: 24, at: 3 });
    expect(await drawn(value(await film.seek(99)).screen, 80, 24)).toContain("ad");
    film.close();
  });

  it("is refused in words where it is no recording, and where it changed since it was opened", async () => {
    const none = await read(file("#!/bin/sh\necho no recording\n"));
    expect(none.state).toMatchObject({ ok: false, error: { code: "unreadable" } });
    const source = file(longCast(0.2));
    const { film } = await read(source);
    value(await film.seek(0.01));
    appendFileSync(source.path, '[1, "o", "put in later"]\n');
    utimesSync(source.path, 1, 1);
    expect(await film.seek(0.01)).toMatchObject({ ok: false, error: { code: "unreadable", message: expect.stringContaining("changed") } });
    expect(await film.read(0, 0)).toMatchObject({ ok: false });
    film.close();
  });

  it("answers while it is still being read, of what has been read so far, and every question once it is closed", async () => {
    const film = openPlayback(file(longCast(12)));
    const early = value(await film.state());
    expect(early.isComplete).toBe(false);
    const seen = value(await film.seek(1e9));
    expect(seen.at).toBeLessThanOrEqual(value(await film.state()).durationS);
    const asked = film.seek(1);
    film.close();
    expect((await asked).ok === false || (await asked).ok).toBe(true);
    expect(await film.seek(1)).toMatchObject({ ok: false, error: { code: "unreadable" } });
  });
});
