// Runs the log-in program of a kubeconfig user and takes the credential it prints, without ever letting it ask.
// Owns: the protocol of client.authentication.k8s.io ExecCredential, and the cache by expiry. Never writes a credential anywhere.
import { spawn } from "node:child_process";
import type { Cluster, ExecPlugin } from "./resolve.ts";
import { scrub } from "./scrub.ts";

export type ExecCredential = { token?: string; certificate?: string; key?: string; expiresAt: number | null };
/** `needs-person`: it would have to ask; the person logs in inside the terminal. */
export type ExecResult = { ok: true; value: ExecCredential } | { ok: false; code: "needs-person" | "failed"; message: string };

/** A cloud's log-in program starts a Python and asks a server; one that takes longer is waiting for a person. */
const PLUGIN_MS = 15_000;
/** A credential this close to its end is fetched anew, so that it does not end between the check and the step. */
const EARLY_MS = 10_000;
const MAX_OUTPUT = 1_000_000;

export class ExecSource {
  private readonly exec: ExecPlugin;
  private readonly cluster: Cluster;
  private readonly env: Record<string, string | undefined>;
  private cached: ExecCredential | null = null;
  private running: Promise<ExecResult> | null = null;

  constructor(exec: ExecPlugin, cluster: Cluster, env: Record<string, string | undefined>) {
    this.exec = exec;
    this.cluster = cluster;
    this.env = env;
  }

  /** `now`: wall clock, milliseconds. Two callers at once share one run of the program. */
  async credential(now: number): Promise<ExecResult> {
    if (this.cached !== null && (this.cached.expiresAt === null || this.cached.expiresAt - EARLY_MS > now))
      return { ok: true, value: this.cached };
    this.running ??= runPlugin(this.exec, this.cluster, this.env).finally(() => {
      this.running = null;
    });
    const result = await this.running;
    this.cached = result.ok ? result.value : null;
    return result;
  }

  /** The server refused it: the next call runs the program again. */
  forget(): void {
    this.cached = null;
  }

  get token(): string | null {
    return this.cached?.token ?? null;
  }

  get expiresAt(): number | null {
    return this.cached?.expiresAt ?? null;
  }
}

async function runPlugin(exec: ExecPlugin, cluster: Cluster, env: Record<string, string | undefined>): Promise<ExecResult> {
  const name = exec.command;
  if (exec.interactiveMode === "Always") {
    return {
      ok: false,
      code: "needs-person",
      message: `the log-in program ${name} always wants a terminal (interactiveMode: Always), and the engine's own checks never prompt. Log in where it can be asked, and set interactiveMode to IfAvailable.`,
    };
  }
  const info = {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    // client-go passes the cluster only where the kubeconfig asks for it.
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}) },
  };
  const own = Object.fromEntries((exec.env ?? []).map((variable) => [variable.name, variable.value]));
  const { code, stdout, stderr, why } = await run(exec, { ...env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) });
  if (code !== 0) {
    const words = scrub(stderr);
    return {
      ok: false,
      code: "needs-person",
      message: `the log-in program ${name} gave no credential without asking (${why ?? `exit ${code}`}${words === "" ? "" : `: ${words}`}). Log in, in the terminal, and try again.`,
    };
  }
  return credentialOf(name, stdout);
}

function credentialOf(name: string, stdout: string): ExecResult {
  const wrong = (what: string): ExecResult => ({
    ok: false,
    code: "failed",
    message: `the log-in program ${name} answered ${what}. Look at its version and its arguments.`,
  });
  let parsed: {
    kind?: unknown;
    status?: { token?: unknown; clientCertificateData?: unknown; clientKeyData?: unknown; expirationTimestamp?: unknown } | null;
  };
  try {
    parsed = JSON.parse(stdout);
  } catch {
    return wrong("with something that is no JSON");
  }
  const status = parsed?.status;
  if (parsed?.kind !== "ExecCredential" || typeof status !== "object" || status === null) return wrong("with no ExecCredential");
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const token = text(status.token);
  const certificate = text(status.clientCertificateData);
  const key = text(status.clientKeyData);
  if (token === undefined && (certificate === undefined || key === undefined)) return wrong("with neither a token nor a certificate");
  const expires = Date.parse(text(status.expirationTimestamp) ?? "");
  return {
    ok: true,
    value: {
      ...(token === undefined ? {} : { token }),
      ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
      expiresAt: Number.isNaN(expires) ? null : expires,
    },
  };
}

const clusterInfo = (cluster: Cluster) => ({
  server: cluster.server,
  ...(cluster["tls-server-name"] ? { "tls-server-name": cluster["tls-server-name"] } : {}),
  ...(cluster["insecure-skip-tls-verify"] ? { "insecure-skip-tls-verify": true } : {}),
  ...(cluster["certificate-authority-data"] ? { "certificate-authority-data": cluster["certificate-authority-data"] } : {}),
  ...(cluster["proxy-url"] ? { "proxy-url": cluster["proxy-url"] } : {}),
  config: null,
});

type Ran = { code: number | null; stdout: string; stderr: string; why: string | null };

function run(exec: ExecPlugin, env: Record<string, string | undefined>): Promise<Ran> {
  return new Promise((resolve) => {
    // No standard input and a session of its own: it has no terminal to ask on, and /dev/tty is not ours either.
    const child = spawn(exec.command, exec.args ?? [], { stdio: ["ignore", "pipe", "pipe"], env, detached: true });
    let stdout = "";
    let stderr = "";
    let why: string | null = null;
    const end = (reason: string) => {
      why = reason;
      try {
        process.kill(-child.pid!, "SIGKILL"); // its whole group: such programs are often scripts around others
      } catch {
        child.kill("SIGKILL"); // no group on this platform, or it has ended
      }
    };
    const timer = setTimeout(() => end(`no answer in ${PLUGIN_MS / 1000} s`), PLUGIN_MS);
    child.stdout.on("data", (data: Buffer) => {
      stdout += data.toString();
      if (stdout.length > MAX_OUTPUT) end("too much output");
    });
    child.stderr.on("data", (data: Buffer) => {
      if (stderr.length < 10_000) stderr += data.toString();
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ code: null, stdout, stderr, why: `could not be started (${(error as NodeJS.ErrnoException).code ?? error.message})` });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: why === null ? code : null, stdout, stderr, why });
    });
  });
}
