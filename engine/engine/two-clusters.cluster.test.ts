// Runs on two real clusters of which the first does not answer: from the start, or from the middle on. Two people are on the roster.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { openTestCluster } from "../../build/control-plane/index.ts";
import { madeTeam } from "../launch/testing.ts";
import { as, copyOf, passwordOf } from "../people/testing.ts";
import type { OperatorId, SignSubject } from "../protocol/index.ts";
import type { Caller } from "./access.ts";
import { type Bench, openBench, type RunBench, runBench } from "./testing.ts";

const cluster = await openTestCluster();
afterAll(() => cluster?.stop());
const sid = (id: string) => id as never;
const at = (id: string): Caller => ({ id: `window of ${id}`, door: "window", isReadOnly: false });

/** A line to a server that can be cut, and led to another server. */
async function openLine(port: number) {
  const sockets = new Set<Socket>();
  let to = port;
  let server: Server;
  let own = 0;
  const open = () =>
    new Promise<void>((resolve) => {
      server = createServer((incoming) => {
        const outgoing = connect(to, "127.0.0.1");
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
      server.listen(own, "127.0.0.1", () => {
        own = (server.address() as { port: number }).port;
        resolve();
      });
    });
  await open();
  return {
    port: own,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    mend: open,
    lead(other: number) {
      to = other;
    },
  };
}

describe.skipIf(!cluster?.hasOurContexts)("a run on two clusters, the first of them dead", () => {
  let bench: Bench;
  let folder = "";
  let line: Awaited<ReturnType<typeof openLine>>;
  let isCut = false;
  const cut = async () => {
    if (!isCut) await line.cut();
    isCut = true;
  };
  const mend = async () => {
    if (isCut) await line.mend();
    isCut = false;
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hp-two-"));
    type Named = { name: string; cluster: { server: string } };
    const config = parse(readFileSync(cluster!.kubeconfig, "utf8")) as { clusters: Named[]; users: unknown[] };
    const of = (name: string) => config.clusters.find((one) => one.name === name)!.cluster;
    line = await openLine(Number(new URL(of("main").server).port));
    writeFileSync(
      join(folder, "config"),
      JSON.stringify({
        ...config,
        clusters: [
          { name: "first", cluster: { ...of("main"), server: `https://127.0.0.1:${line.port}` } },
          { name: "second", cluster: of("other") },
        ],
        contexts: ["first", "second"].map((name) => ({ name, context: { cluster: name, user: "admin", namespace: "default" } })),
        "current-context": "first",
      }),
    );
    const home = await madeTeam();
    bench = await openBench({ home: copyOf(home), operator: false, kubeconfig: join(folder, "config") });
    rmSync(home, { recursive: true, force: true });
    for (const id of ["jon", "mira"]) await bench.call("people.signIn", { id: as(id), password: passwordOf(id) }, at(id));
    await bench.call("library.openFolder", { path: bench.folder }, at("jon"));
    await bench.call("library.trust", { folder: bench.folder, trusted: true }, at("jon"));
    for (const context of ["first", "second"]) await bench.call("cluster.classify", { context, class: "sandbox" }, at("jon"));
  }, 120_000);
  afterAll(async () => {
    await bench?.remove();
    await cut();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(mend);

  const step = (id: string, on: string, more = "") =>
    `## ${id}\n\n<!-- step: {id: ${id}, on: ${on}${more}} -->\n\n\`\`\`bash\nkubectl config current-context || true\n\`\`\`\n\n`;
  const TEXT = `---\ntitle: Fail over\nreviewed: 2026-01-01\nclusters: [primary, dr]\n---\n\n${step("fence", "primary")}${step("promote", "dr")}${step("tell", "none")}${step("clean", "primary")}`;
  const asJon = (): Bench => ({ ...bench, call: (method, params, caller = at("jon")) => bench.call(method, params, caller) });
  async function start(mode: "live" | "rehearsal" = "rehearsal", text = TEXT): Promise<RunBench> {
    const path = bench.write(`two-${mode}.md`, text);
    const contexts = { primary: "first", dr: "second" } as never;
    const way = mode === "live" ? {} : { rehearsal: { way: "sandbox" } as const };
    const { header } = await bench.call("run.start", { path, mode, ...way, contexts, params: {}, placeholders: {} }, at("jon"));
    return runBench(asJon(), header.run);
  }
  const clusters = async (run: RunBench) => (await run.view()).header.clusters.map(({ name, state }) => `${name} ${state}`);
  const over = (run: RunBench) => bench.call("run.abort", { run: run.run, reason: "done" }, at("jon"));
  async function sign(run: RunBench, id: string, subject: SignSubject, meaning: "approved" | "rejected" = "approved", reason?: string) {
    const shown = await bench.ask("signoff.prepare", { run: run.run, subject, meaning }, at("mira"));
    if (!shown.ok) return shown;
    const given = { ticket: shown.value.ticket, id: id as OperatorId, password: passwordOf(id) };
    return bench.ask("signoff.add", { ...given, ...(reason === undefined ? {} : { reason }) }, at("mira"));
  }

  it.each(["live", "rehearsal"] as const)(
    "starts %s, says that its steps wait, and goes on with the others in their order",
    async (mode) => {
      await cut();
      const path = bench.write(`two-${mode}.md`, TEXT);
      const contexts = { primary: "first", dr: "second" } as never;
      const findings = await bench.call("run.preflight", { path, mode, contexts, params: {}, placeholders: {} }, at("jon"));
      expect(findings.find(({ code }) => code === "cluster-away")).toMatchObject({ severity: "warning", subject: "cluster primary" });
      const run = await start(mode);
      expect(await clusters(run)).toEqual(["primary unreachable", "dr proved"]);
      const [pinned] = await run.events("cluster.pinned");
      expect(pinned!.body.data).toMatchObject({ name: "primary", context: "first", class: "sandbox", state: "unreachable" });
      expect((await run.view()).header.nextAction).toMatchObject({ kind: "run-step", step: "promote" });
      expect(await run.runStep("promote")).toMatchObject({ verdict: "passed" });
      expect(await run.runStep("tell")).toMatchObject({ verdict: "passed" });
      expect((await run.view()).header.nextAction).toMatchObject({
        kind: "blocked",
        step: "fence",
        say: "Step 1 waits for cluster primary (first)",
        button: "Skip with a reason",
      });
      await mend();
      await run.until("its answer", (header) => header.clusters[0]?.state === "proved");
      const told = (await run.events("cluster.pinned")).map(({ body }) => body.data.why);
      expect(told.at(-1)).toBe("it answers again: the same cluster as before");
      expect((await run.events("cluster.checked")).map(({ body }) => `${body.data.name} ${body.data.when} ${body.data.state}`)).toContain(
        "primary back proved",
      );
      expect(await run.runStep("fence")).toMatchObject({ verdict: "passed" });
      expect(await run.runStep("clean")).toMatchObject({ verdict: "passed" });
      expect((await run.view()).header.nextAction.kind).toBe("finish");
      await bench.call("run.finish", { run: run.run }, at("jon"));
    },
  );

  it("goes past a waiting step only with a reason and the signature of a second person", async () => {
    await cut();
    const run = await start();
    await bench.call("run.skip", { run: run.run, step: sid("fence"), reason: "the site is lost" }, at("jon"));
    expect(await run.step("fence")).toMatchObject({ status: "todo", skipProposed: { by: "Jon", reason: "the site is lost" } });
    const subject = (await run.step("fence")).skipProposed!.subject;
    expect(await sign(run, "jon", subject)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await sign(run, "mira", subject, "rejected", "we wait for it")).toMatchObject({ ok: true });
    expect((await run.step("fence")).skipProposed).toBeUndefined();
    await bench.call("run.skip", { run: run.run, step: sid("fence"), reason: "the site is lost for good" }, at("jon"));
    const again = (await run.step("fence")).skipProposed!.subject;
    expect(await sign(run, "mira", again)).toMatchObject({ ok: true });
    expect(await run.step("fence")).toMatchObject({ status: "done", verdict: "skipped", reason: "the site is lost for good" });
    expect((await run.step("fence")).because).toContain("asked for by Jon, signed by a second person");
    expect((await run.view()).header.nextAction).toMatchObject({ kind: "run-step", step: "promote" });
    await over(run);
  });

  it("forgets what was asked for once the cluster answers", async () => {
    await cut();
    const run = await start();
    await bench.call("run.skip", { run: run.run, step: sid("fence"), reason: "the site is lost" }, at("jon"));
    const { subject } = (await run.step("fence")).skipProposed!;
    await mend();
    await run.until("its answer", (header) => header.clusters[0]?.state === "proved");
    expect(await sign(run, "mira", subject)).toMatchObject({ ok: false, error: { code: "not-found" } });
    expect((await run.view()).header.nextAction).toMatchObject({ kind: "run-step", step: "fence" });
    await over(run);
  });

  it("lets the steps of a cluster wait that dies in the middle, and another one be started instead", async () => {
    const run = await start();
    expect(await run.runStep("fence")).toMatchObject({ verdict: "passed" });
    await bench.call("run.step", { run: run.run, step: sid("promote") }, at("jon"));
    await run.idle();
    await cut();
    const text = TEXT.replace(step("tell", "none"), "");
    const other = await start("rehearsal", text).catch((error: Error) => error.message);
    expect(typeof other).not.toBe("string");
    // Pressed all the same, it waits; what comes behind it can be started meanwhile.
    await bench.call("run.step", { run: run.run, step: sid("clean"), reason: "to see" }, at("jon"));
    expect((await run.view()).header.clusters[0]).toMatchObject({ state: "unreachable" });
    expect((await run.view()).header.nextAction).toMatchObject({ kind: "run-step", step: "tell" });
    expect(await run.runStep("tell")).toMatchObject({ verdict: "passed" });
    expect(await run.step("clean")).toMatchObject({ status: "todo" });
    await mend();
    await run.until("its answer", (header) => header.clusters[0]?.state === "proved");
    expect(await run.runStep("clean")).toMatchObject({ verdict: "passed" });
    await over(run);
    if (typeof other !== "string") await over(other);
  });

  it("holds where another cluster answers in its place", async () => {
    const first = await start();
    await over(first);
    await cut();
    const run = await start();
    expect(await clusters(run)).toEqual(["primary unreachable", "dr proved"]);
    const other = JSON.parse(readFileSync(join(folder, "config"), "utf8")) as { clusters: { cluster: { server: string } }[] };
    line.lead(Number(new URL(other.clusters[1]!.cluster.server).port));
    await mend();
    const header = await run.until("the hold", (one) => one.status === "held");
    expect(header.hold?.reason).toMatch(/Cluster primary answers again, and is another one/);
    await over(run);
    await cut();
    const main = parse(readFileSync(cluster!.kubeconfig, "utf8")) as { clusters: { name: string; cluster: { server: string } }[] };
    line.lead(Number(new URL(main.clusters.find((one) => one.name === "main")!.cluster.server).port));
  });

  it("does not start where none of its clusters answers", async () => {
    await cut();
    const path = bench.write("one.md", TEXT);
    const asked = { path, mode: "live" as const, contexts: { primary: "first" } as never, params: {}, placeholders: {} };
    expect(await bench.ask("run.start", asked, at("jon"))).toMatchObject({ ok: false, error: { code: "cluster-unreachable" } });
  });
});
