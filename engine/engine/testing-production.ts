// A production cluster whose every connection is counted, and the machine of an operator who has all the ways to it, for tests.
// Owns: the counting relay, a proxy that logs in for whoever asks, and the files of such an operator's home. Used by tests only.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { request } from "node:https";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { parse } from "yaml";

type Kubeconfig = {
  clusters: { name: string; cluster: { server: string; "certificate-authority-data": string } }[];
  users: { name: string; user: { token?: string } }[];
};

export type Production = {
  /** Kubeconfig with the contexts `sandbox` and `production`; production is current. */
  kubeconfig: string;
  /** The same production cluster by an exec plugin, in a file that nobody has told Holdpoint of. */
  plugin: string;
  /** Lines of the exec plugin's runs: who started it. */
  pluginRuns(): string[];
  /** TCP connections to production's address, and requests through the proxy. */
  reached(): number;
  forget(): void;
  port: number;
  proxy: number;
  token: string;
  ca: string;
  stop(): Promise<void>;
};

/** `source`: kubeconfig of the test control plane; its second API server is production here. */
export async function openProduction(source: string, folder: string): Promise<Production> {
  const config = parse(readFileSync(source, "utf8")) as Kubeconfig;
  const clusterOf = (name: string) => config.clusters.find((one) => one.name === name)!.cluster;
  const token = config.users.find((one) => one.name === "admin")!.user.token!;
  const [main, other] = [clusterOf("main"), clusterOf("other")];
  let reached = 0;
  const sockets = new Set<Socket>();
  const relay = createServer((incoming) => {
    reached += 1;
    const outgoing = connect(Number(new URL(other.server).port), "127.0.0.1");
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  const ca = Buffer.from(other["certificate-authority-data"], "base64").toString();
  // As `kubectl proxy` and the log-in proxies of companies do: whoever may speak to it is on production.
  const proxy = createHttpServer((asked, answer) => {
    reached += 1;
    const path = new URL(asked.url ?? "/", "http://production.test").pathname;
    const call = request(`${other.server}${path}`, { ca, headers: { authorization: `Bearer ${token}` } }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, { "content-type": answered.headers["content-type"] ?? "text/plain" });
      answered.pipe(answer);
    });
    call.on("error", () => answer.destroy());
    call.end();
  });
  proxy.on("connect", (_asked, socket) => {
    reached += 1;
    socket.destroy();
  });
  const ports = await Promise.all([relay, proxy].map(listen));
  const [port = 0, proxyPort = 0] = ports;
  const production = { server: `https://127.0.0.1:${port}`, "certificate-authority-data": other["certificate-authority-data"] };
  const file = (users: unknown[], contexts: [string, string, string][], current: string) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "sandbox", cluster: main },
        { name: "production", cluster: production },
      ],
      users,
      contexts: contexts.map(([name, cluster, user]) => ({ name, context: { cluster, user, namespace: "core" } })),
      "current-context": current,
    });
  mkdirSync(join(folder, ".kube"), { recursive: true });
  const kubeconfig = join(folder, ".kube", "config");
  const ran = join(folder, "plugin-runs");
  const script = join(folder, "log-in");
  writeFileSync(ran, "");
  writeFileSync(
    script,
    `#!/bin/sh\necho "in \${HOLDPOINT:-no} rehearsal shell" >>${ran}\nprintf '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"%s"}}' ${token}\n`,
  );
  chmodSync(script, 0o755);
  const exec = { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: script } };
  writeFileSync(
    kubeconfig,
    file(
      [
        { name: "admin", user: { token } },
        { name: "plugin", user: exec },
      ],
      [
        ["sandbox", "sandbox", "admin"],
        ["sandbox-plugin", "sandbox", "plugin"],
        ["production", "production", "admin"],
      ],
      "production",
    ),
  );
  const plugin = join(folder, "team.yaml");
  writeFileSync(plugin, file([{ name: "admin", user: exec }], [["production", "production", "admin"]], "production"));
  return {
    kubeconfig,
    plugin,
    pluginRuns: () =>
      readFileSync(ran, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
    reached: () => reached,
    forget() {
      reached = 0;
      writeFileSync(ran, "");
    },
    port,
    proxy: proxyPort,
    token,
    ca,
    async stop() {
      for (const socket of sockets) socket.destroy();
      proxy.closeAllConnections();
      await Promise.all([relay, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

const listen = (server: { listen(port: number, host: string, done: () => void): unknown; address(): unknown }): Promise<number> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));

/** The same text in a shell that nobody guards: what it reaches there is what a rehearsal keeps it from. */
export function inPlainShell(text: string, env: Record<string, string | undefined>, cwd: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", text], { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (said += data.toString()));
    child.on("close", () => resolve(said));
  });
}
