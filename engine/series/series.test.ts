import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DrillEvery, type LearntDuration, laterDay } from "../protocol/index.ts";
import { quartiles } from "../schedule/index.ts";
import {
  compareRuns,
  drillDue,
  notLearnt,
  type Outside,
  type RunFacts,
  runsIn,
  runsOf,
  samplesOf,
  seriesOf,
  type Text,
  viewsOf,
} from "./index.ts";
import { hashOf, PATH, runId, write } from "./testing.ts";

const one = (writer: ReturnType<typeof write>): RunFacts => runsIn(writer.events)[0]!;
const OUTSIDE: Outside = {
  numberOf: ({ log }) => Number(log.slice(-2)),
  recoveryOf: () => null,
  forecastOf: () => null,
  learntOf: () => null,
  now: "2026-04-20T00:00:00.000Z",
};
const text = (steps: Record<string, string>, more: Partial<Text> = {}): Text => ({
  title: "Restore",
  version: "1",
  sha256: hashOf("plan"),
  plannedMs: 60_000,
  rtoMs: null,
  rpoMs: null,
  steps: Object.entries(steps).map(([id, words], index) => ({
    id,
    number: String(index + 1),
    title: id,
    sha256: hashOf(words),
    directive: { plannedMs: null },
  })) as never,
  ...more,
});

describe("what a plan learns from", () => {
  const why = (writer: ReturnType<typeof write>): string | null => {
    const run = one(writer);
    return notLearnt(run, run.attempts.at(-1)!);
  };

  it("is a whole passed attempt whose commands ran, live or in a sandbox, compressed or not", () => {
    for (const start of [{ run: 1, mode: "live" as const }, { run: 2 }, { run: 3, rehearsal: { way: "sandbox", compress: "60" } }]) {
      const writer = write(start);
      writer.attempt("a", 1, "passed", 700);
      expect(why(writer)).toBeNull();
    }
  });

  it("is no walk, no replay, no failure, no single block, nothing done elsewhere, and nothing under way", () => {
    const of = (rehearsal: object | undefined, within?: (writer: ReturnType<typeof write>) => void, outcome = "passed") => {
      const writer = write({ run: 1, ...(rehearsal === undefined ? {} : { rehearsal }) });
      writer.attempt("a", 1, outcome, 700, () => within?.(writer));
      return why(writer);
    };
    expect(of({ way: "walk" })).toContain("walk");
    expect(of({ way: "replay", speed: "1" })).toContain("recording");
    expect(of(undefined, undefined, "failed")).toContain("did not pass");
    expect(of(undefined, undefined, "unknown")).toContain("did not pass");
    expect(of(undefined, (writer) => writer.say("manual.performed", { step: "a", attempt: 1 }))).toContain("elsewhere");
    const part = write({ run: 1 });
    part.say("step.started", { step: "a", attempt: 2, data: { only_block: 0 } });
    expect(why(part)).toContain("not ended");
    part.say("step.ended", { step: "a", attempt: 2, outcome: "passed", data: { duration_ms: 5 } });
    expect(why(part)).toContain("one block");
  });

  it("is no step that waited in a compressed rehearsal, but one that waited the whole time", () => {
    const waits = (compress: string) => {
      const writer = write({ run: 1, rehearsal: { way: "sandbox", compress } });
      writer.attempt("a", 1, "passed", 700, () => writer.say("soak.started", { step: "a", attempt: 1 }));
      writer.attempt("b", 1, "passed", 700);
      const run = one(writer);
      return run.attempts.map((attempt) => notLearnt(run, attempt) === null);
    };
    expect(waits("60")).toEqual([false, true]);
    expect(waits("1")).toEqual([true, true]);
  });

  it("tells nothing of a rehearsal with an instructor while it goes on", () => {
    const writer = write({ run: 1, rehearsal: { way: "sandbox", instructor: true } });
    writer.attempt("a", 1, "passed", 700);
    expect(why(writer)).toContain("under way");
    writer.say("run.finished", { data: { result: "passed" } });
    expect(why(writer)).toBeNull();
  });
});

