import { expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { EventBody, RunbookDocument, StoredEvent } from "../protocol/index.ts";
import { applyEvent, foldRun } from "./fold.ts";
import { actualsOf, nothingLearnt, scheduleOf } from "./forecast.ts";
import { type LiveFacts, NO_LIVE_FACTS, nextAction } from "./next.ts";
import { planOf } from "./plan.ts";

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
    ["gate=hold for=5m every=15s", "", "gate"],
    ["job=true", "", "job"],
    ["recheck=x", "", "recheck"],
    ['expect="<= 3" warn="<= 2"', "", "warn"],
    ['expect="<= 3" min-samples=9', "", "min-samples"],
    ["", ", soak: 5m", "soak"],
    ["", ", point-of-no-return: true", "point-of-no-return"],
    ["", ", opens: silence", "opens"],
    ["", ", lane: traffic", "lane: traffic"],
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
  expect(run.next({ checking: "a" })).toMatchObject({ kind: "wait", button: "" });
  expect(run.next({ waitingFor: { step: "a", cluster: "main" } }).say).toBe("Waiting for cluster main");
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
