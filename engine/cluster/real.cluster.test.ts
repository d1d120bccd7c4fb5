import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { openTestCluster } from "../../build/control-plane/index.ts";
import type { ClusterName, WatchedObject } from "../protocol/index.ts";
import { type ClusterPin, createPin, identityKey, loadContexts, probeContext } from "./index.ts";

// Throws in CI when there is no cluster; outside CI it starts one, or is null where none was ever built.
const cluster = await openTestCluster();
const main = "main" as ClusterName;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-real-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cluster?.stop();
});

const contexts = (kubeconfig = cluster!.kubeconfig) =>
  loadContexts({ env: { PATH: process.env.PATH, KUBECONFIG: kubeconfig }, homeDir: folder, classOf: () => null });
async function pinTo(context: string, kubeconfig?: string, namespace?: string): Promise<ClusterPin> {
  const made = await createPin({
    loaded: contexts(kubeconfig),
    context,
    name: main,
    runtimeDir: join(folder, "run"),
    ...(namespace ? { namespace } : {}),
  });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}
const kubectl = async (kubeconfig: string, ...args: string[]) =>
  (await promisify(execFile)("kubectl", args, { env: { ...process.env, KUBECONFIG: kubeconfig } })).stdout;

async function poll<T>(ask: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await ask();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error(`never seen: ${what}`);
}

describe.runIf(cluster !== null)("on a real cluster", () => {
  it("a pin is proved, and kubectl in its shell is on that cluster", async () => {
    const pin = await pinTo(contexts().currentContext);
    expect(await pin.prove({ kubeconfig: pin.kubeconfigPath })).toMatchObject({
      state: "proved",
      differs: [],
      identity: { kubeSystemUid: pin.identity.kubeSystemUid },
    });
    const uid = await kubectl(pin.kubeconfigPath, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}");
    expect(uid).toBe(pin.identity.kubeSystemUid);
    await pin.dispose();
  });
});

