// Two lanes on one real cluster: both read one pin, each through a shell of its own.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { openTestCluster } from "../../build/control-plane/index.ts";
import type { StepId } from "../protocol/index.ts";
import { type Bench, openBench } from "./testing.ts";

const cluster = await openTestCluster();
afterAll(() => cluster?.stop());
const sid = (id: string) => id as StepId;

describe.skipIf(!cluster?.hasOurContexts)("two lanes on one cluster", () => {
  let bench: Bench;
  beforeAll(async () => {
    const kubeconfig = cluster?.kubeconfig ?? "";
    bench = await openBench({ env: { KUBECONFIG: kubeconfig }, kubeconfig });
  });
  afterAll(() => bench?.remove());

  const step = (id: string, lane: string, text: string) =>
    `## ${id}\n\n<!-- step: {id: ${id}, lane: ${lane}} -->\n\n\`\`\`bash\n${text}\n\`\`\`\n\n`;
  const start = (body: string) =>
    bench.start(`---\ntitle: Two lanes\nreviewed: 2026-01-01\nrequires: {cluster: true}\n---\n\n${body}`, {
      contexts: { main: "admin" } as never,
    });

  it("proves each lane's shell for itself, and runs both to the end", async () => {
    const run = await start(step("a", "data", "kubectl get namespaces") + step("b", "traffic", "kubectl get nodes"));
    await bench.call("run.on", { run: run.run });
    await run.until("the end", (header) => header.nextAction.kind === "finish" && !header.runningOn);
    expect((await run.view()).steps.map(({ verdict }) => verdict)).toEqual(["passed", "passed"]);
    const proofs = (await run.events("cluster.checked")).map(({ body }) => `${body.subject.step} ${body.data.when} ${body.data.state}`);
    expect(proofs.sort()).toEqual(["a after proved", "a before proved", "b after proved", "b before proved"]);
    await bench.call("run.finish", { run: run.run });
  });

  it("holds both lanes when one moves the pin, and pins again only when the other's command has ended", { timeout: 120_000 }, async () => {
    const name = (
      parse(readFileSync(cluster!.kubeconfig, "utf8")) as { contexts: { name: string; context: { cluster: string } }[] }
    ).contexts.find((one) => one.name === "admin")!.context.cluster;
    const run = await start(
      step("a", "data", `kubectl config set-cluster ${name} --server=https://127.0.0.1:1`) +
        step("b", "traffic", `until test -e ${bench.folder}/go-b; do sleep 0.05; done`) +
        step("a2", "data", "kubectl get namespaces") +
        step("b2", "traffic", "kubectl get namespaces"),
    );
    await bench.call("run.step", { run: run.run, step: sid("b") });
    await bench.call("run.step", { run: run.run, step: sid("a") });
    await run.until("the hold", (header) => header.status === "held");
    expect(await run.step("a")).toMatchObject({ verdict: "unknown" });
    expect((await run.step("b")).status).toBe("running");
    await bench.call("run.judge", { run: run.run, step: sid("a"), outcome: "accepted", reason: "seen" });
    const refused = await bench.ask("run.resume", { run: run.run });
    expect(refused).toMatchObject({ ok: false, error: { code: "busy" } });
    expect(refused.ok ? "" : refused.error.message).toContain("lane traffic");
    bench.write("go-b", "");
    await expect.poll(async () => (await run.step("b")).status, { timeout: 30_000 }).toBe("done");
    // It ran on a pin that had been moved: its end is unknown too.
    expect(await run.step("b")).toMatchObject({ verdict: "unknown" });
    await bench.call("run.judge", { run: run.run, step: sid("b"), outcome: "accepted", reason: "seen" });
    await bench.call("run.resume", { run: run.run });
    await bench.call("run.on", { run: run.run });
    await run.until("the end", (header) => header.nextAction.kind === "finish" && !header.runningOn);
    expect([(await run.step("a2")).verdict, (await run.step("b2")).verdict]).toEqual(["passed", "passed"]);
    await bench.call("run.finish", { run: run.run });
  });
});
