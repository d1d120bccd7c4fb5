// Who the API server says we are.
// Owns: asking in the ways that servers old and new allow, and the word on why an answer is weaker. Proves no cluster (prove.ts).
import { X509Certificate } from "node:crypto";
import type { Principal } from "../protocol/index.ts";
import type { Answer, Connection } from "./connection.ts";

type Review = { status?: { authenticated?: boolean; userInfo?: UserInfo; user?: UserInfo } };
type UserInfo = { username?: string; groups?: string[] };

/** Accounts that a whole team knows the password of. A personal account in `system:masters` counts too: RBAC does not bind it. */
const SHARED_NAME =
  /^(?:admin|administrator|root|cluster-admin|kube-?admin|kubernetes-admin|kubernetes-super-admin|masterclient|system:admin|minikube-user|docker-for-desktop)$/i;

/** Versions of SelfSubjectReview to try on a connection, once that is known: it is asked before and after every step. */
const reviewOf = new WeakMap<Connection, string[]>();

/**
 * Asks the server, best way first: SelfSubjectReview (Kubernetes 1.28; v1beta1 in 1.27), then a TokenReview of our own token, then what
 * the server calls us when it refuses one, then our certificate's subject. 401 and silence are the caller's to judge: they give `unknown`.
 */
export async function askPrincipal(connection: Connection): Promise<Principal> {
  const known = reviewOf.get(connection);
  for (const version of known === undefined ? ["v1", "v1beta1"] : known) {
    const path = `/apis/authentication.k8s.io/${version}/selfsubjectreviews`;
    const asked = await connection.ask("POST", path, { apiVersion: `authentication.k8s.io/${version}`, kind: "SelfSubjectReview" });
    if (!asked.ok) return unknown(asked.trouble.message);
    const user = (asked.value.body as Review | null)?.status?.userInfo;
    if (asked.value.status < 300 && user?.username) {
      reviewOf.set(connection, [version]);
      return principal(user, "selfsubjectreview", "");
    }
    if (asked.value.status === 401) return unknown("the server refuses the credentials");
    if (asked.value.status !== 404) return askOldServer(connection); // forbidden, or overloaded: an older way may still be open
  }
  reviewOf.set(connection, []);
  return askOldServer(connection);
}

const OLD = "this server has no SelfSubjectReview (it came with Kubernetes 1.28)";

async function askOldServer(connection: Connection): Promise<Principal> {
  const certificate = fromCertificate(connection);
  const token = await tokenForReview(connection);
  const asked = await connection.ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenReview",
    // Without a token of our own an empty one is asked about: the refusal alone names us.
    spec: { token: token || "none" },
  });
  if (!asked.ok) return certificate ?? unknown(asked.trouble.message);
  const { status } = (asked.value.body as Review | null) ?? {};
  if (asked.value.status < 300 && token && status?.authenticated && status.user?.username) {
    return principal(status.user, "tokenreview", `${OLD}; the name is from a TokenReview`);
  }
  if (certificate !== null) return certificate;
  const refused = nameInRefusal(asked.value);
  if (refused !== null) {
    return principal(
      { username: refused },
      "tokenreview",
      `${OLD} and a TokenReview is forbidden; the name is the one in the server's refusal, the groups are not known`,
    );
  }
  return unknown(`${OLD}, and no other way tells the name`);
}

/** Impersonation makes us somebody else than the token's owner, and then a review of the token would lie. */
async function tokenForReview(connection: Connection): Promise<string> {
  return connection.config.users[0].user.as ? "" : connection.bearer();
}

/** `… is forbidden: User "jane" cannot create resource …`: the server's own word for us. */
export function nameInRefusal({ status, body }: Pick<Answer, "status" | "body">): string | null {
  if (status !== 403) return null;
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === "string" ? (/\bUser "((?:[^"\\]|\\.)*)" cannot /.exec(message)?.[1] ?? null) : null;
}

/** Kubernetes takes CN as the user and each O as a group. */
function fromCertificate(connection: Connection): Principal | null {
  const { user } = connection.config.users[0];
  const data = user["client-certificate-data"];
  // A token beside it would win, and impersonation makes us somebody else.
  if (!data || user.token || user.tokenFile || user.as) return null;
  try {
    const lines = new X509Certificate(Buffer.from(data, "base64")).subject.split("\n");
    const all = (field: string) => lines.filter((line) => line.startsWith(`${field}=`)).map((line) => line.slice(field.length + 1));
    const [username] = all("CN");
    return username
      ? principal({ username, groups: all("O") }, "certificate", `${OLD}; the name is the client certificate's subject`)
      : null;
  } catch {
    return null; // no certificate in it: the server will have refused it already
  }
}

function principal(user: UserInfo, source: Principal["source"], note: string): Principal {
  const username = user.username ?? null;
  const groups = user.groups ?? [];
  const isShared =
    groups.includes("system:masters") ||
    (username !== null && (SHARED_NAME.test(username) || username.startsWith("system:serviceaccount:")));
  return { username, groups, source, note, isShared };
}

const unknown = (note: string): Principal => ({ username: null, groups: [], source: "unknown", note, isShared: false });
