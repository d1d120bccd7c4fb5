// Runs on a real API server: nothing that a step leaves standing before kubectl takes the next step to another cluster.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestCluster } from "../../build/control-plane/index.ts";
import { type Bench, openBench, runbookOf } from "./testing.ts";

const cluster = await openTestCluster();
afterAll(() => cluster?.stop());
const sid = (id: string) => id as never;

describe.skipIf(!cluster?.hasOurContexts)("a run whose shell has something standing before kubectl", () => {
  let bench: Bench;
  let home = "";
  const kubeconfig = cluster?.kubeconfig ?? "";
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "hp-user-"));
    mkdirSync(join(home, "shim"));
    writeFileSync(join(home, "shim", "kubectl"), `#!/bin/sh\nKUBECONFIG=${kubeconfig} exec /usr/bin/kubectl --context other "$@"\n`);
    chmodSync(join(home, "shim", "kubectl"), 0o755);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  beforeEach(async () => {
    writeFileSync(join(home, ".bashrc"), "");
    bench = await openBench({ env: { KUBECONFIG: kubeconfig, HOME: home }, kubeconfig });
  });
  afterEach(() => bench?.remove());
  const start = (steps: Record<string, string>) => bench.start(runbookOf(steps, "", true), { contexts: { main: "admin" } as never });
  const shim = () => `export PATH=${home}/shim:$PATH`;

  it.each([
    ["a function", () => `kubectl() { command kubectl --kubeconfig ${kubeconfig} --context other "$@"; }`],
    ["an alias", () => `alias kubectl='kubectl --kubeconfig ${kubeconfig} --context other'`],
    ["a script on PATH", shim],
    ["a script on PATH, handed over to the next shell", () => `${shim()}\nexit 0`],
    ["a remembered place", () => `hash -p ${home}/shim/kubectl kubectl`],
  ] as const)("is held after the step that made %s, and goes on in a shell without it", async (_, command) => {
    const run = await start({ a: command(), b: "kubectl config current-context; type -t kubectl" });
    const a = await run.runStep("a");
    expect(a).toMatchObject({ verdict: "unknown" });
    expect(a.because).toMatch(/differs after the step: kubectl is .*--context chooses another context/);
    expect((await run.view()).header.status).toBe("held");
    await bench.call("run.judge", { run: run.run, step: sid("a"), outcome: "accepted", reason: "seen" });
    await bench.call("run.resume", { run: run.run });
    // The shell that follows one that has ended may still be opening for the step before.
    await expect.poll(async () => (await bench.ask("run.step", { run: run.run, step: sid("b") })).ok, { timeout: 20_000 }).toBe(true);
    await run.until("the end of b", (header) => header.nextAction.kind === "finish");
    expect(await run.step("b")).toMatchObject({ verdict: "passed", blocks: [{ verdict: "passed" }] });
    expect((await run.view()).header.clusters[0]).toMatchObject({ state: "proved", context: "admin" });
  });

  it("starts no step where an rc file has made it", async () => {
    writeFileSync(join(home, ".bashrc"), `alias kubectl='kubectl --context other'\n`);
    const run = await start({ a: "kubectl get pods" });
    await expect.poll(async () => (await bench.ask("run.step", { run: run.run, step: sid("a") })).ok, { timeout: 20_000 }).toBe(false);
    await run.until("the hold", (header) => header.status === "held");
    expect(await run.events("block.started")).toEqual([]);
    const [checked] = await run.events("cluster.checked");
    expect(checked!.body.data.differs).toEqual(["kubectl is an alias in this shell: --context chooses another context"]);
  });

  it("goes on where it chooses no cluster", async () => {
    writeFileSync(join(home, ".bashrc"), "alias k=kubectl\nsource <(kubectl completion bash)\nalias kprod='kubectl --context prod'\n");
    const run = await start({ a: 'kubectl() { echo "+ $*"; command kubectl "$@"; }', b: "k get namespaces -o name" });
    expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
    expect(await run.runStep("b")).toMatchObject({ verdict: "passed" });
  });
});
