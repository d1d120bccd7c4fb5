import { describe, expect, it } from "vitest";
import { readRunData } from "./run-evidence.ts";

const run = {
  run: "run-01JAAAAAAAAAAAAAAAAAAAAAAA",
  number: 5,
  log: "log-01JAAAAAAAAAAAAAAAAAAAAAAA",
  seq: 9,
  hash: "a".repeat(64),
  title: "DR drill",
  mode: "rehearsal",
  way: "replay",
  compress: "60",
  speed: "0.5",
  result: "passed",
  started_at: "2026-03-29T00:00:00.000Z",
  ended_at: "2026-03-29T01:00:00.000Z",
  age_ms: 86_400_000,
  clusters: [],
  ran_by: [{ op_id: "dana", name: "Dana" }],
  recovery: null,
};

describe("a run as evidence", () => {
  it("is read back as it was written, with its age then", () => {
    const read = readRunData({ run });
    if (read === null) throw new Error("it was not read");
    expect(read).toMatchObject({
      way: "replay",
      compress: 60,
      speed: 0.5,
      ageMs: 86_400_000,
      ranBy: [{ id: "dana", name: "Dana" }],
      recovery: null,
    });
  });

  it("is nothing where the record does not hold what belongs to it", () => {
    for (const key of ["run", "log", "hash", "mode", "ended_at"]) expect(readRunData({ run: { ...run, [key]: "x" } }), key).toBeNull();
    expect(readRunData({})).toBeNull();
  });
});
