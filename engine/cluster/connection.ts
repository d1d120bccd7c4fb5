// Requests to one API server with one user's credentials, as a stand-alone kubeconfig names them.
// Owns: credentials into requests, and what kind of failure a failure is. Retries nothing and keeps no connection open.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { ExecSource } from "./exec-plugin.ts";
import { proxyFor } from "./proxy.ts";
import type { OneContext } from "./resolve.ts";
import { scrub } from "./scrub.ts";

/** `stranger`: somebody answers whose certificate the pinned authority did not sign, so it is not that cluster. */
export type Trouble = { kind: "unreachable" | "stranger" | "no-credential"; message: string };
export type Answer = { status: number; body: unknown; serverDate: number | null; sentAt: number; receivedAt: number };
export type Asked = { ok: true; value: Answer } | { ok: false; trouble: Trouble };

/** An API server behind a tunnel answers in well under a second; a step should not wait longer than this to hear that it does not. */
const REQUEST_MS = 8_000;
const MAX_BODY = 32 * 1024 * 1024;

export class Connection {
  config: OneContext;
  readonly #exec: ExecSource | null;
  readonly #env: Record<string, string | undefined>;
  readonly #now: () => number;

  constructor(config: OneContext, env: Record<string, string | undefined>, now: () => number = Date.now) {
    this.config = config;
    this.#env = env;
    this.#now = now;
    const { exec } = config.users[0].user;
    this.#exec = exec ? new ExecSource(exec, config.clusters[0].cluster, env) : null;
  }

  /** Milliseconds since 1970 at which the exec plugin's present credential ends; null where there is none or it does not say. */
  get execExpiresAt(): number | null {
    return this.#exec?.expiresAt ?? null;
  }

  /** The exec plugin's present token, for the redactor. */
  get execToken(): string | null {
    return this.#exec?.token ?? null;
  }

  /** kubectl writes a renewed OpenID token into the file; what lies there now is what the shell uses. */
  renewFrom(now: OneContext): void {
    const provider = now.users[0].user["auth-provider"];
    const [user] = this.config.users;
    if (provider !== undefined) this.config = { ...this.config, users: [{ ...user, user: { ...user.user, "auth-provider": provider } }] };
  }

