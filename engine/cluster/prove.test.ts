import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClusterName } from "../protocol/index.ts";
import { loadContexts } from "./contexts.ts";
import { type FakeApi, KUBE_SYSTEM, namespaceWith, openFakeApi, REVIEW_V1 } from "./fake-api.ts";
import { WATCHED } from "./overlays.ts";
import { type ClusterPin, createPin } from "./pin.ts";
import type { Actual } from "./prove.ts";

const TOKEN = "s3cret-token-of-jane";
const main = "main" as ClusterName;
let home: string;
let api: FakeApi;
let pin: ClusterPin;

const answers = (uid: string, username: string) => ({
  [KUBE_SYSTEM]: namespaceWith(uid),
  [REVIEW_V1]: { status: 201, body: { status: { userInfo: { username, groups: [] } } } },
});
const context = (server: string) =>
  `clusters: [{name: c, cluster: {server: "${server}"}}]\nusers: [{name: jane, user: {token: ${TOKEN}}}]\ncontexts: [{name: x, context: {cluster: c, user: jane, namespace: core}}]\n`;
const contexts = () => loadContexts({ env: { KUBECONFIG: join(home, "config") }, homeDir: home, classOf: () => null });

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "hp-prove-"));
  api = await openFakeApi();
  api.plan(answers("uid-1", "jane"));
  writeFileSync(join(home, "config"), context(api.url));
  const made = await createPin({ loaded: contexts(), context: "x", name: main, runtimeDir: join(home, "run") });
  if (!made.ok) throw new Error(made.error.message);
  pin = made.value;
});
afterEach(async () => {
  await pin.dispose();
  await api.close();
  rmSync(home, { recursive: true, force: true });
  expect(api.unplanned).toEqual([]);
});

const here = () => ({ kubeconfig: pin.kubeconfigPath });

describe("a pin", () => {
  it("is a kubeconfig of its own with one context, for its owner alone, and is gone after dispose", async () => {
    const { mode } = statSync(pin.kubeconfigPath);
    expect(mode & 0o777).toBe(0o600);
    expect(statSync(join(pin.kubeconfigPath, "..")).mode & 0o777).toBe(0o700);
    const config = JSON.parse(readFileSync(pin.kubeconfigPath, "utf8"));
    expect([config.contexts.length, config.clusters.length, config.users.length, config["current-context"]]).toEqual([1, 1, 1, "x"]);
    await pin.dispose();
    expect(existsSync(join(pin.kubeconfigPath, ".."))).toBe(false);
  });

  it("is proved while shell, file, server and person are as they were", async () => {
    const check = await pin.prove(here());
    expect(check).toMatchObject({ state: "proved", differs: [], identity: { kubeSystemUid: "uid-1" }, principal: { username: "jane" } });
    expect(pin.view()).toMatchObject({ state: "proved", provedAt: check.at, context: "x" });
  });

  it("tells the redactor its token", () => {
    expect(pin.secretValues.map(({ value }) => value)).toContain(TOKEN);
  });

  it("follows the class that people set, as soon as they set it", async () => {
    let set: "production" | null = null;
    const loaded = loadContexts({ env: { KUBECONFIG: join(home, "config") }, homeDir: home, classOf: () => set });
    const made = await createPin({ loaded, context: "x", name: main, runtimeDir: join(home, "run") });
    if (!made.ok) throw new Error(made.error.message);
    expect(made.value.view().class).toBeNull();
    set = "production";
    expect(made.value.view().class).toBe("production");
    await made.value.dispose();
  });
});

