// The kubeconfig of the test control plane: one context per situation that a test needs.
// Owns: its shape and the list of users. Written for tests; the product writes its own (engine/cluster).
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

export type User = { name: string; groups: string[]; token: string };
export type Place = { server: string; ca: string };

const base64 = (path: string) => readFileSync(path).toString("base64");

/** Users of the token file, each with a fresh token. `viewer` is kept out of kube-system by the fixture's roles. */
export function createUsers(): User[] {
  const user = (name: string, groups: string[]): User => ({ name, groups, token: randomBytes(24).toString("base64url") });
  return [user("admin", ["system:masters"]), user("deployer", ["release"]), user("viewer", ["viewers"])];
}

/** The API server's `--token-auth-file`: token, user, uid, groups. */
export const tokenFile = (users: User[]): string =>
  users.map(({ name, groups, token }) => `${token},${name},uid-${name},"${groups.join(",")}"\n`).join("");

/** A kubeconfig of one user for the control plane's own programs. */
export const programKubeconfig = ({ server, ca }: Place, token: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "main", cluster: { server, "certificate-authority-data": base64(ca) } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "main", context: { cluster: "main", user: "admin" } }],
    "current-context": "main",
  });

export const CONTEXTS = ["admin", "deployer", "viewer", "certificate", "expired", "other", "unreachable", "broken"] as const;

type Parts = { main: Place; other: Place; users: User[]; certificate: { crt: string; key: string }; unreachablePort: number };

/** Writes the kubeconfig that everybody uses. The namespace of every context is `core`, which the fixture makes. */
export function writeKubeconfig(file: string, { main, other, users, certificate, unreachablePort }: Parts): void {
  const mainCa = base64(main.ca);
  const context = (name: string, cluster: string, user: string) => ({ name, context: { cluster, user, namespace: "core" } });
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "main", cluster: { server: main.server, "certificate-authority-data": mainCa } },
      { name: "other", cluster: { server: other.server, "certificate-authority-data": base64(other.ca) } },
      { name: "unreachable", cluster: { server: `https://127.0.0.1:${unreachablePort}`, "certificate-authority-data": mainCa } },
      { name: "broken", cluster: { server: main.server, "certificate-authority": "no-such-ca.crt" } },
    ],
    users: [
      ...users.map(({ name, token }) => ({ name, user: { token } })),
      {
        name: "certificate",
        user: { "client-certificate-data": base64(certificate.crt), "client-key-data": base64(certificate.key) },
      },
      { name: "expired", user: { token: "this-token-was-never-issued" } },
    ],
    contexts: [
      context("admin", "main", "admin"),
      context("deployer", "main", "deployer"),
      context("viewer", "main", "viewer"),
      context("certificate", "main", "certificate"),
      context("expired", "main", "expired"),
      context("other", "other", "admin"),
      context("unreachable", "unreachable", "admin"),
      context("broken", "broken", "admin"),
    ],
    "current-context": "admin",
  };
  // JSON is YAML: no library needed, and every reader takes it.
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
