// What a cluster is: server, certificate authority, user, namespace, and the UID of kube-system.
// Owns: taking the identity from a kubeconfig and completing it from the server. A context name is no identity.
import { createHash, X509Certificate } from "node:crypto";
import type { ClusterIdentity } from "../protocol/index.ts";
import { CA_UNCHECKED } from "./identity-key.ts";
import { type OneContext, type Resolved, standAlone } from "./resolve.ts";

/** `caSha256` where the machine's own trust store decides. */
const CA_SYSTEM = "system";

/** The part that needs no server; weak until kube-system is seen. */
export function offlineIdentity(config: OneContext): ClusterIdentity {
  const { cluster } = config.clusters[0];
  const { context } = config.contexts[0];
  return {
    server: normalServer(cluster.server),
    caSha256:
      cluster["insecure-skip-tls-verify"] || cluster.server.startsWith("http:")
        ? CA_UNCHECKED
        : caFingerprint(cluster["certificate-authority-data"]),
    user: context.user,
    namespace: context.namespace,
    kubeSystemUid: null,
    strength: "weak",
  };
}

/** UIDs seen in this process, by server and CA, so that a listing can show a class without asking the server again. */
const seen = new Map<string, string>();

export function withUid(identity: ClusterIdentity, uid: string): ClusterIdentity {
  if (identity.caSha256 !== CA_UNCHECKED) seen.set(`${identity.server} ${identity.caSha256}`, uid);
  return { ...identity, kubeSystemUid: uid, strength: "full" };
}

/** The identity as far as it is known without asking; null where the context cannot be read whole. For display, never for a proof. */
export function rememberedIdentity(resolved: Resolved): ClusterIdentity | null {
  const config = standAlone(resolved, {}, undefined, { isForDisplay: true });
  if (!config.ok) return null;
  const identity = offlineIdentity(config.value);
  const uid = seen.get(`${identity.server} ${identity.caSha256}`);
  return uid === undefined ? identity : { ...identity, kubeSystemUid: uid, strength: "full" };
}

/** SHA-256 over the certificates themselves, so that line ends and comments around them do not matter. */
export function caFingerprint(data: string | undefined): string {
  if (!data) return CA_SYSTEM;
  const pem = Buffer.from(data, "base64").toString("latin1");
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const hash = createHash("sha256");
  try {
    for (const der of blocks.map((block) => new X509Certificate(block).raw).sort(Buffer.compare)) hash.update(der);
    if (blocks.length > 0) return hash.digest("hex");
  } catch {
    // No certificate in it: the connection will fail and say so; two of them are still told apart by their bytes.
  }
  return createHash("sha256").update(pem).digest("hex");
}

/** `https://host:443/` and `https://HOST` are one server. */
function normalServer(server: string): string {
  const url = new URL(server);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}
