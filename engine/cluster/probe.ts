// Asks one context's server who it is and who we are, for the picker. Pins nothing and writes nothing.
// Owns: the probe's answer. The list of contexts is contexts.ts's.
import type { ContextProbe } from "../protocol/index.ts";
import { askIdentity } from "./ask-identity.ts";
import { Connection } from "./connection.ts";
import type { LoadedContexts } from "./contexts.ts";
import { credentialExpiry } from "./expiry.ts";
import { classOfIdentity } from "./identity-key.ts";
import { askPrincipal } from "./principal.ts";
import { standAlone } from "./resolve.ts";

/** Never throws and never prompts: what went wrong is in `error`. A forbidden kube-system is no error, the identity is weaker then. */
export async function probeContext(loaded: LoadedContexts, context: string): Promise<ContextProbe> {
  const nothing: ContextProbe = {
    name: context,
    reachable: false,
    latencyMs: null,
    version: null,
    identity: null,
    principal: null,
    class: null,
    error: null,
    credentialExpiry: null,
    clockOffsetMs: null,
  };
  const resolved = loaded.byName.get(context);
  if (resolved === undefined) {
    const entry = loaded.entries.find(({ name }) => name === context);
    return { ...nothing, error: entry?.error?.message ?? `no kubeconfig has a context "${context}".` };
  }
  const config = standAlone(resolved, loaded.sources.env);
  if (!config.ok) return { ...nothing, error: config.message };
  const connection = new Connection(config.value, loaded.sources.env);
  const answer = await askIdentity(connection);
  const expiry = credentialExpiry(connection);
  const measured = { ...nothing, latencyMs: answer.latencyMs, clockOffsetMs: answer.clockOffsetMs, credentialExpiry: expiry };
  // An answer of 401 came from a server that is there.
  if (answer.identity === null)
    return { ...measured, reachable: answer.latencyMs !== null && answer.state !== "unreachable", error: answer.because };
  const [principal, version] = await Promise.all([askPrincipal(connection), connection.ask("GET", "/version")]);
  const gitVersion =
    version.ok && version.value.status === 200 ? (version.value.body as { gitVersion?: unknown } | null)?.gitVersion : undefined;
  return {
    ...measured,
    reachable: true,
    version: typeof gitVersion === "string" ? gitVersion.slice(0, 60) : null,
    identity: answer.identity,
    principal,
    class: classOfIdentity(answer.identity, loaded.sources.classOf),
  };
}
