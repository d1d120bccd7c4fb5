import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RunHeader, StepState } from "../../engine/protocol/index.ts";
import { exampleDocument, exampleHeader, exampleState, exampleStep } from "./example.ts";

// A preload as the desktop shell gives it: the store is driven through the window's real bridge.
type Call = { method: string; params: unknown; answer(result: unknown): void };
const calls: Call[] = [];
const listeners = new Map<string, Set<(payload: unknown) => void>>();
const emit = (event: string, payload: unknown): void => {
  for (const listener of listeners.get(event) ?? []) listener(payload);
};
vi.stubGlobal("window", {
  addEventListener: () => {},
  location: { hash: "" },
  holdpoint: {
    call: (method: string, params: unknown) => new Promise((answer) => calls.push({ method, params, answer })),
    subscribe: (event: string, listener: (payload: unknown) => void) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    connectTerminal: () => {
      throw new Error("no terminal is opened here");
    },
  },
});
const seen = new Map<string, string>();
vi.stubGlobal("sessionStorage", {
  getItem: (key: string) => seen.get(key) ?? null,
  setItem: (key: string, value: string) => void seen.set(key, value),
});
vi.stubGlobal("document", { getElementById: () => null, visibilityState: "visible" });

const { act, followRun, markSeen, useRunStore } = await import("./store.ts");
const step = exampleStep("a", "1", "A");
const document = exampleDocument([step]);
const run = exampleHeader().run;
const snapshot = (header: Partial<RunHeader> = {}, state: Partial<StepState> = {}) => ({
  ok: true,
  value: { view: { header: exampleHeader(header), steps: [exampleState(step, state)], values: {} }, document },
});
const change = (seq: number, events: number, state: Partial<StepState> = {}) => ({
  header: exampleHeader({ events }),
  steps: [exampleState(step, state)],
  seq,
});
const settle = () => new Promise((resolve) => setImmediate(resolve));
const asked = (method: string) => calls.filter((call) => call.method === method);
let stop = () => {};

beforeEach(() => {
  stop();
  calls.length = 0;
  seen.clear();
  stop = followRun(run);
});

describe("following a run", () => {
  it("asks for one snapshot and then lives on changes", async () => {
    expect(asked("run.get")).toHaveLength(1);
    calls[0]!.answer(snapshot({ events: 10 }));
    await settle();
    emit("run.changed", change(4, 11, { status: "running" }));
    emit("run.changed", change(5, 12, { status: "done", verdict: "passed" }));
    expect(useRunStore.getState().picture?.view.steps[0]?.verdict).toBe("passed");
    expect(asked("run.get")).toHaveLength(1);
  });
  it("takes in what happened while the snapshot was on its way, and nothing older than it", async () => {
    emit("run.changed", change(3, 9, { status: "running" }));
    emit("run.changed", change(4, 12, { status: "done", verdict: "failed" }));
    calls[0]!.answer(snapshot({ events: 10 }));
    await settle();
    expect(useRunStore.getState().picture?.view.header.events).toBe(12);
    expect(useRunStore.getState().picture?.view.steps[0]?.verdict).toBe("failed");
  });
  it("asks again when a change was missed, and after a lost connection", async () => {
    calls[0]!.answer(snapshot({ events: 10 }));
    await settle();
    emit("run.changed", change(4, 11));
    emit("run.changed", change(6, 13));
    expect(asked("run.get")).toHaveLength(2);
    calls[1]!.answer(snapshot({ events: 13 }));
    await settle();
    emit("connection", { state: "lost" });
    emit("connection", { state: "online" });
    expect(asked("run.get")).toHaveLength(3);
  });
  it("listens no more once it is left", async () => {
    calls[0]!.answer(snapshot());
    await settle();
    stop();
    emit("run.changed", change(4, 99));
    expect(useRunStore.getState().picture).toBeNull();
  });
});

describe("alarms", () => {
  const failed = { status: "done", verdict: "failed", because: "exit 3", attempt: 1 } as const;
  const action = { ...exampleHeader().nextAction, kind: "retry-or-skip" as const, step: step.id };
  it("are raised for a window opened on a failure, once, and not again after they were seen", async () => {
    calls[0]!.answer(snapshot({ nextAction: action }, failed));
    await settle();
    expect(useRunStore.getState().alarms).toHaveLength(1);
    emit("run.alarm", { run, step: step.id, severity: "fail", title: "Step 1 failed", detail: "exit 3" });
    expect(useRunStore.getState().alarms.map((alarm) => alarm.title)).toEqual(["Step 1 failed"]);
    markSeen();
    expect(useRunStore.getState().alarms).toEqual([]);
    stop();
    stop = followRun(run);
    asked("run.get")
      .at(-1)!
      .answer(snapshot({ nextAction: action }, failed));
    await settle();
    expect(useRunStore.getState().alarms).toEqual([]);
  });
  it("count as seen when somebody acts on their step", async () => {
    calls[0]!.answer(snapshot({ nextAction: action }, failed));
    await settle();
    const sent = act("run.retry", { run, step: step.id });
    asked("run.retry")[0]!.answer({ ok: true, value: exampleHeader({ events: 20 }) });
    await sent;
    expect(useRunStore.getState().alarms).toEqual([]);
  });
});

describe("acts", () => {
  it("are not sent twice while the first waits for its answer, but a hold and a stop get through", async () => {
    calls[0]!.answer(snapshot());
    await settle();
    const first = act("run.step", { run, step: step.id });
    expect(await act("run.step", { run, step: step.id })).toBeNull();
    void act("run.hold", { run, reason: "by hand" });
    void act("run.cancel", { run });
    expect(calls.map((call) => call.method)).toEqual(["run.get", "run.step", "run.hold", "run.cancel"]);
    asked("run.step")[0]!.answer({ ok: false, error: { code: "busy", message: "A step is running." } });
    await first;
    expect(useRunStore.getState()).toMatchObject({ pending: null, refusal: { code: "busy" } });
  });
});

describe("a command whose output the disk does not take", () => {
  const stalled = (seq: number, isStalled: boolean) => ({
    ...change(seq, seq + 10, { status: "running" }),
    header: exampleHeader({
      events: seq + 10,
      nextAction: {
        ...exampleHeader().nextAction,
        kind: "wait",
        say: "Step 1 stands still: the disk does not take its output",
        ...(isStalled ? { isStalled } : {}),
      },
    }),
  });
  it("is an alarm in words for as long as it lasts, once, and again the next time", async () => {
    calls[0]!.answer(snapshot({ events: 10 }));
    await settle();
    emit("run.changed", stalled(1, true));
    expect(useRunStore.getState().alarms).toMatchObject([{ severity: "warn", title: expect.stringContaining("stands still") }]);
    markSeen();
    emit("run.changed", stalled(2, true));
    expect(useRunStore.getState().alarms).toEqual([]);
    emit("run.changed", stalled(3, false));
    emit("run.changed", stalled(4, true));
    expect(useRunStore.getState().alarms).toHaveLength(1);
    emit("run.changed", stalled(5, false));
    expect(useRunStore.getState().alarms).toEqual([]);
  });
});
