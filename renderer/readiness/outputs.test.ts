import { expect, it } from "vitest";
import type { LogSummary, StepState } from "../../engine/protocol/index.ts";
import { clusterWords, runsToChoose, stepsToChoose } from "./outputs.ts";

it("offers the launch's own runs first, then others, the newest of each first, and each run once", () => {
  const own = (run: string, startedAt: string) => ({ run, title: run, kind: "runbook", status: "finished", startedAt });
  const log = (run: string, openedAt: string, kind = "run") => ({ run, title: run, kind, status: "finished", openedAt });
  const runs = runsToChoose({ runs: [own("a", "2026-01-01T10:00:00Z"), own("b", "2026-01-02T10:00:00Z")] as never }, [
    log("c", "2026-02-01T10:00:00Z"),
    log("d", "2026-03-01T10:00:00Z"),
    log("x", "2026-03-02T10:00:00Z", "launch"),
  ] as unknown as LogSummary[]);
  expect(runs.map((one) => `${one.run} ${one.isOwn}`)).toEqual(["b true", "a true", "d false", "c false"]);
});

it("offers only steps that ran a command to its end, the last one first", () => {
  const step = (id: string, more: object) =>
    ({ id, title: id, status: "done", verdict: "passed", endedAt: "2026-01-01T10:00:00Z", recording: "x.cast", ...more }) as StepState;
  const steps = stepsToChoose([
    step("first", {}),
    step("later", { endedAt: "2026-01-01T11:00:00Z", verdict: "failed" }),
    step("running", { status: "running", verdict: null, endedAt: null }),
    step("skipped", { verdict: "skipped" }),
    step("by-hand", { recording: null }),
  ]);
  expect(steps.map((one) => one.id)).toEqual(["later", "first"]);
});

it("names a cluster by its context and class, and by the run's name where there are several", () => {
  expect(clusterWords("main", "prod-eu-1", "production")).toBe("prod-eu-1, production");
  expect(clusterWords("dr", "dr-1", "")).toBe("dr: dr-1");
  expect(clusterWords("main", "", "")).toBe("");
  expect(clusterWords("none", "", "")).toBe("");
  expect(clusterWords("dr", undefined, undefined)).toBe("dr");
});
