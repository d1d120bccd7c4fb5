// What a probe says: the table of docs/gates.md, line by line.
import { expect, it } from "vitest";
import type { BlockAttributes } from "../protocol/index.ts";
import { earlierLimit, judgeProbe, measure } from "./gate-probe.ts";
import { firstDue, gateSettings, nextDue } from "./gate-settings.ts";

const said = (
  tail: string,
  exitCode: number | null = 0,
  options: Partial<BlockAttributes> = {},
  kind: "exit" | "signal" | "timeout" = "exit",
) => judgeProbe({ kind, exitCode, tail, because: "as the shell said" }, { gate: "hold", ...options });
const atMost = { operator: "<=", value: 0.3 } as const;

it.each([
  ["a number within the limit", said("0.19", 0, { expect: atMost }), "passed"],
  ["a number outside it", said("0.72", 0, { expect: atMost }), "failed"],
  ["an error where a number is asked for", said("0.1", 1, { expect: atMost }), "unknown"],
  ["an error where a match is asked for", said("ok", 1, { match: { source: "ok", flags: "" } }), "unknown"],
  ["no match", said("no", 0, { match: { source: "ok", flags: "" } }), "failed"],
  ["exit 1 alone", said("", 1), "failed"],
  ["exit 123 alone", said("", 123), "failed"],
  ["exit 124, of timeout", said("", 124), "unknown"],
  ["exit 127, not found", said("", 127), "unknown"],
  ["a signal", said("", 143, {}, "signal"), "unknown"],
  ["a timeout", said("0.1", 130, { expect: atMost }, "timeout"), "unknown"],
  ["forbidden by the cluster", said('Error from server (Forbidden): services "api" is forbidden', 1), "unknown"],
  ["forbidden, and hidden behind an exit 0", said("Error from server (Unauthorized): x\n0", 0, { expect: atMost }), "unknown"],
  ["curl, 401", said("curl: (22) The requested URL returned error: 401", 22), "unknown"],
  ["curl, 500", said("curl: (22) The requested URL returned error: 500", 22), "failed"],
  ["nobody answers a hold", said("curl: (7) Failed to connect to 127.0.0.1 port 9 after 0 ms", 7), "unknown"],
  ["nobody answers a wait yet", said("curl: (7) Failed to connect to 127.0.0.1 port 9", 7, { gate: "wait" }), "failed"],
  ["no data, after another number", said("200\nNaN", 0, { expect: atMost }), "unknown"],
] as const)("%s", (_, judged, verdict) => {
  expect(judged.verdict).toBe(verdict);
});

it("takes the last number, and never the count of samples for it", () => {
  expect(measure("a 3 b 0.31 samples=412")).toEqual({ value: 0.31, samples: 412 });
  expect(measure("samples: 7\n-2e-3")).toEqual({ value: -0.002, samples: 7 });
  expect(measure("P95 1310ms")).toEqual({ value: null, samples: null });
});

it("draws no number of an error as if it had been measured", () => {
  expect(said("curl: (7) Failed to connect after 0 ms", 7, { expect: atMost }).value).toBeNull();
});

it("reads the earlier limit from either side", () => {
  expect(earlierLimit({ expect: atMost, warn: { operator: ">", value: 0.2 } })).toEqual({ operator: "<=", value: 0.2 });
  expect(said("0.25", 0, { expect: atMost, warn: { operator: ">", value: 0.2 } })).toMatchObject({ verdict: "passed", isWarn: true });
  expect(said("0.15", 0, { expect: atMost, warn: { operator: "<=", value: 0.2 } })).toMatchObject({ verdict: "passed", isWarn: false });
});

it("is due n times every, whatever probes take, and ends at its own end", () => {
  const hold = gateSettings({ gate: "hold", forMs: 50, everyMs: 20 })!;
  expect(firstDue(hold)).toBe(20);
  expect(nextDue(hold, 20, 21)).toEqual({ due: 40, leftOut: 0 });
  expect(nextDue(hold, 20, 47)).toEqual({ due: 40, leftOut: 0 });
  expect(nextDue(hold, 40, 41)).toEqual({ due: 50, leftOut: 0 });
  expect(nextDue(hold, 20, 200)).toEqual({ due: 50, leftOut: 1 });
  expect(nextDue(hold, 50, 51)).toBeNull();
  const wait = gateSettings({ gate: "wait", withinMs: 50, everyMs: 20 })!;
  expect(firstDue(wait)).toBe(0);
  expect(nextDue(wait, 40, 41)).toBeNull();
});
