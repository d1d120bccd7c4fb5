// A job on a real cluster whose engine is killed: found again, its cluster pinned and proved anew before its end counts.
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestCluster } from "../../build/control-plane/index.ts";
import { runtimeDirectory } from "../engine.ts";
import { RunId } from "../protocol/index.ts";
import { type Bench, openBench, runBench } from "./testing.ts";

const cluster = await openTestCluster();
afterAll(() => cluster?.stop());

describe.skipIf(!cluster?.hasOurContexts)("a job on a cluster", () => {
  const kubeconfig = cluster?.kubeconfig ?? "";
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ env: { KUBECONFIG: kubeconfig }, kubeconfig });
  });
  afterAll(async () => {
    await bench?.remove();
    if (bench) rmSync(`${runtimeDirectory(bench.home, process.env)}-jobs`, { recursive: true, force: true });
  });

  it("is attached again after kill -9 of the engine, still on its cluster, and counts once that is proved", {
    timeout: 120_000,
  }, async () => {
    const [begun, go] = [join(bench.folder, "begun"), join(bench.folder, "go")];
    const path = bench.write(
      "job.md",
      `---\ntitle: Job\nreviewed: 2026-01-01\nrequires: {cluster: true}\n---\n\n## Long\n\n<!-- step: {id: long} -->\n\n\`\`\`bash {job=true capture=SEEN}\ntouch ${begun}\nuntil test -e ${go}; do sleep 0.05; done\nkubectl get namespace kube-system -o jsonpath='{.metadata.uid}'\n\`\`\`\n\n## Then\n\n<!-- step: {id: then, needs: [long]} -->\n\n\`\`\`bash\ntest -n "$SEEN"\nkubectl get namespace kube-system -o name\n\`\`\`\n`,
    );
    await bench.close();
    const child = spawn(process.execPath, [join(import.meta.dirname, "job-worker.ts"), bench.home, path, begun, "admin"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, HOME: `${bench.home}-user`, KUBECONFIG: kubeconfig },
    });
    const id = await new Promise<string>((resolve) =>
      createInterface({ input: child.stdout }).on("line", (line) => resolve((JSON.parse(line) as { run: string }).run)),
    );
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("close", resolve));
    bench = await openBench({ home: bench.home, env: { KUBECONFIG: kubeconfig }, kubeconfig });
    const run = runBench(bench, RunId.parse(id));
    expect((await run.step("long")).blocks[0]?.job).toMatchObject({ state: "running", attached: 1 });
    expect(existsSync(go)).toBe(false);
    bench.write("go", "");
    await expect.poll(async () => (await run.step("long")).status, { timeout: 60_000, interval: 20 }).toBe("done");
    const step = await run.step("long");
    expect([step.verdict, step.because]).toEqual(["passed", expect.any(String)]);
    const { header } = await run.view();
    const uid = header.clusters[0]?.identity?.kubeSystemUid;
    expect(uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(step.blocks[0]?.captured).toBe(uid);
    const proofs = (await run.events("cluster.checked")).filter(({ body }) => body.subject.step === "long");
    expect(proofs.map(({ body }) => `${body.data["when"]} ${body.data["state"]}`)).toEqual(["before proved", "after proved"]);
    expect((await run.events("cluster.pinned")).length).toBe(2);
    await bench.call("run.resume", { run: run.run });
    expect((await run.runStep("then")).verdict).toBe("passed");
  });
});
