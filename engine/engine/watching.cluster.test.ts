// Runs on a real API server: what a step touches is watched, taken down before and after, printed where it differs, and verified.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mustKubectl, openTestCluster } from "../../build/control-plane/index.ts";
import { EXIT, verifyBundle } from "../export/verifiers/verify.mjs";
import type { PayloadOf } from "../protocol/index.ts";
import { type Bench, openBench, type RunBench, runbookOf } from "./testing.ts";

type Watched = PayloadOf<"cluster.watched">;
type Objects = { name: string; images: string[]; generation: number; observed: number; replicas: number; ready: number; says: string }[];
const cluster = await openTestCluster();
afterAll(() => cluster?.stop());

describe.skipIf(!cluster?.hasOurContexts)("a run on a cluster", () => {
  const namespace = `objects-${process.pid.toString(36)}`;
  const admin = (...args: string[]) => mustKubectl(cluster!.kubeconfig, ["--context=admin", "-n", namespace, ...args]);
  let bench: Bench;
  beforeAll(async () => {
    await mustKubectl(cluster!.kubeconfig, ["--context=admin", "create", "namespace", namespace]);
    await admin("create", "deployment", "api", "--image=registry.test/api:v1", "--replicas=1");
    await admin("create", "deployment", "beside", "--image=registry.test/beside:v1", "--replicas=0");
    await admin("create", "service", "clusterip", "api", "--tcp=80");
    bench = await openBench({ home: mkdtempSync(join(tmpdir(), "hp-objects-")), env: { KUBECONFIG: cluster!.kubeconfig } });
  }, 60_000);
  afterAll(async () => {
    await bench?.remove();
    await mustKubectl(cluster!.kubeconfig, ["--context=admin", "delete", "namespace", namespace, "--wait=false"]);
  });
  const start = (steps: Record<string, string>) =>
    bench.start(runbookOf(steps, "", true), { contexts: { main: "admin" } as never, namespace });
  const taken = async (run: RunBench, step: string) =>
    (await run.events("cluster.objects")).filter(({ body }) => body.subject.step === step).map(({ body }) => body);

  it("takes down what a step touches before its command and after its end, and both verifiers take the bundle", {
    timeout: 120_000,
  }, async () => {
    const run = await start({
      roll: "kubectl set image deployment/api '*=registry.test/api:v2'\nkubectl rollout status deployment/api --timeout=60s",
      turn: `kubectl patch service api --type=merge -p '{"spec":{"selector":{"app":"beside"}}}'`,
      script: "true",
    });
    for (const id of ["roll", "turn", "script"]) expect(await run.runStep(id)).toMatchObject({ verdict: "passed" });
    const order = (await run.events()).map(({ body }) =>
      body.type === "cluster.objects" ? `${String(body.data["when"])} ${body.subject.step} ${body.subject.attempt}` : body.type,
    );
    expect(order.indexOf("before roll 1")).toBeLessThan(order.indexOf("block.started"));
    expect(order.indexOf("after roll 1")).toBeGreaterThan(order.indexOf("block.ended"));
    expect(order.indexOf("after roll 1")).toBeLessThan(order.indexOf("step.ended"));

    const [before, after] = await taken(run, "roll");
    const [was] = before!.data["objects"] as Objects;
    const [is] = after!.data["objects"] as Objects;
    expect(before!.subject.cluster).toBe("main");
    expect(was).toMatchObject({ name: "api", images: ["registry.test/api:v1"], replicas: 1 });
    expect(is).toMatchObject({ name: "api", images: ["registry.test/api:v2"], generation: was!.generation + 1, ready: 1 });
    expect(is!.observed).toBe(is!.generation);
    const turned = (await taken(run, "turn")).map(({ data }) => (data["objects"] as Objects).map(({ says }) => says));
    expect(turned).toEqual([["selector app=api"], ["selector app=beside"]]);
    // Nothing is named: the namespace's deployments stand for it.
    expect((await taken(run, "script")).map(({ data }) => (data["objects"] as Objects).map(({ name }) => name))).toEqual([
      ["api", "beside"],
      ["api", "beside"],
    ]);
    await bench.call("run.finish", { run: run.run });

    const { log } = (await run.view()).header;
    const { path } = await bench.call("record.export", { log, format: "bundle" });
    const report = await verifyBundle(readFileSync(path));
    expect(report.problems).toEqual([]);
    const python = spawnSync("python3", [join(import.meta.dirname, "../export/verifiers/verify.py"), path], { encoding: "utf8" });
    expect([python.status, python.stdout]).toEqual([EXIT[report.verdict], expect.stringContaining(report.verdict)]);
    expect(python.stdout).not.toContain("NOT VERIFIED");
  });

  it("marks in the watch what the step names, and goes on to the next step's", { timeout: 120_000 }, async () => {
    const run = await start({ one: "kubectl get deployment api", two: "kubectl get deployment beside" });
    let last: Watched | undefined;
    const stop = bench.engine.subscribe((event, payload) => {
      if (event === "cluster.watched" && (payload as Watched).run === run.run) last = payload as Watched;
    });
    await bench.call("cluster.watch", { run: run.run, cluster: "main" as never });
    const marked = () => last?.objects.filter(({ touched, kind }) => touched && kind === "Deployment").map(({ name }) => name);
    for (const [id, name] of [
      ["one", "api"],
      ["two", "beside"],
    ] as const) {
      await run.runStep(id);
      await expect.poll(marked, { timeout: 20_000 }).toEqual([name]);
    }
    expect(last).toMatchObject({ state: "live", notes: [] });
    stop();
    await bench.call("run.abort", { run: run.run, reason: "done" });
  });
});

it("asks nothing and records nothing of objects where no cluster is", { timeout: 60_000 }, async () => {
  const bench = await openBench({ home: mkdtempSync(join(tmpdir(), "hp-objects-none-")) });
  const run = await bench.start(runbookOf({ a: "echo kubectl get deployment api" }));
  await run.runStep("a");
  expect(await run.events("cluster.objects")).toEqual([]);
  await bench.remove();
});
