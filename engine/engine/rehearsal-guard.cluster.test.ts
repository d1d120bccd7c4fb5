// A rehearsal on one real cluster, with another real one classed production: whatever its shells try, production's address sees no connection.
// Each way is shown to lead there from a shell that nobody guards, so that none of these tests can pass for want of a way.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestCluster } from "../../build/control-plane/index.ts";
import { runtimeDirectory } from "../engine.ts";
import { type Bench, openBench, type RunBench, runBench, runbookOf } from "./testing.ts";
import { inPlainShell, openProduction, type Production } from "./testing-production.ts";

const cluster = await openTestCluster();
afterAll(() => cluster?.stop());
const sid = (id: string) => id as never;
/** Where a pod finds its token. Only root may put one there for the test; it is taken away again. */
const POD = "/var/run/secrets/kubernetes.io/serviceaccount";

const GET = "kubectl get namespaces -o name --request-timeout=5s";
/** Ways that no reading of a runbook finds, because they stand in a file that it calls. */
const WAYS: Record<string, (production: Production, home: string) => string> = {
  "KUBECONFIG in a command": (production) => `KUBECONFIG=${production.kubeconfig} bash -c '${GET}'`,
  "KUBECONFIG by env": (production) => `env KUBECONFIG=${production.plugin} ${GET}`,
  "no KUBECONFIG": (_, home) => `env -u KUBECONFIG HOME=${home} ${GET}`,
  // With the token of a pod where the test may put one there; without it nothing would be tried at all.
  ...(process.getuid?.() === 0
    ? {
        "in-cluster variables": (production: Production) =>
          `env -u KUBECONFIG HOME="$PWD/no-home" KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT=${production.port} kubectl get namespaces -o name`,
      }
    : {}),
  "an option": (production) => `kubectl --kubeconfig ${production.kubeconfig} --context production get namespaces`,
  "the program by its path": (production) => `KUBECONFIG=${production.kubeconfig} /usr/bin/kubectl get namespaces`,
  "a copy of the program": (production) =>
    `cp "$(command -v kubectl)" ./copied; KUBECONFIG=${production.kubeconfig} ./copied get namespaces`,
  "an exec plugin": (production) => `kubectl --kubeconfig=${production.plugin} get namespaces`,
  "a proxy that logs in": (production) =>
    `HTTP_PROXY=http://127.0.0.1:${production.proxy} kubectl --server=http://production.test get namespaces`,
  "an alias": (production) => `shopt -s expand_aliases\nalias kc='kubectl --kubeconfig ${production.kubeconfig}'\nkc get namespaces`,
  "a python program": (production) =>
    `python3 -c 'import subprocess; subprocess.run(["kubectl", "--kubeconfig", "${production.kubeconfig}", "get", "namespaces"])'`,
};

