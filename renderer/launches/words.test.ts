import { describe, expect, it } from "vitest";
import { decisionWords, fromLocalInput, roleProblem, stateShown, toLocalInput, untilWords, windowWords } from "./words.ts";

describe("the window of a launch", () => {
  it("is said in UTC and in the site's zone, each with its name", () => {
    const words = windowWords({ windowStart: "2026-03-14T22:00:00.000Z", windowEnd: "2026-03-15T02:30:00.000Z", zone: "Europe/Vilnius" });
    expect(words).toContain("14 Mar 2026, 22:00 to 02:30 UTC");
    expect(words).toMatch(/00:00 to 04:30 (EET|GMT\+2)/);
  });
  it("says nothing where there is none", () => {
    expect(windowWords({ windowStart: null, windowEnd: null, zone: "UTC" })).toBe("");
  });
  it("comes back from a clock of the zone as the moment that was meant, on both sides of a change of clocks", () => {
    for (const at of ["2026-03-28T23:30:00.000Z", "2026-03-29T02:30:00.000Z", "2026-07-01T12:00:00.000Z", "2026-10-25T04:00:00.000Z"]) {
      expect(fromLocalInput(toLocalInput(at, "Europe/Vilnius"), "Europe/Vilnius")).toBe(at);
    }
    expect(toLocalInput("2026-01-01T00:00:00.000Z", "America/New_York")).toBe("2025-12-31 19:00");
  });
  it("is no moment where the field is empty", () => {
    expect(fromLocalInput("", "UTC")).toBeNull();
    expect(toLocalInput(null, "UTC")).toBe("");
  });
  it("is no moment where the text is none", () => {
    for (const text of ["tomorrow", "2026-13-01 10:00", "2026-02-01", "01/02/2026 10:00"]) expect(fromLocalInput(text, "UTC")).toBeNull();
  });
});

describe("words", () => {
  it("count down, and up once it has begun", () => {
    expect(untilWords(5 * 3_600_000)).toBe("in 5:00:00");
    expect(untilWords(-60_000)).toBe("1:00 ago");
    expect(untilWords(5 * 86_400_000)).toBe("in 5 days");
  });
  it("call a taken NO-GO failed, never passed", () => {
    const at = "2026-01-01T00:00:00.000Z";
    const overtaken = "";
    expect(decisionWords({ id: "a", outcome: "no-go", state: "taken", at, overtaken })).toEqual({ state: "failed", word: "NO-GO" });
    expect(decisionWords({ id: "a", outcome: "go", state: "stale", at, overtaken }).state).toBe("stale");
    expect(decisionWords({ id: "a", outcome: "go", state: "taken", at, overtaken: "INF-01 failed" }).state, "after a change").toBe("stale");
  });
  it("never show a GO as passed that something has overtaken", () => {
    const decision = { id: "a", outcome: "go", state: "taken", at: "2026-01-01T00:00:00.000Z", overtaken: "" } as const;
    expect(stateShown({ state: "go", decision })).toEqual({ state: "passed", word: "GO, not begun" });
    expect(stateShown({ state: "go", decision: { ...decision, overtaken: "INF-01 failed" } })).toEqual({
      state: "stale",
      word: "GO, overtaken",
    });
    expect(stateShown({ state: "watch", decision: { ...decision, overtaken: "INF-01 failed" } }).word).toBe("On watch");
  });
  it("say why an act is not to be had by role, and nothing where it is", () => {
    expect(roleProblem(["lead"], ["lead", "operator"], "Answering")).toBeNull();
    expect(roleProblem(null, ["lead"], "Answering")).toBeNull();
    expect(roleProblem(["auditor"], ["lead", "operator"], "Answering")).toContain("auditor");
  });
});
