import { describe, expect, it } from "vitest";
import { ARMING_MS, actionKey, armingLeftMs, follow, isGuarded, isPrimaryKey, primaryKeyLabel } from "./arming.ts";
import { exampleHeader } from "./example.ts";

const enter = { key: "Enter", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, isComposing: false };

describe("the primary key", () => {
  it("is the plain Enter off production", () => {
    expect(isPrimaryKey(enter, false, "elsewhere")).toBe(true);
    expect(isPrimaryKey({ ...enter, ctrlKey: true }, false, "elsewhere")).toBe(true);
  });
  it("is Ctrl or Command with Enter on production, and the plain Enter decides nothing there", () => {
    expect(isPrimaryKey(enter, true, "elsewhere")).toBe(false);
    expect(isPrimaryKey({ ...enter, ctrlKey: true }, true, "elsewhere")).toBe(true);
    expect(isPrimaryKey({ ...enter, metaKey: true }, true, "terminal")).toBe(true);
  });
  it("leaves the plain Enter to the terminal and to a control that has the focus", () => {
    expect(isPrimaryKey(enter, false, "terminal")).toBe(false);
    expect(isPrimaryKey(enter, false, "control")).toBe(false);
    expect(isPrimaryKey({ ...enter, ctrlKey: true }, false, "terminal")).toBe(true);
  });
  it("never counts a key that is held down, an input method's Enter, or one with Shift or Alt", () => {
    expect(isPrimaryKey({ ...enter, repeat: true }, false, "elsewhere")).toBe(false);
    expect(isPrimaryKey({ ...enter, isComposing: true }, false, "elsewhere")).toBe(false);
    expect(isPrimaryKey({ ...enter, shiftKey: true }, false, "elsewhere")).toBe(false);
    expect(isPrimaryKey({ ...enter, altKey: true, ctrlKey: true }, false, "elsewhere")).toBe(false);
  });
  it("says on the button which key it is", () => {
    expect(primaryKeyLabel(false, "elsewhere", false)).toEqual(["Enter"]);
    expect(primaryKeyLabel(false, "terminal", false)).toEqual(["Ctrl", "Enter"]);
    expect(primaryKeyLabel(true, "elsewhere", true)).toEqual(["⌘", "Enter"]);
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
