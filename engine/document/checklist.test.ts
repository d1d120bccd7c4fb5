import { describe, expect, it } from "vitest";
import { places, read } from "./test-text.ts";

const LIST = `---
kind: checklist
---
# Go-live

<!-- decision: {rule: all-categories-signed, and: no-open-blockers} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead], eyes: 2} -->

- [ ] **INF-01** Load balancer **answers** <!-- item: {evidence: required, owner: dba} -->

  It must be the new one.

  - not a task
  - [x] nested task

    \`\`\`sh { timeout=1m expect="== 200" }
    curl -s -o /dev/null -w '%{http_code}' http://<host>
    \`\`\`
- [ ] Without an id

### Detail

1. [X] In the same category
* not a task at all

## Sign-off

+ [ ] All others have signed <!-- item: {derived: signoffs-of-other-categories} -->
+ [ ] **GO-2:** The decision <!-- item: {derived: decision} -->
`;

describe("a checklist", () => {
  it("has categories of items with ids of their own or of their category", () => {
    const document = read(LIST);
    expect(document.kind).toBe("checklist");
    expect(document.steps).toEqual([]);
    expect(document.diagnostics).toEqual([]);
    expect(document.categories.map((category) => [category.title, category.line, category.signoff, category.eyes])).toEqual([
      ["Infrastructure", 8, ["infrastructure-lead"], 2],
      ["Sign-off", 28, [], 1],
    ]);
    expect(
      document.categories.flatMap((category) => category.items.map((item) => [item.id, item.text, item.line, item.depth, item.checked])),
    ).toEqual([
      ["INF-01", "Load balancer answers", 11, 0, false],
      ["INF-2", "nested task", 16, 1, true],
      ["INF-3", "Without an id", 21, 0, false],
      ["INF-4", "In the same category", 25, 0, true],
      ["SIG-1", "All others have signed", 30, 0, false],
      ["GO-2", "The decision", 31, 0, false],
    ]);
    expect(document.decision).toEqual({ rule: "all-categories-signed", and: "no-open-blockers" });
  });

  it("reads what an item asks for, and what is computed", () => {
    const items = read(LIST).categories.flatMap((category) => category.items);
    expect(items.map((item) => [item.evidence, item.owner, item.derived])).toEqual([
      ["required", "dba", null],
      ["optional", null, null],
      ["optional", null, null],
      ["optional", null, null],
      ["optional", null, "signoffs-of-other-categories"],
      ["optional", null, "decision"],
    ]);
  });

  it("gives an item its further paragraphs, and a nested block to the item it stands in", () => {
    const [first, nested] = read(LIST).categories[0]!.items;
    expect(first!.html).toContain("<p>It must be the new one.</p>");
    expect(first!.html).not.toContain("INF-01");
    expect(first!.blocks).toEqual([]);
    expect(nested!.blocks).toMatchObject([
      { index: 0, runnable: true, placeholders: ["host"], options: { timeoutMs: 60_000, expect: { operator: "==", value: 200 } } },
    ]);
  });

  it("is seen without `kind` where the file speaks of items or gives its tasks bold ids", () => {
    expect(read("# T\n\n## A\n\n- [ ] **A-1** x\n").kind).toBe("checklist");
    expect(read("# T\n\n## A\n<!-- category: {signoff: [lead]} -->\n\n- [ ] x\n").kind).toBe("checklist");
    expect(read("# T\n\n## A\n\n- [ ] x\n").kind).toBe("runbook");
    expect(read("---\nkind: runbook\n---\n# T\n\n## A\n\n- [ ] **A-1** x\n").kind).toBe("runbook");
  });

  it("says why a block outside any item does not run", () => {
    const document = read("---\nkind: checklist\n---\n# T\n\n## A\n\n```sh\nx\n```\n\n- [ ] y\n");
    expect(document.otherBlocks).toMatchObject([{ runnable: false, why: expect.stringContaining("nest it in an item"), index: 0 }]);
    expect(document.flow.filter((node) => node.type === "block")).toMatchObject([{ index: 0, step: null, item: null }]);
  });

  it("keeps ids unique, also where categories begin alike or have no letters", () => {
    const text =
      "---\nkind: checklist\n---\n# T\n\n## Integration\n\n- [ ] a\n- [ ] **INT-4** b\n\n## Internal\n\n- [ ] c\n- [ ] **INT-4** d\n\n## 安全\n\n- [ ] e\n";
    expect(read(text).categories.flatMap((category) => category.items.map((item) => item.id))).toEqual([
      "INT-1",
      "INT-4",
      "INT-2",
      "INT-4-1",
      "ITEM-1",
    ]);
  });

  it("takes the headings under a `##` that only gathers them for its categories, and not where the `##` has items or a directive", () => {
    const titles = (text: string) => read(`---\nkind: checklist\n---\n# T\n\n${text}`).categories.map((category) => category.title);
    const parts = "### One\n\n- [ ] a\n\n### Two\n\nwords\n\n#### Deep\n\n- [ ] b\n\n| c | Done |\n|---|---|\n| d | no |\n";
    expect(titles(`## List\n\n${parts}`)).toEqual(["One", "Two"]);
    expect(titles(`## List\n\n- [ ] own\n\n${parts}`)).toEqual(["List"]);
    expect(titles(`## List\n<!-- category: {signoff: [lead]} -->\n\n${parts}`)).toEqual(["List"]);
    expect(titles("## List\n\n### One\n\n- [ ] a\n\n### Two\n\nwords\n")).toEqual(["List"]);
    expect(titles("## List\n\n### One\n<!-- category: {signoff: [lead]} -->\n\n- [ ] a\n")).toEqual(["One"]);
  });

  it("takes items under the title, or under no heading", () => {
    expect(
      read("---\nkind: checklist\ntitle: Night\n---\n- [ ] a\n\n# T\n\n- [ ] b\n").categories.map((category) => [
        category.title,
        category.items.length,
      ]),
    ).toEqual([
      ["Night", 1],
      ["T", 1],
    ]);
  });

  it("says which directives are not in force in it", () => {
    expect(
      places(
        read("---\nkind: checklist\n---\n# T\n\n## A\n<!-- step: {id: a} -->\n\n- [ ] x <!-- item: {evidnce: required} -->\n").diagnostics,
      ),
    ).toEqual(["7:1 misplaced-directive", "9:21 unknown-key"]);
  });

  it("refuses an unknown rule of derivation and a number of eyes that is none", () => {
    const text = "---\nkind: checklist\n---\n## A\n<!-- category: {eyes: 0} -->\n\n- [ ] x <!-- item: {derived: decison} -->\n";
    expect(read(text).diagnostics).toMatchObject([
      { line: 5, code: "invalid-value" },
      { line: 7, code: "invalid-value", message: expect.stringContaining('did you mean "decision"') },
    ]);
  });

  it("binds each item to its own lines, nested ones included, and reads its limits", () => {
    const text = [
      "---",
      "kind: checklist",
      "---",
      "## Speed",
      '- [ ] **PRF-01** p95 <!-- item: {expect: "<= 500", unit: ms, max-age: 24h} -->',
      "  measured under load",
      "- [ ] **PRF-02** Tests <!-- item: {tests: green} -->",
      "",
    ].join("\n");
    const items = (source: string) => read(source).categories[0]!.items;
    const [first, second] = items(text);
    expect(first).toMatchObject({ expect: { operator: "<=", value: 500 }, unit: "ms", maxAgeMs: 86_400_000, tests: false });
    expect(second).toMatchObject({ expect: null, unit: "", maxAgeMs: null, tests: true });
    const changed = items(text.replace("under load", "at night"));
    expect(changed[0]!.sha256).not.toBe(first!.sha256);
    expect(changed[1]!.sha256).toBe(second!.sha256);
  });
});
