// A process that begins a drill and stays in it until it is killed: the other half of instructor-real.test.ts.
// Owns: telling its parent which run it is. Decides nothing.
import type { RunView } from "../protocol/index.ts";
import { openWorker, say } from "./testing-worker.ts";

const [home = "", path = ""] = process.argv.slice(2);
const { call } = await openWorker(home);
const { header } = await call<RunView>("run.start", {
  path,
  mode: "rehearsal",
  contexts: {},
  params: {},
  placeholders: {},
  rehearsal: { way: "sandbox", scenario: "drill.scenario.yaml" },
});
await call("run.step", { run: header.run, step: "first" });
say({ run: header.run });
