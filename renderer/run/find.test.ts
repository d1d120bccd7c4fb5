import { describe, expect, it } from "vitest";
import { exampleBlock, exampleDocument, exampleStep } from "./example.ts";
import { sectionsWith } from "./find.ts";
import { sectionsOf } from "./sections.ts";

const a = exampleStep("a", "1.1", "Freeze", { blocks: [exampleBlock(0, "kubectl scale deploy/api --replicas=0\n", { name: "stop" })] });
const b = exampleStep("b", "1.2", "Thaw", {
  checks: [{ index: 0, line: 9, text: "Board is green", html: "", checked: false, value: null, expect: null }],
});
const document = exampleDocument([a, b], {
  flow: [
    { type: "html", html: "<p>Read <b>all</b> of it &amp; sign, 5 &#60; 6.</p>", line: 1, step: null },
    { type: "block", index: 0, line: 3, step: a.id, item: null },
    { type: "check", index: 0, line: 9, step: b.id },
  ],
});
const sections = sectionsOf(document);
const find = (words: string) => sectionsWith(words, sections, document, new Map());

describe("search in the runbook", () => {
  it("finds words of prose across its markup, of titles, commands, block names and checks", () => {
    expect(find("all of it & sign")).toEqual([0]);
    expect(find("5 < 6")).toEqual([0]);
    expect(find("1.1 freeze")).toEqual([1]);
    expect(find("--replicas=0")).toEqual([1]);
    expect(find("STOP")).toEqual([1]);
    expect(find("board is green")).toEqual([2]);
  });
  it("finds nothing for blank words, and does not search in markup", () => {
    expect(find("  ")).toEqual([]);
    expect(find("<p>")).toEqual([]);
  });
  it("keeps reading order", () => {
    expect(find("e")).toEqual([0, 1, 2]);
  });
});
