import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ClusterIdentity } from "../protocol/index.ts";
import { tokenOf } from "./connection.ts";
import { loadContexts } from "./contexts.ts";
import { differencesOf } from "./differences.ts";
import { credentialExpiry, jwtEnd } from "./expiry.ts";
import { connectionTo, oneContext } from "./fake-api.ts";
import { caFingerprint, offlineIdentity } from "./identity.ts";
import { CA_UNCHECKED, classOfIdentity, identityKey, identityKeys } from "./identity-key.ts";
import { parsePermission } from "./permissions.ts";
import { proxyFor } from "./proxy.ts";
import { standAlone } from "./resolve.ts";
import { scrub } from "./scrub.ts";

const jwt = (payload: object) => `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;

describe("when credentials end", () => {
  it("is the exp of a JWT, and not known of an opaque token", () => {
    expect(jwtEnd(jwt({ exp: 1_800_000_000 }))).toBe(1_800_000_000_000);
    for (const token of ["opaque", "a.b.c", jwt({}), jwt({ exp: "soon" }), ""]) expect(jwtEnd(token)).toBeNull();
  });

  it("is the earliest of certificate and token, read from a token file too", () => {
    const folder = mkdtempSync(join(tmpdir(), "hp-expiry-"));
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "crt", "-subj", "/CN=jane", "-days", "1"],
      { cwd: folder, stdio: "ignore" },
    );
    const certificate = readFileSync(join(folder, "crt")).toString("base64");
    const end = credentialExpiry(connectionTo("https://a.test", { "client-certificate-data": certificate }));
    expect(Date.parse(end ?? "")).toBeGreaterThan(Date.now());
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, `${jwt({ exp: 1_000_000_000 })}\n`);
    expect(credentialExpiry(connectionTo("https://a.test", { "client-certificate-data": certificate, tokenFile }))).toBe(
      "2001-09-09T01:46:40.000Z",
    );
    expect(credentialExpiry(connectionTo("https://a.test", { token: "opaque" }))).toBeNull();
    // The fingerprint is of the certificate, however it is wrapped in text.
    const wrapped = Buffer.from(`# ours\r\n${readFileSync(join(folder, "crt"), "utf8").replaceAll("\n", "\r\n")}`).toString("base64");
    expect(caFingerprint(wrapped)).toBe(caFingerprint(certificate));
    expect(caFingerprint(certificate)).not.toBe(caFingerprint(undefined));
    rmSync(folder, { recursive: true });
  });
});

describe("the key of an identity", () => {
  const identity: ClusterIdentity = {
    server: "https://a.test",
    caSha256: "ca",
    user: "u",
    namespace: "n",
    kubeSystemUid: "uid",
    strength: "full",
  };

  it("is the same for every user and namespace, and another for another server, CA or UID", () => {
    expect(identityKey({ ...identity, user: "v", namespace: "m" })).toBe(identityKey(identity));
    for (const other of [{ server: "https://b.test" }, { caSha256: "other" }, { kubeSystemUid: "other" }, { kubeSystemUid: null }]) {
      expect(identityKey({ ...identity, ...other })).not.toBe(identityKey(identity));
    }
  });

  it("lets those who may not read kube-system find the class under the weaker key, but never through an unchecked connection", () => {
    const weak: ClusterIdentity = { ...identity, kubeSystemUid: null, strength: "weak" };
    expect(identityKeys(identity)).toContain(identityKey(weak));
    const classes = new Map([[identityKey(weak), "production" as const]]);
    expect(classOfIdentity(identity, (key) => classes.get(key) ?? null)).toBe("production");
    expect(identityKeys({ ...identity, caSha256: CA_UNCHECKED })).toHaveLength(1);
  });

  it("takes spellings of one server as one, and plain http as unchecked", () => {
    const server = (text: string) => offlineIdentity(oneContext(text)).server;
    expect(new Set([server("https://A.test"), server("https://a.test/"), server("https://a.test:443")]).size).toBe(1);
    expect(offlineIdentity(oneContext("http://127.0.0.1:8001")).caSha256).toBe(CA_UNCHECKED);
  });
});

describe("differences", () => {
  it("are none for another order, for kubectl's empty fields, and for a renewed OpenID token", () => {
    const user = (token: string) => ({
      "auth-provider": { name: "oidc", config: { "client-id": "c", "id-token": token, "refresh-token": token } },
    });
    const was = oneContext("https://a.test", user("one"));
    const { clusters, ...rest } = oneContext("https://a.test", user("two"));
    expect(differencesOf(was, { ...rest, preferences: {}, clusters })).toEqual([]);
    const changed = oneContext("https://a.test", {
      "auth-provider": { name: "oidc", config: { "client-id": "other", "id-token": "one" } },
    });
    expect(differencesOf(was, changed).join()).toContain("client-id");
  });

  it("show fingerprints of authorities and never a credential", () => {
    const was = oneContext("https://a.test", {
      token: "one-secret",
      "client-key-data": "key-one",
      exec: { apiVersion: "v1", command: "/bin/login", env: [{ name: "A", value: "env-one" }] },
    });
    const now = oneContext("https://a.test", {
      token: "two-secret",
      "client-key-data": "key-two",
      password: "new-pass",
      exec: { apiVersion: "v1", command: "/bin/login", env: [{ name: "A", value: "env-two" }] },
    });
    now.clusters[0].cluster["certificate-authority-data"] = "Y2E=";
    const words = differencesOf(was, now).join("\n");
    expect(words).toMatch(/certificate-authority-data is now [0-9a-f]{12}, it was none/);
    expect(words).toContain("users.u.user.token was changed");
    expect(words).not.toMatch(/one-secret|two-secret|key-one|key-two|new-pass|env-one|env-two|Y2E=/);
  });
});

