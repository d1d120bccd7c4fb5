import { expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { EventBody, RunbookDocument, StoredEvent } from "../protocol/index.ts";
import { applyEvent, foldRun } from "./fold.ts";
import { actualsOf, nothingLearnt, scheduleOf } from "./forecast.ts";
import { type LaneFacts, type LiveFacts, NO_LANE_FACTS, NO_LIVE_FACTS } from "./next.ts";
import { planOf } from "./plan.ts";
import { laneViews, nextAction } from "./primary.ts";

const parse = (text: string): RunbookDocument => parseDocument(Buffer.from(text), { path: "/t.md" });
const step = (id: string, inner: string, directive = "") => `## ${id}\n\n<!-- step: {id: ${id}${directive}} -->\n\n${inner}\n`;
const sh = (text: string, attributes = "") => `\`\`\`bash ${attributes}\n${text}\n\`\`\`\n`;
const START = Date.UTC(2026, 10, 20, 2);

/** A run of the text, with a small hand for events. */
function runOf(text: string, params: Record<string, string> = {}) {
  const plan = planOf(parse(text));
  let seq = 0;
  const event = (
    type: string,
    more: { step?: string; attempt?: number; outcome?: string; reason?: string; data?: object } = {},
  ): StoredEvent => {
    seq += 1;
    const body = {
      seq,
      type,
      ts_utc: new Date(START + seq * 1000).toISOString(),
      log: "log-01ARZ3NDEKTSV4RRFFQ69G5FAV",
      actor: { op_id: "dana", name: "Dana", role: "operator", session: "", on_behalf_of: "" },
      subject: {
        launch: "",
        run: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV",
        mode: "live",
        plan_sha256: "",
        step: more.step ?? "",
        attempt: more.attempt ?? 1,
        cluster: "",
      },
      outcome: more.outcome ?? "",
      reason: more.reason ?? "",
      data: more.data ?? {},
    } as unknown as EventBody;
    return { hash: String(seq), line: "", body };
  };
  const steps = plan.steps.map((one) => ({
    id: one.step.id,
    title: one.step.title,
    number: one.step.number,
    phase: one.step.phase,
    lane: one.step.directive.lane,
    on: one.step.directive.on,
    blocks: one.step.blocks.length,
    checks: one.step.checks.length,
    unsupported: one.unsupported,
    way_back: one.isWayBack,
  }));
  const state = foldRun([event("run.started", { data: { title: "T", params, steps, planned_ms: plan.plannedMs } })]);
  const say = (type: string, more: Parameters<typeof event>[1] = {}) => void applyEvent(state, event(type, more));
  return {
    state,
    plan,
    say,
    next: (live: Partial<LiveFacts> = {}) => nextAction(state, plan, { ...NO_LIVE_FACTS, ...live }),
    lanes: (live: Partial<LiveFacts> = {}) =>
      laneViews(state, plan, { ...NO_LIVE_FACTS, ...live }).map(({ lane, status, nextAction: due }) => [lane, status, due.kind, due.step]),
    begin: (id: string) => say("step.started", { step: id }),
    start: (id: string, block = 0) => say("block.started", { step: id, data: { block, text: "x" } }),
    end: (id: string, block: number, outcome: string) => say("block.ended", { step: id, outcome, data: { block, because: "exit 3" } }),
    close: (id: string, outcome: string) => say("step.ended", { step: id, outcome, data: { because: "exit 3" } }),
    pass(id: string) {
      this.begin(id);
      this.start(id);
      this.end(id, 0, "passed");
      this.close(id, "passed");
    },
  };
}

const inLane = (facts: Partial<LaneFacts>, name = "main"): Partial<LiveFacts> => ({
  lane: (lane) => (lane === name ? { ...NO_LANE_FACTS, ...facts } : NO_LANE_FACTS),
});

it("asks for the first step, then each after it, then the finish", () => {
  const run = runOf(step("a", sh("x")) + step("b", sh("y")));
  expect(run.next()).toMatchObject({ kind: "run-step", step: "a", button: "Run step", after: "Then Step 2: b" });
  run.begin("a");
  run.start("a");
  expect(run.next()).toMatchObject({ kind: "wait", step: "a", block: 0, button: "" });
  run.end("a", 0, "passed");
  run.close("a", "passed");
  expect(run.next()).toMatchObject({ kind: "run-step", step: "b" });
  run.pass("b");
  expect(run.next()).toMatchObject({ kind: "finish", step: null, button: "Finish the run" });
  run.say("run.finished", { data: { result: "passed" } });
  expect(run.next()).toMatchObject({ kind: "none", button: "" });
});

it("puts checks and commands of a step in the order of the page", () => {
  const run = runOf(step("a", `- [ ] Lag is zero\n\n${sh("promote")}\n- [ ] It answers`));
  run.begin("a");
  expect(run.next()).toMatchObject({ kind: "confirm-check", check: 0, detail: "Lag is zero" });
  run.say("check.confirmed", { step: "a", outcome: "passed", data: { check: 0 } });
  expect(run.next()).toMatchObject({ kind: "run-block", block: 0, typed: null });
  run.start("a");
  run.end("a", 0, "passed");
  expect(run.next()).toMatchObject({ kind: "confirm-check", check: 1 });
});

it("asks to retry what failed, and to judge what is unknown before anything else, a hold too", () => {
  const run = runOf(step("a", sh("x")) + step("b", sh("y")));
  run.begin("a");
  run.start("a");
  run.end("a", 0, "failed");
  run.close("a", "failed");
  expect(run.next()).toMatchObject({ kind: "retry-or-skip", step: "a", button: "Retry", detail: "Exit 3." });
  run.begin("a");
  run.start("a");
  run.end("a", 0, "unknown");
  run.close("a", "unknown");
  run.say("run.held", { reason: "Holdpoint ended" });
  expect(run.next()).toMatchObject({ kind: "judge", step: "a", button: "Judge" });
  run.say("step.judged", { step: "a", outcome: "accepted", reason: "seen" });
  expect(run.next()).toMatchObject({ kind: "resume", button: "Resume", detail: "Holdpoint ended" });
  run.say("run.resumed");
  expect(run.next()).toMatchObject({ kind: "run-step", step: "b" });
});

it("stops before a hold point until every role has signed, and lets nothing after it go first", () => {
  const run = runOf(step("a", sh("x")) + step("b", sh("x"), ", signoff: [lead, dba]") + step("c", sh("x")));
  run.pass("a");
  expect(run.next()).toMatchObject({ kind: "blocked", step: "b", button: "", signs: { roles: ["lead", "dba"] } });
  expect(run.next().say).toBe("Step 2 is a hold point: lead and dba must sign");
  const sign = (id: string, role: string, meaning = "approved") =>
    run.say("signoff.added", {
      data: { signature: id, subject: { kind: "holdpoint", id: `${run.state.run}/b` }, role, meaning, name: role, op_id: id },
    });
  sign("s1", "dba", "rejected");
  sign("s2", "dba");
  expect(run.next()).toMatchObject({ kind: "blocked", signs: { roles: ["lead"] } });
  sign("s3", "lead");
  expect(run.next()).toMatchObject({ kind: "run-step", step: "b" });
  run.say("signoff.invalidated", { data: { signature: "s2" } });
  expect(run.next()).toMatchObject({ kind: "blocked", signs: { roles: ["dba"] } });
});

it("never skips what it cannot honour: it stops there and names the key", () => {
  for (const [attribute, directive, named] of [
    ["gate=hold every=15s", "", "gate=hold without for"],
    ["gate=wait within=5m", "", "gate=wait without every"],
    ["gate=hold for=5m every=15s background=true", "", "gate in the background"],
    ["job=true background=true", "", "job in the background"],
    ["recheck=x", "", "recheck=x, which names no block that runs"],
    ['expect="<= 3" warn="<= 2"', "", "warn"],
    ['expect="<= 3" min-samples=9', "", "min-samples"],
  ] as const) {
    const run = runOf(step("first", sh("x")) + step("a", sh("x", `{${attribute}}`), directive) + step("last", sh("x")));
    run.pass("first");
    const next = run.next();
    expect([named, next.kind, next.step, next.button]).toEqual([named, "blocked", "a", "Skip with a reason"]);
    expect(next.detail).toContain(named);
  }
});

it("runs a file whose steps are all in one lane, whatever its name", () => {
  const run = runOf(step("a", sh("x"), ", lane: traffic") + step("b", sh("x"), ", lane: traffic"));
  expect(run.next()).toMatchObject({ kind: "run-step", step: "a" });
});

it("blocks a step whose needs did not pass, and takes an accepted unknown for passed", () => {
  const run = runOf(step("a", sh("x")) + step("b", sh("y"), ", needs: [a]"));
  run.say("step.skipped", { step: "a", outcome: "skipped", reason: "no" });
  expect(run.next()).toMatchObject({ kind: "blocked", step: "b" });
  expect(run.next().say).toContain("a");
  const other = runOf(step("a", sh("x")) + step("b", sh("y"), ", needs: [a]"));
  other.begin("a");
  other.close("a", "unknown");
  other.say("step.judged", { step: "a", outcome: "accepted", reason: "seen" });
  expect(other.next()).toMatchObject({ kind: "run-step", step: "b" });
});

it("leaves a way back off the main path", () => {
  const run = runOf(step("a", sh("x"), ', rollback: "#back"') + step("back", sh("undo")) + step("b", sh("y")));
  run.pass("a");
  expect(run.next()).toMatchObject({ kind: "run-step", step: "b" });
  run.pass("b");
  expect(run.next()).toMatchObject({ kind: "finish" });
  run.begin("back");
  run.start("back");
  expect(run.next()).toMatchObject({ kind: "wait", step: "back" });
});

it("asks for typing before confirm=typed everywhere, and before danger on production", () => {
  const text = step("a", sh("x", "{confirm=typed}")) + step("b", sh("y", "{danger=true}"));
  const run = runOf(text);
  expect(run.next().typed).toBe("a");
  run.pass("a");
  expect(run.next().typed).toBeNull();
  const pinned = (kind: string) => {
    const other = runOf(text);
    other.say("cluster.pinned", { data: { name: "main", context: "prod-eu", class: kind } });
    other.pass("a");
    return other.next().typed;
  };
  expect(pinned("production")).toBe("prod-eu");
  expect(pinned("staging")).toBeNull();
});

it("says what it waits for, and that the record cannot be written", () => {
  const run = runOf(step("a", sh("x")));
  expect(run.next(inLane({ checking: "a" }))).toMatchObject({ kind: "wait", button: "" });
  expect(run.next(inLane({ waitingFor: { step: "a", cluster: "main" } })).say).toBe("Waiting for cluster main");
  expect(run.next({ problem: "The disk is full." })).toMatchObject({ kind: "resume", detail: "The disk is full." });
  expect(run.next({ missing: () => ["name"] })).toMatchObject({ kind: "blocked" });
});

it("lets a step with nothing to run be marked done by hand", () => {
  const run = runOf(step("a", "Call the bridge."));
  expect(run.next()).toMatchObject({ kind: "run-step", button: "Start step" });
  run.begin("a");
  expect(run.next()).toMatchObject({ kind: "run-step", button: "Mark done" });
});

it("forecasts the end from what is left, and counts a late step as ending now", () => {
  const run = runOf(step("a", sh("x"), ", planned: 10m") + step("b", sh("y"), ", planned: 5m"));
  const minutes = (at: number) => (Date.parse(forecastEnd(run, at) ?? "") - at) / 60_000;
  expect(run.state.plannedMs).toBe(15 * 60_000);
  expect(minutes(START)).toBe(15);
  run.begin("a");
  const begun = Date.parse(run.state.steps[0]!.startedAt!);
  expect(minutes(begun + 4 * 60_000)).toBe(11);
  expect(minutes(begun + 40 * 60_000)).toBe(5);
  run.close("a", "failed");
  expect(minutes(begun + 40 * 60_000)).toBe(15);
  run.close("a", "passed");
  expect(minutes(begun + 40 * 60_000)).toBe(5);
});

it("forecasts nothing where nothing is planned", () => {
  expect(forecastEnd(runOf(step("a", sh("x"))), START)).toBeNull();
});

function forecastEnd({ state, plan }: ReturnType<typeof runOf>, nowMs: number): string | null {
  const startMs = Date.parse(state.startedAt);
  const actuals = actualsOf(state, plan);
  const at = { startMs, nowMs, endedMs: null, actuals, zone: "UTC", windowStart: null, windowEnd: null };
  return scheduleOf(plan, () => nothingLearnt).figures(at).forecastEnd;
}
const inLanes = () =>
  runOf(
    step("a", sh("x"), ", lane: data") +
      step("b", sh("x"), ", lane: traffic") +
      step("c", sh("x"), ", lane: traffic, needs: [a]") +
      step("d", sh("x"), ", lane: data, needs: [c]"),
  );

it("puts what another lane asks for before a lane that runs, the oldest first", () => {
  const run = inLanes();
  expect(run.lanes()).toEqual([
    ["data", "idle", "run-step", "a"],
    ["traffic", "idle", "run-step", "b"],
  ]);
  expect(run.next()).toMatchObject({ kind: "run-step", step: "a" });
  run.begin("a");
  run.start("a");
  expect(run.lanes()[0]).toEqual(["data", "running", "wait", "a"]);
  expect(run.next()).toMatchObject({ kind: "run-step", step: "b" });
  run.pass("b");
  // c waits for a, which runs: nothing is asked for, and what runs is what is shown.
  expect(run.lanes()[1]).toEqual(["traffic", "waiting", "wait", "c"]);
  expect(run.next()).toMatchObject({ kind: "wait", step: "a" });
  run.end("a", 0, "passed");
  run.close("a", "passed");
  expect(run.lanes()).toEqual([
    ["data", "waiting", "wait", "d"],
    ["traffic", "idle", "run-step", "c"],
  ]);
  run.pass("c");
  expect(run.next()).toMatchObject({ kind: "run-step", step: "d", after: "Then the run can be finished" });
  expect(run.lanes()[1]).toEqual(["traffic", "done", "none", null]);
  run.pass("d");
  expect(run.next()).toMatchObject({ kind: "finish" });
});

it("keeps a failure in its own lane, and blocks what needs it only when it is gone past", () => {
  const run = inLanes();
  run.begin("a");
  run.start("a");
  run.end("a", 0, "failed");
  run.close("a", "failed");
  expect(run.lanes()).toEqual([
    ["data", "waiting", "retry-or-skip", "a"],
    ["traffic", "idle", "run-step", "b"],
  ]);
  run.pass("b");
  expect(run.lanes()[1]).toEqual(["traffic", "waiting", "wait", "c"]);
  run.say("step.skipped", { step: "a", outcome: "skipped", reason: "tomorrow" });
  expect(run.lanes()[1]).toEqual(["traffic", "waiting", "blocked", "c"]);
  expect(run.lanes()[0]).toEqual(["data", "waiting", "wait", "d"]);
});

it("waits for nobody where lanes wait for each other in a ring", () => {
  const run = runOf(
    step("a", sh("x"), ", lane: one, needs: [d]") +
      step("b", sh("x"), ", lane: one") +
      step("c", sh("x"), ", lane: two, needs: [b]") +
      step("d", sh("x"), ", lane: two"),
  );
  expect(run.lanes().map(([, , kind]) => kind)).toEqual(["blocked", "blocked"]);
  expect(run.next()).toMatchObject({ kind: "blocked", step: "a", button: "Skip with a reason" });
});

it("asks to resume a held run beside a lane that still runs, and holds a hold point back until other lanes are there", () => {
  const run = inLanes();
  run.begin("a");
  run.start("a");
  run.say("run.held", { reason: "wait" });
  expect(run.lanes().map(([, status, kind]) => [status, kind])).toEqual([
    ["running", "wait"],
    ["waiting", "resume"],
  ]);
  expect(run.next()).toMatchObject({ kind: "resume" });
  const point = runOf(step("a", sh("x"), ", lane: data") + step("b", sh("x"), ", lane: traffic, signoff: [dba]"));
  expect(point.lanes()[1]).toEqual(["traffic", "waiting", "wait", "b"]);
  point.pass("a");
  expect(point.next()).toMatchObject({ kind: "blocked", step: "b", signs: { roles: ["dba"] } });
});
