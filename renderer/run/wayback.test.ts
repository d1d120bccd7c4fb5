import { describe, expect, it } from "vitest";
import { exampleDocument, exampleState, exampleStep } from "./example.ts";
import { waysBack } from "./wayback.ts";

const a = exampleStep("a", "1", "A", { directive: { rollback: "#undo", targetMs: 60_000 } });
const b = exampleStep("b", "2", "B");
const c = exampleStep("c", "3", "C", { directive: { rollback: "emergency.md" } });
const undo = exampleStep("undo", "4", "Undo");
const document = exampleDocument([a, b, c, undo]);
const states = (current: number) =>
  [a, b, c, undo].map((step, index) =>
    exampleState(step, index < current ? { status: "done", verdict: "passed" } : index === current ? { status: "running" } : {}),
  );

describe("the way back", () => {
  it("is that of the last step begun, when the step under way has none", () => {
    const ways = waysBack(document, states(1), "b", "/x/y.md");
    expect(ways).toHaveLength(1);
    expect(ways[0]).toMatchObject({ from: { id: "a" }, way: { type: "anchor", step: "undo" }, targetMs: 60_000 });
  });
  it("is first that of the step under way, then those before it", () => {
    const ways = waysBack(document, states(2), "c", "/x/y.md");
    expect(ways.map((way) => way.from.id)).toEqual(["c", "a"]);
  });
  it("is never that of a step that was not begun", () => {
    const none = [a, b, c, undo].map((step) => exampleState(step));
    expect(waysBack(document, none, "b", "/x/y.md")).toEqual([]);
  });
});
