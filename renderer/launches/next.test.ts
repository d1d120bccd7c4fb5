import { describe, expect, it } from "vitest";
import type { LaunchView } from "../../engine/protocol/index.ts";
import { nextStep, stepElsewhere, stepKey } from "./next.ts";

type Part = { [K in keyof LaunchView]?: unknown };
/** Only what the step is read from; the engine's own tests hold the whole view. */
const view = (part: Part): LaunchView =>
  ({
    header: { launch: "launch-1", checklist: {}, state: "preparing" },
    items: [],
    categories: [],
    decisions: [],
    ...part,
  }) as unknown as LaunchView;
const item = (id: string, change = {}) => ({
  id,
  category: "infra",
  text: `Text of ${id}`,
  state: "open",
  blocks: 0,
  check: null,
  derived: null,
  ...change,
});
const infra = { key: "infra", title: "Infrastructure", needed: 1, signed: 0, missing: ["infrastructure-lead"], blockers: [] as string[] };

describe("the one action of a launch", () => {
  it("takes a checklist first, where there is none", () => {
    const step = nextStep(
      view({
        header: { launch: "l", checklist: null, state: "preparing" },
        next: { kind: "answer", text: "Take a checklist", target: null },
      }),
    );
    expect(step.plan).toEqual({ type: "checklist" });
  });
  it("checks what has not been checked in the category at once, and never what is answered", () => {
    const items = [item("A", { blocks: 1 }), item("B", { blocks: 1 }), item("C", { blocks: 1, state: "done" }), item("D")];
    const step = nextStep(view({ items, categories: [infra], next: { kind: "check", text: "Check A", target: "A" } }));
    expect(step.plan).toEqual({ type: "check", items: ["A", "B"] });
    expect(step.button).toBe("Check 2 items");
  });
  it("leads to the item that blocks a category, whichever way the blocker is written", () => {
    for (const blocker of ["INF-04: the automatic check failed", "INF-04 is open"]) {
      const step = nextStep(
        view({
          items: [item("INF-0"), item("INF-04")],
          categories: [{ ...infra, blockers: [blocker] }],
          next: { kind: "answer", text: "", target: "infra" },
        }),
      );
      expect(step.plan).toEqual({ type: "item", item: "INF-04" });
    }
  });
  it("signs a category in the role that is missing, and a decision in its own", () => {
    expect(nextStep(view({ categories: [infra], next: { kind: "sign", text: "", target: "infra" } })).plan).toMatchObject({
      type: "sign",
      kind: "category",
      role: "infrastructure-lead",
    });
    const decisions = [{ id: "d1", missing: ["release-manager"], signed: [] }];
    expect(nextStep(view({ decisions, next: { kind: "sign", text: "", target: "d1" } })).plan).toMatchObject({
      kind: "decision",
      id: "d1",
    });
  });
  it("moves the state on one step at a time", () => {
    const to = (target: string | null) => nextStep(view({ next: { kind: "watch", text: "", target } })).plan;
    expect(to("watch")).toEqual({ type: "advance", to: "watch" });
    expect(to(null), "the watch is not over").toEqual({ type: "watch" });
    expect(to("retrospective")).toEqual({ type: "advance", to: "retrospective" });
  });
  it("starts the plan's next entry, and says what comes after it", () => {
    const entry = (id: string, title: string) => ({
      id,
      title,
      path: `/${id}.md`,
      because: "",
      role: "",
      ownerName: "",
      note: "",
      isSettled: false,
    });
    const plan = { entries: [entry("P1", "Blue-green switch"), entry("P2", "Canary")] };
    const given = view({
      header: { checklist: {}, state: "go" },
      plan,
      next: { kind: "start", text: "Start Blue-green switch", target: "P1" },
    });
    expect(nextStep(given)).toMatchObject({
      plan: { type: "start", entry: "P1", path: "/P1.md" },
      button: "Start Blue-green switch…",
      detail: "Starting it begins the cut-over.",
      after: "Canary",
    });
    expect(nextStep(view({ plan, next: { kind: "start", text: "", target: "P2" } })).after).toBe("the watch");
  });
  it("says of items only that it leads there, where the items are not on screen", () => {
    const given = view({ items: [item("A")], categories: [infra], next: { kind: "answer", text: "Answer A", target: "A" } });
    expect(stepElsewhere(given).button).toBe("Go to readiness");
    expect(stepKey(nextStep(given))).not.toBe(stepKey(stepElsewhere(given)));
  });
});
