import { describe, expect, it } from "vitest";
import { exampleDocument, exampleState, exampleStep } from "./example.ts";
import { glyphOf, moveInOutline, outlineRows, phaseKey } from "./outline-rows.ts";

const steps = [
  exampleStep("freeze", "1.1", "Freeze", { directive: { plannedMs: 60_000 } }),
  exampleStep("hold", "1.2", "Hold: schema", { directive: { signoff: ["lead"], plannedMs: 60_000 } }),
  exampleStep("roll", "2.1", "Roll out"),
  exampleStep("release", "2.2", "Hold: release", { directive: { signoff: ["lead"] } }),
];
const phases = [
  { title: "Prepare", path: ["Prepare"], number: "1", line: 1, plannedMs: null, start: null, steps: [steps[0]!.id, steps[1]!.id] },
  { title: "Green", path: ["Green"], number: "2", line: 9, plannedMs: 900_000, start: null, steps: [steps[2]!.id, steps[3]!.id] },
];
const document = exampleDocument(steps, { phases });
const states = [
  exampleState(steps[0]!, { status: "done", verdict: "passed", durationMs: 72_000 }),
  exampleState(steps[1]!, { status: "done", verdict: "skipped", durationMs: 1_000 }),
  exampleState(steps[2]!, { status: "running" }),
  exampleState(steps[3]!),
];

describe("the outline", () => {
  it("lists phases, steps and hold lines in order, with planned and actual times", () => {
    const rows = outlineRows(document, states, new Set(), "roll");
    expect(rows.map((row) => row.type)).toEqual(["phase", "step", "step", "hold", "phase", "step", "step", "hold"]);
    expect(rows[0]).toMatchObject({ plannedMs: 120_000, actualMs: 73_000 });
    expect(rows[4]).toMatchObject({ plannedMs: 900_000, actualMs: null });
    expect(rows[3]).toMatchObject({ state: "passed" });
    expect(rows[7]).toMatchObject({ state: "next" });
  });
  it("marks the hold line that the run stands at", () => {
    const rows = outlineRows(document, states, new Set(), "release");
    expect(rows[7]).toMatchObject({ type: "hold", state: "waiting" });
  });
  it("folds a phase to one row that counts its verdicts, but never the phase of the current step", () => {
    const keys = new Set(phases.map((phase, index) => phaseKey(phase.path, index)));
    const rows = outlineRows(document, states, keys, "roll");
    expect(rows.map((row) => row.type)).toEqual(["phase", "folded", "phase", "step", "step", "hold"]);
    expect(rows[1]).toMatchObject({ words: "1 skipped, 1 passed" });
  });
  it("shows the verdict of a step, never a judgement in its place", () => {
    const judgement = { outcome: "accepted" as const, by: "Dana", reason: "seen by hand", at: "2026-03-15T00:40:00.000Z" };
    expect(glyphOf(exampleState(steps[0]!, { status: "done", verdict: "unknown", judgement }), steps[0])).toBe("unknown");
  });
  it("keeps every step of a document without phases", () => {
    const rows = outlineRows(exampleDocument(steps), states, new Set(), null);
    expect(rows.filter((row) => row.type === "step")).toHaveLength(4);
  });
  it("moves by key over steps and phases, past hold lines, and stops at the ends", () => {
    const rows = outlineRows(document, states, new Set(), "roll");
    expect(moveInOutline("ArrowDown", 2, rows)).toBe(4);
    expect(moveInOutline("ArrowUp", 4, rows)).toBe(2);
    expect(moveInOutline("ArrowUp", 0, rows)).toBe(0);
    expect(moveInOutline("End", 0, rows)).toBe(6);
    expect(moveInOutline("ArrowDown", 6, rows)).toBe(6);
    expect(moveInOutline("PageUp", 6, rows)).toBe(0);
    expect(moveInOutline("x", 0, rows)).toBeNull();
  });
});
