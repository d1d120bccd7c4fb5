import { expect, it, vi } from "vitest";
import { createPulse } from "./pulse.ts";

it("tells a quiet thing at once and a busy one twenty times a second, with every part that changed", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    const told: string[][] = [];
    const pulse = createPulse<string>((_, parts) => told.push([...parts]));
    for (let ms = 0; ms < 1000; ms += 1) {
      pulse.mark("run", `step-${ms}`);
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(1000);
    expect(told.length).toBeLessThanOrEqual(21);
    expect(told.length).toBeGreaterThanOrEqual(19);
    expect(new Set(told.flat()).size).toBe(1000);
  } finally {
    vi.useRealTimers();
  }
});

it("tells once of everything that changes in one go, as of an append of many events", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    const told: number[] = [];
    const pulse = createPulse<string>((_, parts) => told.push(parts.size));
    for (let event = 0; event < 100; event += 1) pulse.mark("log", `${event}`);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([100]);
  } finally {
    vi.useRealTimers();
  }
});

it("tells what waits before what is flushed after it, and nothing once stopped", () => {
  const told: string[] = [];
  const pulse = createPulse<string>((key) => told.push(key));
  pulse.mark("a", null);
  pulse.flush("a");
  pulse.flush("a");
  expect(told).toEqual(["a"]);
  pulse.mark("b", null);
  pulse.stop();
  pulse.flush("b");
  expect(told).toEqual(["a"]);
});
