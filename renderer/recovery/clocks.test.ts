import { expect, it } from "vitest";
import type { RecoveryView } from "../../engine/protocol/index.ts";
import { clockNotes, rpoClock, rtoClock } from "./clocks.ts";

const MIN = 60_000;
const at = Date.UTC(2026, 3, 14, 9, 0);
const iso = (ms: number) => new Date(ms).toISOString();
const keys = { declared: "declare", verified: "verify", lastWrite: ["db", "cache"] };
const declared = { seq: 4, at: iso(at), by: "Dana", step: "declare", reason: "", isClaimed: false };
const view = (change: Partial<RecoveryView> = {}): RecoveryView => ({
  keys,
  declared,
  verified: null,
  rto: { targetMs: 60 * MIN, ms: null, textMs: null, state: "running" },
  rpo: { targetMs: 15 * MIN, ms: null, measured: [], missing: ["db", "cache"], state: "running" },
  clocksPartedMs: 0,
  ...change,
});
const write = (block: string, lostMs: number) => ({
  block,
  step: "restore",
  at: iso(at),
  lastWrite: iso(at - lostMs),
  lostMs,
  isPlayed: false,
});
const named = () => "1.4";

it("counts the recovery time on from the declaration, and says what is left of the target", () => {
  expect(rtoClock(view(), at + 34 * MIN + 12_000, null, named)).toMatchObject({
    value: "34:12",
    target: "target 1:00:00",
    aside: "25:48 left",
    tone: "good",
  });
  expect(rtoClock(view(), at + 50 * MIN, null, named).tone).toBe("near");
  const late = rtoClock(view(), at + 74 * MIN, null, named);
  expect(late).toMatchObject({ aside: "14:00 over", tone: "missed", filled: 1 });
  expect(late.mark).toBeCloseTo(60 / 74);
});

it("stands still once it is measured, and at the end of a run that verified nothing", () => {
  const done = view({ rto: { targetMs: 60 * MIN, ms: 41 * MIN, textMs: null, state: "met" } });
  expect(rtoClock(done, at + 500 * MIN, null, named)).toMatchObject({ label: "RTO, measured", value: "41:00", aside: "19:00 to spare" });
  expect(rtoClock(view(), at + 500 * MIN, iso(at + 10 * MIN), named)).toMatchObject({ label: "RTO, not verified", value: "10:00" });
});

it("says what starts it, while nothing has", () => {
  const waiting = view({ declared: null });
  expect(rtoClock(waiting, at, null, named)).toMatchObject({ value: "–:––", aside: "starts when step 1.4 has passed", tone: "idle" });
  expect(rtoClock({ ...waiting, keys: { ...keys, declared: null } }, at, null, named).aside).toBe("starts when a person declares it");
  expect(rpoClock(waiting, false).aside).toBe("measured by db, cache");
});

it("shows the worst of the stores, and how many are still to measure", () => {
  const half = view({
    rpo: { targetMs: 15 * MIN, ms: 9 * MIN + 40_000, measured: [write("db", 580_000)], missing: ["cache"], state: "running" },
  });
  expect(rpoClock(half, false)).toMatchObject({ value: "9:40", aside: "5:20 to spare, 1 of 2 still to measure", tone: "good" });
  const both = view({
    rpo: { targetMs: 15 * MIN, ms: 20 * MIN, measured: [write("db", 580_000), write("cache", 20 * MIN)], missing: [], state: "missed" },
  });
  expect(rpoClock(both, false)).toMatchObject({ label: "RPO, data lost at worst", aside: "5:00 too much", tone: "missed" });
  expect(clockNotes(both, null)).toEqual(["db 9:40 · cache 20:00"]);
});

it("says beside them what a reader must know: compressed waits, a walk, clocks that parted", () => {
  const rehearsal = { way: "walk" as const, source: null, speed: 1, compress: 60, hasInstructor: false };
  const notes = clockNotes(view({ clocksPartedMs: 90_000 }), rehearsal).join(" | ");
  expect(notes).toContain("Waits are compressed by 60");
  expect(notes).toContain("nothing was run");
  expect(notes).toContain("parted by 1:30");
});
