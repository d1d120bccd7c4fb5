import { describe, expect, it } from "vitest";
import type { FlowNode } from "../../engine/protocol/index.ts";
import { exampleBlock, exampleDocument, exampleState, exampleStep } from "./example.ts";
import { beside, displayOf, focusStep, sectionsOf, wayBackOf } from "./sections.ts";

const a = exampleStep("a", "1", "A", { blocks: [exampleBlock(0, "true\n"), exampleBlock(1, "true\n")] });
const b = exampleStep("b", "2", "B", { blocks: [exampleBlock(0, "true\n")] });
const html = (line: number, step: typeof a | null): FlowNode => ({ type: "html", html: "<p>x</p>", line, step: step?.id ?? null });
const heading = (line: number, step: typeof a | null, slug: string): FlowNode => ({
  type: "heading",
  level: 2,
  html: slug,
  text: slug,
  slug,
  line,
  step: step?.id ?? null,
});
const block = (line: number, step: typeof a, index: number): FlowNode => ({ type: "block", index, line, step: step.id, item: null });

describe("the page in sections", () => {
  it("keeps reading order, joins what belongs to a step and drops its heading, which the card shows", () => {
    const flow = [
      html(1, null),
      heading(3, null, "phase"),
      html(4, null),
      heading(5, a, "a"),
      html(6, a),
      block(7, a, 0),
      block(9, a, 1),
      heading(11, b, "b"),
      block(12, b, 0),
    ];
    const sections = sectionsOf(exampleDocument([a, b], { flow }));
    expect(sections.map((section) => section.type)).toEqual(["prose", "prose", "step", "step"]);
    expect(sections[1]!.nodes).toHaveLength(2);
    expect(sections[2]!.nodes.map((node) => node.type)).toEqual(["html", "block", "block"]);
  });
  it("never loses a step that the flow does not mention", () => {
    const sections = sectionsOf(exampleDocument([a, b], { flow: [heading(1, a, "a"), block(2, a, 0)] }));
    expect(sections.map((section) => section.type === "step" && section.step)).toEqual(["a", "b"]);
    expect(sections[1]!.nodes).toHaveLength(1);
  });
});

describe("how a step is shown", () => {
  const none = new Set<string>();
  const done = (extra: object) => exampleState(a, { status: "done", ...extra });
  it("is a card when it is the one under way, one row when it passed, open when it failed", () => {
    expect(displayOf(done({ verdict: "passed" }), "a", none, none)).toBe("card");
    expect(displayOf(done({ verdict: "passed" }), "b", none, none)).toBe("folded");
    expect(displayOf(done({ verdict: "failed" }), "b", none, none)).toBe("open");
    expect(displayOf(exampleState(a), "b", none, none)).toBe("open");
  });
  it("does what the reader chose before what it would do by itself", () => {
    expect(displayOf(done({ verdict: "passed" }), "b", new Set(["a"]), none)).toBe("open");
    expect(displayOf(exampleState(a), "b", none, new Set(["a"]))).toBe("folded");
    expect(displayOf(exampleState(a), "a", none, new Set(["a"]))).toBe("card");
  });
  it("puts the eye on the step under way, else on the one the action is about", () => {
    expect(focusStep({ current: "a", next: "b", nextAction: { step: "b" } })).toBe("a");
    expect(focusStep({ current: null, next: null, nextAction: { step: "b" } })).toBe("b");
    expect(focusStep({ current: null, next: null, nextAction: { step: null } })).toBeNull();
  });
});

describe("the way back", () => {
  const document = exampleDocument([a, b], { flow: [heading(1, null, "undo-all"), heading(2, b, "b")] });
  it("is found by step id and by the heading it stands under", () => {
    expect(wayBackOf("#b", document, "/x/y.md")).toEqual({ type: "anchor", step: "b", title: "B" });
    expect(wayBackOf("#undo-all", document, "/x/y.md")).toEqual({ type: "anchor", step: "b", title: "B" });
  });
  it("is a file beside the document, or words", () => {
    expect(wayBackOf("emergency-rollback.md#start", document, "/x/y.md")).toEqual({
      type: "file",
      path: "/x/emergency-rollback.md",
      anchor: "start",
    });
    expect(wayBackOf("remove green", document, "/x/y.md")).toEqual({ type: "words", text: "remove green" });
    expect(wayBackOf("#nowhere", document, "/x/y.md")).toEqual({ type: "words", text: "#nowhere" });
    expect(wayBackOf(null, document, "/x/y.md")).toBeNull();
  });
  it("resolves relative paths on both kinds of file systems", () => {
    expect(beside("/a/b/c.md", "../d.md")).toBe("/a/d.md");
    expect(beside("C:\\a\\c.md", "d.md")).toBe("C:\\a\\d.md");
    expect(beside("/a/c.md", "/etc/d.md")).toBe("/etc/d.md");
  });
});
