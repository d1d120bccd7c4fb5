// What a cluster might be, guessed from its names. A suggestion beside the choice, never the class itself.
// Owns: the words. The class is what people set, per identity (CLUSTER.md).
import type { ClusterClass } from "../protocol/index.ts";

/** A word as names spell it: at the start or end, or between punctuation; `prod1` counts, `product` does not. */
const word = (words: string) => new RegExp(`(?:^|[^a-z])(?:${words})(?:[^a-z]|$)`, "i");

// Order matters: "pre-prod" holds "prod", and a tunnel to production runs on localhost.
const NAMES: [ClusterClass, RegExp][] = [
  ["staging", word("pre-?prod(?:uction)?|non-?prod(?:uction)?|staging|stage|stg|uat|qa|integration|test|testing")],
  ["production", word("prod|production|prd|live")],
  ["sandbox", word("sandbox|sbx|dev|development|playground|demo|lab|scratch|training")],
  [
    "local",
    /^(?:kind-|k3d-|minikube|docker-desktop|docker-for-desktop|rancher-desktop|colima|microk8s|orbstack|k3s-local|local(?:host)?$)/i,
  ],
];

/** Null where the names say nothing. */
export function suggestClass(names: { context: string; cluster: string; server: string | null }): ClusterClass | null {
  const host = names.server !== null && URL.canParse(names.server) ? new URL(names.server).hostname : "";
  // The last label is a top-level domain, and one of them is "test".
  const labels = host.includes(".") ? host.slice(0, host.lastIndexOf(".")) : host;
  for (const text of [names.context, names.cluster, labels]) {
    const found = NAMES.find(([, pattern]) => pattern.test(text));
    if (found !== undefined) return found[0];
  }
  return /^(?:localhost|127\.|\[::1\]|host\.docker\.internal$)/.test(host) ? "local" : null;
}
