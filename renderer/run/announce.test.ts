import { describe, expect, it } from "vitest";
import { announcements } from "./announce.ts";
import { exampleHeader, exampleState, exampleStep } from "./example.ts";

const step = exampleStep("roll", "2.2", "Roll out green");
const action = exampleHeader().nextAction;
const wait = { ...action, kind: "wait" as const, say: "Running" };

describe("what a screen reader is told", () => {
  it("is the verdict with its time, and the reason where it is not good", () => {
    const before = { header: exampleHeader({ nextAction: wait }), steps: [exampleState(step, { status: "running" })] };
    const passed = [exampleState(step, { status: "done", verdict: "passed", durationMs: 102_000, because: "exit 0" })];
    expect(announcements(before, { ...before, steps: passed })).toEqual([
      { text: "Step 2.2 Roll out green: passed after 1:42.", isUrgent: false },
    ]);
    const unknown = [exampleState(step, { status: "done", verdict: "unknown", because: "the shell is gone" })];
    expect(announcements(before, { ...before, steps: unknown })).toEqual([
      { text: "Step 2.2 Roll out green: unknown: the shell is gone.", isUrgent: true },
    ]);
  });
  it("is a hold with who and why, and what waits for a person", () => {
    const before = { header: exampleHeader({ nextAction: wait }), steps: [] };
    const hold = { by: "Dana", reason: "error rate", since: "2026-03-15T00:40:00.000Z" };
    const after = { header: exampleHeader({ status: "held", hold, nextAction: { ...action, kind: "resume", say: "Held" } }), steps: [] };
    expect(announcements(before, after)).toEqual([
      { text: "The run is held by Dana: error rate.", isUrgent: true },
      { text: "Held.", isUrgent: false },
    ]);
  });
  it("is nothing while only clocks and bytes move", () => {
    const before = { header: exampleHeader(), steps: [exampleState(step, { status: "running" })] };
    const after = { header: exampleHeader({ recordedBytes: 99, events: 11 }), steps: [exampleState(step, { status: "running" })] };
    expect(announcements(before, after)).toEqual([]);
  });
});