describe.runIf(cluster?.hasOurContexts)("on the test control plane", () => {
  it("each context answers as what it is", async () => {
    const loaded = contexts();
    const probe = (name: string) => probeContext(loaded, name);
    expect(await probe("admin")).toMatchObject({
      reachable: true,
      version: expect.stringMatching(/^v1\./),
      identity: { strength: "full" },
      principal: { username: "admin", isShared: true },
      error: null,
    });
    expect(await probe("deployer")).toMatchObject({ identity: { strength: "full" }, principal: { username: "deployer", isShared: false } });
    expect(await probe("viewer")).toMatchObject({
      identity: { strength: "weak", kubeSystemUid: null },
      principal: { username: "viewer" },
      error: null,
    });
    const certificate = await probe("certificate");
    expect(certificate).toMatchObject({ principal: { username: "deployer-certificate", groups: expect.arrayContaining(["release"]) } });
    expect(Date.parse(certificate.credentialExpiry ?? "")).toBeGreaterThan(Date.now());
    expect(await probe("expired")).toMatchObject({ reachable: true, identity: null, error: expect.stringContaining("401") });
    expect(await probe("unreachable")).toMatchObject({ reachable: false, error: expect.stringContaining("nothing listens") });
    expect(await probe("broken")).toMatchObject({ reachable: false, error: expect.stringContaining("no-such-ca.crt") });
    expect(Math.abs((await probe("admin")).clockOffsetMs ?? Number.NaN)).toBeLessThan(5_000);
  });

  it("two clusters have two keys, and two people on one cluster have one", async () => {
    const loaded = contexts();
    const key = async (name: string) => identityKey((await probeContext(loaded, name)).identity!);
    expect(await key("admin")).toBe(await key("deployer"));
    expect(await key("other")).not.toBe(await key("admin"));
  });

  it("an old server's missing SelfSubjectReview is said in words", async () => {
    const { version, principal } = await probeContext(contexts(), "deployer");
    if (/^v1\.(?:1\d|2[0-6])\./.test(version ?? "")) expect(principal?.note).toContain("SelfSubjectReview");
    else expect(principal?.source).toBe("selfsubjectreview");
  });

  it("permissions are the server's own answer, for a namespace and for the cluster", async () => {
    const pin = await pinTo("deployer");
    const wanted = [
      "patch deployments.apps",
      "patch deploy",
      "get services -n core",
      "delete deployments.apps",
      "get services -n kube-system",
      "get nodes",
      "get namespaces/kube-system",
      "patch unicorns",
      "get /healthz",
    ];
    const found = await pin.permissions(wanted);
    expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      ...["ok permission", "ok permission", "ok permission", "blocker permission-missing", "blocker permission-missing"],
      ...["blocker permission-missing", "ok permission", "blocker permission-no-such-resource", "ok permission"],
    ]);
    await pin.dispose();
  });

  it("a step in the pinned shell cannot move to another cluster without being seen", async () => {
    const pin = await pinTo("deployer");
    await expect(kubectl(pin.kubeconfigPath, "config", "use-context", "other")).rejects.toThrow("no context exists");
    await kubectl(pin.kubeconfigPath, "config", "set-cluster", "main", "--server=https://other.test:6443");
    const check = await pin.prove({ kubeconfig: pin.kubeconfigPath });
    expect(check).toMatchObject({ state: "differs", differs: [expect.stringContaining("server is now https://other.test:6443")] });
    await pin.dispose();
  });

  it("a token is in no error text, whatever is asked", async () => {
    const text = readFileSync(cluster!.kubeconfig, "utf8");
    const { users } = parse(text) as { users: { user: { token?: string } }[] };
    const tokens = users.map(({ user }) => user.token).filter((token) => token !== undefined);
    expect(tokens.length).toBeGreaterThan(2);
    const loaded = contexts();
    const said = JSON.stringify(await Promise.all(loaded.entries.map(({ name }) => probeContext(loaded, name))));
    for (const token of tokens) expect(said).not.toContain(token);
  });

  it("an exec plugin's credential is used, by the engine and by kubectl", async () => {
    const config = parse(readFileSync(cluster!.kubeconfig, "utf8")) as { users: { name: string; user: Record<string, unknown> }[] };
    const deployer = config.users.find(({ name }) => name === "deployer")!;
    const answer = {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      kind: "ExecCredential",
      status: { token: deployer.user["token"], expirationTimestamp: "2099-01-01T00:00:00Z" },
    };
    writeFileSync(join(folder, "login"), `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`, { mode: 0o755 });
    deployer.user = { exec: { apiVersion: answer.apiVersion, command: "./login", interactiveMode: "IfAvailable" } };
    const path = join(folder, "exec-config");
    writeFileSync(path, JSON.stringify(config));
    const pin = await pinTo("deployer", path);
    expect(pin).toMatchObject({ principal: { username: "deployer" }, expiry: "2099-01-01T00:00:00.000Z" });
    expect(pin.secretValues.map(({ value }) => value)).toContain(answer.status.token);
    expect(readFileSync(pin.kubeconfigPath, "utf8")).not.toContain(answer.status.token);
    expect(await kubectl(pin.kubeconfigPath, "get", "service", "api", "-o", "name")).toContain("service/api");
    await pin.dispose();
  });

  it("a kubeconfig's proxy is used, for questions and for watches", async () => {
    let tunnels = 0;
    const proxy = createHttpServer((_request, response) => response.writeHead(403).end());
    proxy.on("connect", (request, near, head: Buffer) => {
      tunnels += 1;
      const far = connect(Number(request.url?.split(":")[1]), "127.0.0.1", () => {
        near.write("HTTP/1.1 200 Connection established\r\n\r\n");
        far.write(head);
        far.pipe(near).pipe(far);
      });
      for (const [from, into] of [
        [near, far],
        [far, near],
      ] as const)
        from.on("error", () => into.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const config = parse(readFileSync(cluster!.kubeconfig, "utf8")) as { clusters: { name: string; cluster: Record<string, unknown> }[] };
    config.clusters.find(({ name }) => name === "main")!.cluster["proxy-url"] =
      `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
    const path = join(folder, "proxy-config");
    writeFileSync(path, JSON.stringify(config));
    const pin = await pinTo("deployer", path);
    const asked = tunnels;
    expect(asked).toBeGreaterThan(0);
    let state = "";
    const watch = pin.watch((_objects, is) => {
      state = is;
    });
    await poll(() => (state === "live" ? true : undefined), "the picture through the proxy");
    expect(tunnels).toBeGreaterThan(asked);
    watch.stop();
    await pin.dispose();
    proxy.closeAllConnections();
    proxy.close();
  });

  describe("behind a connection that can be cut", () => {
    let line: Line;
    let namespace: string;
    let path: string;
    const servers = () => {
      const { clusters } = parse(readFileSync(cluster!.kubeconfig, "utf8")) as {
        clusters: { name: string; cluster: { server: string } }[];
      };
      return new Map(clusters.map((entry) => [entry.name, entry.cluster.server]));
    };

    beforeAll(async () => {
      line = await openLine(portOf(servers().get("main")!));
      const text = readFileSync(cluster!.kubeconfig, "utf8").replaceAll(servers().get("main")!, `https://127.0.0.1:${line.port}`);
      path = join(folder, "line-config");
      writeFileSync(path, text);
      namespace = `watch-${Date.now().toString(36)}`;
      await kubectl(cluster!.kubeconfig, "--context=admin", "create", "namespace", namespace);
    });
    afterAll(async () => {
      await line.close();
      await kubectl(cluster!.kubeconfig, "--context=admin", "delete", "namespace", namespace, "--wait=false");
    });
    const admin = (...args: string[]) => kubectl(cluster!.kubeconfig, "--context=admin", "-n", namespace, ...args);

    it("unreachable is not different: the pin waits, and is proved again when the line is back", async () => {
      const pin = await pinTo("deployer", path);
      await line.cut();
      expect(await pin.prove({ kubeconfig: pin.kubeconfigPath })).toMatchObject({ state: "unreachable", differs: [] });
      await line.mend();
      expect((await pin.prove({ kubeconfig: pin.kubeconfigPath })).state).toBe("proved");
      await pin.dispose();
    });

    it("another server at the same address is a stranger, and gets no credentials", async () => {
      const pin = await pinTo("deployer", path);
      await line.cut();
      await line.mend(portOf(servers().get("other")!));
      const check = await pin.prove({ kubeconfig: pin.kubeconfigPath });
      expect(check).toMatchObject({
        state: "differs",
        differs: [expect.stringContaining("certificate that this cluster's authority did not sign")],
      });
      await line.cut();
      await line.mend(portOf(servers().get("main")!));
      expect((await pin.prove({ kubeconfig: pin.kubeconfigPath })).state).toBe("proved");
      await pin.dispose();
    });

    it("a watch shows a roll-out, says when it is lost, and takes up the thread with what changed meanwhile", async () => {
      const pin = await pinTo("admin", path, namespace);
      let objects: WatchedObject[] = [];
      let state = "";
      const states: string[] = [];
      const watch = pin.watch((now, is) => {
        objects = now;
        state = is;
        if (states.at(-1) !== is) states.push(is);
      });
      const deployment = (name: string) => objects.find((object) => object.kind === "Deployment" && object.name === name);
      await poll(() => (state === "live" ? true : undefined), "the first picture");

      await admin("create", "deployment", "app-blue", "--image=registry.test/app:v1", "--replicas=2");
      await poll(() => (deployment("app-blue")?.state === "progress" ? true : undefined), "the roll-out under way");
      await poll(() => (deployment("app-blue")?.state === "ok" ? true : undefined), "the roll-out done");
      expect(deployment("app-blue")).toMatchObject({
        namespace,
        ready: 2,
        wanted: 2,
        colour: "blue",
        detail: expect.stringContaining("registry.test/app:v1"),
      });
      const pods = objects.filter(({ kind }) => kind === "Pod");
      expect(pods.map(({ owner, colour }) => [owner, colour])).toEqual([
        ["app-blue", "blue"],
        ["app-blue", "blue"],
      ]);
      expect(objects.some(({ kind, detail }) => kind === "Event" && detail.startsWith("ScalingReplicaSet"))).toBe(true);

      await line.cut();
      await poll(() => (state === "lost" ? true : undefined), "the loss");
      expect(deployment("app-blue")).toBeDefined(); // the last picture stays, marked as lost
      await admin("delete", "deployment", "app-blue");
      await admin("create", "deployment", "app-green", "--image=registry.test/app:v2");
      await line.mend();
      await poll(
        () => (state === "live" && deployment("app-green") && !deployment("app-blue") ? true : undefined),
        "what changed meanwhile",
      );
      expect(states).toEqual(["live", "lost", "live"].slice(-states.length));

      await admin("set", "image", "deployment/app-green", "*=registry.test/app:v3");
      await poll(() => (deployment("app-green")?.detail.includes(":v3") ? true : undefined), "a change after the loss");
      watch.stop();
      await pin.dispose();
    });

    it("a watch goes on where one kind of object is forbidden", async () => {
      await admin("create", "role", "few", "--verb=get,list,watch", "--resource=deployments.apps");
      await admin("create", "rolebinding", "few", "--role=few", "--user=viewer");
      await admin("create", "deployment", "seen", "--image=registry.test/app:v1", "--replicas=0");
      const pin = await pinTo("viewer", path, namespace);
      const watch = pin.watch((objects, state) => {
        seen = { objects, state };
      });
      let seen: { objects: WatchedObject[]; state: string } | undefined;
      await poll(
        () => (seen?.state === "live" && seen.objects.some(({ name, state }) => name === "seen" && state === "idle") ? true : undefined),
        "the deployment",
      );
      expect(seen?.objects.every(({ kind }) => kind === "Deployment")).toBe(true);
      watch.stop();
      await pin.dispose();
    });
  });
});

