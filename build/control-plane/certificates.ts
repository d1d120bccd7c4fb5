// A certificate authority of this one cluster, with a server certificate and client certificates. Made by openssl.
// Owns: the files in its folder. Nothing here is trusted by anyone but the kubeconfig written beside it.
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const openssl = (args: string[], cwd: string) => promisify(execFile)("openssl", args, { cwd });

export type Authority = { folder: string; ca: string };

/** A new authority with `server.crt` / `server.key` for loopback and `service-accounts.key`. */
export async function createAuthority(folder: string, name: string): Promise<Authority> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await newKey(folder, "ca");
  // Two days: a control plane of a test lives for minutes, and a left-over kubeconfig should be worth nothing.
  await openssl(["req", "-x509", "-new", "-key", "ca.key", "-subj", `/CN=${name}`, "-days", "2", "-out", "ca.crt"], folder);
  const authority = { folder, ca: join(folder, "ca.crt") };
  await newKey(folder, "service-accounts");
  await issue(authority, "server", "/CN=kube-apiserver", 2, [
    "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc",
    "extendedKeyUsage=serverAuth",
  ]);
  return authority;
}

/** A client certificate `<name>.crt` / `<name>.key`; Kubernetes reads CN as the user and O as groups. */
export function issueClient(authority: Authority, name: string, user: string, groups: string[], days: number): Promise<void> {
  return issue(authority, name, `${groups.map((group) => `/O=${group}`).join("")}/CN=${user}`, days, ["extendedKeyUsage=clientAuth"]);
}

async function issue({ folder }: Authority, name: string, subject: string, days: number, extensions: string[]): Promise<void> {
  await newKey(folder, name);
  await openssl(["req", "-new", "-key", `${name}.key`, "-subj", subject, "-out", `${name}.csr`], folder);
  writeFileSync(join(folder, `${name}.ext`), `${extensions.join("\n")}\n`);
  const sign = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", String(days), "-extfile", `${name}.ext`];
  await openssl(["x509", "-req", "-in", `${name}.csr`, ...sign, "-out", `${name}.crt`], folder);
}

async function newKey(folder: string, name: string): Promise<void> {
  // RSA, because service account tokens of old API servers are signed with nothing else by default.
  await openssl(["genrsa", "-out", `${name}.key`, "2048"], folder);
  chmodSync(join(folder, `${name}.key`), 0o600);
}
