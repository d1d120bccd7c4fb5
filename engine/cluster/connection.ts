// Requests to one API server with one user's credentials, as a stand-alone kubeconfig names them.
// Owns: credentials into requests, and what kind of failure a failure is. Retries nothing and keeps no connection open.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { ExecSource } from "./exec-plugin.ts";
import { proxyFor } from "./proxy.ts";
import type { OneContext } from "./resolve.ts";
import { scrub } from "./scrub.ts";

/** `stranger`: somebody answers whose certificate the pinned authority did not sign, so it is not that cluster. */
export type Trouble = { kind: "unreachable" | "stranger" | "no-credential"; message: string };
export type Answer = { status: number; body: unknown; serverDate: number | null; sentAt: number; receivedAt: number };
export type Streamed = { ok: true; status: number; body: unknown } | { ok: false; trouble: Trouble };
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

  /** The token that the next request would carry, "" for none or when it cannot be had. */
  async bearer(): Promise<string> {
    const credential = await this.#credential();
    return credential.ok ? (credential.value.token ?? "") : "";
  }

  /** What a request would carry now; nothing of it where it cannot be had. */
  async given(): Promise<{ token?: string; certData?: string; keyData?: string }> {
    const credential = await this.#credential();
    return credential.ok ? credential.value : {};
  }

  /** kubectl writes a renewed OpenID token into the file; what lies there now is what the shell uses. */
  renewFrom(now: OneContext): void {
    const provider = now.users[0].user["auth-provider"];
    const [user] = this.config.users;
    if (provider !== undefined) this.config = { ...this.config, users: [{ ...user, user: { ...user.user, "auth-provider": provider } }] };
  }

  /** One request; JSON in and out. A refusal by the server is an answer, only silence and strangers are trouble. */
  async ask(method: "GET" | "POST", path: string, body?: unknown): Promise<Asked> {
    const ready = await this.#request(method, path, body !== undefined);
    if (!ready.ok) return ready;
    const sentAt = this.#now();
    const asked = await send(ready.value.url, ready.value.options, body);
    if (!asked.ok) return asked;
    if (asked.value.status === 401) this.#exec?.forget();
    return { ok: true, value: { ...asked.value, sentAt, receivedAt: this.#now() } };
  }

  /**
   * A GET whose answer goes on: `onLine` gets each line as it comes. Resolves when it ends, with the status (and trouble for a broken one);
   * `signal` ends it. `withinMs` bounds the whole of it.
   */
  async stream(path: string, withinMs: number, signal: AbortSignal, onLine: (line: string) => void): Promise<Streamed> {
    const ready = await this.#request("GET", path, false);
    if (!ready.ok) return ready;
    const streamed = await follow(ready.value.url, ready.value.options, withinMs, signal, onLine);
    if (streamed.ok && streamed.status === 401) this.#exec?.forget();
    return streamed;
  }

  async #request(
    method: string,
    path: string,
    hasBody: boolean,
  ): Promise<{ ok: true; value: { url: URL; options: https.RequestOptions } } | { ok: false; trouble: Trouble }> {
    const credential = await this.#credential();
    if (!credential.ok) return credential;
    const { cluster } = this.config.clusters[0];
    const { user } = this.config.users[0];
    const { token, certData, keyData } = credential.value;
    const url = new URL(cluster.server.replace(/\/+$/, "") + path);
    const headers = this.#headers(hasBody);
    // Credentials never go over a line without a certificate; a local `kubectl proxy` adds its own.
    if (url.protocol === "http:") return { ok: true, value: { url, options: { method, headers, agent: false } } };
    if (token) headers.authorization = `Bearer ${token}`;
    else if (user.username) headers.authorization = `Basic ${Buffer.from(`${user.username}:${user.password ?? ""}`).toString("base64")}`;
    const ca = cluster["certificate-authority-data"];
    const tls: https.RequestOptions = {
      ...(ca ? { ca: Buffer.from(ca, "base64") } : {}),
      ...(cluster["insecure-skip-tls-verify"] ? { rejectUnauthorized: false } : {}),
      ...(cluster["tls-server-name"] ? { servername: cluster["tls-server-name"] } : {}),
      ...(certData && keyData ? { cert: Buffer.from(certData, "base64"), key: Buffer.from(keyData, "base64") } : {}),
    };
    const proxy = cluster["proxy-url"] ?? proxyFor(cluster.server, this.#env);
    try {
      // No connection is kept: a proof goes to whoever answers there now.
      const agent = proxy === null ? false : await proxyAgent(proxy, cluster.server, tls);
      return { ok: true, value: { url, options: { method, headers, ...tls, agent } } };
    } catch (error) {
      return trouble("no-credential", `the proxy or the credentials cannot be used (${scrub(String(error))})`);
    }
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

  #headers(hasBody: boolean): http.OutgoingHttpHeaders {
    const { user } = this.config.users[0];
    const extra = Object.entries(user["as-user-extra"] ?? {}).map(([name, values]) => [
      `Impersonate-Extra-${encodeURIComponent(name)}`,
      values,
    ]);
    return {
      accept: "application/json",
      "user-agent": "holdpoint",
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...(user.as ? { "Impersonate-User": user.as } : {}),
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

function troubleOf(url: URL, error: Error): { ok: false; trouble: Trouble } {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (STRANGER.has(code))
    return trouble("stranger", `${url.host} answers with a certificate that this cluster's authority did not sign (${code})`);
  return trouble(
    "unreachable",
    `${url.host} cannot be reached: ${WORDS[code] ?? `${code || "error"} ${scrub(error.message, 120)}`.trim()}`,
  );
}

const noAnswer = () => Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });

function send(url: URL, options: https.RequestOptions, body: unknown): Promise<Raw> {
  return new Promise((resolve) => {
    const failed = (error: Error) => resolve(troubleOf(url, error));
    const request = (url.protocol === "https:" ? https : http).request(url, options, (response) => {
      readAll(response).then((text) => {
        const date = Date.parse(response.headers.date ?? "");
        resolve({
          ok: true,
          value: { status: response.statusCode ?? 0, body: jsonOrNull(text), serverDate: Number.isNaN(date) ? null : date },
        });
      }, failed);
    });
    // An end to the whole request, not only to silence: a server that drips bytes must not hold a step up.
    const timer = setTimeout(() => request.destroy(noAnswer()), REQUEST_MS);
    request.on("close", () => clearTimeout(timer));
    request.on("error", failed);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function follow(
  url: URL,
  options: https.RequestOptions,
  withinMs: number,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<Streamed> {
  return new Promise((resolve) => {
    const failed = (error: Error) => resolve(troubleOf(url, error));
    const request = (url.protocol === "https:" ? https : http).request(url, { ...options, signal }, (response) => {
      const status = response.statusCode ?? 0;
      if (status !== 200) {
        readAll(response).then((text) => resolve({ ok: true, status, body: jsonOrNull(text) }), failed);
        return;
      }
      let rest = "";
      response.setEncoding("utf8"); // characters cut between two pieces are put together again
      response.on("data", (piece: string) => {
        const lines = (rest + piece).split("\n");
        rest = lines.pop() ?? "";
        if (rest.length > MAX_BODY) request.destroy(new Error("too long a line"));
        for (const line of lines) if (line !== "") onLine(line);
      });
      response.on("error", failed);
      response.on("end", () => resolve({ ok: true, status, body: null }));
    });
    const timer = setTimeout(() => request.destroy(noAnswer()), withinMs);
    request.on("close", () => {
      clearTimeout(timer);
      failed(noAnswer()); // says nothing after an end that was seen
    });
    request.on("error", failed);
    request.end();
  });
}

async function readAll(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    size += (part as Buffer).length;
    if (size > MAX_BODY) throw new Error("too long an answer");
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** From the client library, which knows http, https and SOCKS proxies. Loaded only when a proxy is used: it takes a second. */
async function proxyAgent(proxyUrl: string, server: string, tls: https.RequestOptions): Promise<http.Agent> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "c", server, proxyUrl, skipTLSVerify: tls.rejectUnauthorized === false }, { name: "u" });
  const options: https.RequestOptions = { ...tls };
  await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
  if (!options.agent) throw new Error("no agent for this proxy");
  return options.agent as http.Agent;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page in HTML: the status tells enough
  }
}
