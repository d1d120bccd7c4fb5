import { expect, it } from "vitest";
import type { EventBody, StoredEvent } from "../protocol/index.ts";
import { applyEvent, foldRun } from "./fold.ts";
import { isSettled, satisfiesNeed } from "./state.ts";

/** Events of one run, numbered; only what the fold reads is filled in. */
function log() {
  let seq = 0;
  return (type: string, more: { step?: string; attempt?: number; outcome?: string; reason?: string; data?: object } = {}): StoredEvent => {
    seq += 1;
    const body = {
      v: 1,
      log: "log-01ARZ3NDEKTSV4RRFFQ69G5FAV",
      seq,
      type,
      ts_utc: new Date(Date.UTC(2026, 10, 20, 2, 0, seq)).toISOString(),
      actor: { op_id: "dana", name: "Dana", role: "operator", session: "", on_behalf_of: "" },
      subject: {
        launch: "",
        run: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV",
        mode: "live",
        plan_sha256: "a".repeat(64),
        step: more.step ?? "",
        attempt: more.attempt ?? 0,
        cluster: "",
      },
      outcome: more.outcome ?? "",
      reason: more.reason ?? "",
      data: more.data ?? {},
    } as unknown as EventBody;
    return { hash: seq.toString(16).padStart(64, "0"), line: "", body };
  };
}
const stepData = (id: string, blocks = 1, checks = 0) => ({
  id,
  title: id,
  number: id,
  phase: [],
  lane: "main",
  on: "none",
  blocks,
  checks,
  unsupported: [],
});
const begun = (event: ReturnType<typeof log>, steps = [stepData("a"), stepData("b", 2, 1)]) =>
  event("run.started", { data: { title: "T", path: "/t.md", params: { A: "1" }, planned_ms: 60_000, solo: true, steps } });
const block = (event: ReturnType<typeof log>, step: string, index: number, outcome: string, attempt = 1) => [
  event("block.started", { step, attempt, data: { block: index, text: "x", shell: "bash", terminal: "t", recording: "r.cast" } }),
  event("block.ended", {
    step,
    attempt,
    outcome,
    data: {
      block: index,
      exit_code: outcome === "passed" ? 0 : 3,
      pipe_status: [0, 3],
      because: "exit",
      duration_ms: 5,
      bytes: 10,
      redactions: { aws: 2 },
    },
  }),
];

it("gives the same state for the same events, whole or one by one", () => {
  const event = log();
  const events = [
    begun(event),
    event("step.started", { step: "a", attempt: 1 }),
    ...block(event, "a", 0, "passed"),
    event("step.ended", { step: "a", attempt: 1, outcome: "passed", data: { duration_ms: 9 } }),
  ];
  const whole = foldRun(events);
  const piecewise = foldRun(events.slice(0, 1));
  for (const one of events.slice(1)) applyEvent(piecewise, one);
  expect(piecewise).toEqual(whole);
  expect(whole.steps[0]).toMatchObject({ status: "done", verdict: "passed", durationMs: 9, attempt: 1 });
  expect(whole.steps[1]?.status).toBe("todo");
  expect([whole.redactions, whole.recordedBytes, whole.events]).toEqual([2, 10, 5]);
  expect(whole.steps[0]?.blocks[0]).toMatchObject({ exitCode: 0, pipeStatus: [0, 3], attempt: 1 });
});

it("leaves an earlier StepState as it was", () => {
  const event = log();
  const state = foldRun([begun(event)]);
  const before = state.steps[0];
  applyEvent(state, event("step.started", { step: "a", attempt: 1 }));
  expect(before?.status).toBe("todo");
  expect(state.steps[0]?.status).toBe("open");
});

it("knows a block that has no end as running, and its step too", () => {
  const event = log();
  const state = foldRun([begun(event), event("step.started", { step: "a", attempt: 1 }), block(event, "a", 0, "passed")[0]!]);
  expect(state.running).toEqual([{ step: "a", block: 0, isBackground: false, recording: "r.cast" }]);
  expect(state.steps[0]?.status).toBe("running");
});

it("keeps a judgement beside the verdict and never in its place", () => {
  const event = log();
  const state = foldRun([
    begun(event),
    event("step.started", { step: "a", attempt: 1 }),
    ...block(event, "a", 0, "unknown"),
    event("step.ended", { step: "a", outcome: "unknown", data: { because: "shell gone" } }),
  ]);
  const step = () => state.steps[0]!;
  expect(isSettled(step())).toBe(false);
  applyEvent(state, event("step.judged", { step: "a", outcome: "rejected", reason: "it is not there" }));
  expect(step()).toMatchObject({ verdict: "unknown", judgement: { outcome: "rejected", by: "Dana", reason: "it is not there" } });
  expect([isSettled(step()), satisfiesNeed(state, step())]).toEqual([false, false]);
  applyEvent(state, event("step.judged", { step: "a", outcome: "accepted", reason: "found it" }));
  expect([step().verdict, isSettled(step()), satisfiesNeed(state, step())]).toEqual(["unknown", true, true]);
});

