// A process whose gate fails with an automatic way back armed, until it is killed in the countdown: the other half of a test of way-back.test.ts.
// Owns: the step, and telling its parent that the countdown runs. Ends only by the kill.
import type { RunView } from "../protocol/index.ts";
import { openWorker, say } from "./testing-worker.ts";

const [home = "", runbook = ""] = process.argv.slice(2);
const { call } = await openWorker(home);
const { header } = await call<RunView>("run.start", { path: runbook, mode: "live", contexts: {}, params: {}, placeholders: {} });
const { run } = header;
await call("run.step", { run, step: "canary" });
for (;;) {
  const { view } = await call<{ view: RunView }>("run.get", { run });
  if (view.header.countdown != null) break;
  await new Promise((resolve) => setTimeout(resolve, 10));
}
say({ run });
setInterval(() => {}, 1000);
