import { expect, it } from "vitest";
import type { LaneState, NextAction } from "../../engine/protocol/index.ts";
import { exampleHeader } from "./example.ts";
import { alsoRunning, dueSteps, otherLanes } from "./lanes.ts";

const action = (kind: NextAction["kind"], step: string | null): NextAction => ({
  ...exampleHeader().nextAction,
  kind,
  step: step as NextAction["step"],
});
const lane = (name: string, status: LaneState["status"], nextAction: NextAction): LaneState => ({
  lane: name,
  current: null,
  next: null,
  status,
  nextAction,
});

it("puts beside the primary action what other lanes ask for, and nothing of a lane that is done", () => {
  const lanes = [
    lane("data", "running", action("wait", "a")),
    lane("traffic", "idle", action("run-step", "b")),
    lane("checks", "done", action("none", null)),
  ];
  const header = exampleHeader({ lanes, nextAction: action("run-step", "b") });
  expect(otherLanes(header).map((one) => one.lane)).toEqual(["data"]);
  expect(alsoRunning(header, "traffic")).toEqual(["data"]);
  expect(alsoRunning(header, "data")).toEqual([]);
  expect(dueSteps(header)).toEqual(["b"]);
});

it("asks once to resume, and shows nothing beside it in a plain runbook or in a run that is over", () => {
  const held = [lane("data", "waiting", action("resume", "a")), lane("traffic", "waiting", action("resume", "b"))];
  expect(otherLanes(exampleHeader({ lanes: held, nextAction: action("resume", "a"), status: "held" }))).toEqual([]);
  const one = [lane("main", "idle", action("run-step", "a"))];
  expect(otherLanes(exampleHeader({ lanes: one, nextAction: action("run-step", "a") }))).toEqual([]);
  expect(otherLanes(exampleHeader({ lanes: held, status: "aborted" }))).toEqual([]);
});