describe("a fault of the instructor in an attempt", () => {
  /** Whether each attempt of a drill is learnt from. `acts`: faults and attempts, in order. */
  const learnt = (acts: (writer: ReturnType<typeof write>) => void): boolean[] => {
    const writer = write({ run: 1, rehearsal: { way: "sandbox", instructor: true } });
    acts(writer);
    writer.say("run.finished", { data: { result: "passed" } });
    const run = one(writer);
    return run.attempts.map((attempt) => notLearnt(run, attempt) === null);
  };
  const inject = (writer: ReturnType<typeof write>, kind: string, how: "played" | "real", step = "") =>
    writer.say("fault.injected", { ...(step === "" ? {} : { step }), data: { fault: "f", kind, how } });

  it("leaves out the slowed attempt, and those after it in that step", () =>
    expect(
      learnt((writer) => {
        writer.attempt("a", 1, "passed", 5, () => inject(writer, "slow", "played", "a"));
        writer.attempt("b", 1, "passed", 5);
        writer.attempt("a", 2, "passed", 5);
      }),
    ).toEqual([false, true, false]));

  it("takes the retry after a failure that was made up", () =>
    expect(
      learnt((writer) => {
        writer.attempt("a", 1, "failed", 5, () => inject(writer, "fails", "played", "a"));
        writer.attempt("a", 2, "passed", 5);
      }),
    ).toEqual([false, true]));

  it("leaves out whatever ran while something was really broken, until it was put right", () =>
    expect(
      learnt((writer) => {
        writer.attempt("a", 1, "passed", 5, () => inject(writer, "stop", "real", "a"));
        writer.attempt("b", 1, "passed", 5);
        writer.say("fault.cleared", { data: { fault: "f" } });
        writer.attempt("b", 2, "passed", 5);
      }),
    ).toEqual([false, false, true]));

  it("takes no notice of somebody who does not answer", () =>
    expect(
      learnt((writer) => {
        inject(writer, "away", "played");
        writer.attempt("a", 1, "passed", 5);
      }),
    ).toEqual([true]));
});

describe("the next drill", () => {
  const every: DrillEvery = { text: "3 months", months: 3, days: 0 };
  const finished = (
    run: number,
    at: string,
    end: "run.finished" | "run.aborted" = "run.finished",
    mode: "live" | "rehearsal" = "rehearsal",
  ) => {
    const writer = write({ run, at, mode });
    writer.say(end, { data: { result: "passed" } });
    return one(writer);
  };

  it("is due a quarter after the last rehearsal that was gone through, whatever came live or was broken off", () => {
    const runs = [
      finished(1, "2026-01-31T10:00:00.000Z"),
      finished(2, "2026-04-01T10:00:00.000Z", "run.aborted"),
      finished(3, "2026-04-02T10:00:00.000Z", "run.finished", "live"),
    ];
    const at = (now: string) => drillDue(every, runs, now);
    expect(at("2026-02-01T00:00:00.000Z")).toMatchObject({ state: "in-time", dueOn: "2026-04-30", lastRun: runId(1) });
    expect(at("2026-04-16T00:00:00.000Z")!.state).toBe("soon");
    expect(at("2026-04-29T23:59:59.999Z")!.state).toBe("soon");
    expect(at("2026-04-30T00:00:00.000Z")!.state).toBe("due");
  });

  it("is due at once where there was none, and never where the file asks for none", () => {
    expect(drillDue(every, [], "2026-04-16T00:00:00.000Z")).toMatchObject({ state: "never", dueOn: null });
    expect(drillDue(null, [finished(1, "2020-01-31T10:00:00.000Z")], "2026-04-16T00:00:00.000Z")).toBeNull();
  });

  it("counts months by the calendar", () => {
    expect(laterDay("2025-11-30", { months: 3, days: 0 })).toBe("2026-02-28");
    expect(laterDay("2024-02-29", { months: 12, days: 0 })).toBe("2025-02-28");
    expect(laterDay("2026-12-31", { months: 0, days: 1 })).toBe("2027-01-01");
  });
});

