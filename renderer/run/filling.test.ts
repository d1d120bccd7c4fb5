import { describe, expect, it } from "vitest";
import { exampleBlock, exampleDocument, exampleHeader, exampleState, exampleStep } from "./example.ts";
import { canFill, filled, fillKey, missingIn } from "./filling.ts";
import { mergeChange } from "./merge.ts";
import { planOf } from "./primary.ts";

const step = exampleStep("a", "1", "A", { blocks: [exampleBlock(0, "deploy <tag> to <host> as <pass>"), exampleBlock(1, "echo <tag>")] });
const none = new Set<string>();

describe("placeholders that a step lacks", () => {
  it("are named once, in reading order, without those that have a value and without secrets", () => {
    expect(missingIn(step, {}, none)).toEqual(["tag", "host", "pass"]);
    expect(missingIn(step, { tag: "v1" }, new Set(["pass"]))).toEqual(["host"]);
  });
  it("are asked for before the step begins, never after", () => {
    expect(canFill(step, exampleState(step, { status: "todo" }), {}, none)).toBe(true);
    expect(canFill(step, exampleState(step, { status: "open" }), {}, none)).toBe(false);
    expect(canFill(step, exampleState(step, { status: "todo" }), { tag: "1", host: "h", pass: "p" }, none)).toBe(false);
  });
  it("are given together, once none is empty", () => {
    const drafts = { [fillKey("a", "tag")]: " v1 ", [fillKey("a", "host")]: "  " };
    expect(filled("a", ["tag", "host"], drafts)).toBeNull();
    expect(filled("a", ["tag"], drafts)).toEqual({ tag: "v1" });
  });
  it("make the primary action lead to their fields, where the step was blocked", () => {
    const action = { ...exampleHeader().nextAction, kind: "blocked" as const, step: step.id };
    expect(planOf(action, exampleDocument([step]), {}, true)).toEqual({ type: "fill", step: step.id });
    expect(planOf(action, exampleDocument([step]), {})).toEqual({ type: "none" });
  });
});

it("takes captured values from the steps of a change, since a change carries no values", () => {
  const captures = exampleStep("c", "2", "C", { blocks: [exampleBlock(0, "date", { options: { capture: "DAY" } })] });
  const before = exampleState(captures, {});
  const header = exampleHeader();
  const picture = { view: { header, steps: [before], values: {} }, document: exampleDocument([captures]), seq: 1 };
  const after = { ...before, blocks: before.blocks.map((block) => ({ ...block, captured: "Friday" })) };
  expect(mergeChange(picture, { header, steps: [after], seq: 2 }).picture.view.values).toEqual({ DAY: "Friday" });
});
