// A process that goes back until it is killed: the other half of a test of way-back.test.ts.
// Owns: a step forward, the decision, and telling its parent when the way back runs. Ends only by the kill.
import { appendFileSync } from "node:fs";
import { type Caller, createEngine } from "../engine.ts";
import type { Result, RunHeader, RunView } from "../protocol/index.ts";

const [home = "", runbook = ""] = process.argv.slice(2);
const caller: Caller = { id: "kill-back", door: "window", isReadOnly: false };
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
await call("people.signIn", { id: "dana", password: "correct horse battery" });
const { header } = await call<RunView>("run.start", { path: runbook, mode: "live", contexts: {}, params: {}, placeholders: {} });
const { run } = header;
await call("run.step", { run, step: "turn" });
for (;;) {
  const { view } = await call<{ view: RunView }>("run.get", { run });
  if (view.steps.find((step) => step.id === "turn")?.status === "done") break;
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const back = await call<RunHeader>("run.rollback", { run, kind: "step", step: "turn" });
appendFileSync(1, `${JSON.stringify({ run, back: back.run })}\n`);
setInterval(() => {}, 1000);
