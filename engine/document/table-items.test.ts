import { describe, expect, it } from "vitest";
import type { Item } from "../protocol/index.ts";
import { cellsOf } from "./tables.ts";
import { places, read } from "./test-text.ts";

const list = (...lines: string[]): string => ["---", "kind: checklist", "---", "# T", "", "## Gates", "", ...lines, ""].join("\n");
const items = (text: string): Item[] => read(text).categories.flatMap((category) => category.items);
const brief = (text: string): unknown[] => items(text).map((item) => [item.id, item.text, item.checked]);

describe("a table with a state column", () => {
  it("gives one item per row: id, other cells joined, state, its own line", () => {
    const text = list(
      "| ID | Check | Owner | Status |",
      "|----|-------|:-----:|--------|",
      "| REL-1 | Migration ran **forward** | dba | ✅ |",
      "| REL-2 | Rollback timed | [ops](https://example.org) | ⏳ |",
      "| **REL-3** | Canary held | `sre` | ❌ |",
    );
    expect(brief(text)).toEqual([
      ["REL-1", "Migration ran forward · dba", true],
      ["REL-2", "Rollback timed · ops", false],
      ["REL-3", "Canary held · sre", false],
    ]);
    expect(items(text).map((item) => item.line)).toEqual([10, 11, 12]);
    expect(items(text)[0]!.html).toContain("<strong>forward</strong>");
    expect(read(text).diagnostics).toEqual([]);
  });

  it("knows words, boxes and pictures as states, and keeps what a state cell says besides", () => {
    const text = list(
      "| Criterion | State |",
      "|---|---|",
      "| a | Done |",
      "| b | [x] |",
      "| c | [ ] |",
      "| d | In progress |",
      "| e | ✅ 100 % pass |",
      "| f | **✅ READY** |",
      "| g | waits for Ben |",
      "| h | |",
    );
    expect(brief(text)).toEqual([
      ["GAT-1", "a", true],
      ["GAT-2", "b", true],
      ["GAT-3", "c", false],
      ["GAT-4", "d", false],
      ["GAT-5", "e · 100 % pass", true],
      ["GAT-6", "f", true],
      ["GAT-7", "g · waits for Ben", false],
      ["GAT-8", "h", false],
    ]);
  });

  it("takes escaped pipes as text, empty cells as nothing, and rows of any length whole", () => {
    const text = list(
      "Check | Done | Note",
      "--- | --- | ---",
      "run `a \\| b` | yes | x",
      "| | | |",
      "short | no",
      "long | yes | n | over | more",
      "bare words",
    );
    expect(brief(text)).toEqual([
      ["GAT-1", "run a | b · x", true],
      ["GAT-2", "short", false],
      ["GAT-3", "long · n · over · more", true],
      ["GAT-4", "bare words", false],
    ]);
    expect(cellsOf("| a \\| b | c \\|")).toEqual(["a | b", "c |"]);
  });

  it("numbers rows by their own number column, and gives no id twice", () => {
    const text = list("| # | Check | Status |", "|---|---|---|", "| 7 | a | open |", "| 9 | b | done |").concat(
      "\n| # | Check | Status |\n|---|---|---|\n| 7 | c | open |\n",
    );
    expect(brief(text)).toEqual([
      ["GAT-7", "a", false],
      ["GAT-9", "b", true],
      ["GAT-8", "c", false],
    ]);
  });

  it("reads an item directive in a cell, and shows nothing of it", () => {
    const text = list("| Check | Status |", "|---|---|", "| a | open |", "| b <!-- item: {evidence: required, owner: dba} --> | open |");
    expect(items(text).map((item) => [item.text, item.evidence, item.owner])).toEqual([
      ["a", "optional", null],
      ["b", "required", "dba"],
    ]);
    expect(read(text).diagnostics).toEqual([]);
  });

  it("says that a directive in no row is not in force", () => {
    const text = list("| Check <!-- item: {owner: dba} --> | Status |", "|---|---|", "| a | open |");
    expect(places(read(text).diagnostics)).toEqual(["8:9 misplaced-directive"]);
  });

  it("binds each row to its own line", () => {
    const text = list("| Check | Status |", "|---|---|", "| a | open |", "| b | open |");
    const [first, second] = items(text);
    const [changed, same] = items(text.replace("| a |", "| a, twice |"));
    expect(changed!.sha256).not.toBe(first!.sha256);
    expect(same!.sha256).toBe(second!.sha256);
  });

  it("stands beside task items in the order of the file, inside quotes and lists too", () => {
    const text = list("- [ ] first", "", "> | Check | Done |", "> |---|---|", "> | second | no |", "", "- [x] third");
    expect(brief(text)).toEqual([
      ["GAT-1", "first", false],
      ["GAT-2", "second", false],
      ["GAT-3", "third", true],
    ]);
    expect(items(list("- [ ] one", "", "  | Check | Done |", "  |---|---|", "  | detail of one | no |"))).toHaveLength(1);
  });

  it("is no list where no column says a state, or where two compare things with each other", () => {
    expect(items(list("| Metric | Before | After |", "|---|---|---|", "| p95 | 310 ms | 42 ms |"))).toEqual([]);
    expect(items(list("| Feature | Linux | Windows |", "|---|---|---|", "| tabs | ✅ | ❌ |"))).toEqual([]);
    expect(items(list("| Result | Meaning |", "|---|---|", "| 137 | killed |", "| 143 | ended |"))).toEqual([]);
    expect(items(list("| a | Status |", "| --- | --- | --- |", "| b | ✅ |"))).toEqual([]);
    expect(items(list("| a | Status |", "| --- | --- |"))).toEqual([]);
  });

  it("finds a lone column of marks whatever its header says", () => {
    expect(brief(list("| Area | Lead says |", "|---|---|", "| Network | ✅ |", "| Storage | ❌ missing quota |"))).toEqual([
      ["GAT-1", "Network", true],
      ["GAT-2", "Storage · missing quota", false],
    ]);
  });

  it("reads a thousand rows, each with its id and line", () => {
    const rows = Array.from({ length: 1_000 }, (_, row) => `| OPS-${row + 1} | check ${row + 1} | ${row % 2 === 0 ? "✅" : "⏳"} |`);
    const found = items(list("| Id | Check | Status |", "|---|---|---|", ...rows));
    expect(found).toHaveLength(1_000);
    expect(found.at(-1)).toMatchObject({ id: "OPS-1000", text: "check 1000", checked: false, line: 1_009 });
    expect(new Set(found.map((item) => item.id)).size).toBe(1_000);
  });

  it("numbers twenty thousand tables that all count from one", () => {
    const table = "| # | Check | Status |\n|---|---|---|\n| 1 | a | ✅ |\n\n";
    expect(new Set(items(`# T\n\n## Gates\n\n${table.repeat(20_000)}`).map((item) => item.id)).size).toBe(20_000);
    expect(items(`# T\n\n## Gates\n\n${`### x\n\n${table}`.repeat(20_000)}`).at(-1)!.id).toBe("X-20000");
  });
});

describe("a file that does not say its kind", () => {
  const table = "| Check | Status |\n|---|---|\n| a | ✅ |\n";
  const boxes = (count: number): string => "# T\n\n## A\n\n".concat("- [ ] x\n".repeat(count));

  it("is none because a fence shows how one is written", () => {
    expect(read("# T\n\n## A\n\n```markdown\n- [ ] **A-1** x\n```\n").kind).toBe("runbook");
    expect(read("# T\n\n## A\n\n> 1. [ ] **A-1** x\n").kind).toBe("checklist");
  });

  it("is a checklist by a table of states or a long list of boxes, if it runs nothing and declares no step", () => {
    expect(read(`# T\n\n## A\n\n${table}`).kind).toBe("checklist");
    expect(read(boxes(10)).kind).toBe("checklist");
    expect(read(boxes(9)).kind).toBe("runbook");
    expect(read(`# T\n\n## A\n\n${table}\n\`\`\`sh\nls\n\`\`\`\n`).kind).toBe("runbook");
    expect(read(`${boxes(10)}\n\`\`\`sh\nls\n\`\`\`\n`).kind).toBe("runbook");
    expect(read(`# T\n\n## A\n<!-- step: {id: a} -->\n\n${table}`).kind).toBe("runbook");
    expect(read(`---\nkind: runbook\n---\n# T\n\n## A\n\n${table}`).kind).toBe("runbook");
    expect(read("# T\n\n## A\n\n| Check | Limit |\n|---|---|\n| a | 5 |\n").kind).toBe("runbook");
  });
});