it("keeps the verdict of a failed step that is gone past, and does not let it satisfy a need", () => {
  const event = log();
  const state = foldRun([
    begun(event),
    event("step.started", { step: "a", attempt: 1 }),
    ...block(event, "a", 0, "failed"),
    event("step.ended", { step: "a", outcome: "failed" }),
    event("step.skipped", { step: "a", outcome: "skipped", reason: "done by hand" }),
    event("step.skipped", { step: "b", outcome: "skipped", reason: "not tonight" }),
  ]);
  expect(state.steps[0]).toMatchObject({ verdict: "failed", passedOver: true, reason: "done by hand" });
  expect(state.steps[1]).toMatchObject({ verdict: "skipped", passedOver: false });
  expect(state.steps.map((step) => [isSettled(step), satisfiesNeed(state, step)])).toEqual([
    [true, false],
    [true, false],
  ]);
});

it("takes a step that does not apply as no obstacle for what needs it", () => {
  const event = log();
  const state = foldRun([
    begun(event),
    event("step.skipped", { step: "a", outcome: "skipped", reason: "does not apply", data: { applies: false } }),
  ]);
  expect(satisfiesNeed(state, state.steps[0]!)).toBe(true);
});

it("asks for everything again on a retry, and for one block alone when only that is run again", () => {
  const event = log();
  const state = foldRun([
    begun(event),
    event("step.started", { step: "b", attempt: 1 }),
    ...block(event, "b", 0, "passed"),
    ...block(event, "b", 1, "failed"),
    event("check.confirmed", { step: "b", outcome: "passed", data: { check: 0, value: "7" } }),
    event("step.ended", { step: "b", outcome: "failed" }),
  ]);
  const b = () => state.steps[1]!;
  expect(b().checks[0]).toMatchObject({ confirmed: true, by: "Dana", value: "7" });
  applyEvent(state, event("step.started", { step: "b", attempt: 2, data: { only_block: 1 } }));
  expect(b().blocks.map((one) => one.status)).toEqual(["done", "todo"]);
  expect(b().checks[0]?.confirmed).toBe(true);
  applyEvent(state, event("step.started", { step: "b", attempt: 3 }));
  expect(b().blocks.map((one) => [one.status, one.attempt])).toEqual([
    ["todo", 1],
    ["todo", 1],
  ]);
  expect(b().checks[0]?.confirmed).toBe(false);
});

it("holds, resumes and ends", () => {
  const event = log();
  const state = foldRun([begun(event), event("run.held", { reason: "storm" })]);
  expect([state.status, state.hold?.reason]).toEqual(["held", "storm"]);
  applyEvent(state, event("run.resumed"));
  expect([state.status, state.hold]).toEqual(["active", null]);
  applyEvent(state, event("run.finished", { data: { result: "passed" } }));
  expect([state.status, state.result, state.endedAt !== null]).toEqual(["finished", "passed", true]);
});

it("passes over events it does not know and data that is not what it should be", () => {
  const event = log();
  const events = [
    begun(event),
    event("something.new", { data: { x: 1 } }),
    event("block.ended", { step: "nobody", data: { block: "zero", redactions: "many" } }),
    event("cluster.checked", { data: { name: 7, state: "splendid" } }),
    event("block.ended", { step: "a", outcome: "wonderful", data: { block: 0, exit_code: 1.5, pipe_status: "no" } }),
  ];
  const state = foldRun(events);
  expect(state.events).toBe(5);
  // An outcome that is none of the four is never success.
  expect(state.steps[0]?.blocks[0]).toMatchObject({ verdict: "unknown", exitCode: null, pipeStatus: [] });
});

it("costs no more for an event late in a long run than for an early one", () => {
  const event = log();
  const steps = Array.from({ length: 1_000 }, (_, index) => stepData(`s${index}`));
  const state = foldRun([begun(event, steps)]);
  for (let attempt = 1; attempt <= 3; attempt += 1)
    for (const { id } of steps) {
      applyEvent(state, event("step.started", { step: id, attempt }));
      const before = state.steps;
      for (const one of block(event, id, 0, "passed", attempt)) applyEvent(state, one);
      applyEvent(state, event("step.ended", { step: id, attempt, outcome: "passed" }));
      // The same array, changed in one place: nothing is copied per event.
      expect(state.steps).toBe(before);
    }
  expect(state.events).toBe(12_001);
  expect(state.steps.every((step) => step.verdict === "passed" && step.attempt === 3)).toBe(true);
});
