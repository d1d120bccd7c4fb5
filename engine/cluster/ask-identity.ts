// The one question that proves a cluster: the UID of kube-system, with the server's clock beside it.
// Owns: turning the server's answer into an identity or a state. Compares nothing (prove.ts does).
import type { ClusterIdentity, PinView } from "../protocol/index.ts";
import type { Answer, Connection } from "./connection.ts";
import { offlineIdentity, withUid } from "./identity.ts";

export type IdentityAnswer = {
  /** `proved` here means: the server answered as itself. */
  state: PinView["state"];
  identity: ClusterIdentity | null;
  /** This machine's clock minus the server's, milliseconds, good to a second (the Date header has no more). */
  clockOffsetMs: number | null;
  latencyMs: number | null;
  because: string;
};

export async function askIdentity(connection: Connection): Promise<IdentityAnswer> {
  const asked = await connection.ask("GET", "/api/v1/namespaces/kube-system");
  if (!asked.ok) {
    const state = { unreachable: "unreachable", stranger: "differs", "no-credential": "expired" } as const;
    return { state: state[asked.trouble.kind], identity: null, clockOffsetMs: null, latencyMs: null, because: asked.trouble.message };
  }
  const answer = asked.value;
  const rest = { clockOffsetMs: clockOffset(answer), latencyMs: answer.receivedAt - answer.sentAt };
  const weak = offlineIdentity(connection.config);
  const uid = (answer.body as { metadata?: { uid?: unknown } } | null)?.metadata?.uid;
  if (answer.status === 200 && typeof uid === "string" && uid !== "")
    return { state: "proved", identity: withUid(weak, uid), because: "", ...rest };
  if (answer.status === 401) {
    return {
      state: "expired",
      identity: null,
      because: "the server refuses the credentials (401): they have ended, or were never valid. Log in again.",
      ...rest,
    };
  }
  if (answer.status === 403)
    return { state: "proved", identity: weak, because: "kube-system may not be read, so its UID is not known", ...rest };
  if (answer.status >= 500 || answer.status === 429) {
    return {
      state: "unreachable",
      identity: null,
      because: `the API server answers ${answer.status}; it is overloaded or coming up`,
      ...rest,
    };
  }
  return {
    state: "differs",
    identity: null,
    because: `what answers there is no Kubernetes API server (status ${answer.status} for the namespace kube-system)`,
    ...rest,
  };
}

/** Our clock halfway through the request against the server's Date, which is cut to the second: half a second is added back. */
function clockOffset({ sentAt, receivedAt, serverDate }: Answer): number | null {
  return serverDate === null ? null : (sentAt + receivedAt) / 2 - (serverDate + 500);
}
