import { describe, expect, it } from "vitest";
import type { GateProbe, GateState } from "../../engine/protocol/index.ts";
import { chartOf, limitWords, summary } from "./gate-chart.ts";

const SIZE = { width: 500, height: 190, left: 50, right: 50, top: 10, bottom: 20 };
const probe = (n: number, value: string | null, verdict: GateProbe["verdict"] = "passed"): GateProbe => ({
  n,
  at: "2026-03-15T01:04:46.000Z",
  dueMs: n * 60_000,
  value,
  verdict,
  because: "",
  lateMs: 0,
  isWarn: false,
});
const gate = (probes: GateProbe[], more: Partial<GateState> = {}): GateState => ({
  kind: "hold",
  everyMs: 60_000,
  forMs: 300_000,
  withinMs: null,
  startedAt: "2026-03-15T01:03:46.000Z",
  endsAt: null,
  elapsedMs: 0,
  elapsedAt: "2026-03-15T01:03:46.000Z",
  threshold: { operator: "<=", value: 0.3 },
  warn: null,
  minSamples: null,
  counts: { passed: 2, failed: 1, unknown: 0, warned: 0 },
  probes,
  state: "done",
  interruptedBecause: "",
  gaps: [],
  ...more,
});

describe("a gate's chart", () => {
  it("puts each probe at its time, and what is worse than the limit on the forbidden side", () => {
    const { marks, limit } = chartOf(gate([probe(1, "0.08"), probe(2, "0.19"), probe(3, "0.72", "failed")]), SIZE, 180_000);
    expect(marks.map((mark) => mark.x)).toEqual([130, 210, 290]);
    expect(marks[1]!.y).toBeGreaterThan(limit!.y);
    expect(marks[2]!.y).toBeLessThan(limit!.y);
    expect(limit!.forbidden).toEqual({ y: 10, height: limit!.y - 10 });
  });

  it("marks a gate of seconds in times that differ", () => {
    const { ticks } = chartOf(gate([], { forMs: 2000, everyMs: 500 }), SIZE, 0);
    expect(ticks.map((one) => one.label)).toEqual(["400 ms", "800 ms", "1.2 s", "1.6 s", "2 s"]);
  });

  it("hatches below a limit that is a least", () => {
    const { limit, base } = chartOf(gate([probe(1, "90")], { threshold: { operator: ">=", value: 80 } }), SIZE, 0);
    expect(limit!.forbidden!.y + limit!.forbidden!.height).toBe(base);
  });

  it("draws a gate without numbers in its middle, and one without any probe", () => {
    const plain = chartOf(gate([probe(1, null)], { threshold: null }), SIZE, 0);
    expect([plain.isMeasured, plain.marks[0]!.y, plain.limit]).toEqual([false, 90, null]);
    expect(chartOf(gate([]), SIZE, 0).marks).toEqual([]);
  });

  it("keeps the labels of two near limits apart", () => {
    const { warn, limit } = chartOf(gate([probe(1, "9")], { warn: { operator: "<=", value: 0.29 } }), SIZE, 0);
    expect(Math.abs(warn!.labelY - limit!.y)).toBeGreaterThanOrEqual(13);
  });

  it("shows the time without probes where it was", () => {
    const gap = { from: "2026-03-15T01:04:46.000Z", to: "2026-03-15T01:06:46.000Z", ms: 120_000, why: "", acceptedBy: "" };
    expect(chartOf(gate([], { gaps: [gap] }), SIZE, 0).gaps).toEqual([{ x: 130, width: 160 }]);
  });

  it("says all of it in a sentence", () => {
    expect(limitWords(gate([]))).toBe("must stay at or below 0.3");
    expect(summary(gate([probe(3, "0.72", "failed")]), "error-rate")).toBe(
      "error-rate: must stay at or below 0.3. Probes: 2 passed, 1 failed; the last: 0.72, failed.",
    );
  });
});
