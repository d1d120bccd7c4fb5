import { describe, expect, it } from "vitest";
import { ARMING_MS, actionKey, armingLeftMs, follow, isGuarded, primaryKeyLabel, primaryKeys } from "./arming.ts";
import { exampleHeader } from "./example.ts";

describe("the primary key", () => {
  it("is the plain Enter off production, and Ctrl or Command with Enter everywhere", () => {
    expect(primaryKeys(false)).toEqual([
      { combo: "Enter", scope: "free" },
      { combo: "Mod+Enter", scope: "always" },
    ]);
    expect(primaryKeyLabel(false, false)).toBe("Enter");
  });
  it("is never the plain Enter on production", () => {
    expect(primaryKeys(true).map((key) => key.combo)).toEqual(["Mod+Enter"]);
    expect(primaryKeyLabel(true, false)).toBe("Mod+Enter");
  });
  it("says so on the button when the terminal has the focus and keeps the plain Enter", () => {
    expect(primaryKeyLabel(false, true)).toBe("Mod+Enter");
  });
});

describe("guarding", () => {
  const pin = exampleHeader().clusters[0]!;
  it("holds for a live run on production and on a cluster without a class", () => {
    expect(isGuarded({ mode: "live", clusters: [pin] })).toBe(true);
    expect(isGuarded({ mode: "live", clusters: [{ ...pin, class: null }] })).toBe(true);
    expect(isGuarded({ mode: "live", clusters: [{ ...pin, class: "staging" }, pin] })).toBe(true);
  });
  it("does not hold for a rehearsal, for other classes, or without a cluster", () => {
    expect(isGuarded({ mode: "rehearsal", clusters: [pin] })).toBe(false);
    expect(isGuarded({ mode: "live", clusters: [{ ...pin, class: "sandbox" }] })).toBe(false);
    expect(isGuarded({ mode: "live", clusters: [] })).toBe(false);
  });
});

describe("arming", () => {
  it("waits from the moment the action changed, and goes on counting while it stays the same", () => {
    const first = follow(null, "a", 1000);
    expect(armingLeftMs(first, 1000)).toBe(ARMING_MS);
    expect(armingLeftMs(follow(first, "a", 1500), 1500)).toBe(ARMING_MS - 500);
    expect(armingLeftMs(first, 1000 + ARMING_MS)).toBe(0);
    const second = follow(first, "b", 5000);
    expect(armingLeftMs(second, 5000)).toBe(ARMING_MS);
    expect(armingLeftMs(null, 5000)).toBe(ARMING_MS);
  });
  it("tells actions apart by what deciding them would mean", () => {
    const action = exampleHeader().nextAction;
    expect(actionKey(action)).toBe(actionKey({ ...action, detail: "other words" }));
    expect(actionKey(action)).not.toBe(actionKey({ ...action, check: 1 }));
    expect(actionKey(action)).not.toBe(actionKey({ ...action, kind: "judge" }));
    expect(actionKey(action)).not.toBe(actionKey({ ...action, typed: "prod-eu-1" }));
  });
});
