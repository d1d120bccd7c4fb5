import { expect, it } from "vitest";
import type { RunSource } from "../../engine/protocol/index.ts";
import { ageOf, paceWords, recoveryParts } from "./ended-run.ts";

const pace = (more: Partial<RunSource>): string =>
  paceWords({ mode: "rehearsal", way: "sandbox", compress: 1, speed: 1, ...more } as RunSource);

it("says of a rehearsal how it was practised, so that no walk is taken for a recovery", () => {
  expect(pace({ mode: "live", way: null })).toBe("");
  expect(pace({ way: "walk" })).toBe(", walked through, nothing was run");
  expect(pace({ way: "replay", speed: 0 })).toBe(", replayed, nothing was run, played at once");
  expect(pace({ compress: 60 })).toBe(", run in a sandbox, waits compressed by 60");
});

it("says an age as it is read", () => {
  expect([30_000, 720_000, 18_000_000, 43 * 86_400_000].map(ageOf)).toEqual(["less than a minute", "12 min", "5 h", "43 days"]);
});

it("holds each figure against its target, and says what was not measured", () => {
  const recovery = {
    declaredAt: null,
    verifiedAt: null,
    rtoMs: 5_000_000,
    rtoTextMs: null,
    rtoTargetMs: 3_600_000,
    rpoMs: null,
    rpoTargetMs: 900_000,
    missing: ["db"],
  };
  expect(recoveryParts(recovery, (ms) => `${ms / 1000} s`)).toEqual([
    { name: "Recovery time", value: "5000 s", against: "of 3600 s", tone: "fail-text" },
    { name: "Data lost", value: "not measured", against: "of 900 s, not measured by db", tone: "" },
  ]);
});
