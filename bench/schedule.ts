// A plan brought up to date after a step has ended: all times, slack and critical path anew, as the window gets it, at three sizes.
import { parseDocument } from "../engine/document/index.ts";
import { type Actual, createSchedule } from "../engine/schedule/index.ts";
import { growthExponent, median, quantile, timed } from "./measure.ts";
import type { Measurement } from "./result.ts";

const SIZES = [100, 1_000, 10_000];
/** The size that the goal is about. */
const JUDGED = 1_000;
const GOAL_MS = 100;
const ROUNDS = 40;
const WARM_UP = 5;
const LANES = 8;
const MINUTE_MS = 60_000;

/** Steps in eight lanes, each needing two earlier ones of others, phases with fixed starts, a hold point now and then. */
function book(steps: number): string {
  const text = ["---\ntitle: Bench\nplanned: 600m\n---\n\n# Bench\n"];
  for (let at = 0; at < steps; at++) {
    if (at % 100 === 0) text.push(`## Phase ${at / 100}\n\n<!-- phase: {start: "+${String(at / 100)}:00"} -->\n`);
    const needs = [at - 3, at - 17].filter((one) => one >= 0).map((one) => `s${one}`);
    const planned = at % 5 === 0 ? "" : `, planned: ${1 + (at % 7)}m`;
    const signoff = at % 97 === 96 ? ", signoff: [lead]" : "";
    text.push(
      `### Step ${at}\n\n<!-- step: {id: s${at}, lane: l${(at * 5) % LANES}, needs: [${needs.join(", ")}]${planned}${signoff}} -->\n\n\`\`\`sh\ntrue\n\`\`\`\n`,
    );
  }
  return text.join("\n");
}

export const schedule: Measurement = {
  name: "schedule",
  async run() {
    const points: [number, number][] = [];
    const judged: number[] = [];
    for (const size of SIZES) {
      const document = parseDocument(Buffer.from(book(size)), { path: "/bench.md" });
      if (document.steps.length !== size) throw new Error(`the bench's book has ${document.steps.length} steps`);
      const plan = createSchedule({ document, isWayBack: () => false, learntOf: () => null });
      const actuals = document.steps.map((): Actual => ({ status: "todo", start: null, end: null, isOff: false }));
      const head = { run: null, number: null, log: null, fingerprint: null, launch: null, mode: null, path: "/bench.md", title: "Bench" };
      const samples: number[] = [];
      for (let round = 0; round < ROUNDS + WARM_UP; round++) {
        const nowMs = (round + 1) * MINUTE_MS;
        const ms = await timed(() => {
          actuals[round] = { status: "done", start: nowMs - MINUTE_MS, end: nowMs, isOff: false };
          const view = plan.view(
            { ...head, version: null, sha256: document.sha256, isStarted: true },
            { startMs: 0, nowMs, endedMs: null, actuals, zone: "UTC", windowStart: null, windowEnd: null },
            () => ({ status: "todo", verdict: null, actualMs: null }),
          );
          if (JSON.stringify(view).length < size * 100 || view.criticalPath.length === 0) throw new Error("the plan is not whole");
        });
        if (round >= WARM_UP) samples.push(ms);
      }
      points.push([size, median(samples)]);
      if (size === JUDGED) judged.push(...samples);
    }
    const worst = quantile(judged, 0.95);
    return [
      {
        name: "schedule",
        against: "100 ms after a step's end",
        ours: worst,
        theirs: GOAL_MS,
        unit: "ms",
        figure: worst / GOAL_MS,
        goal: { operator: "<=", value: 1 },
        exponent: growthExponent(points),
        note: `p95 of ${ROUNDS} at ${JUDGED} steps in ${LANES} lanes, as JSON; medians at ${points.map(([size, ms]) => `${size}: ${ms.toFixed(1)}`).join(", ")} ms`,
      },
    ];
  },
};
