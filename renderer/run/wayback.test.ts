import { describe, expect, it } from "vitest";
import type { WayBackCandidate, WayBackView } from "../../engine/protocol/index.ts";
import { exampleState, exampleStep } from "./example.ts";
import { firstChoice, latestWords, nearestWords, offered, validWords } from "./wayback.ts";

const candidate = (id: string, extra: Partial<WayBackCandidate> = {}): WayBackCandidate => ({
  id,
  kind: "step",
  step: null,
  path: null,
  title: id,
  runs: [],
  undoes: [],
  stays: [],
  targetMs: 60_000,
  latest: null,
  validUntil: null,
  isExpired: false,
  gone: "",
  troubles: [],
  params: [],
  secrets: [],
  ...extra,
});
const view = (candidates: WayBackCandidate[], data: string[] = []): WayBackView => ({
  run: "run-x" as never,
  candidates,
  byTrouble: { "critical-bug": [], performance: [], data, security: [] },
  windowEnd: null,
  verifyMs: 0,
});

describe("the ways back", () => {
  const gone = candidate("gone", { gone: "gone since 01:00 UTC" });
  const [a, restore] = [candidate("a", { step: "shift" as never }), candidate("restore", { kind: "procedure" })];
  it("keep in sight what is gone, after all that can still be taken", () => {
    expect(offered(view([gone, a, restore]), null).map((one) => one.id)).toEqual(["a", "restore", "gone"]);
  });
  it("are by a trouble those that serve it", () => {
    expect(offered(view([gone, a, restore], ["restore"]), "data").map((one) => one.id)).toEqual(["restore", "gone"]);
  });
  it("begin with that of the step that was asked for, and never with one that is gone", () => {
    expect(firstChoice([restore, a], "shift")).toBe("a");
    expect(firstChoice([gone, restore, a], null)).toBe("restore");
    expect(firstChoice([gone], null)).toBeNull();
  });
  it("say when they must begin, and when they had to", () => {
    expect(latestWords("2026-03-15T01:30:00.000Z", Date.parse("2026-03-15T01:00:00Z"))).toEqual({
      words: "must begin by 01:30 UTC",
      isLate: false,
    });
    expect(latestWords("2026-03-15T01:30:00.000Z", Date.parse("2026-03-15T01:31:00Z"))?.isLate).toBe(true);
    expect(latestWords(null, 0)).toBeNull();
  });
  it("run out visibly", () => {
    const validUntil = "2026-03-15T01:30:00.000Z";
    const at = Date.parse(validUntil);
    expect(validWords({ validUntil, isExpired: false }, at - 60_000)).toBe("valid for another 1:00");
    expect(validWords({ validUntil, isExpired: true }, at + 60_000)).toBe("ran out 1:00 ago");
  });
  it("are promised on the button by the step under way, else by the last that was begun; never by what was undone", () => {
    const rollback = (targetMs: number) => ({ name: "back", targetMs, validUntil: null, isExpired: false });
    const at = { startedAt: "2026-03-15T01:00:00.000Z" };
    const [one, two] = [exampleStep("one", "1", "One"), exampleStep("two", "2", "Two")];
    const steps = [exampleState(one, { ...at, rollback: rollback(60_000) }), exampleState(two, { ...at, rollback: rollback(120_000) })];
    expect(nearestWords(steps, null)).toBe("under 2:00");
    expect(nearestWords(steps, "one")).toBe("under 1:00");
    expect(nearestWords([{ ...steps[0]!, undone: { run: "run-x" as never } }], null)).toBe("none named");
  });
});
