// A process that starts a run with a job and waits to be killed: the other half of jobs.test.ts.
// Owns: telling its parent when the job's command has begun.
import { appendFileSync, existsSync } from "node:fs";
import { type Caller, createEngine } from "../engine.ts";
import type { Result, RunView } from "../protocol/index.ts";

const [home = "", runbook = "", sign = ""] = process.argv.slice(2);
const caller: Caller = { id: "job", door: "window", isReadOnly: false };
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
const request = { path: runbook, mode: "live", contexts: {}, params: { TOKEN: "job-secret-value" }, placeholders: {} };
const { run } = (await call<RunView>("run.start", request)).header;
await call("run.step", { run, step: "long" });
while (!existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 10));
appendFileSync(1, `${JSON.stringify({ run })}\n`);
// Until it is killed.
setInterval(() => {}, 1_000);
