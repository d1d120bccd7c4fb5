// Words for what is still open, and for who set what.
import { expect, it } from "vitest";
import { dueWords, howWords, loopsWords, openLoops } from "./work-words.ts";

const loop = (name: string, by: string | null, closedAt: string | null = null) => ({
  name,
  openedAt: "2026-03-01T01:00:00.000Z",
  openedBy: "Dana",
  step: "freeze",
  by,
  closedAt,
  closedBy: "",
  isOverdue: false,
});
const now = Date.parse("2026-03-01T01:20:00.000Z");

it("counts down to when a loop is due, and up from then", () => {
  expect(dueWords(loop("ci-freeze", "2026-03-01T01:30:00.000Z"), now)).toBe("due in 10:00");
  expect(dueWords(loop("ci-freeze", "2026-03-01T01:15:00.000Z"), now)).toBe("overdue by 5:00");
  expect(dueWords(loop("access", null), now)).toBe("open for 20:00");
});

it("names the loop that presses most, and says how many more there are", () => {
  const loops = [
    loop("access", null),
    loop("silence", "2026-03-01T01:15:00.000Z"),
    loop("freeze", "2026-03-01T01:40:00.000Z"),
    loop("old", null, "x"),
  ];
  expect(loopsWords(openLoops(loops), now)).toEqual({ text: "silence: overdue by 5:00, 2 more", isOverdue: true });
  expect(loopsWords([], now).text).toBe("");
});

it("never says what a secret was", () => {
  expect(howWords({ how: "changed", value: null, step: "" })).toBe("changed it");
  expect(howWords({ how: "captured", value: "42", step: "measure" })).toBe("measured 42 in step measure");
});
