import { describe, expect, it } from "vitest";
import { readPlayable } from "./cast.ts";
import { createPlayback } from "./playback.ts";

const cast = readPlayable(
  [
    JSON.stringify({ version: 3, term: { cols: 80, rows: 24 } }),
    ...["a", "b", "c", "d"].map((data) => JSON.stringify([1, "o", data])),
  ].join("\n"),
)!;
function started() {
  let now = 0;
  const playback = createPlayback(cast, () => now);
  const due = (): string =>
    playback
      .due()
      .map((event) => event.data)
      .join("");
  return { playback, due, pass: (ms: number) => (now += ms) };
}

describe("a replay", () => {
  it("gives each event once, when its time has come", () => {
    const { playback, due, pass } = started();
    playback.play();
    pass(999);
    expect(due()).toBe("");
    pass(1);
    expect(due()).toBe("a");
    expect(due()).toBe("");
    pass(2000);
    expect(due()).toBe("bc");
  });
  it("stands while paused", () => {
    const { playback, due, pass } = started();
    playback.play();
    pass(1500);
    playback.pause();
    pass(60_000);
    expect(due()).toBe("a");
    expect(playback.position()).toBe(1.5);
    playback.play();
    pass(500);
    expect(due()).toBe("b");
  });
  it("keeps its place when the speed changes", () => {
    const { playback, due, pass } = started();
    playback.play();
    pass(1000);
    playback.setSpeed(2);
    pass(500);
    expect(playback.position()).toBe(2);
    expect(due()).toBe("ab");
  });
  it("writes everything up to the place it jumps to, and goes on from there", () => {
    const { playback, due, pass } = started();
    const text = (seconds: number) =>
      playback
        .seek(seconds)
        .map((event) => event.data)
        .join("");
    expect(text(3)).toBe("abc");
    expect(text(1)).toBe("a");
    playback.play();
    pass(1000);
    expect(due()).toBe("b");
    expect(text(99)).toBe("abcd");
    expect(playback.position()).toBe(4);
  });
  it("stops by itself at the end, with nothing left out", () => {
    const { playback, due, pass } = started();
    playback.play();
    pass(60_000);
    expect(due()).toBe("abcd");
    expect(playback.isPlaying()).toBe(false);
    expect(playback.position()).toBe(4);
  });
});
