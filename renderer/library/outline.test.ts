import { describe, expect, it } from "vitest";
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import { outlineRows } from "./outline.ts";

const step = (id: string, phase: string[], signoff: string[] = []) => ({
  id,
  title: id,
  number: "1",
  phase,
  line: 1,
  directive: { plannedMs: 1000, signoff },
});
const text = (steps: ReturnType<typeof step>[], phases: string[][]) =>
  ({
    kind: "runbook",
    steps,
    phases: phases.map((path, index) => ({ path, title: path.at(-1), number: String(index + 1), plannedMs: 60_000 })),
    categories: [],
  }) as unknown as RunbookDocument;

describe("the outline of a text", () => {
  it("names a phase once, above its first step", () => {
    const rows = outlineRows(text([step("a", ["One"]), step("b", ["One"]), step("c", ["Two"])], [["One"], ["Two"]]));
    expect(rows.map((row) => `${row.kind} ${row.title}`)).toEqual(["phase One", "step a", "step b", "phase Two", "step c"]);
  });
  it("has no phase rows where there are no phases", () => {
    expect(outlineRows(text([step("a", []), step("b", [])], [])).map((row) => row.kind)).toEqual(["step", "step"]);
  });
  it("marks the steps that hold for a sign-off", () => {
    const rows = outlineRows(text([step("a", []), step("b", [], ["release-manager"])], []));
    expect(rows.map((row) => row.kind === "step" && row.holds)).toEqual([false, true]);
  });
  it("of a checklist is its categories", () => {
    const list = {
      kind: "checklist",
      steps: [],
      phases: [],
      categories: [{ title: "Security", line: 4, items: [{}, {}] }],
    } as unknown as RunbookDocument;
    expect(outlineRows(list)).toEqual([{ kind: "category", key: "category 4", target: "Security", title: "Security", items: 2 }]);
  });
});
