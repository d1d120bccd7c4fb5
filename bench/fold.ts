// A run's state rebuilt from its events, as after a restart: events per second, at three sizes.
import type { StoredEvent } from "../engine/protocol/index.ts";
import { foldRun } from "../engine/run/index.ts";
import { growthExponent, median, timed } from "./measure.ts";
import { ACTOR } from "./places.ts";
import type { Measurement } from "./result.ts";

const SIZES = [1_000, 10_000, 100_000];
const ROUNDS = 7;
const GOAL_PER_SECOND = 100_000;
/** Start and end of the step, start and end of its block. */
const EVENTS_PER_STEP = 4;

/** A run's events as the store gives them: a start, then every step with one block that passes. */
function events(count: number): StoredEvent[] {
  const steps = Math.ceil(count / EVENTS_PER_STEP);
  const all: StoredEvent[] = [];
  const add = (type: string, step: string, outcome: string, data: Record<string, unknown>): void => {
    const seq = all.length + 1;
    const body = {
      type,
      seq,
      log: "log-01ARZ3NDEKTSV4RRFFQ69G5FAV",
      ts_utc: "2026-03-01T12:00:00.000Z",
      actor: ACTOR,
      subject: { run: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV", mode: "live", plan_sha256: "0".repeat(64), step, attempt: 1, cluster: "main" },
      outcome,
      reason: "",
      data,
    };
    all.push({ body, hash: seq.toString(16).padStart(64, "0") } as unknown as StoredEvent);
  };
  const listed = Array.from({ length: steps }, (_, at) => ({
    id: `step-${at}`,
    number: `${at}`,
    title: `Step ${at}`,
    blocks: 1,
    checks: 0,
  }));
  add("run.started", "", "", { title: "Bench", path: "/bench.md", params: {}, planned_ms: 1, steps: listed });
  for (let at = 0; all.length < count; at++) {
    const step = `step-${at % steps}`;
    add("step.started", step, "", { title: "Step", number: `${at}`, planned_ms: null, only_block: null });
    add("block.started", step, "", { block: 0, label: "", text: "true", shell: "bash", terminal: "main", recording: "a.cast" });
    add("block.ended", step, "passed", {
      block: 0,
      kind: "exit",
      exit_code: 0,
      pipe_status: [0],
      duration_ms: 3,
      bytes: 20,
      redactions: {},
    });
    add("step.ended", step, "passed", { duration_ms: 3, because: "its command passed" });
  }
  return all;
}

export const fold: Measurement = {
  name: "fold",
  async run() {
    const points: [number, number][] = [];
    for (const size of SIZES) {
      const all = events(size);
      const samples: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const ms = await timed(() => {
          const state = foldRun(all);
          const done = state.steps.filter((step) => step.verdict === "passed").length;
          if (state.events !== all.length || done < Math.floor((size - 1) / EVENTS_PER_STEP)) throw new Error("the fold lost events");
        });
        if (round > 0) samples.push(ms);
      }
      points.push([all.length, median(samples)]);
    }
    const [count, ms] = points.at(-1)!;
    const perSecond = count / (ms / 1000);
    return [
      {
        name: "fold",
        against: "100,000 events a second",
        ours: perSecond,
        theirs: GOAL_PER_SECOND,
        unit: "1/s",
        figure: perSecond,
        goal: { operator: ">=", value: GOAL_PER_SECOND },
        exponent: growthExponent(points),
        note: `${count} events of ${Math.ceil(count / EVENTS_PER_STEP)} steps, median of ${ROUNDS - 1}`,
      },
    ];
  },
};