it("fails in CI when there is no cluster to test on", async () => {
  const { HOLDPOINT_TEST_KUBECONFIG: _given, ...env } = process.env;
  const script = `import {openTestCluster} from ${JSON.stringify(join(import.meta.dirname, "../../build/control-plane/index.ts"))}; await openTestCluster();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { env: { ...env, CI: "true" }, stdio: "ignore" });
  expect(await new Promise((resolve) => child.once("exit", resolve))).not.toBe(0);
});

const portOf = (server: string): number => Number(new URL(server).port);

type Line = { port: number; cut(): Promise<void>; mend(to?: number): Promise<void>; close(): Promise<void> };

/** A TCP relay on one port of its own that can be cut and led elsewhere. */
async function openLine(to: number): Promise<Line> {
  let target = to;
  let sockets: Socket[] = [];
  let server: Server | null = null;
  const listen = (port: number) =>
    new Promise<Server>((resolve, reject) => {
      const opened = createServer((near) => {
        const far = connect(target, "127.0.0.1");
        sockets.push(near, far);
        for (const [from, into] of [
          [near, far],
          [far, near],
        ] as const) {
          from.on("error", () => into.destroy());
          from.on("close", () => into.destroy());
          from.pipe(into);
        }
      });
      opened.once("error", reject);
      opened.listen(port, "127.0.0.1", () => resolve(opened));
    });
  server = await listen(0);
  const { port } = server.address() as { port: number };
  const cut = async () => {
    const closing = server;
    server = null;
    for (const socket of sockets) socket.destroy();
    sockets = [];
    if (closing) await new Promise((resolve) => closing.close(resolve));
  };
  return {
    port,
    cut,
    mend: async (next = target) => {
      target = next;
      server = await listen(port);
    },
    close: cut,
  };
}
