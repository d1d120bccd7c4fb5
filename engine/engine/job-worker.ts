// A process that starts a run with a job and waits to be killed: the other half of jobs.test.ts and jobs.cluster.test.ts.
// Owns: telling its parent when the job's command has begun.
import { existsSync } from "node:fs";
import type { RunView } from "../protocol/index.ts";
import { openWorker, say } from "./testing-worker.ts";

/** `context`: the cluster it runs on; none where it is not given. */
const [home = "", runbook = "", sign = "", context] = process.argv.slice(2);
const { call } = await openWorker(home);
const request = {
  path: runbook,
  mode: "live",
  contexts: context === undefined ? {} : { main: context },
  params: context === undefined ? { TOKEN: "job-secret-value" } : {},
  placeholders: {},
};
const { run } = (await call<RunView>("run.start", request)).header;
await call("run.step", { run, step: "long" });
while (!existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 10));
say({ run });
// Until it is killed.
setInterval(() => {}, 1_000);
