import { describe, expect, it } from "vitest";
import type { Board, CategoryView, Decision } from "../../engine/protocol/index.ts";
import { blockersOf, ringParts, ringWords, standing, standOf, stoppers, whyNoGo, whyNot } from "./model.ts";

const board = (blockers: [kind: string, text: string][], canGo: boolean, rule = "all categories signed, and no open blockers"): Board => ({
  canGo,
  blockers: blockers.map(([kind, text]) => ({ kind, text, item: null, category: null })),
  waivers: [],
  criteria: [],
  unsigned: [],
  risks: [],
  oldEvidence: [],
  rule,
  decisionRoles: ["lead", "approver"],
});
const decision = (state: Decision["state"], outcome: Decision["outcome"] = "go"): Decision => ({
  id: `decision-${state}-${outcome}`,
  seq: 1,
  outcome,
  conditions: [],
  reason: "",
  proposedBy: "Dana",
  proposedAt: "2026-03-14T21:00:00.000Z",
  state,
  takenAt: null,
  overtaken: "",
  signed: [],
  missing: ["approver"],
  needed: 2,
  replaces: null,
});

describe("the board's words", () => {
  it("say GO is possible only where the engine says so", () => {
    expect(standOf({ board: board([], true), decisions: [] })).toMatchObject({ state: "passed", title: "GO is possible" });
    expect(standOf({ board: board([["open", "INF-01 is open"]], false), decisions: [] })).toMatchObject({ state: "failed" });
  });
  it("count no overtaken decision against the one that takes its place, and count it while nothing does", () => {
    const overtaken = board([["decision", "The decision no-go rests on something that changed"]], false);
    const taken = decision("taken", "no-go");
    expect(blockersOf({ board: overtaken, decisions: [taken] })).toHaveLength(1);
    expect(blockersOf({ board: overtaken, decisions: [taken, decision("stale")] })).toHaveLength(1);
    expect(blockersOf({ board: overtaken, decisions: [taken, decision("open")] })).toEqual([]);
  });
  it("leave NO-GO possible whatever stands against GO, and say why GO is not", () => {
    const blocked = board([["failed", "INF-01 failed"]], false);
    expect(whyNot("no-go", blocked)).toBeNull();
    expect(whyNot("go", blocked)).toContain("INF-01 failed");
    expect(whyNot("conditional-go", blocked)).toContain("INF-01 failed");
  });
  it("let a conditional GO carry an open risk, which stops a plain one", () => {
    const risky = board([["risk", "Risk R1 is open"]], false);
    expect(whyNot("go", risky)).toContain("Risk R1");
    expect(whyNot("conditional-go", risky)).toBeNull();
    expect(whyNot("conditional-go", board([["critical-risk", "Risk R2 is open"]], false))).toContain("Risk R2");
  });
  it("count what stops under the list's own rule", () => {
    const soft = board([["open", "INF-01 is open"]], true, "all categories signed");
    expect(stoppers(soft)).toEqual([]);
    expect(whyNot("go", soft)).toBeNull();
  });
  it("say the same for both kinds of GO once", () => {
    expect(whyNoGo(board([["open", "INF-01 is open"]], false))).toEqual([
      "GO and conditional GO are stopped by 1 blocker: INF-01 is open.",
    ]);
    expect(whyNoGo(board([["risk", "R1"]], false))).toHaveLength(1);
    expect(whyNoGo(board([], true))).toEqual([]);
  });
  it("call a decision that no longer holds by that, and not green", () => {
    const overtaken = board([["decision", "The decision go rests on something that changed"]], true);
    expect(standOf({ board: overtaken, decisions: [decision("taken")] })).toMatchObject({ state: "stale" });
    expect(standOf({ board: board([], true), decisions: [decision("taken")] })).toMatchObject({ state: "passed", title: "GO is decided" });
    expect(standOf({ board: board([], true), decisions: [decision("taken", "no-go")] })).toMatchObject({ state: "failed" });
  });
  it("take the open proposal before the decision in force", () => {
    const { open, taken } = standing([decision("replaced"), decision("taken"), decision("open", "no-go")]);
    expect([open?.outcome, taken?.outcome]).toEqual(["no-go", "go"]);
    expect(standOf({ board: board([], true), decisions: [decision("taken"), decision("open", "no-go")] }).title).toBe("NO-GO is proposed");
  });
});

describe("a ring", () => {
  const category = (counts: CategoryView["counts"], state: CategoryView["state"]): CategoryView => ({
    key: "infrastructure",
    title: "Infrastructure",
    signoff: ["infrastructure-lead"],
    eyes: 1,
    counts,
    state,
    signed: 0,
    needed: 1,
    missing: [],
    blockers: [],
    digest: "0".repeat(64),
  });
  it("goes round once and says in words what it shows", () => {
    const ten = category({ open: 2, done: 5, failed: 1, notApplicable: 1, waived: 1, total: 10 }, "stale");
    expect(ringParts(ten).reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1);
    expect(ringWords(ten)).toBe("8 of 10 answered, 1 failed, stale");
    expect(ringParts(category({ open: 0, done: 0, failed: 0, notApplicable: 0, waived: 0, total: 0 }, "none"))).toEqual([]);
  });
});
