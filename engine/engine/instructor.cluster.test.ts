// An instructor on a real cluster: its API cut off for a time by a relay, and a deployment scaled down, both put right again.
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestCluster } from "../../build/control-plane/index.ts";
import type { StepId } from "../protocol/index.ts";
import { type Bench, openBench } from "./testing.ts";

const cluster = await openTestCluster();
afterAll(() => cluster?.stop());
const sid = (id: string) => id as StepId;
const NAMESPACE = `instructor-${process.pid}`;

describe.skipIf(!cluster?.hasOurContexts)("an instructor on a cluster", () => {
  let bench: Bench;
  const kubectl = (...args: string[]): string =>
    execFileSync("kubectl", ["--kubeconfig", cluster!.kubeconfig, "--context", "admin", ...args], { encoding: "utf8" });
  const replicas = (): string => kubectl("--namespace", NAMESPACE, "get", "deployment/web", "--output", "jsonpath={.spec.replicas}");
  beforeAll(async () => {
    kubectl("create", "namespace", NAMESPACE);
    kubectl("--namespace", NAMESPACE, "create", "deployment", "web", "--image=web", "--replicas=2");
    bench = await openBench({ env: { KUBECONFIG: cluster!.kubeconfig }, kubeconfig: cluster!.kubeconfig });
    await bench.call("cluster.classify", { context: "admin", class: "sandbox" });
  });
  afterAll(async () => {
    await bench?.remove();
    if (cluster?.hasOurContexts) kubectl("delete", "namespace", NAMESPACE, "--wait=false");
  });

  const step = (id: string, text: string) => `## ${id}\n\n<!-- step: {id: ${id}} -->\n\n\`\`\`bash\n${text}\n\`\`\`\n\n`;
  const start = (scenario: string, body: string) => {
    bench.write("drill.scenario.yaml", scenario);
    return bench.start(`---\ntitle: Drill\nkind: runbook\nrequires: {cluster: true}\n---\n\n${body}`, {
      mode: "rehearsal",
      contexts: { main: "admin" } as never,
      rehearsal: { way: "sandbox", scenario: "drill.scenario.yaml" },
    });
  };

  it("lets nothing reach the API for its time: a step waits, and goes on when it is there again", { timeout: 90_000 }, async () => {
    const run = await start(
      "faults:\n  - {name: api, kind: cut, cluster: main, step: first, at: end, for: 6s}\n",
      step("first", `kubectl get namespace ${NAMESPACE} -o name`) + step("second", "kubectl get namespaces -o name | head -1"),
    );
    expect((await run.runStep("first")).verdict).toBe("passed");
    await bench.call("run.step", { run: run.run, step: sid("second") });
    await run.idle();
    expect((await run.step("second")).verdict).toBe("passed");
    const { log } = (await run.view()).header;
    const { rows } = await bench.call("record.events", { log, filter: { type: "cluster.checked" }, offset: 0, limit: 100 });
    expect(rows.some(({ what, step: at }) => at === "second" && what.includes("unreachable"))).toBe(true);
    // Its server is called what it is called, and the relay is no other cluster.
    expect((await run.view()).header.clusters[0]).toMatchObject({
      state: "proved",
      identity: { server: expect.stringContaining("127.0.0.1") },
    });
    await bench.call("run.finish", { run: run.run });
    const { faults } = await bench.call("run.debrief", { run: run.run });
    expect(faults).toMatchObject([{ state: "met", how: "real", cleared: { why: "its time was over" } }]);
  });

  it("scales a deployment down and, at the end, to what it was", { timeout: 90_000 }, async () => {
    const run = await start(
      `faults:\n  - {name: down, kind: scale-down, namespace: ${NAMESPACE}, workload: deployment/web, step: first}\n`,
      step("first", "true") + step("second", "true"),
    );
    await run.runStep("first");
    await expect.poll(replicas, { timeout: 30_000 }).toBe("0");
    await bench.call("run.abort", { run: run.run, reason: "enough" });
    expect(replicas()).toBe("2");
    const { faults } = await bench.call("run.debrief", { run: run.run });
    expect(faults).toMatchObject([{ state: "met", how: "real", cleared: { why: "the rehearsal ended, or Holdpoint was closed" } }]);
  });
});