describe("a wanted permission", () => {
  it.each([
    ["patch deployments.apps", { verb: "patch", resource: "deployments", group: "apps", name: "", subresource: "", namespace: null }],
    ["get services", { verb: "get", resource: "services", group: null }],
    ["get namespaces/kube-system", { resource: "namespaces", name: "kube-system" }],
    ["get secret web -n core", { resource: "secret", name: "web", namespace: "core" }],
    ["patch deployments/scale --namespace=x", { resource: "deployments", subresource: "scale", namespace: "x" }],
    ["create pods --subresource exec", { resource: "pods", subresource: "exec" }],
    ["list ingresses.networking.k8s.io -A", { resource: "ingresses", group: "networking.k8s.io", namespace: "" }],
    ["GET /healthz", { verb: "get", path: "/healthz" }],
  ])("reads %s", (text, expected) => {
    expect(parsePermission(text)).toMatchObject(expected);
  });
  it.each(["patch", "", "get pods -x", "get pods a b", "get pods -n", "get .apps"])("refuses %j with a reason", (text) => {
    expect(parsePermission(text)).toBeTypeOf("string");
  });
});

describe("the proxy", () => {
  it.each([
    ["https://api.test", { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
    ["https://api.test", { https_proxy: "p:1" }, "http://p:1"],
    ["http://api.test", { HTTPS_PROXY: "http://p:1" }, null],
    ["https://127.0.0.1:6443", { HTTPS_PROXY: "http://p:1" }, null],
    ["https://localhost", { HTTPS_PROXY: "http://p:1" }, null],
    ["https://api.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "x.test, api.test" }, null],
    ["https://api.corp.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: ".corp.test" }, null],
    ["https://api.corp.test", { HTTPS_PROXY: "http://p:1", no_proxy: "corp.test" }, null],
    ["https://notcorp.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "corp.test" }, "http://p:1"],
    ["https://10.1.2.3:6443", { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0/8" }, null],
    ["https://11.1.2.3:6443", { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0/8,x/y" }, "http://p:1"],
    ["https://api.test:6443", { HTTPS_PROXY: "http://p:1", NO_PROXY: "api.test:443" }, "http://p:1"],
    ["https://api.test:6443", { HTTPS_PROXY: "http://p:1", NO_PROXY: "api.test:6443" }, null],
    ["https://[fd00::1]:6443", { HTTPS_PROXY: "http://p:1", NO_PROXY: "fd00::1" }, null],
    ["https://api.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, null],
    ["https://api.test", {}, null],
  ])("for %s with %j is %s", (server, env, expected) => {
    expect(proxyFor(server, env as Record<string, string>)).toBe(expected);
  });
});

it("scrubs escape codes, control characters and token shapes, and keeps the words", () => {
  expect(scrub(`\n\x1b[31merror:\x1b[0m token ${jwt({ sub: "x" })} and AKIAIOSFODNN7EXAMPLEKEYKEY ended\x07\nmore`)).toBe(
    "error: token … and … ended ",
  );
});

it("a token file is named by its absolute path in the pin, and read again for every question, because it is renewed", () => {
  const folder = mkdtempSync(join(tmpdir(), "hp-token-"));
  writeFileSync(join(folder, "token"), "first\n");
  const text =
    "clusters: [{name: c, cluster: {server: 'https://a.test'}}]\nusers: [{name: u, user: {token: old, tokenFile: token}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n";
  writeFileSync(join(folder, "config"), text);
  const loaded = loadContexts({ kubeconfigFlag: join(folder, "config"), env: {}, homeDir: folder, classOf: () => null });
  const flat = standAlone(loaded.byName.get("x")!, {});
  if (!flat.ok) throw new Error(flat.message);
  expect(flat.value.users[0].user.tokenFile).toBe(join(folder, "token"));
  expect(tokenOf(flat.value)).toBe("first");
  writeFileSync(join(folder, "token"), "second");
  expect(tokenOf(flat.value)).toBe("second");
  rmSync(folder, { recursive: true });
  expect(tokenOf(flat.value)).toBe("old");
  delete flat.value.users[0].user.token;
  expect(tokenOf(flat.value)).toBeNull();
});