it("counts what another count over the same events counts, for whatever happened", () => {
  const OUTCOMES = ["passed", "failed", "unknown"] as const;
  const attempts = fc.array(
    fc.record({
      step: fc.constantFrom("a", "b", "c"),
      outcome: fc.constantFrom(...OUTCOMES),
      ms: fc.integer({ min: 1, max: 90_000 }),
      waits: fc.boolean(),
      skips: fc.boolean(),
      who: fc.constantFrom("dana", "ivo"),
    }),
    { maxLength: 9 },
  );
  const run = fc.record({
    mode: fc.constantFrom("live" as const, "rehearsal" as const),
    way: fc.constantFrom("walk", "replay", "sandbox"),
    compress: fc.constantFrom("1", "10"),
    attempts,
    ends: fc.constantFrom("run.finished", "run.aborted", ""),
  });
  const steps = { a: "one", b: "two", c: "three" };
  fc.assert(
    fc.property(fc.array(run, { maxLength: 6 }), (made) => {
      const writers = made.map((said, index) => {
        const writer = write({
          run: index + 1,
          mode: said.mode,
          rehearsal: { way: said.way, compress: said.compress },
          steps,
          at: `2026-01-${10 + index}T10:00:00.000Z`,
        });
        const nth: Record<string, number> = {};
        for (const { step, outcome, ms, waits, skips, who } of said.attempts) {
          nth[step] = (nth[step] ?? 0) + 1;
          writer.attempt(step, nth[step]!, outcome, ms, () => waits && writer.say("gate.started", { step, attempt: nth[step]!, who }));
          if (skips) writer.say("step.skipped", { step, reason: "no time", who });
        }
        if (said.ends !== "") writer.say(said.ends, { data: { result: "passed" } });
        return writer;
      });
      const facts = runsOf(runsIn(writers.flatMap(({ events }) => events)), PATH);
      const learntOf = ({ id }: { id: string }): LearntDuration | null => {
        const used = samplesOf(facts, id).map(({ ms }) => ms!);
        const spread = quartiles(used);
        return spread && { ...spread, n: used.length, sameText: used.length };
      };
      const view = seriesOf(PATH, text(steps), facts, { ...OUTSIDE, learntOf });
      // The same figures once more, from the events as they lie there.
      for (const id of ["a", "b", "c"]) {
        const ends = writers.flatMap(({ events }) =>
          events.map(({ body }) => body).filter(({ type, subject }) => type === "step.ended" && subject.step === id),
        );
        const step = view.steps.find((found) => found.id === id)!;
        expect(step.attempts).toBe(ends.length);
        expect(step.failedAttempts).toBe(ends.filter(({ outcome }) => outcome === "failed").length);
        expect(step.unknownAttempts).toBe(ends.filter(({ outcome }) => outcome === "unknown").length);
        expect(step.rehearsed).toBe(
          new Set(ends.filter(({ subject }) => subject.mode === "rehearsal").map(({ subject }) => subject.run)).size,
        );
        expect(step.live).toBe(new Set(ends.filter(({ subject }) => subject.mode === "live").map(({ subject }) => subject.run)).size);
        const lasting = made.flatMap((said) =>
          said.attempts
            .filter((attempt) => attempt.step === id && attempt.outcome === "passed")
            .filter((attempt) => said.mode === "live" || (said.way === "sandbox" && !(said.compress === "10" && attempt.waits)))
            .map(({ ms }) => ms),
        );
        expect(step.learnt?.n ?? 0).toBe(lasting.length);
        if (lasting.length > 0) expect(step.learnt!.medianMs).toBe(middle(lasting));
      }
      for (const [index, shown] of view.runs.entries()) {
        const { events } = writers[index]!;
        const ended = events.map(({ body }) => body).find(({ type }) => type === "run.finished" || type === "run.aborted");
        expect(shown.totalMs).toBe(ended === undefined ? null : Date.parse(ended.ts_utc) - Date.parse(events[0]!.body.ts_utc));
        expect(shown.people.map(({ id }) => id).sort()).toEqual([...new Set(events.map(({ body }) => body.actor.op_id))].sort());
        expect(Object.values(shown.counts).reduce((sum, n) => sum + n, 0)).toBe(shown.steps.length);
        expect(shown.nth).toBe(made.slice(0, index + 1).filter(({ mode }) => mode === made[index]!.mode).length);
      }
      const whole = made.filter(({ ends }) => ends === "run.finished");
      expect(view.trend.points.map(({ met }) => met)).toEqual(view.trend.points.map(({ ms }) => ms <= 60_000));
      expect(view.trend.points).toHaveLength(whole.length);
    }),
    { numRuns: 120 },
  );
});

/** The middle by its definition: half of them are not more, half not less. */
function middle(of: number[]): number {
  const sorted = [...of].sort((x, y) => x - y);
  const half = sorted.length >> 1;
  return Math.round(sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2);
}