describe.skipIf(!cluster?.hasOurContexts)("a rehearsal in a sandbox", () => {
  let bench: Bench;
  let production: Production;
  let home = "";
  let env: Record<string, string>;
  let hasPod = false;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "hp-user-"));
    production = await openProduction(cluster!.kubeconfig, home);
    env = {
      HOME: home,
      KUBECONFIG: production.kubeconfig,
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String(production.port),
      HTTP_PROXY: `http://127.0.0.1:${production.proxy}`,
      AWS_PROFILE: "production",
      DEPLOY_TOKEN: production.token,
    };
    if (process.getuid?.() === 0 && !existsSync("/var/run/secrets")) {
      mkdirSync(POD, { recursive: true });
      writeFileSync(join(POD, "token"), production.token);
      writeFileSync(join(POD, "ca.crt"), production.ca);
      writeFileSync(join(POD, "namespace"), "core");
      hasPod = true;
    }
    bench = await openBench({ env, kubeconfig: production.kubeconfig });
    await bench.call("cluster.classify", { context: "sandbox", class: "sandbox" });
    await bench.call("cluster.classify", { context: "production", class: "production" });
  });
  afterAll(async () => {
    await bench?.remove();
    await production?.stop();
    rmSync(home, { recursive: true, force: true });
    if (hasPod) rmSync("/var/run/secrets", { recursive: true, force: true });
  });
  beforeEach(() => {
    rmSync(join(home, ".bashrc"), { force: true });
    production.forget();
  });

  const rehearse = (steps: Record<string, string>, context: string | null = "sandbox", shell = "bash") =>
    bench.start(runbookOf(steps, "", context !== null).replaceAll("```bash", `\`\`\`${shell}`), {
      mode: "rehearsal",
      rehearsal: { way: "sandbox" },
      contexts: (context === null ? {} : { main: context }) as never,
    });
  /** A text in a file: no reading of the runbook finds what is in it. */
  function script(name: string, text: string): string {
    const path = join(bench.folder, name);
    writeFileSync(path, `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }
  const attempts = async (run: RunBench) => (await run.events("rehearsal.attempt_blocked")).map(({ body }) => String(body.data.value));
  async function printed(run: RunBench, id: string): Promise<string> {
    const { header } = await run.view();
    const ended = (await run.events("block.ended")).filter((event) => event.body.subject.step === id).at(-1);
    const { cast } = await bench.call("record.recording", { log: header.log, seq: ended!.body.seq });
    return cast
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => JSON.parse(line) as [number, string, string])
      .flatMap(([, kind, text]) => (kind === "o" ? [text] : []))
      .join("");
  }
  const plain = (text: string, more: Record<string, string> = {}) =>
    inPlainShell(text, { PATH: process.env.PATH, HOME: home, ...more }, bench.folder);
  const over = (run: RunBench) => bench.call("run.abort", { run: run.run, reason: "done" });

  const everyWay = () =>
    Object.entries(WAYS).map(([name, way], index) => [name, script(`way-${index}.sh`, way(production, home))] as const);

  it("has ways to production in every one of these scripts, where nobody guards the shell", async () => {
    for (const [name, path] of everyWay()) {
      production.forget();
      await plain(path, { KUBECONFIG: "" });
      expect(`${name} ${production.reached() > 0}`).toBe(`${name} true`);
    }
  });

  it.each([
    ["its sandbox", "sandbox"],
    ["no cluster", null],
  ] as const)("lets no script past %s, by any of these ways, and names each", async (_, context) => {
    const ways = everyWay();
    const run = await rehearse(
      { ...Object.fromEntries(ways.map(([, path], index) => [`way-${index}`, `${path} || true`])), last: "kubectl config current-context" },
      context,
    );
    for (const [index, [name]] of ways.entries()) {
      await run.runStep(`way-${index}`);
      expect(`${name}: ${production.reached()}`).toBe(`${name}: 0`);
      const named = (await run.events("rehearsal.attempt_blocked")).filter(({ body }) => body.subject.step === `way-${index}`);
      expect(`${name}: ${named.map(({ body }) => `${body.data.how} ${body.data.value}`).join("; ")}`).toMatch(/: client kubectl: /);
    }
    expect(production.pluginRuns()).toEqual([]);
    await run.runStep("last");
    expect(await printed(run, "last")).toContain(context ?? "no-cluster");
    const [guarded] = await run.events("rehearsal.guarded");
    expect(guarded!.body.data).toMatchObject({
      files: "hidden",
      not_hidden: [],
      left_out: expect.arrayContaining(["AWS_PROFILE", "DEPLOY_TOKEN", "HTTP_PROXY", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"]),
    });
    await over(run);
  });

  it("refuses a step whose text names a way out, and says which, before any of it is run", async () => {
    const run = await rehearse({
      context: "touch ran\nkubectl --context production get namespaces",
      proxy: `export HTTPS_PROXY=http://127.0.0.1:${production.proxy}\nkubectl get namespaces`,
      pod: "cat /var/run/secrets/kubernetes.io/serviceaccount/token",
    });
    for (const [id, words] of [
      ["context", /--context chooses another context/],
      ["proxy", /HTTPS_PROXY sends the clients of a cluster through somebody else/],
      ["pod", /the token of a pod/],
    ] as const) {
      const refused = await bench.ask("run.step", { run: run.run, step: sid(id) });
      expect(refused).toMatchObject({ ok: false, error: { code: "forbidden", message: expect.stringMatching(words) } });
      await bench.call("run.skip", { run: run.run, step: sid(id), reason: "it would have left the rehearsal" });
    }
    expect(existsSync(join(bench.folder, "ran"))).toBe(false);
    expect(await run.events("block.started")).toEqual([]);
    const found = await run.events("rehearsal.attempt_blocked");
    expect(found.map(({ body }) => [body.subject.step, body.data.how])).toEqual([
      ["context", "text"],
      ["proxy", "text"],
      ["pod", "text"],
    ]);
    expect(production.reached()).toBe(0);
    await over(run);
  });

  it.each(["bash", "zsh", "fish"] as const)("is moved by no rc file of %s, and names what one set", async (shell) => {
    const set =
      shell === "fish"
        ? (name: string, value: string) => `set -gx ${name} ${value}`
        : (name: string, value: string) => `export ${name}=${value}`;
    const rc = [
      set("KUBECONFIG", production.kubeconfig),
      set("HTTPS_PROXY", `http://127.0.0.1:${production.proxy}`),
      set("CLOUD_TOKEN", "abc"),
      `kubectl --kubeconfig ${production.plugin} get namespaces >/dev/null 2>&1`,
    ].join("\n");
    mkdirSync(join(home, ".config", "fish"), { recursive: true });
    const file = { bash: ".bashrc", zsh: ".zshrc", fish: ".config/fish/config.fish" }[shell];
    writeFileSync(join(home, file), `${rc}\n`);
    const run = await rehearse(
      { a: "kubectl config current-context\nenv | grep -c -e PROXY -e CLOUD_TOKEN -e KUBERNETES_ -e AWS_ || true\necho $HOME" },
      "sandbox",
      shell,
    );
    expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
    const out = await printed(run, "a");
    expect(out).toMatch(/sandbox\r?\n0\r?\n/);
    expect(out).not.toContain(home);
    expect(production.reached()).toBe(0);
    expect(production.pluginRuns()).toEqual([]);
    const found = (await run.events("rehearsal.attempt_blocked")).map(({ body }) => `${body.data.how}: ${body.data.value}`).join("\n");
    expect(found).toContain(`rc file: KUBECONFIG was set to ${production.kubeconfig} by an rc file and set back`);
    expect(found).toContain("rc file: HTTPS_PROXY was set by an rc file and taken away again");
    expect(found).toContain("rc file: CLOUD_TOKEN was set by an rc file");
    expect(found).toContain("client: kubectl: ");
    await over(run);
    rmSync(join(home, file));
  });

  it("takes no context that is switched by hand, nor a pinned file that is written over", async () => {
    const run = await rehearse({ a: "true", b: "kubectl config current-context" });
    await run.runStep("a");
    const { id } = (await run.view()).header.terminals[0]!;
    const terminal = bench.engine.connectTerminal(id, { id: "test-window", door: "window", isReadOnly: false }, () => {});
    if (!terminal.ok) throw new Error(terminal.error.message);
    const server = `https://127.0.0.1:${production.port}`;
    const lines = [
      "kubectl config use-context production",
      `kubectl config set-cluster sandbox --server=${server}`,
      `kubectl --server ${server} --insecure-skip-tls-verify get namespaces`,
      `sed -i 's#server.*#server": "${server}",#' "$KUBECONFIG"; cp "$KUBECONFIG" x; echo '{}' >"$KUBECONFIG"`,
      "kubectl get namespaces",
    ];
    for (const [index, line] of lines.entries()) {
      terminal.value.receive({ type: "input", data: `${line}\r` });
      await expect.poll(async () => (await run.events("input.typed")).length, { timeout: 20_000 }).toBe(index + 1);
    }
    expect(production.reached()).toBe(0);
    const named = await attempts(run);
    expect(named).toEqual([
      "kubectl: config use-context rewrites the pinned kubeconfig",
      "kubectl: config set-cluster rewrites the pinned kubeconfig",
      `kubectl: --server names another cluster (${server})`,
    ]);
    expect(await run.runStep("b")).toMatchObject({ verdict: "passed" });
    expect((await run.view()).header.clusters[0]).toMatchObject({ state: "proved", context: "sandbox" });
    await over(run);
  });

  it("keeps a job inside that outlives whoever started it", async () => {
    const way = script("job.sh", `KUBECONFIG=${production.kubeconfig} ${GET}\nkubectl config current-context`);
    const text = runbookOf({ a: way }, "", true).replace("```bash", "```bash job=true");
    const path = bench.write("job.md", text);
    const { header } = await bench.call("run.start", {
      path,
      mode: "rehearsal",
      rehearsal: { way: "sandbox" },
      contexts: { main: "sandbox" } as never,
      params: {},
      placeholders: {},
    });
    const run = runBench(bench, header.run);
    expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
    expect(await printed(run, "a")).toContain("sandbox");
    expect(production.reached()).toBe(0);
    expect(await attempts(run)).toEqual([`kubectl: KUBECONFIG is ${production.kubeconfig}`]);
    await over(run);
  });

  it("shows none of the operator's credentials, nor those of a live run beside it", async () => {
    const live = await bench.start(runbookOf({ a: "true" }, "", true), {
      contexts: { main: "production" } as never,
      typedCluster: "production",
    });
    const runtime = runtimeDirectory(bench.home, { ...process.env, ...env });
    production.forget();
    const look = script(
      "look.sh",
      `cat ${home}/.kube/config ~/.kube/config ${production.kubeconfig} ${POD}/token ${runtime}/pin-*/* ${runtime}/*/pin-*/* 2>/dev/null
cat /proc/${process.pid}/environ /proc/${process.pid}/root${production.kubeconfig} /proc/*/root${production.kubeconfig} 2>/dev/null
ls ${runtime} | sed 's/^/runtime: /'
umount ${home}/.kube 2>/dev/null; nsenter -t ${process.pid} -m cat ${production.kubeconfig} 2>/dev/null; unshare -Urm umount ${home}/.kube 2>/dev/null
cat ${production.kubeconfig} 2>/dev/null; env`,
    );
    const run = await rehearse({ a: `${look} >${bench.folder}/seen 2>&1 || true` });
    await run.runStep("a");
    const seen = readFileSync(join(bench.folder, "seen"), "utf8");
    expect(seen).toContain("runtime: ");
    expect(seen.match(/runtime: pin-/g)).toHaveLength(1);
    expect(seen).not.toContain("engine.sock");
    expect(seen).not.toContain(String(production.port));
    // The sandbox's own credential is the one that it has.
    const own = seen.split(production.token).length - 1;
    expect(own).toBe(1);
    expect(production.reached()).toBe(0);
    await over(run);
    await over(live);
  });

  it("logs in by what the plugin of the sandbox gave, and runs the plugin in no shell", async () => {
    const run = await rehearse({ a: `kubectl get namespaces -o name\nkubectl config view | grep -c exec || true` }, "sandbox-plugin");
    expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
    expect(await printed(run, "a")).toMatch(/namespace\/kube-system[\s\S]*\n0\r?\n/);
    expect(new Set(production.pluginRuns())).toEqual(new Set(["in no rehearsal shell"]));
    expect((await run.view()).header.clusters[0]).toMatchObject({ state: "proved" });
    await over(run);
  });

  it("starts no process in a walk nor in a replay, whatever the text, the environment and the rc files say, and takes nothing typed", async () => {
    writeFileSync(join(home, ".bashrc"), `export KUBECONFIG=${production.kubeconfig}\ntouch ${bench.folder}/rc-ran\n`);
    const ways = everyWay();
    const path = bench.write(
      "played.md",
      runbookOf({ ...Object.fromEntries(ways.map(([, one], index) => [`way-${index}`, `touch ran; ${one} || true`])) }, "", true),
    );
    const contexts = { main: "production" } as never;
    const asked = { path, mode: "rehearsal" as const, contexts, params: {}, placeholders: {} };
    // What is replayed: a sandbox run of the same text, which left its traces.
    const began = await bench.call("run.start", { ...asked, contexts: { main: "sandbox" } as never, rehearsal: { way: "sandbox" } });
    const source = runBench(bench, began.header.run);
    await source.runStep("way-0");
    await over(source);
    for (const trace of ["ran", "rc-ran"]) rmSync(join(bench.folder, trace));
    production.forget();
    const walked = await bench.call("run.start", { ...asked, rehearsal: { way: "walk" } });
    const walk = runBench(bench, walked.header.run);
    for (const [index] of ways.entries()) {
      await bench.call("run.step", { run: walk.run, step: sid(`way-${index}`) });
      await bench.call("run.walked", { run: walk.run, step: sid(`way-${index}`), block: 0, outcome: "passed" });
      await walk.until("the end of the step", (header) => header.nextAction.step !== `way-${index}`);
    }
    const replayed = await bench.call("run.start", { ...asked, rehearsal: { way: "replay", source: source.run, speed: 0 } });
    const replay = runBench(bench, replayed.header.run);
    expect(await replay.runStep("way-0")).toMatchObject({ verdict: "passed" });
    for (const run of [walk, replay]) {
      for (const { id } of (await run.view()).header.terminals) {
        const terminal = bench.engine.connectTerminal(id, { id: "test-window", door: "window", isReadOnly: false }, () => {});
        if (terminal.ok) terminal.value.receive({ type: "input", data: `touch ran; ${ways[0]![1]}\r` });
      }
      expect(await run.events("shell.opened")).toEqual([]);
      expect(await run.events("cluster.pinned")).toEqual([]);
      expect(await run.events("input.typed")).toEqual([]);
      await over(run);
    }
    expect([existsSync(join(bench.folder, "ran")), existsSync(join(bench.folder, "rc-ran"))]).toEqual([false, false]);
    expect(production.reached()).toBe(0);
    expect(production.pluginRuns()).toEqual([]);
  });

  it("starts on no production and no staging cluster, nor on one of which nobody has said what it is, and asks production nothing", async () => {
    const ask = (context: string) =>
      bench.ask("run.start", {
        path: bench.write("refused.md", runbookOf({ a: "true" }, "", true)),
        mode: "rehearsal",
        rehearsal: { way: "sandbox" },
        contexts: { main: context } as never,
        params: {},
        placeholders: {},
        typedCluster: context,
        overrideReason: "we really want to",
      });
    expect(await ask("production")).toMatchObject({ ok: false, error: { message: expect.stringContaining("never runs on production") } });
    expect(production.reached()).toBe(0);
    await bench.call("cluster.classify", { context: "sandbox", class: "staging" });
    expect(await ask("sandbox")).toMatchObject({ ok: false, error: { message: expect.stringContaining("never runs on staging") } });
    await bench.call("cluster.classify", { context: "sandbox", class: "sandbox" });
  });

  it("starts no further step once somebody has called its cluster production", async () => {
    const run = await rehearse({ a: "true", b: "true" });
    await run.runStep("a");
    await bench.call("cluster.classify", { context: "sandbox", class: "production" });
    await expect.poll(async () => (await bench.ask("run.step", { run: run.run, step: sid("b") })).ok, { timeout: 20_000 }).toBe(false);
    await run.until("the hold", (header) => header.status === "held");
    expect((await run.step("b")).status).toBe("todo");
    await bench.call("cluster.classify", { context: "sandbox", class: "sandbox" });
    await over(run);
  });
});
