import { describe, expect, it } from "vitest";
import type { ItemView } from "../../engine/protocol/index.ts";
import { fits, isMine, limitWords, NO_FILTER, proofOf, remarkOf, segmentsOf } from "./items.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const at = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

const item = (change: Partial<ItemView> = {}): ItemView => ({
  id: "INF-01",
  category: "infrastructure",
  text: "Three instances answer",
  line: 1,
  depth: 0,
  state: "open",
  answer: null,
  reopened: "",
  evidence: "optional",
  evidences: [],
  expect: null,
  unit: "",
  maxAgeMs: null,
  tests: false,
  ownerRole: "devops",
  assignee: null,
  assigneeName: "",
  due: null,
  isOverdue: false,
  blocks: 0,
  check: null,
  derived: null,
  obstacles: [],
  flags: [],
  notes: [],
  sha256: "0".repeat(64),
  ...change,
});
const check = (change: Partial<NonNullable<ItemView["check"]>>): NonNullable<ItemView["check"]> => ({
  verdict: "passed",
  judgement: null,
  because: "exit 0",
  measured: null,
  at: at(4),
  run: "run-01JD0000000000000000000006" as NonNullable<ItemView["check"]>["run"],
  seq: 9,
  isOld: false,
  cluster: "",
  ...change,
});

describe("what stands behind an item", () => {
  it("is its last check with its age and the figure it measured", () => {
    expect(proofOf(item({ check: check({ measured: 465.2 }), unit: "ms" }), NOW)).toEqual({
      kind: "check",
      first: "passed, 465.2 ms",
      second: "checked 4 min ago",
      tone: "",
    });
  });
  it("is shown as old with the limit beside it, never as good news alone", () => {
    const old = proofOf(item({ check: check({ at: at(26 * 60), isOld: true }), maxAgeMs: 24 * 3_600_000 }), NOW);
    expect(old).toMatchObject({ second: "checked 1 day ago, limit 24 h", tone: "warn" });
  });
  it("is failed in words where the check failed, and unknown is never passed", () => {
    expect(proofOf(item({ check: check({ verdict: "failed" }) }), NOW)).toMatchObject({ first: "failed", tone: "fail" });
    expect(proofOf(item({ check: check({ verdict: "unknown" }) }), NOW)).toMatchObject({ first: "unknown", tone: "warn" });
    expect(proofOf(item({ check: check({ verdict: "unknown", judgement: "accepted" }) }), NOW).first).toBe("unknown, accepted");
  });
  it("says what is still asked for where there is nothing", () => {
    expect(proofOf(item({ evidence: "required" }), NOW)).toMatchObject({ first: "evidence required", second: "none yet" });
    expect(proofOf(item({ blocks: 1 }), NOW).second).toBe("not checked yet");
  });
});

describe("the line below an item", () => {
  it("names a contradiction before the note of the answer", () => {
    expect(remarkOf(item({ state: "done", flags: ["1968 ms is above the limit"] }), NOW)).toEqual({
      text: "1968 ms is above the limit",
      tone: "fail",
    });
    expect(remarkOf(item({ reopened: "the waiver ran out" }), NOW).text).toContain("the waiver ran out");
  });
});

describe("a ring", () => {
  it("has one mark per item in the list's order, and one arc per state where there are hundreds", () => {
    const few = segmentsOf([{ state: "done" }, { state: "failed" }]);
    expect(few.map((one) => one.state)).toEqual(["done", "failed"]);
    const many = segmentsOf(Array.from({ length: 300 }, (_, index) => ({ state: index < 3 ? ("failed" as const) : ("done" as const) })));
    expect(many.map((one) => [one.state, one.part])).toEqual([
      ["failed", 0.01],
      ["done", 0.99],
    ]);
    expect(segmentsOf([])).toEqual([]);
  });
});

describe("filters", () => {
  it("take what is assigned to me, or owned by a role of mine while nobody has it", () => {
    expect(isMine(item(), "ben", ["devops"])).toBe(true);
    expect(isMine(item({ assignee: "dana" as ItemView["assignee"] }), "ben", ["devops"])).toBe(false);
    expect(isMine(item({ assignee: "ben" as ItemView["assignee"] }), "ben", [])).toBe(true);
    expect(isMine(item(), null, ["devops"])).toBe(false);
  });
  it("find every word anywhere in id, text, names and reasons", () => {
    expect(fits(item(), { ...NO_FILTER, text: "inf instances" }, null, [])).toBe(true);
    expect(fits(item(), { ...NO_FILTER, text: "inf redis" }, null, [])).toBe(false);
    expect(fits(item({ state: "done" }), { ...NO_FILTER, state: "failed" }, null, [])).toBe(false);
    expect(fits(item({ flags: ["x"] }), { ...NO_FILTER, flagged: true }, null, [])).toBe(true);
  });
});

it("a limit is said in words with its unit", () => {
  expect(limitWords({ expect: { operator: "<", value: 1500 }, unit: "ms" })).toBe("below 1500 ms");
  expect(limitWords({ expect: null, unit: "ms" })).toBe("");
});
