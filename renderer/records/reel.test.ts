import { describe, expect, it } from "vitest";
import { createReel, type ReelSource } from "./reel.ts";

type Event = [number, "o" | "r", string];

/** A recording of these events behind a door that answers in the next turn, and a sheet that draws at once unless it is held. */
function scene(events: Event[], { perPiece = 2, isComplete = true }: { perPiece?: number; isComplete?: boolean } = {}) {
  let now = 0;
  let pending = 0;
  const shown: number[] = [];
  const failures: string[] = [];
  const asked = { seeks: [] as number[], reads: 0 };
  let drawn: string[] = [];
  let gate: Promise<void> = Promise.resolve();
  const upTo = (at: number): number => events.filter(([moment]) => moment <= at).length;
  const source: ReelSource = {
    async seek(at) {
      asked.seeks.push(at);
      await gate;
      const next = upTo(at);
      const screen = events
        .slice(0, next)
        .map(([, kind, data]) => (kind === "o" ? data : ""))
        .join("");
      return { ok: true, value: { at, cols: 80, rows: 24, screen, next, nextAt: events[next - 1]?.[0] ?? 0 } };
    },
    async read(next) {
      asked.reads += 1;
      await gate;
      const end = Math.min(events.length, next + perPiece);
      const nextAt = events[end - 1]?.[0] ?? 0;
      return { ok: true, value: { events: events.slice(next, end), next: end, nextAt, isEnd: end === events.length } };
    },
  };
  const reel = createReel({
    source,
    sheet: {
      renew: (cols, rows, screen, then) => {
        drawn = [`[${cols}x${rows}]`, screen];
        then();
      },
      write: (text) => {
        drawn.push(text);
      },
      resize: (cols, rows) => {
        drawn.push(`[${cols}x${rows}]`);
      },
      pending: () => pending,
    },
    now: () => now,
    onShown: (at) => shown.push(at),
    onFailed: (message) => failures.push(message),
  });
  reel.reach(events.at(-1)?.[0] ?? 0, isComplete);
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    reel,
    shown,
    failures,
    asked,
    settle,
    text: () => drawn.join(""),
    hold: () => {
      let open = (): void => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => open();
    },
    fill: (chars: number) => {
      pending = chars;
    },
    /** Time passes and a frame is drawn, with the door's answers in between. */
    async pass(ms: number) {
      now += ms;
      for (let frame = 0; frame < 4; frame += 1) {
        reel.tick();
        await settle();
      }
    },
  };
}

const letters: Event[] = ["a", "b", "c", "d"].map((data, index) => [index + 1, "o", data]);

describe("a replay", () => {
  it("draws each event once, when its time has come, and new sizes in their place", async () => {
    const { reel, text, pass, settle } = scene([
      [1, "o", "a"],
      [2, "r", "100x30"],
      [2, "o", "b"],
      [3, "o", "c"],
    ]);
    reel.seek(0);
    await settle();
    reel.play();
    await pass(999);
    expect(text()).toBe("[80x24]");
    await pass(1);
    expect(text()).toBe("[80x24]a");
    await pass(1000);
    expect(text()).toBe("[80x24]a[100x30]b");
  });
  it("stands while paused, keeps its place when the speed changes, and stops by itself at the end with nothing left out", async () => {
    const { reel, text, pass, settle } = scene(letters);
    reel.seek(0);
    await settle();
    reel.play();
    await pass(1500);
    reel.pause();
    await pass(60_000);
    expect([reel.position(), text()]).toEqual([1.5, "[80x24]a"]);
    reel.setSpeed(2);
    expect(reel.position()).toBe(1.5);
    reel.play();
    await pass(250);
    expect([reel.position(), text()]).toEqual([2, "[80x24]ab"]);
    await pass(300);
    await pass(60_000);
    expect(reel.isPlaying()).toBe(false);
    expect(reel.position()).toBe(4);
    expect(text()).toBe("[80x24]abcd");
  });
  it("jumps to the newest of several wishes, and what was asked for before it changes nothing any more", async () => {
    const { reel, asked, shown, text, hold, settle } = scene(letters);
    const open = hold();
    for (const at of [1, 2, 3, 2.5]) reel.seek(at);
    expect(reel.position()).toBe(2.5);
    open();
    await settle();
    expect(asked.seeks).toEqual([1, 2.5]);
    expect(shown.at(-1)).toBe(2.5);
    expect(text()).toBe("[80x24]ab");
  });
  it("waits out a long quiet stretch where it was put into the middle of it", async () => {
    const { reel, asked, text, pass, settle } = scene([
      [1, "o", "a"],
      [100, "o", "b"],
    ]);
    reel.seek(50);
    await settle();
    reel.play();
    await pass(16);
    await pass(9_984);
    expect(reel.position()).toBe(60);
    expect(asked.seeks).toEqual([50]);
    expect(text()).toBe("[80x24]a");
  });
  it("jumps over output that comes faster than it can be drawn, instead of falling behind", async () => {
    const burst: Event[] = [[1, "o", "a"], ...Array.from({ length: 200 }, (): Event => [2, "o", "x"]), [9, "o", "z"]];
    const { reel, asked, fill, text, pass, settle } = scene(burst);
    reel.seek(0);
    await settle();
    reel.play();
    await pass(16);
    await pass(984);
    fill(1_000_000);
    await pass(1_400);
    expect(asked.seeks).toEqual([0]);
    fill(0);
    await pass(600);
    expect(asked.seeks).toEqual([0, 3]);
    expect(text()).toBe(`[80x24]a${"x".repeat(200)}`);
  });
  it("goes no further than has been read, and goes on when more is", async () => {
    const { reel, pass, settle } = scene(letters, { isComplete: false });
    reel.reach(2, false);
    reel.seek(9);
    await settle();
    expect(reel.position()).toBe(2);
    reel.play();
    await pass(60_000);
    expect([reel.position(), reel.isPlaying()]).toEqual([2, true]);
    reel.reach(4, true);
    await pass(1);
    await pass(2_000);
    expect([reel.position(), reel.isPlaying()]).toEqual([4, false]);
  });
  it("stops with the words of the engine where the recording is gone", async () => {
    const { reel, failures, settle } = scene(letters);
    const broken = createReel({
      source: {
        seek: async () => ({ ok: false, error: { code: "unreadable", message: "It changed." } }),
        read: async () => ({ ok: false, error: { code: "unreadable", message: "It changed." } }),
      },
      sheet: { renew: () => undefined, write: () => undefined, resize: () => undefined, pending: () => 0 },
      now: () => 0,
      onShown: () => undefined,
      onFailed: (message) => failures.push(message),
    });
    broken.reach(4, true);
    broken.play();
    broken.seek(2);
    await settle();
    expect(failures).toEqual(["It changed."]);
    expect(broken.isPlaying()).toBe(false);
    expect(reel.isPlaying()).toBe(false);
  });
});
