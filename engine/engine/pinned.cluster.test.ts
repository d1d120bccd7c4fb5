// Runs on a real API server: nothing in a step or an rc file moves a run to another cluster.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { kubectl, mustKubectl, openTestCluster } from "../../build/control-plane/index.ts";
import { runtimeDirectory } from "../engine.ts";
import type { RunId } from "../protocol/index.ts";
import { type Bench, filesBelow, openBench, type RunBench, runBench, runbookOf } from "./testing.ts";

type Kubeconfig = {
  clusters: { name: string; cluster: { server: string } }[];
  users: { name: string; user: { token?: string } }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
};
const cluster = await openTestCluster();
afterAll(() => cluster?.stop());
const SERVER = "kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}{\"\\n\"}'";
const sid = (id: string) => id as never;

describe.skipIf(!cluster?.hasOurContexts)("a pinned run", () => {
  let bench: Bench;
  let config: Kubeconfig;
  let userHome = "";
  const serverOf = (context: string) => {
    const name = config.contexts.find((one) => one.name === context)?.context.cluster;
    return config.clusters.find((one) => one.name === name)?.cluster.server ?? "";
  };
  beforeAll(async () => {
    userHome = mkdtempSync(join(tmpdir(), "hp-user-"));
    // A copy: the rc file below writes into it, and other tests read the cluster's own at the same time.
    const kubeconfig = join(userHome, "kubeconfig");
    copyFileSync(cluster?.kubeconfig ?? "", kubeconfig);
    config = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
    // The rc file of somebody who works on another cluster all day.
    writeFileSync(
      join(userHome, ".bashrc"),
      `export KUBECONFIG=${kubeconfig}\nkubectl config use-context other >/dev/null 2>&1 || true\nexport KUBECONFIG=/tmp/elsewhere\n`,
    );
    writeFileSync(join(userHome, ".zshrc"), "export KUBECONFIG=/tmp/elsewhere\n");
    bench = await openBench({ env: { KUBECONFIG: kubeconfig, HOME: userHome }, kubeconfig });
  });
  afterAll(async () => {
    await bench?.remove();
    rmSync(userHome, { recursive: true, force: true });
  });

  const start = (steps: Record<string, string>, context = "admin", more = {}) =>
    bench.start(runbookOf(steps, "", true), { contexts: { main: context } as never, ...more });
  async function printed(run: RunBench, id: string): Promise<string> {
    const { header } = await run.view();
    const ended = (await run.events("block.ended")).filter((event) => event.body.subject.step === id).at(-1);
    const { cast } = await bench.call("record.recording", { log: header.log, seq: ended!.body.seq });
    // A line may come in pieces: what was printed is all of them together.
    const pieces = cast
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => JSON.parse(line) as [number, string, string]);
    return pieces.flatMap(([, kind, text]) => (kind === "o" ? [text] : [])).join("");
  }
  const done = (run: RunBench) => bench.call("run.abort", { run: run.run, reason: "done" });

  it("goes to the pinned cluster though an rc file says otherwise, and is proved before and after every step", async () => {
    const run = await start({ a: `${SERVER}\nkubectl get deployments -o name`, b: "kubectl config current-context" });
    expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
    expect(await run.runStep("b")).toMatchObject({ verdict: "passed" });
    expect(await printed(run, "a")).toContain(serverOf("admin"));
    expect(await printed(run, "b")).toContain("admin");
    const checks = (await run.events("cluster.checked")).map((event) => [
      event.body.subject.step,
      event.body.data.when,
      event.body.data.state,
    ]);
    expect(checks).toEqual(
      ["a", "b"].flatMap((id) => [
        [id, "before", "proved"],
        [id, "after", "proved"],
      ]),
    );
    const [pinned] = await run.events("cluster.pinned");
    expect(pinned!.body.data).toMatchObject({ name: "main", context: "admin", identity: { server: serverOf("admin"), strength: "full" } });
    const [ended] = await run.events("block.ended");
    expect(ended!.body.data).toMatchObject({ kubeconfig_ok: true });
    expect((await run.view()).header.clusters[0]).toMatchObject({ state: "proved", context: "admin" });
    await done(run);
  });

  for (const [name, command] of [
    ["kubectl config use-context", "kubectl config use-context other"],
    ["export KUBECONFIG", `export KUBECONFIG=${cluster?.kubeconfig}`],
    ["declare KUBECONFIG", `declare -g -x KUBECONFIG=${cluster?.kubeconfig}`],
    ["unset KUBECONFIG", "unset KUBECONFIG"],
  ] as const)
    it(`is not moved by ${name} in a step`, async () => {
      const run = await start({ a: `${command} || true\ntrue`, b: SERVER });
      const a = await run.runStep("a");
      if ((await run.view()).header.status === "held") {
        // It was moved, and that was seen: nothing runs before a person has looked and the cluster is pinned anew.
        expect(a).toMatchObject({ verdict: "unknown" });
        expect(a.because).toContain("KUBECONFIG");
        await bench.call("run.judge", { run: run.run, step: sid("a"), outcome: "accepted", reason: "seen" });
        await bench.call("run.resume", { run: run.run });
      } else if (a.verdict === "failed") await bench.call("run.skip", { run: run.run, step: sid("a"), reason: "it was refused" });
      expect(await run.runStep("b")).toMatchObject({ verdict: "passed" });
      expect(await printed(run, "b")).toContain(serverOf("admin"));
      await done(run);
    });

  it("holds when a step rewrites the pinned file, names what differs, and pins the same cluster again", async () => {
    const run = await start({
      a: `kubectl config set-cluster "$(kubectl config view -o jsonpath='{.clusters[0].name}')" --server=${serverOf("other")}`,
      b: SERVER,
    });
    const a = await run.runStep("a");
    expect(a).toMatchObject({ verdict: "unknown" });
    expect(a.because).toContain("differs after the step");
    expect(a.blocks[0]).toMatchObject({ verdict: "passed" });
    const { header } = await run.view();
    expect(header.status).toBe("held");
    expect(header.clusters[0]?.state).toBe("differs");
    await bench.call("run.judge", { run: run.run, step: sid("a"), outcome: "rejected", reason: "it must not do that" });
    await bench.call("run.resume", { run: run.run });
    await bench.call("run.skip", { run: run.run, step: sid("a"), reason: "not needed" });
    expect(await run.runStep("b")).toMatchObject({ verdict: "passed" });
    expect(await printed(run, "b")).toContain(serverOf("admin"));
    expect((await run.events("cluster.pinned")).map((event) => event.body.data.why)).toEqual(["chosen", "pinned again"]);
    await done(run);
  });

  it("blocks the step when something was typed by hand that moved the shell", async () => {
    const run = await start({ a: "true", b: SERVER });
    await run.runStep("a");
    const { id } = (await run.view()).header.terminals[0]!;
    const terminal = bench.engine.connectTerminal(id, { id: "test-window", door: "window", isReadOnly: false }, () => {});
    if (!terminal.ok) throw new Error(terminal.error.message);
    const name = config.contexts.find((one) => one.name === "admin")!.context.cluster;
    terminal.value.receive({ type: "input", data: `kubectl config set-cluster ${name} --server=${serverOf("other")}; echo typed\r` });
    await expect.poll(async () => (await run.events("input.typed")).length).toBe(1);
    await expect.poll(async () => (await bench.ask("run.step", { run: run.run, step: sid("b") })).ok, { timeout: 20_000 }).toBe(false);
    await run.until("the hold", (header) => header.status === "held");
    expect(await run.step("b")).toMatchObject({ status: "todo" });
    expect((await run.events("block.started")).filter((event) => event.body.subject.step === "b")).toEqual([]);
    await done(run);
  });

  it("keeps clusters apart by name, each with a shell of its own, and none for a step on none", async () => {
    const step = (id: string, on: string, text: string) =>
      `## ${id}\n\n<!-- step: {id: ${id}, on: ${on}} -->\n\n\`\`\`bash\n${text}\n\`\`\`\n\n`;
    const text = `---\ntitle: Two\nreviewed: 2026-01-01\nclusters: [main, dr]\nrequires: {cluster: true}\n---\n\n${step("a", "main", SERVER)}${step("b", "dr", SERVER)}${step("c", "none", 'test "$KUBECONFIG" = /dev/null')}`;
    const missing = await bench.ask("run.start", {
      path: bench.write("two.md", text),
      mode: "live",
      contexts: { main: "admin" } as never,
      params: {},
      placeholders: {},
    });
    expect(missing.ok ? "ok" : missing.error.code).toBe("not-ready");
    const run = await bench.start(text, { contexts: { main: "admin", dr: "other" } as never });
    await bench.call("run.on", { run: run.run });
    await run.until("the end", (header) => header.nextAction.kind === "finish");
    expect(await printed(run, "a")).toContain(serverOf("admin"));
    expect(await printed(run, "b")).toContain(serverOf("other"));
    expect((await run.view()).header.terminals.map((one) => one.cluster).sort()).toEqual(["dr", "main", "none"]);
    expect((await run.events("block.started")).map((event) => event.body.subject.cluster)).toEqual(["main", "dr", "none"]);
    await done(run);
  });

  it("finds a missing permission and a missing tool before the first step, all at once", async () => {
    const text = runbookOf({ a: "true" }, "", true).replace(
      "requires: {cluster: true}",
      'requires: {cluster: true, tools: [kubectl, no-such-tool], permissions: ["patch deployments.apps"]}',
    );
    const path = bench.write("needs.md", text);
    const request = { path, mode: "live" as const, contexts: { main: "viewer" } as never, params: {}, placeholders: {} };
    const findings = await bench.call("run.preflight", request);
    const blockers = findings.filter((one) => one.severity === "blocker").map((one) => one.subject);
    expect(blockers.join(" ")).toContain("no-such-tool");
    expect(blockers.join(" ")).toContain("deployments");
    for (const one of findings) if (one.severity !== "ok") expect([one.code, one.todo !== ""]).toEqual([one.code, true]);
    const refused = await bench.ask("run.start", request);
    expect(refused.ok ? "ok" : refused.error.code).toBe("not-ready");
    const { header } = await bench.call("run.start", { ...request, overrideReason: "the tool is not used tonight" });
    const run = runBench(bench, header.run);
    expect((await run.events("run.started"))[0]!.body.reason).toBe("the tool is not used tonight");
    await done(run);
  });

  it("refuses ended credentials and a cluster that is not there, with a code for each", async () => {
    const path = bench.write("plain.md", runbookOf({ a: "true" }, "", true));
    for (const [context, code] of [
      ["expired", "cluster-invalid"],
      ["unreachable", "cluster-unreachable"],
      ["nowhere", "not-found"],
    ] as const) {
      const answer = await bench.ask("run.start", {
        path,
        mode: "live",
        contexts: { main: context } as never,
        params: {},
        placeholders: {},
      });
      expect([context, answer.ok ? "ok" : answer.error.code]).toEqual([context, code]);
    }
  });

  it("holds when the credentials end in the night, and goes on only as the same principal", async () => {
    const main = cluster!.kubeconfig;
    const admin = (...args: string[]) => mustKubectl(main, ["--context", "admin", "-n", "core", ...args]);
    /** A log-in that ends with its account. */
    const logIn = async (account: string): Promise<void> => {
      const request = '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}';
      const file = join(userHome, "request.json");
      writeFileSync(file, request);
      const answer = JSON.parse(await admin("create", "--raw", `/api/v1/namespaces/core/serviceaccounts/${account}/token`, "-f", file)) as {
        status: { token: string };
      };
      const admins = config.contexts.find((one) => one.name === "admin")!.context;
      writeFileSync(
        join(userHome, "night"),
        stringify({
          ...config,
          users: [{ name: "night", user: { token: answer.status.token } }],
          contexts: [{ name: "night", context: { cluster: admins.cluster, user: "night", namespace: "core" } }],
          "current-context": "night",
        }),
      );
    };
    const night = async (account: string) => {
      await admin("create", "serviceaccount", account);
      await logIn(account);
    };
    await night("hp-night");
    const own = await openBench({ kubeconfig: join(userHome, "night"), env: { HOME: userHome } });
    try {
      const run = await own.start(runbookOf({ a: "echo a", b: "echo b" }, "", true), { contexts: { main: "night" } as never });
      await run.runStep("a");
      await admin("delete", "serviceaccount", "hp-night");
      // The server believes a token for some seconds after its account is gone.
      await expect
        .poll(async () => (await kubectl(join(userHome, "night"), ["get", "--raw", "/api"])).stderr, { timeout: 40_000, interval: 500 })
        .toContain("nauthorized");
      const asked = await own.ask("run.step", { run: run.run, step: sid("b") });
      expect(asked.ok ? "ok" : asked.error.code).toBe("cluster-invalid");
      const { header } = await run.view();
      expect(header).toMatchObject({ status: "held", clusters: [{ state: "expired" }] });
      expect(header.hold?.reason).toContain("expired");
      expect(await run.step("b")).toMatchObject({ status: "todo" });
      const tooEarly = await own.ask("run.resume", { run: run.run });
      expect(tooEarly.ok).toBe(false);
      // Somebody else's log-in in the same context: the cluster is the same, the person is not.
      await night("hp-other");
      const other = await own.ask("run.resume", { run: run.run });
      expect(other.ok ? "ok" : other.error.code).toBe("cluster-differs");
      expect(!other.ok && other.error.message).toContain("hp-other");
      expect((await run.view()).header.status).toBe("held");
      await night("hp-night");
      await own.call("run.resume", { run: run.run });
      expect(await run.runStep("b")).toMatchObject({ verdict: "passed" });
      await own.call("run.finish", { run: run.run });
    } finally {
      for (const account of ["hp-night", "hp-other"]) await admin("delete", "serviceaccount", account, "--ignore-not-found");
      await own.remove();
    }
  });

  it("a job has the pinned cluster in a copy of its own, which holds the run where the job rewrites it", async () => {
    const text = (command: string) => runbookOf({ a: command }, "", true).replace("```bash", "```bash {job=true capture=SEEN}");
    const begin = async (command: string) => {
      const run = await bench.start(text(command), { contexts: { main: "admin" } as never });
      await bench.call("run.step", { run: run.run, step: sid("a") });
      await expect.poll(async () => (await run.step("a")).status, { timeout: 60_000, interval: 50 }).toBe("done");
      return run;
    };
    const run = await begin(SERVER);
    const step = await run.step("a");
    expect([step.verdict, step.blocks[0]?.captured]).toEqual(["passed", serverOf("admin")]);
    expect((await run.events("cluster.checked")).map(({ body }) => [body.data["when"], body.data["state"]])).toEqual([
      ["before", "proved"],
      ["after", "proved"],
    ]);
    await done(run);
    const moved = await begin("kubectl config set-context --current --namespace elsewhere\necho moved");
    const after = await moved.step("a");
    expect(after.verdict).toBe("unknown");
    expect(after.because).toContain("differs after the step");
    expect((await moved.view()).header.status).toBe("held");
    await done(moved);
  });

  it("guards production: typed at the start, run-on off until armed, danger typed again, no rehearsal", async () => {
    await bench.call("cluster.classify", { context: "other", class: "production" });
    const text = `${runbookOf({ a: "true", b: "true" }, "", true)}\n## d\n\n<!-- step: {id: d} -->\n\n\`\`\`bash {danger=true}\ntrue\n\`\`\`\n`;
    const path = bench.write("production.md", text);
    const request = { path, mode: "live" as const, contexts: { main: "other" } as never, params: {}, placeholders: {} };
    for (const typedCluster of [undefined, "othr"]) {
      const answer = await bench.ask("run.start", { ...request, ...(typedCluster ? { typedCluster } : {}) });
      expect(answer.ok ? "ok" : answer.error.code).toBe("confirmation-needed");
    }
    const rehearsal = await bench.ask("run.start", { ...request, mode: "rehearsal", typedCluster: "other" });
    expect(rehearsal.ok ? "ok" : rehearsal.error.code).toBe("not-ready");
    const { header } = await bench.call("run.start", { ...request, typedCluster: "other" });
    const run = runBench(bench, header.run);
    expect(header.clusters[0]?.class).toBe("production");
    const off = await bench.ask("run.on", { run: run.run });
    expect(off.ok ? "ok" : off.error.code).toBe("confirmation-needed");
    await bench.call("run.arm", { run: run.run, typed: "other" });
    await bench.call("run.on", { run: run.run });
    const at = await run.until("the danger", (one) => one.nextAction.step === "d" && !one.runningOn);
    expect(at.nextAction).toMatchObject({ kind: "run-step", typed: "other" });
    const untyped = await bench.ask("run.step", { run: run.run, step: sid("d") });
    expect(untyped.ok ? "ok" : untyped.error.code).toBe("confirmation-needed");
    expect(await run.runStep("d", { typed: "other" })).toMatchObject({ verdict: "passed" });
    await bench.call("run.finish", { run: run.run });
  });

  it("leaves the token in no file under the data directory, and the pinned file only while the run lives", async () => {
    const user = config.contexts.find((one) => one.name === "admin")!.context.user;
    const token = config.users.find((one) => one.name === user)!.user.token!;
    const run = await start({
      a: `kubectl config view --raw; cat "$KUBECONFIG"; t="$(sed -n 's/.*"token": "\\(.*\\)".*/\\1/p' "$KUBECONFIG")"; test -n "$t"; printf '%s' "\${t:0:5}"; sleep 0.1; printf '%s\\n' "\${t:5}"`,
    });
    expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
    const runtime = runtimeDirectory(bench.home, { ...process.env, HOME: userHome });
    const pins = () => readdirSync(runtime).filter((name) => name.startsWith("pin-"));
    expect(pins()).toHaveLength(1);
    const file = join(runtime, pins()[0]!, "kubeconfig");
    expect(readFileSync(file, "utf8")).toContain(token);
    expect([statSync(file).mode & 0o777, statSync(join(runtime, pins()[0]!)).mode & 0o777]).toEqual([0o600, 0o700]);
    await bench.call("run.finish", { run: run.run });
    expect(pins()).toEqual([]);
    let files = 0;
    for (const { path, bytes } of filesBelow(bench.home)) {
      files += 1;
      expect([path, bytes.includes(token)]).toEqual([path, false]);
      expect([path, bytes.includes(Buffer.from(token).toString("base64"))]).toEqual([path, false]);
    }
    expect(files).toBeGreaterThan(3);
  });

  describe("behind a line that fails", () => {
    let line: Server;
    let port = 0;
    const sockets = new Set<Socket>();
    let far = 0;
    let own: Bench;
    const open = () =>
      new Promise<void>((resolve) => {
        line = createServer((near) => {
          const other = connect(far, "127.0.0.1");
          sockets.add(near).add(other);
          near.pipe(other).pipe(near);
          for (const socket of [near, other]) socket.on("error", () => socket.destroy());
        });
        line.listen(port, "127.0.0.1", () => {
          port = (line.address() as { port: number }).port;
          resolve();
        });
      });
    const cut = async () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await new Promise((resolve) => line.close(resolve));
    };
    let folder = "";
    beforeAll(async () => {
      far = Number(new URL(serverOf("admin")).port);
      await open();
      const moved = structuredClone(config);
      for (const one of moved.clusters) if (one.cluster.server === serverOf("admin")) one.cluster.server = `https://127.0.0.1:${port}`;
      folder = mkdtempSync(join(tmpdir(), "hp-line-"));
      writeFileSync(join(folder, "config"), stringify(moved), { mode: 0o600 });
      own = await openBench({ kubeconfig: join(folder, "config"), env: { HOME: userHome } });
    });
    afterAll(async () => {
      await own?.remove();
      for (const socket of sockets) socket.destroy();
      line.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it("waits while the cluster does not answer, and starts as soon as it does", async () => {
      const run = await own.start(runbookOf({ a: "echo a" }, "", true), { contexts: { main: "admin" } as never });
      await cut();
      // Answered while it waits: other commands on the run must get through meanwhile.
      expect((await own.call("run.step", { run: run.run, step: sid("a") })).nextAction.say).toBe("Waiting for cluster main");
      const busy = await own.ask("run.step", { run: run.run, step: sid("a") });
      expect(busy.ok ? "ok" : busy.error.code).toBe("busy");
      const header = await run.until("the wait", (one) => one.nextAction.say.startsWith("Waiting for cluster"));
      expect(header).toMatchObject({ status: "active", nextAction: { kind: "wait" } });
      expect(await run.events("block.started")).toEqual([]);
      await open();
      await run.idle();
      expect(await run.step("a")).toMatchObject({ verdict: "passed" });
      const states = (await run.events("cluster.checked")).map((event) => event.body.data.state);
      expect(states).toEqual(["unreachable", "proved", "proved"]);
      await own.call("run.finish", { run: run.run });
    });

    it("ends the wait on cancel, with nothing started", async () => {
      const run = await own.start(runbookOf({ a: "echo a" }, "", true), { contexts: { main: "admin" } as never });
      await cut();
      await own.call("run.step", { run: run.run, step: sid("a") });
      await own.call("run.cancel", { run: run.run });
      expect((await run.idle()).nextAction).toMatchObject({ kind: "blocked", step: "a", button: "Skip with a reason" });
      expect(await run.step("a")).toMatchObject({ status: "todo" });
      await open();
      // Asked again by itself, it is found to be there.
      await run.until("its answer", (header) => header.nextAction.kind === "run-step");
      await own.call("run.abort", { run: run.run, reason: "done" });
    });

    it("does not start on another cluster that answers at the same address", async () => {
      const run = await own.start(runbookOf({ a: "echo a" }, "", true), { contexts: { main: "admin" } as never });
      await cut();
      far = Number(new URL(serverOf("other")).port);
      await open();
      void own.ask("run.step", { run: run.run, step: sid("a") });
      await run.until("a stop", (one) => one.status === "held" || one.nextAction.say.startsWith("Waiting for cluster"));
      expect(await run.events("block.started")).toEqual([]);
      await own.call("run.abort", { run: run.run, reason: "done" });
      await cut();
      far = Number(new URL(serverOf("admin")).port);
      await open();
    });

    it("pins a run again after a restart, and asks that it be the same cluster", async () => {
      const run = await own.start(runbookOf({ a: "echo a", b: "echo b" }, "", true), { contexts: { main: "admin" } as never });
      await run.runStep("a");
      const id: RunId = run.run;
      const { home } = own;
      await own.close();
      own = await openBench({ home, kubeconfig: join(folder, "config"), env: { HOME: userHome } });
      const again = runBench(own, id);
      expect((await again.view()).header.status).toBe("held");
      await own.call("run.resume", { run: id });
      expect(await again.runStep("b")).toMatchObject({ verdict: "passed" });
      expect((await own.call("run.finish", { run: id })).result).toBe("passed");
    });
  });
});
