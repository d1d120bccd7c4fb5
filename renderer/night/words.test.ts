import { describe, expect, it } from "vitest";
import { clockOf, driftWords, readLimit, readSpan, siteClock, slotWord, spanText } from "./words.ts";

describe("words of a night", () => {
  it("says drift in words, and nothing where nothing is known", () => {
    expect([null, 10_000, -29_000, 240_000, -4_800_000].map(driftWords)).toEqual([
      "",
      "on plan",
      "on plan",
      "4 minutes late",
      "1 h 20 min ahead",
    ]);
  });
  it("reads limits and spans as people type them, and refuses the rest", () => {
    expect(readLimit("<= 0,3")).toEqual({ operator: "<=", value: 0.3 });
    expect(readLimit("≥ 99.5")).toEqual({ operator: ">=", value: 99.5 });
    expect([readLimit(" "), readLimit("below 3")]).toEqual([null, undefined]);
    expect(["90", "1:30", "+0:30", "", "soon"].map(readSpan)).toEqual([5_400_000, 5_400_000, 1_800_000, null, undefined]);
    expect(spanText(5_400_000)).toBe("1:30");
  });
  it("names the day only where it is another, and the site's clock only where it differs from UTC", () => {
    expect(clockOf("2026-03-15T02:00:00.000Z", "2026-03-15T01:00:00.000Z")).toBe("02:00");
    expect(clockOf("2026-03-15T02:00:00.000Z", "2026-03-14T23:00:00.000Z")).toBe("Sun 15 Mar 02:00");
    expect(siteClock("2026-03-15T02:00:00.000Z", { zone: "Europe/Vilnius" })).toBe("04:00 EET");
    expect(siteClock("2026-03-15T02:00:00.000Z", { zone: "UTC" })).toBe("");
  });
  it("never calls a late entry simply ok", () => {
    const slot = (state: string, outcome: string) => ({ state, entry: { outcome } }) as never;
    expect(slotWord(slot("entered", "ok"))).toEqual({ state: "passed", word: "Ok" });
    expect(slotWord(slot("late", "ok"))).toEqual({ state: "stale", word: "Ok, entered late" });
    expect(slotWord(slot("entered", "unknown"))).toEqual({ state: "unknown", word: "Unknown" });
  });
});
