// A process that begins a gate or a soak and stays until it is killed: the other half of kill-gate.test.ts.
// Owns: telling its parent how far it is. Decides nothing.
import { appendFileSync } from "node:fs";
import { type Caller, createEngine } from "../engine.ts";
import type { Result, RunHeader, RunView } from "../protocol/index.ts";

const [home = "", runbook = ""] = process.argv.slice(2);
const caller: Caller = { id: "kill-gate", door: "window", isReadOnly: false };
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
engine.subscribe((event, payload) => {
  if (event !== "run.changed") return;
  const { steps, header } = payload as { header: RunHeader; steps: RunView["steps"] };
  const [step] = steps;
  say({ run: header.run, probes: step?.blocks[0]?.gate?.counts.passed ?? 0, soak: step?.soak?.state ?? "" });
});
await call("people.signIn", { id: "dana", password: "correct horse battery" });
const { header } = await call<RunView>("run.start", { path: runbook, mode: "live", contexts: {}, params: {}, placeholders: {} });
await call("run.step", { run: header.run, step: "canary" });
