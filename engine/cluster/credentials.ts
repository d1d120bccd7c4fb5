// What in a kubeconfig must never be seen. Owns: which fields these are, and the forms they are known by. Asks no server.

import { tokenOf } from "./connection.ts";
import type { LoadedContexts } from "./contexts.ts";
import { type OneContext, standAlone } from "./resolve.ts";

export type Credential = { name: string; value: string };

export function credentialsIn(config: OneContext): Credential[] {
  const { user } = config.users[0];
  const key = user["client-key-data"];
  const provider = Object.entries(user["auth-provider"]?.config ?? {}).filter(([field]) => /token|secret|password/i.test(field));
  const plugin = (user.exec?.env ?? []).filter(({ name }) => /token|secret|password|key$/i.test(name));
  return [
    { name: "cluster token", value: tokenOf(config) ?? "" },
    { name: "cluster password", value: user.password ?? "" },
    // Both as `kubectl config view --raw` shows it and as the file holds it.
    { name: "cluster client key", value: key ?? "" },
    { name: "cluster client key", value: key ? Buffer.from(key, "base64").toString("utf8").trim() : "" },
    ...provider.map(([, value]) => ({ name: "cluster log-in", value })),
    ...plugin.map(({ value }) => ({ name: "cluster log-in", value })),
  ].filter(({ value }) => value !== "");
}

/** Of every context that can be read here, each value once. */
export function credentialsOf(loaded: LoadedContexts): Credential[] {
  const found = new Map<string, Credential>();
  for (const resolved of loaded.byName.values()) {
    const alone = standAlone(resolved, loaded.sources.env, undefined, { isForDisplay: true });
    if (alone.ok) for (const one of credentialsIn(alone.value)) found.set(one.value, one);
  }
  return [...found.values()];
}