it("says which steps were never rehearsed, and whose text is another one since", () => {
  const writer = write({ run: 1, steps: { a: "one", b: "two" } });
  writer.attempt("a", 1, "passed", 700);
  writer.attempt("gone", 1, "passed", 5);
  const view = seriesOf(PATH, text({ a: "one, amended", b: "two" }), [one(writer)], OUTSIDE);
  expect(view.steps.map(({ id, rehearsed, changedSince, isInText }) => [id, rehearsed, changedSince, isInText])).toEqual([
    ["a", 1, true, true],
    ["b", 0, false, true],
  ]);
});

it("shows a run under way by its forecast, and holds no walked or compressed time against a real one", () => {
  const done = write({ run: 1, at: "2026-01-10T10:00:00.000Z" });
  done.wait(29_000);
  done.say("run.finished", { data: { result: "passed" } });
  const walked = write({ run: 2, at: "2026-01-11T10:00:00.000Z", rehearsal: { way: "walk" } });
  walked.say("run.finished", { data: { result: "passed" } });
  const open = write({ run: 3, at: "2026-01-12T10:00:00.000Z" });
  const facts = [done, walked, open].map(one);
  const { trend } = seriesOf(PATH, text({ a: "one", b: "two" }), facts, { ...OUTSIDE, forecastOf: () => "2026-01-12T10:02:00.000Z" });
  expect(trend).toMatchObject({ of: "total", targetMs: 60_000 });
  expect(trend.points.map(({ nth, ms, met, isForecast, pace }) => [nth, ms, met, isForecast, pace])).toEqual([
    [1, 30_000, true, false, "real"],
    [2, 1_000, true, false, "walked"],
    [3, 120_000, false, true, "real"],
  ]);
});

it("pairs the steps of two runs by id, also where one of them has others", () => {
  const ran = (run: number, steps: Record<string, string>, outcome: string, output: string) => {
    const writer = write({ run, steps });
    writer.attempt("a", 1, outcome, 1_000 * run, () => {
      writer.say("block.started", { step: "a", attempt: 1, data: { block: 0, text: "make a" } });
      writer.say("block.ended", {
        step: "a",
        attempt: 1,
        outcome,
        data: {
          block: 0,
          exit_code: outcome === "passed" ? 0 : 2,
          duration_ms: 9,
          bytes: 4,
          output_sha256: hashOf(output),
          because: "exit",
        },
      });
    });
    const facts = one(writer);
    return { facts, events: writer.events, view: viewsOf([facts], OUTSIDE)[0]!, textOf: (id: string) => steps[id] ?? null };
  };
  const a = ran(1, { a: "one", old: "gone", b: "two" }, "failed", "x");
  const b = ran(2, { a: "one, amended", b: "two", more: "new" }, "passed", "y");
  const compared = compareRuns(a, b);
  expect(compared.steps.map(({ id, change, deltaMs, sameVerdict, sameOutput }) => [id, change, deltaMs, sameVerdict, sameOutput])).toEqual([
    ["a", "changed", 1_000, false, false],
    ["old", "removed", null, true, null],
    ["b", "same", null, true, null],
    ["more", "added", null, true, null],
  ]);
  expect(compared.steps[0]).toMatchObject({
    before: "one",
    after: "one, amended",
    a: { blocks: [{ exitCode: 2 }] },
    b: { blocks: [{ exitCode: 0 }] },
  });
  expect(compareRuns(a, a).steps.every(({ change, sameVerdict }) => change === "same" && sameVerdict)).toBe(true);
});

it("leaves the single steps of old runs out where they would be too many to send, and sums them up all the same", () => {
  const steps = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`s${index}`, `text ${index}`]));
  const facts = Array.from({ length: 12 }, (_, run) => {
    const writer = write({ run: run + 1, steps });
    writer.attempt("s0", 1, "passed", 5);
    return one(writer);
  });
  const { runs, steps: summed } = seriesOf(PATH, text(steps), facts, OUTSIDE);
  expect(runs.map((run) => run.steps.length)).toEqual([0, 0, ...Array.from({ length: 10 }, () => 1_000)]);
  expect(runs[0]!.counts).toMatchObject({ passed: 1, notRun: 999 });
  expect(summed[0]!.rehearsed).toBe(12);
});