describe("differs, in words, and asks no server", () => {
  async function differs(actual: Actual | null): Promise<string> {
    const before = api.requests.length;
    const check = await pin.prove(actual);
    expect(check.state).toBe("differs");
    expect(api.requests.length).toBe(before);
    const words = check.differs.join("\n");
    expect(words).not.toContain(TOKEN);
    return words;
  }

  it("when the shell's KUBECONFIG is another file, and says where that leads", async () => {
    const other = join(home, "other");
    writeFileSync(other, `${context("https://other.test")}current-context: x\n`);
    expect(await differs({ kubeconfig: other })).toContain(`KUBECONFIG is ${other} (context x, server https://other.test)`);
  });

  it("when it is not set, or a list with the pin in it", async () => {
    expect(await differs({ kubeconfig: null })).toContain("not set any more");
    expect(await differs({ kubeconfig: "" })).toContain("not set any more");
    expect(await differs({ kubeconfig: `/tmp/a:${pin.kubeconfigPath}` })).toContain("KUBECONFIG is /tmp/a:");
  });

  it("when an alias of the shell chooses another cluster, or a script has come before kubectl since the lane's first shell began", async () => {
    const files = (kubectl: string) =>
      WATCHED.commands.map((name) => ({ name, kind: "file" as const, text: name === "kubectl" ? kubectl : "" }));
    const resolved = (now: { name: string; kind: "file" | "alias"; text: string }[], first = files("/bin/true")) => ({
      ...here(),
      resolved: { lane: "bash", first, now },
    });
    const alias = { name: "kubectl", kind: "alias" as const, text: `kubectl --token ${TOKEN}` };
    expect(await differs(resolved([...files("/bin/true"), alias]))).toBe(
      "kubectl is an alias in this shell: --token chooses another identity",
    );
    const shim = join(home, "kubectl");
    writeFileSync(shim, "#!/bin/sh\nexec /other\n");
    // The shell that follows inherited the PATH: what it began with is no start.
    expect(await differs(resolved(files(shim), files(shim)))).toBe(`kubectl is now the script ${shim}; it was /bin/true`);
    expect((await pin.prove(resolved(files("/bin/true")))).state).toBe("proved");
  });

  it("not when it is another spelling of the same file", async () => {
    const link = join(home, "link");
    symlinkSync(pin.kubeconfigPath, link);
    expect((await pin.prove({ kubeconfig: link })).state).toBe("proved");
  });

  const rewrite = (
    change: (config: {
      clusters: { cluster: Record<string, unknown> }[];
      users: { user: Record<string, unknown> }[];
      contexts: { context: Record<string, unknown> }[];
    }) => void,
  ) => {
    const config = JSON.parse(readFileSync(pin.kubeconfigPath, "utf8"));
    change(config);
    writeFileSync(pin.kubeconfigPath, JSON.stringify(config));
  };

  it("when the pinned file has another server, namespace or token, naming the first two and not the third", async () => {
    rewrite((config) => {
      config.clusters[0]!.cluster["server"] = "https://evil.test";
    });
    expect(await differs(here())).toMatch(/server is now https:\/\/evil\.test, it was http:/);
    rewrite((config) => {
      config.clusters[0]!.cluster["server"] = api.url;
      config.contexts[0]!.context["namespace"] = "elsewhere";
    });
    expect(await differs(here())).toContain("namespace is now elsewhere, it was core");
    rewrite((config) => {
      config.contexts[0]!.context["namespace"] = "core";
      config.users[0]!.user["token"] = "another-secret";
    });
    const words = await differs(here());
    expect(words).toContain("users.jane.user.token was changed");
    expect(words).not.toContain("another-secret");
  });

  it("when the pinned file is gone or garbled", async () => {
    const text = readFileSync(pin.kubeconfigPath, "utf8");
    writeFileSync(pin.kubeconfigPath, "[");
    expect(await differs(null)).toContain("cannot be read any more");
    rmSync(pin.kubeconfigPath);
    expect(await differs(null)).toContain("is gone");
    writeFileSync(pin.kubeconfigPath, text);
    expect((await pin.prove(null)).state).toBe("proved");
  });

  const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
  const kubectl = (...args: string[]) =>
    promisify(execFile)("kubectl", args, { env: { PATH: process.env.PATH, HOME: home, KUBECONFIG: pin.kubeconfigPath } });

  it.runIf(hasKubectl || process.env.CI)("when kubectl itself rewrote it, but not when it only wrote the same in YAML", async () => {
    // One vendor's kubectl asks the server's version before it does anything.
    api.plan({ ...answers("uid-1", "jane"), "GET /version?timeout=5s": { status: 404 } });
    await kubectl("config", "use-context", "x");
    await kubectl("config", "set-cluster", "c", `--server=${api.url}`);
    expect((await pin.prove(here())).state).toBe("proved");
    await kubectl("config", "set-context", "y", "--cluster=c", "--user=jane");
    expect(await differs(here())).toContain("contexts.y");
    await kubectl("config", "use-context", "y");
    expect(await differs(here())).toContain("current-context is now y, it was x");
  });
});

describe("asks the server", () => {
  it("and differs when another cluster answers at the same address, or calls us another name", async () => {
    api.plan(answers("uid-2", "jane"));
    expect(await pin.prove(here())).toMatchObject({
      state: "differs",
      differs: [expect.stringContaining("UID of kube-system is uid-2; it was uid-1")],
    });
    api.plan(answers("uid-1", "john"));
    expect(await pin.prove(here())).toMatchObject({ state: "differs", differs: [expect.stringContaining("calls us john; it was jane")] });
    expect(pin.view().state).toBe("differs");
  });

  it("and differs when it may no longer see what proved it", async () => {
    api.plan({ ...answers("uid-1", "jane"), [KUBE_SYSTEM]: { status: 403 } });
    expect(await pin.prove(here())).toMatchObject({ state: "differs", differs: [expect.stringContaining("may not be read any more")] });
  });

  it("and is expired at 401, unreachable when it is gone, and proved again when it is back", async () => {
    api.plan({ [KUBE_SYSTEM]: { status: 401 }, [REVIEW_V1]: { status: 401 } });
    expect(await pin.prove(here())).toMatchObject({ state: "expired", differs: [], because: expect.stringContaining("401") });
    api.plan({
      [KUBE_SYSTEM]: { status: 503 },
      [REVIEW_V1]: { status: 503 },
      "POST /apis/authentication.k8s.io/v1/tokenreviews": { status: 503 },
    });
    expect(await pin.prove(here())).toMatchObject({ state: "unreachable", differs: [] });
    api.plan(answers("uid-1", "jane"));
    expect((await pin.prove(here())).state).toBe("proved");
  });
});

describe("cannot be made", () => {
  const make = async (name: string) => {
    const made = await createPin({ loaded: contexts(), context: name, name: main, runtimeDir: join(home, "run2") });
    expect(existsSync(join(home, "run2"))).toBe(false);
    return made.ok ? null : made.error;
  };

  it("of a context that is not there, and names those that are", async () => {
    expect(await make("y")).toMatchObject({ code: "not-found", message: expect.stringContaining("There are: x") });
  });

  it("of a broken one, with file and line", async () => {
    writeFileSync(join(home, "config"), "contexts: [{name: x, context: {cluster: gone, user: u}}]\n");
    expect(await make("x")).toMatchObject({ code: "cluster-invalid", message: expect.stringContaining("config:1") });
  });

  it("of one whose server is away, or refuses us, and writes nothing then", async () => {
    api.plan({ [KUBE_SYSTEM]: { status: 503 } });
    expect(await make("x")).toMatchObject({ code: "cluster-unreachable" });
    api.plan({ [KUBE_SYSTEM]: { status: 401 } });
    const refused = await make("x");
    expect(refused).toMatchObject({ code: "cluster-invalid", message: expect.stringContaining("401") });
    expect(refused?.message).not.toContain(TOKEN);
  });
});
