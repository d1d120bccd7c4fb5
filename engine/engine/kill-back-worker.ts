// A process that goes back until it is killed: the other half of a test of way-back.test.ts.
// Owns: a step forward, the decision, and telling its parent when the way back runs. Ends only by the kill.
import type { RunHeader, RunView } from "../protocol/index.ts";
import { openWorker, say } from "./testing-worker.ts";

const [home = "", runbook = ""] = process.argv.slice(2);
const { call } = await openWorker(home);
const { header } = await call<RunView>("run.start", { path: runbook, mode: "live", contexts: {}, params: {}, placeholders: {} });
const { run } = header;
await call("run.step", { run, step: "turn" });
for (;;) {
  const { view } = await call<{ view: RunView }>("run.get", { run });
  if (view.steps.find((step) => step.id === "turn")?.status === "done") break;
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const back = await call<RunHeader>("run.rollback", { run, kind: "step", step: "turn" });
say({ run, back: back.run });
setInterval(() => {}, 1000);
