// A process that begins a gate or a soak and stays until it is killed: the other half of kill-gate.test.ts.
// Owns: telling its parent how far it is. Decides nothing.
import type { RunHeader, RunView } from "../protocol/index.ts";
import { openWorker, say } from "./testing-worker.ts";

const [home = "", runbook = ""] = process.argv.slice(2);
const { call } = await openWorker(home, (engine) =>
  engine.subscribe((event, payload) => {
    if (event !== "run.changed") return;
    const { steps, header } = payload as { header: RunHeader; steps: RunView["steps"] };
    const [step] = steps;
    say({ run: header.run, probes: step?.blocks[0]?.gate?.counts.passed ?? 0, soak: step?.soak?.state ?? "" });
  }),
);
const { header } = await call<RunView>("run.start", { path: runbook, mode: "live", contexts: {}, params: {}, placeholders: {} });
await call("run.step", { run: header.run, step: "canary" });
