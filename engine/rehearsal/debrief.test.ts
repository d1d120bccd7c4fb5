// The figures of a debrief against another count over the same events, written apart from it.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { StoredEvent } from "../protocol/index.ts";
import { debriefOf } from "./debrief.ts";
import type { Fault, Scenario } from "./types.ts";

const STEPS = ["a", "b", "c"].map((id, index) => ({ id, number: `${index + 1}`, title: id, on: "none" }));
const fault = (name: string, step: string): Fault => ({
  name,
  title: name,
  trigger: { on: "block", step, block: 0, probe: 1, attempts: 1 },
  effect: { kind: "fails", output: "", exitCode: 1 },
  forMs: null,
  played: null,
  hint: null,
  expected: "",
});
const SCENARIO: Scenario = { title: "T", runbook: "", faults: [fault("fa", "a"), fault("fb", "b"), fault("fc", "c")] };

type Line = { type: string; step: string; attempt: number; by: string; outcome: string; fault: string; ms: number };
function eventsOf(lines: readonly Line[]): StoredEvent[] {
  let at = Date.parse("2026-01-01T00:00:00.000Z");
  const make = (type: string, line: Partial<Line>, seq: number): StoredEvent => {
    at += line.ms ?? 0;
    const body = {
      seq,
      type,
      ts_utc: new Date(at).toISOString(),
      actor: { op_id: line.by ?? "engine", name: line.by ?? "Holdpoint" },
      subject: { run: "run-1", step: line.step ?? "", attempt: line.attempt ?? 0, cluster: "" },
      outcome: line.outcome ?? "",
      reason: "",
      data: { fault: line.fault ?? "", title: "T", rehearsal: { way: "sandbox", compress: "1" }, result: "passed" },
    };
    return { body, hash: "", line: "" } as unknown as StoredEvent;
  };
  const middle = lines.map((line, index) => make(line.type, line, index + 2));
  return [make("run.started", {}, 1), ...middle, make("run.finished", { ms: 1 }, lines.length + 2)];
}

/** Each fault by itself, from the sentences of docs/rehearsal.md. */
function countedAgain(events: readonly StoredEvent[]) {
  const isDeed = ({ body }: StoredEvent): boolean =>
    body.actor.op_id !== "engine" &&
    (["fault.noticed", "run.held", "step.judged", "block.cancelled", "step.skipped", "run.rollback_decided"].includes(body.type) ||
      (body.type === "step.started" && body.subject.attempt > 1));
  const injectedAt = new Map<string, number>();
  const noticedAt = new Map<string, number>();
  for (const event of events) {
    const { body } = event;
    if (body.type === "fault.injected" && !injectedAt.has(String(body.data["fault"]))) injectedAt.set(String(body.data["fault"]), body.seq);
    if (!isDeed(event)) continue;
    const waiting = [...injectedAt]
      .filter(([name]) => !noticedAt.has(name))
      .sort(([, a], [, b]) => a - b)
      .map(([name]) => name);
    const here = waiting.filter((name) => name === `f${body.subject.step}`);
    const isSaid = body.type === "fault.noticed";
    const found =
      here.length > 0 ? here : isSaid || body.subject.step === "" || body.type === "run.rollback_decided" ? waiting.slice(-1) : [];
    for (const name of found) noticedAt.set(name, body.seq);
  }
  const ms = (seq: number): number => Date.parse(events[seq - 1]!.body.ts_utc);
  const times = [...noticedAt].map(([name, seq]) => ms(seq) - ms(injectedAt.get(name)!)).sort((a, b) => a - b);
  const half = times.length / 2;
  const median =
    times.length === 0 ? null : times.length % 2 === 1 ? times[Math.floor(half)]! : Math.round((times[half - 1]! + times[half]!) / 2);
  const handled = [...injectedAt].filter(([name, from]) =>
    events.some(({ body }) => {
      const seen = noticedAt.get(name) ?? Number.POSITIVE_INFINITY;
      const isHere = `f${body.subject.step}` === name && body.seq > from;
      if (body.type === "step.ended") return isHere && body.outcome === "passed" && seen < body.seq;
      if (body.type === "step.skipped" || body.type === "step.judged") return isHere;
      return body.type === "run.rollback_decided" && body.seq > from && seen <= body.seq;
    }),
  ).length;
  return {
    planned: 3,
    injected: injectedAt.size,
    noticed: noticedAt.size,
    handled,
    hinted: 0,
    medianNoticeMs: median,
    slowestNoticeMs: times.at(-1) ?? null,
  };
}

const line = fc.record({
  type: fc.constantFrom(
    ...["fault.injected", "fault.injected", "fault.injected", "fault.noticed", "step.started", "step.ended", "step.ended"],
    ...["run.held", "step.judged", "step.skipped", "block.cancelled", "run.rollback_decided", "block.ended", "fault.cleared"],
  ),
  step: fc.constantFrom("a", "b", "c", ""),
  attempt: fc.integer({ min: 1, max: 3 }),
  by: fc.constantFrom("dana", "jon", "engine"),
  outcome: fc.constantFrom("passed", "failed"),
  fault: fc.constantFrom("fa", "fb", "fc"),
  ms: fc.integer({ min: 0, max: 600_000 }),
});

it("counts what another count over the same events counts, whatever happened in the drill", () => {
  let noticed = 0;
  let handled = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 12, maxLength: 60 }), (lines) => {
      // A fault shows in its own step, and comes once.
      const come = new Set<string>();
      const drawn = lines
        .map((one) =>
          one.type.startsWith("fault.") && one.type !== "fault.noticed"
            ? { ...one, by: "engine", step: one.fault.slice(1) }
            : { ...one, fault: "" },
        )
        .filter((one) => one.type !== "fault.injected" || (!come.has(one.fault) && come.add(one.fault)));
      const events = eventsOf(drawn);
      const { figures } = debriefOf({ run: "run-1", number: 1, scenario: SCENARIO, events, steps: STEPS });
      noticed += figures.noticed;
      handled += figures.handled;
      expect(figures).toEqual(countedAgain(events));
    }),
    { numRuns: 500, seed: 5 },
  );
  expect(noticed).toBeGreaterThan(200);
  expect(handled).toBeGreaterThan(100);
});
