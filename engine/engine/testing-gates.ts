// A run of one gate or soak in a real shell, on a clock that the test drives. Owns: setting up, letting time pass, asking.
// Used by tests only.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunId, StepState, StoredEvent } from "../protocol/index.ts";
import { type DrivenClock, drivenClock } from "./testing-clock.ts";
import { ownRuns } from "./testing-runs.ts";

/** A probe in a real shell may take this long on two slow cores, milliseconds; no test asserts a time. */
const PATIENCE_MS = 30_000;
export const MIN = 60_000;

export async function openGates(clock: DrivenClock = drivenClock(), isSolo = true) {
  const bench = await ownRuns(isSolo, clock.ports);
  const metric = join(bench.home, "metric");
  let run = "" as RunId;
  const gates = {
    clock,
    bench,
    metric,
    get run() {
      return run;
    },
    /** From now on this run is the one that is asked. */
    follow(id: RunId) {
      run = id;
    },
    /** A run of the text, and its first step begun. */
    async start(text: string) {
      run = await bench.start(text);
      const started = await bench.runs.step(bench.who, run, { step: "canary" });
      if (!started.ok) throw new Error(started.error.message);
    },
    /** A run of one step with one gate over the file of the metric; answers once the gate has begun. */
    async begin(attributes: string, command = "cat metric", directive = "id: canary") {
      const text = `---\ntitle: Gate\ncwd: ${bench.home}\nrequires: {cluster: false}\n---\n\n## Canary\n\n<!-- step: {${directive}} -->\n\n\`\`\`bash {name=error-rate ${attributes}}\n${command}\n\`\`\`\n\n## Back\n\n<!-- step: {id: back, target: 2m} -->\n\n\`\`\`bash\ntrue\n\`\`\`\n`;
      await gates.start(text);
    },
    set: (value: string) => writeFileSync(metric, `${value}\n`),
    async step(id?: string): Promise<StepState> {
      const got = await bench.runs.get(run);
      if (!got.ok) throw new Error(got.error.message);
      const { steps } = got.value.view;
      return (id === undefined ? steps[0] : steps.find((step) => step.id === id))!;
    },
    gate: async () => (await gates.step()).blocks[0]!.gate!,
    events: (type?: string): StoredEvent[] => {
      const log = bench.store.logs().find((one) => one.kind === "run")?.log;
      return (log === undefined ? [] : bench.store.events(log)).filter((event) => type === undefined || event.body.type === type);
    },
    async until(what: string, fits: () => boolean | Promise<boolean>) {
      for (const end = performance.now() + PATIENCE_MS; !(await fits()); ) {
        if (performance.now() > end) throw new Error(`never came: ${what}; it stands at ${JSON.stringify(await gates.step())}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    /** Waits until nothing goes on in real time: the gate waits for its next turn, or for a person. */
    async rest() {
      await gates.until("a rest", async () => {
        const { nextAction } = await bench.header(run);
        return nextAction.kind !== "wait" || clock.next() !== null;
      });
    },
    /** Lets so much time pass, and each probe on the way come to its end. */
    async pass(ms: number) {
      for (let left = ms; left > 0; ) {
        await gates.rest();
        const turn = Math.min(left, clock.next() ?? left);
        await clock.pass(turn);
        left -= turn;
        await gates.rest();
      }
    },
  };
  return gates;
}
