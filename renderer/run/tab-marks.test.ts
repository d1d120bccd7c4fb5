import { describe, expect, it } from "vitest";
import { exampleBlock, exampleState, exampleStep } from "./example.ts";
import { tabMarks } from "./tab-marks.ts";

describe("where only one tab is in sight", () => {
  const running = (options: { interactive?: boolean }) => {
    const step = exampleStep("a", "1", "A", { blocks: [exampleBlock(0, "read answer", { options })] });
    const state = exampleState(step, { status: "running" });
    return tabMarks("wait", { ...state, blocks: state.blocks.map((one) => ({ ...one, status: "running" as const })) }, step);
  };
  it("the terminal's says that a step runs there, or that it asks", () => {
    expect(running({}).terminal).toEqual({ state: "running", word: "running" });
    expect(running({ interactive: true }).terminal).toEqual({ state: "held", word: "asks for you" });
  });
  it("the runbook's says that something there waits for a person", () => {
    expect(tabMarks("confirm-check", undefined, undefined)).toEqual({ document: { state: "held", word: "waits for you" }, terminal: null });
    expect(tabMarks("run-step", undefined, undefined)).toEqual({ document: null, terminal: null });
  });
});
