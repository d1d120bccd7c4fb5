// A process that runs a runbook until it is killed: the other half of kill.test.ts.
// Owns: telling its parent, line by line, what it was told is on record. Goes on with the run that it finds.
import { appendFileSync } from "node:fs";
import { type Caller, createEngine } from "../engine.ts";
import type { AppSnapshot, Result, RunHeader, RunView } from "../protocol/index.ts";

const [home = "", runbook = "", launch = ""] = process.argv.slice(2);
const caller: Caller = { id: "kill", door: "window", isReadOnly: false };
/** Synchronous on a pipe, so that what was said before the kill has reached the parent. */
const say = (what: object) => appendFileSync(1, `${JSON.stringify(what)}\n`);

const created = await createEngine({
  home,
  builtIn: [],
  host: { hasNativeMenu: false, canPickFolder: false, canRevealFile: false, canOpenExternal: false, isReadOnly: false, note: "" },
});
if (!created.ok) throw new Error(created.error.message);
const engine = created.value;
async function call<T>(method: string, params: object): Promise<T> {
  const answer = (await engine.handle(method, params, caller)) as Result<T>;
  if (!answer.ok) throw new Error(`${method}: ${answer.error.code}: ${answer.error.message}`);
  return answer.value;
}
/** `running`: lanes whose command runs now. */
const acknowledge = ({ run, log, events, head, lanes = [] }: RunHeader) => {
  const running = lanes.filter(({ nextAction }) => nextAction.kind === "wait" && nextAction.block !== null).map(({ lane }) => lane);
  say({ run, log, events, head, running });
};
engine.subscribe((event, payload) => {
  if (event === "run.changed") acknowledge((payload as { header: RunHeader }).header);
});

await call("people.signIn", { id: "dana", password: "correct horse battery" });
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