  /** One request; JSON in and out. A refusal by the server is an answer, only silence and strangers are trouble. */
  async ask(method: "GET" | "POST", path: string, body?: unknown): Promise<Asked> {
    const ready = await this.kubeConfig();
    if (!ready.ok) return ready;
    const { server } = this.config.clusters[0].cluster;
    const url = new URL(server.replace(/\/+$/, "") + path);
    const options: https.RequestOptions = { method, headers: this.#headers(body !== undefined) };
    try {
      // No connection is kept: a proof goes to whoever answers there now.
      if (url.protocol === "http:") options.agent = false;
      else await ready.value.applyToHTTPSOptions(options);
    } catch (error) {
      return trouble("no-credential", `the credentials cannot be used (${scrub(String(error))})`);
    }
    const sentAt = this.#now();
    const asked = await send(url, options, body);
    if (!asked.ok) return asked;
    if (asked.value.status === 401) this.#exec?.forget();
    return { ok: true, value: { ...asked.value, sentAt, receivedAt: this.#now() } };
  }

  /** For watches: the client library's own configuration with the credential of this moment. */
  async kubeConfig(): Promise<{ ok: true; value: KubeConfig } | { ok: false; trouble: Trouble }> {
    const { cluster, name } = this.config.clusters[0];
    const { user, name: userName } = this.config.users[0];
    const { context } = this.config.contexts[0];
    const credential = await this.#credential();
    if (!credential.ok) return credential;
    const { token, certData, keyData } = credential.value;
    const proxy = cluster["proxy-url"] ?? proxyFor(cluster.server, this.#env);
    const caData = cluster["certificate-authority-data"];
    const isPlain = cluster.server.startsWith("http:");
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [
        {
          name,
          server: cluster.server,
          // The library refuses plain http (a local `kubectl proxy`) unless told that no certificate is expected.
          skipTLSVerify: isPlain || cluster["insecure-skip-tls-verify"] === true,
          ...(caData ? { caData } : {}),
          ...(cluster["tls-server-name"] ? { tlsServerName: cluster["tls-server-name"] } : {}),
          ...(proxy ? { proxyUrl: proxy } : {}),
        },
      ],
      users: [
        {
          name: userName,
          ...(token ? { token } : {}),
          ...(certData && keyData ? { certData, keyData } : {}),
          ...(user.username ? { username: user.username, password: user.password ?? "" } : {}),
          ...(user.as ? { impersonateUser: user.as } : {}),
        },
      ],
      contexts: [{ name: this.config["current-context"], cluster: name, user: userName, namespace: context.namespace }],
      currentContext: this.config["current-context"],
    });
    return { ok: true, value: config };
  }

  async #credential(): Promise<
    { ok: true; value: { token?: string; certData?: string; keyData?: string } } | { ok: false; trouble: Trouble }
  > {
    const { user } = this.config.users[0];
    if (this.#exec !== null) {
      const made = await this.#exec.credential(this.#now());
      if (!made.ok) return { ok: false, trouble: { kind: "no-credential", message: made.message } };
      const { token, certificate, key } = made.value;
      const base64 = (text: string) => Buffer.from(text).toString("base64");
      return {
        ok: true,
        value: { ...(token ? { token } : {}), ...(certificate && key ? { certData: base64(certificate), keyData: base64(key) } : {}) },
      };
    }
    const token = tokenOf(this.config);
    if (token === null)
      return trouble("no-credential", `the token file ${user.tokenFile} cannot be read. Log in again, or put the file back.`);
    const certData = user["client-certificate-data"];
    const keyData = user["client-key-data"];
    return { ok: true, value: { ...(token ? { token } : {}), ...(certData && keyData ? { certData, keyData } : {}) } };
  }

  #headers(hasBody: boolean): Record<string, string | string[]> {
    const { user } = this.config.users[0];
    const extra = Object.entries(user["as-user-extra"] ?? {}).map(([name, values]) => [
      `Impersonate-Extra-${encodeURIComponent(name)}`,
      values,
    ]);
    return {
      accept: "application/json",
      "user-agent": "holdpoint",
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...(user["as-groups"]?.length ? { "Impersonate-Group": user["as-groups"] } : {}),
      ...(user["as-uid"] ? { "Impersonate-Uid": user["as-uid"] } : {}),
      ...Object.fromEntries(extra),
    };
  }
}

/** The bearer token of this moment, "" for none, null when its file cannot be read. A token file wins over a token, as in client-go, because it is renewed. */
export function tokenOf(config: OneContext): string | null {
  const { user } = config.users[0];
  if (user.tokenFile) {
    try {
      return readFileSync(user.tokenFile, "utf8").trim();
    } catch {
      return user.token || null;
    }
  }
  return user.token ?? user["auth-provider"]?.config?.["id-token"] ?? user["auth-provider"]?.config?.["access-token"] ?? "";
}

const trouble = (kind: Trouble["kind"], message: string): { ok: false; trouble: Trouble } => ({ ok: false, trouble: { kind, message } });

/** OpenSSL's and Node's words for "not signed by the authority I was given" and "not this host". */
const STRANGER = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

const WORDS: Record<string, string> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  ENOTFOUND: "its name is not known to the name server",
  EAI_AGAIN: "the name server does not answer",
  ENETUNREACH: "there is no network to it",
  EHOSTUNREACH: "there is no way to it",
  ETIMEDOUT: "it does not answer",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; look at this machine's clock",
};

type Raw = { ok: true; value: Pick<Answer, "status" | "body" | "serverDate"> } | { ok: false; trouble: Trouble };

function send(url: URL, options: https.RequestOptions, body: unknown): Promise<Raw> {
  return new Promise((resolve) => {
    const done = (code: string, detail: string) => {
      if (STRANGER.has(code)) {
        resolve(trouble("stranger", `${url.host} answers with a certificate that this cluster's authority did not sign (${code})`));
      } else
        resolve(
          trouble("unreachable", `${url.host} cannot be reached: ${WORDS[code] ?? `${code || "error"} ${scrub(detail, 120)}`.trim()}`),
        );
    };
    const library = url.protocol === "https:" ? https : http;
    const request = library.request(url, options, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on("data", (part: Buffer) => {
        size += part.length;
        if (size > MAX_BODY) request.destroy(new Error("too long an answer"));
        else parts.push(part);
      });
      response.on("error", (error) => done((error as NodeJS.ErrnoException).code ?? "", error.message));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        const date = Date.parse(response.headers.date ?? "");
        resolve({
          ok: true,
          value: { status: response.statusCode ?? 0, body: jsonOrNull(text), serverDate: Number.isNaN(date) ? null : date },
        });
      });
    });
    // An end to the whole request, not only to silence: a server that drips bytes must not hold a step up.
    const timer = setTimeout(() => request.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), REQUEST_MS);
    request.on("close", () => clearTimeout(timer));
    request.on("error", (error) => done((error as NodeJS.ErrnoException).code ?? "", error.message));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page in HTML: the status tells enough
  }
}
