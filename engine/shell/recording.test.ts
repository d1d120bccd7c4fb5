import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Clock } from "../ports.ts";
import { readCast } from "./cast.ts";
import { closeAfterCrash, openRecording } from "./recording.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-recording-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A clock that moves only when told. */
function heldClock(startMs = 1_700_000_000_000) {
  let ms = 0;
  const clock: Clock = {
    now: () => startMs + ms,
    monotonicNs: () => BigInt(Math.round(ms * 1e6)),
    boot: "test",
    zone: () => ({ name: "UTC", offsetMinutes: 0 }),
  };
  return { clock, pass: (by: number) => (ms += by) };
}
const options = (clock: Clock) => ({ cols: 100, rows: 30, title: "demo", env: { TERM: "xterm-256color" }, clock });
const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const read = (path: string) => {
  const cast = readCast(readFileSync(path, "utf8"));
  if (!cast.ok) throw new Error(cast.error.message);
  return cast.value;
};

describe("recording", () => {
  it("is an asciicast v3 with relative intervals, markers, sizes and the exit status", async () => {
    const { clock, pass } = heldClock();
    const recording = openRecording(join(folder, "a.cast"), options(clock));
    pass(250);
    recording.output('line "one"\r\n\u001b[31mred');
    pass(1_500);
    recording.marker("block 2");
    pass(20);
    recording.resize(120, 40);
    recording.output("ä✓😀");
    const closed = await recording.close(3);
    const lines = readFileSync(recording.path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({
      version: 3,
      term: { cols: 100, rows: 30 },
      timestamp: 1_700_000_000,
      title: "demo",
      env: { TERM: "xterm-256color" },
    });
    expect(lines.slice(1)).toEqual([
      [0.25, "o", 'line "one"\r\n\u001b[31mred'],
      [1.5, "m", "block 2"],
      [0.02, "r", "120x40"],
      [0, "o", "ä✓😀"],
      [0, "x", "3"],
    ]);
    expect(closed).toEqual({ sha256: sha256(recording.path), bytes: statSync(recording.path).size });
    expect(statSync(recording.path).mode & 0o777).toBe(0o600);
  });

  it("never lets rounding add up: twenty thousand small steps end at the right time", async () => {
    const { clock, pass } = heldClock();
    const recording = openRecording(join(folder, "a.cast"), options(clock));
    for (let index = 0; index < 20_000; index += 1) {
      pass(11.0004567);
      recording.output("x");
    }
    await recording.close(0);
    expect(read(recording.path).duration).toBeCloseTo((20_000 * 11.0004567) / 1_000, 2);
  });

  it("writes at the latest after a second, without being asked", async () => {
    const { clock } = heldClock();
    const recording = openRecording(join(folder, "a.cast"), options(clock));
    recording.output("waiting");
    expect(recording.backlog()).toBeGreaterThan(0);
    await vi.waitFor(() => expect(readFileSync(recording.path, "utf8")).toContain("waiting"), { timeout: 10_000, interval: 20 });
    expect(recording.backlog()).toBe(0);
    await recording.close(null);
  });

  it("writes at 64 KB without waiting for the second, keeps the order and drains", async () => {
    const { clock, pass } = heldClock();
    const recording = openRecording(join(folder, "a.cast"), options(clock));
    let expected = "";
    for (let index = 0; index < 3_000; index += 1) {
      const text = `${index} ${"é".repeat(index % 97)}\r\n`;
      pass(1);
      recording.output(text);
      expected += text;
    }
    expect(recording.backlog()).toBeGreaterThan(100_000);
    await recording.drained();
    expect(recording.backlog()).toBe(0);
    expect(
      read(recording.path)
        .events.map((event) => event.data)
        .join(""),
    ).toBe(expected);
    expect(recording.bytes).toBe(statSync(recording.path).size);
    await recording.close(0);
  });

  it("keeps every character of one event that is larger than any buffer", async () => {
    const { clock } = heldClock();
    const recording = openRecording(join(folder, "a.cast"), options(clock));
    const text = "a😀é✓\u001b[31m\r\n".repeat(150_000);
    recording.output(text);
    expect(recording.bytes).toBeGreaterThan(text.length);
    const promised = recording.bytes;
    recording.output("end");
    await recording.drained();
    const closed = await recording.close(null);
    expect(
      read(recording.path)
        .events.map((event) => event.data)
        .join(""),
    ).toBe(`${text}end`);
    expect(closed).toEqual({ sha256: sha256(recording.path), bytes: statSync(recording.path).size });
    expect(closed.bytes).toBeGreaterThanOrEqual(promised);
  });

  it("goes on with an existing file and hashes the whole of it", async () => {
    const { clock, pass } = heldClock();
    const path = join(folder, "a.cast");
    const first = openRecording(path, options(clock));
    pass(100);
    first.output("one");
    await first.close(0);
    utimesSync(path, (clock.now() + 0) / 1_000, clock.now() / 1_000);
    pass(4_000);
    const second = openRecording(path, options(clock));
    pass(500);
    second.output("two");
    const closed = await second.close(1);
    expect(closed.sha256).toBe(sha256(path));
    const cast = read(path);
    expect(cast.events.map(({ code, data }) => code + data)).toEqual(["oone", "x0", "otwo", "x1"]);
    expect(cast.events[2]!.at).toBeCloseTo(4.6, 3);
    expect(cast.exitStatus).toBe(1);
    expect(cast.skippedLines).toBe(0);
  });

  it("closes once, and refuses output afterwards", async () => {
    const { clock } = heldClock();
    const recording = openRecording(join(folder, "a.cast"), options(clock));
    const [one, two] = await Promise.all([recording.close(0), recording.close(1)]);
    expect(one).toEqual(two);
    expect(() => recording.output("late")).toThrow(/closed/);
  });

  it("reports a disk that refuses, keeps the output and writes it once the disk takes it", async () => {
    const { clock } = heldClock();
    const recording = openRecording(join(folder, "missing", "a.cast"), options(clock));
    const errors: string[] = [];
    recording.onError((error) => errors.push(error.message));
    recording.output("precious");
    await expect(recording.flush()).rejects.toThrow(/could not be written/);
    expect(errors).toHaveLength(1);
    expect(recording.backlog()).toBeGreaterThan(0);
    mkdirSync(join(folder, "missing"));
    await recording.drained();
    const closed = await recording.close(0);
    expect(read(recording.path).events[0]!.data).toBe("precious");
    expect(closed.sha256).toBe(sha256(recording.path));
  });

  it.skipIf(!existsSync("/dev/full"))("reports a full disk, and closing rejects", async () => {
    const { clock } = heldClock();
    const recording = openRecording("/dev/full", options(clock));
    const errors: string[] = [];
    recording.onError((error) => errors.push(error.message));
    recording.output("lost?");
    await expect(recording.flush()).rejects.toThrow(/ENOSPC/);
    await expect(recording.close(0)).rejects.toThrow(/ENOSPC/);
    expect(errors).toHaveLength(1);
  });
});

describe("closeAfterCrash", () => {
  const crashed = async (tail: string | Buffer) => {
    const { clock } = heldClock();
    const path = join(folder, "a.cast");
    const recording = openRecording(path, options(clock));
    recording.output("kept ".repeat(100_000));
    await recording.close(null);
    const whole = readFileSync(path);
    appendFileSync(path, tail);
    return { path, whole };
  };
  const tails: [string, string | Buffer][] = [
    ["half an event", '[0.5, "o", "hal'],
    ["half an event longer than one read", `[0.5, "o", "${"x".repeat(700_000)}`],
    ["half a character", Buffer.from([0x5b, 0xf0, 0x9f])],
    ["zeros of a lost power supply, with a newline", Buffer.concat([Buffer.alloc(5_000), Buffer.from("\n")])],
    ["a torn event that got its newline", '[0.5, "o", "hal\n[0.1, "o'],
  ];
  for (const [what, tail] of tails) {
    it(`cuts off ${what}`, async () => {
      const { path, whole } = await crashed(tail);
      const closed = await closeAfterCrash(path);
      expect(readFileSync(path).equals(whole)).toBe(true);
      expect(closed).toEqual({ sha256: sha256(path), bytes: whole.length, repaired: true });
    });
  }
  it("leaves a whole file as it is", async () => {
    const { path, whole } = await crashed("");
    expect(await closeAfterCrash(path)).toEqual({ sha256: sha256(path), bytes: whole.length, repaired: false });
  });
});
