import { expect, it } from "vitest";
import type { StoredEvent } from "../../protocol/index.ts";
import { deviationsOf } from "./deviations.ts";
import { runsOf, stepState } from "./runs.ts";
import { duration, local, utc } from "./words.ts";

type Body = StoredEvent["body"];
function log() {
  const events: StoredEvent[] = [];
  return {
    events,
    add(type: string, step: string, more: { outcome?: string; reason?: string; attempt?: number; data?: Body["data"] } = {}) {
      const seq = events.length + 1;
      const subject = { launch: "", run: "run-a", mode: "live", plan_sha256: "p", step, attempt: more.attempt ?? 1, cluster: "main" };
      const body = {
        seq,
        type,
        subject,
        actor: { op_id: "dana", name: "Dana", role: "operator", session: "", on_behalf_of: "" },
        ts_utc: new Date(Date.UTC(2026, 2, 15, 0, 0, seq)).toISOString(),
        outcome: more.outcome ?? "",
        reason: more.reason ?? "",
        data: more.data ?? {},
        payloads: [],
        corrects: 0,
      } as unknown as Body;
      events.push({ hash: String(seq), line: "", body });
    },
  };
}
const step = (id: string, number: string) => ({ id, title: id.toUpperCase(), number, planned_ms: 1000, phase: ["First"], way_back: false });

it("keeps the verdict beside the judgement, counts attempts, and joins commands with their ends", () => {
  const { events, add } = log();
  add("run.started", "", { data: { title: "R", mode: "live", planned_ms: 3000, steps: [step("a", "1"), step("b", "2"), step("c", "3")] } });
  add("step.started", "a");
  add("block.started", "a", { data: { block: 0, text: "false" } });
  add("block.ended", "a", { outcome: "failed", data: { block: 0, exit_code: 1, duration_ms: 5, because: "exit 1" } });
  add("step.ended", "a", { outcome: "failed", data: { duration_ms: 10, because: "exit 1" } });
  add("step.started", "a", { attempt: 2, reason: "the secret was missing" });
  add("block.started", "a", { attempt: 2, data: { block: 0, text: "true" } });
  add("step.ended", "a", { attempt: 2, outcome: "unknown", data: { duration_ms: 20, because: "the shell is gone" } });
  add("step.judged", "a", { attempt: 2, outcome: "accepted", reason: "seen" });
  add("step.skipped", "b", { outcome: "skipped", reason: "not tonight" });
  const { runs, commands } = runsOf(events);
  const [a, b, c] = runs[0]!.steps;
  expect(a!.attempts.map((one) => [one.verdict, one.durationMs])).toEqual([
    ["failed", 10],
    ["unknown", 20],
  ]);
  expect(a!.judgements).toMatchObject([{ attempt: 2, outcome: "accepted", by: "Dana", reason: "seen" }]);
  expect([a, b, c].map((one) => stepState(one!))).toEqual(["unknown", "skipped", "not started"]);
  expect(commands.map((one) => [one.attempt, one.verdict, one.exitCode])).toEqual([
    [1, "failed", 1],
    [2, "running", null],
  ]);
  expect(deviationsOf(events, () => "").map((one) => [one.kind, one.reason])).toEqual([
    ["Repeat", "the secret was missing"],
    ["Judgement", "seen"],
    ["Skip", "not tonight"],
  ]);
});

it("takes the steps of an amended text, and keeps what was done of those that it no longer has", () => {
  const { events, add } = log();
  add("run.started", "", { data: { title: "R", steps: [step("a", "1"), step("b", "2"), step("c", "3")] } });
  add("step.started", "a");
  add("step.ended", "a", { outcome: "passed" });
  add("run.amended", "", {
    reason: "the port changed",
    data: { title: "R2", to: "q", steps: [step("c", "1"), step("d", "2")], changes: [{ id: "a", number: "1", change: "removed" }] },
  });
  add("step.started", "d");
  add("step.ended", "d", { outcome: "passed" });
  const [run] = runsOf(events).runs;
  expect(run!.steps.map((one) => [one.id, one.number, stepState(one)])).toEqual([
    ["c", "1", "not started"],
    ["d", "2", "passed"],
    ["a", "1", "passed"],
  ]);
  expect(run).toMatchObject({ title: "R2", planSha256: "q", seq: 4 });
  expect(deviationsOf(events, () => "")).toMatchObject([
    { kind: "Amendment", what: expect.stringContaining("1 removed"), reason: "the port changed" },
  ]);
});

it("reads events without their keys as nothing, and never throws", () => {
  const { events, add } = log();
  for (const type of [
    "run.started",
    "step.started",
    "block.started",
    "block.ended",
    "step.ended",
    "step.judged",
    "run.amended",
    "check.confirmed",
    "cluster.pinned",
    "run.finished",
    "item.answered",
    "break_glass.opened",
    "launch.changed",
  ])
    add(type, "", { data: { steps: "no list", changes: 7, block: null, principal: null } });
  expect(() => [runsOf(events), deviationsOf(events, () => "")]).not.toThrow();
});

it("says times with their zone and durations in words", () => {
  expect(utc("2026-03-15T00:30:05.123Z")).toBe("2026-03-15 00:30:05");
  expect(local("2026-03-15T22:30:05.000Z", "Asia/Kolkata", 330)).toBe("2026-03-16 04:00:05 Asia/Kolkata (UTC+05:30)");
  expect(local("2026-03-15T00:30:05.000Z", "America/St_Johns", -150)).toBe("2026-03-14 22:00:05 America/St_Johns (UTC-02:30)");
  expect([0, 999, 1_000, 9_999, 61_000, 3_600_000, 3_725_000, null].map(duration)).toEqual([
    "0 ms",
    "999 ms",
    "1.0 s",
    "9.9 s",
    "1 min 01 s",
    "1 h 00 min",
    "1 h 02 min 05 s",
    "",
  ]);
});
