// Short keys for a cluster's identity, under which its class is kept.
// Owns: what counts as the same cluster. The user and the namespace do not: production is production for everybody.
import { createHash } from "node:crypto";
import type { ClusterClass, ClusterIdentity } from "../protocol/index.ts";

/** `caSha256` of a connection whose server certificate nobody checks: then server and CA say nothing about which cluster answers. */
export const CA_UNCHECKED = "unchecked";

/** The key of this cluster: server URL, CA fingerprint and the UID of kube-system ("" where it may not be read). */
export const identityKey = (identity: ClusterIdentity): string => keyOf(identity.server, identity.caSha256, identity.kubeSystemUid ?? "");

/**
 * Every key under which this cluster's class counts, best first. The second one is what those see who may not read kube-system: a class
 * should be written under all of them, else the guard of production is off for exactly the people with fewer rights.
 */
export function identityKeys(identity: ClusterIdentity): string[] {
  const full = identityKey(identity);
  if (identity.kubeSystemUid === null || identity.caSha256 === CA_UNCHECKED) return [full];
  return [full, keyOf(identity.server, identity.caSha256, "")];
}

/** The class that people gave to this cluster, or null. */
export function classOfIdentity(identity: ClusterIdentity, classOf: (key: string) => ClusterClass | null): ClusterClass | null {
  for (const key of identityKeys(identity)) {
    const found = classOf(key);
    if (found !== null) return found;
  }
  return null;
}

const keyOf = (...parts: string[]): string => createHash("sha256").update(JSON.stringify(parts)).digest("hex");
