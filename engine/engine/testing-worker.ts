// An engine in a process that a test kills: opened, signed in, and asked; what it says is one line of JSON each.
// Owns: what such processes have in common. What each does, and when it says so, stands in its own file.
import { appendFileSync } from "node:fs";
import { createEngine, type Engine } from "../engine.ts";
import type { Result } from "../protocol/index.ts";

export type Call = <T>(method: string, params: object) => Promise<T>;

/** Opens the data directory and signs in as its one operator once `before` has had the engine. Throws where anything is refused. */
export async function openWorker(home: string, before: (engine: Engine) => void = () => {}): Promise<{ engine: Engine; call: Call }> {
  const created = await createEngine({
    home,
    builtIn: [],
    host: { hasNativeMenu: false, canPickFolder: false, canRevealFile: false, canOpenExternal: false, isReadOnly: false, note: "" },
  });
  if (!created.ok) throw new Error(created.error.message);
  const engine = created.value;
  const call: Call = async <T>(method: string, params: object) => {
    const answer = (await engine.handle(method, params, { id: "worker", door: "window", isReadOnly: false })) as Result<T>;
    if (!answer.ok) throw new Error(`${method}: ${answer.error.code}: ${answer.error.message}`);
    return answer.value;
  };
  before(engine);
  await call("people.signIn", { id: "dana", password: "correct horse battery" });
  return { engine, call };
}

/** Synchronous on a pipe, so that what was said before the kill has reached the parent. */
export const say = (what: object): void => appendFileSync(1, `${JSON.stringify(what)}\n`);
