// A process that runs a runbook until it is killed: the other half of kill.test.ts.
// Owns: telling its parent, line by line, what it was told is on record. Goes on with the run that it finds.
import type { AppSnapshot, RunHeader, RunView } from "../protocol/index.ts";
import { openWorker, say } from "./testing-worker.ts";

const [home = "", runbook = "", launch = ""] = process.argv.slice(2);
/** `running`: lanes whose command runs now. */
const acknowledge = ({ run, log, events, head, lanes = [] }: RunHeader) => {
  const running = lanes.filter(({ nextAction }) => nextAction.kind === "wait" && nextAction.block !== null).map(({ lane }) => lane);
  say({ run, log, events, head, running });
};
const { engine, call } = await openWorker(home, (opened) =>
  opened.subscribe((event, payload) => {
    if (event === "run.changed") acknowledge((payload as { header: RunHeader }).header);
  }),
);

const { activeRun } = await call<AppSnapshot>("app.snapshot", {});
const start = () =>
  call<RunView>("run.start", {
    path: runbook,
    mode: "live",
    contexts: {},
    params: {},
    placeholders: {},
    ...(launch === "" ? {} : { launch }),
  });
const { run } = activeRun ? { run: activeRun } : (await start()).header;
say({ ready: true });
for (;;) {
  const { header } = (await call<{ view: RunView }>("run.get", { run })).view;
  acknowledge(header);
  const { kind, step } = header.nextAction;
  if (kind === "judge") acknowledge(await call("run.judge", { run, step, outcome: "accepted", reason: "looked after the kill" }));
  else if (kind === "resume") acknowledge(await call("run.resume", { run, reason: "started again" }));
  else if (kind === "run-step" || kind === "run-block") acknowledge(await call("run.on", { run }));
  else if (kind === "wait") await new Promise((resolve) => setTimeout(resolve, 5));
  else break;
}
acknowledge(await call("run.finish", { run }));
say({ done: true });
await engine.close();
process.exit(0);
