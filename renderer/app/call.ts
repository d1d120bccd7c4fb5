// Asking the engine from a view: one call, and the two refusals that every view answers alike.
// Owns: opening sign-in when an act needs it. Does not keep results.
import type { Method, ParamsOf, ResultOf } from "../../engine/protocol/index.ts";
import { bridge, type CallResult } from "../bridge/index.ts";
import { useApp } from "./store.ts";

/** As bridge().call; when nobody is signed in, sign-in opens as well, and the person repeats the act by will. */
export async function callEngine<M extends Method>(method: M, params: ParamsOf<M>): Promise<CallResult<ResultOf<M>>> {
  const result = await bridge().call(method, params);
  if (!result.ok && result.error.code === "not-signed-in") {
    const { snapshot, setSignInOpen, postponeFirstRun } = useApp.getState();
    if (snapshot !== null && !snapshot.hasOperators) postponeFirstRun(false);
    else setSignInOpen(true);
  }
  return result;
}

/** The same, with any failure shown as a notice; null then. */
export async function callOrNotify<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M> | null> {
  const result = await callEngine(method, params);
  if (result.ok) return result.value;
  useApp.getState().notify("fail", result.error.message);
  return null;
}
