// What runs on a cluster, lost for real and recovered by its runbooks: an emptied namespace, and a control plane that is killed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Namespaces, openNamespaces } from "../../build/services/index.ts";
import { type Bench, openBench } from "./testing.ts";
import { openGround, releasesAlone, walk } from "./testing-procedures.ts";
import { HOUR, note, reckon } from "./testing-recovery.ts";
import { asked, checksum, failOver, GROUND, listed, openFirstSite, running, sandboxed } from "./testing-sites.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());
const SANDBOX = { way: "sandbox" } as const;
describe.skipIf(!cluster)("an emptied namespace", () => {
  let spaces: Namespaces;
  let bench: Bench;
  let kept = "";
  beforeAll(async () => {
    kept = mkdtempSync(join(tmpdir(), "hp-kept-"));
    spaces = await openNamespaces(cluster?.kubeconfig ?? "");
    bench = await openBench({ env: { KUBECONFIG: spaces.kubeconfig }, kubeconfig: spaces.kubeconfig });
    await sandboxed(bench, "primary");
  });
  afterAll(async () => {
    await bench?.remove();
    await spaces?.remove();
    rmSync(kept, { recursive: true, force: true });
  });
  const request = () => ({
    file: "recover/namespace-emptied.md",
    rehearsal: SANDBOX,
    contexts: { main: "primary" },
    params: { PURPOSE: "drill", KEPT: kept },
  });

  it("is emptied only where it says that it is ground for a drill", async () => {
    await expect(walk(bench, request())).rejects.toThrow(/Step 1\.1 failed/);
    expect((await running(spaces, "primary")).length).toBeGreaterThan(0);
  });

  it("comes back with pods Running; a change after the export is lost", async (test) => {
    await spaces.kubectl("primary", ["create", "-f", "-"], GROUND);
    await spaces.kubectl("primary", ["create", "configmap", "flags", "--from-literal=JOBS=1"]);
    const before = { sum: await checksum(spaces, "primary"), pods: await running(spaces, "primary") };
    expect(before.pods.length).toBeGreaterThan(0);
    const change = ["patch", "configmap", "flags", "--type=merge", "-p", '{"data":{"JOBS":"9"}}'];
    const seen: Record<string, unknown> = {};
    const walked = await walk(bench, {
      ...request(),
      before: {
        empty: () => spaces.kubectl("primary", change),
        declare: async () => {
          seen["objects"] = (await listed(spaces, "primary", "deployments.apps,services,ingresses.networking.k8s.io")).length;
          seen["pods"] = await running(spaces, "primary");
        },
      },
      sign: releasesAlone(bench),
    });
    expect(seen).toEqual({ objects: 0, pods: [] });
    const after = await running(spaces, "primary");
    expect(after.length).toBe(before.pods.length);
    expect(after.filter((uid) => before.pods.includes(uid))).toEqual([]);
    expect(await checksum(spaces, "primary")).toBe(before.sum);
    expect(await spaces.kubectl("primary", ["get", "configmap", "flags", "-o", "jsonpath={.data.JOBS}"])).toBe("1");
    await note(test, "Emptied namespace", await reckon(walked), 4 * HOUR, HOUR, `; ${after.length} pods Running anew, one change lost`);
  }, 120_000);

  it("comes back against an instructor who refuses the objects once and really scales a deployment down again", async () => {
    const before = await checksum(spaces, "primary");
    const size = ["get", "deployment", "api-blue", "-o", "jsonpath={.spec.replicas}"];
    let team: Promise<unknown> = Promise.resolve();
    const walked = await walk(bench, {
      ...request(),
      rehearsal: { ...SANDBOX, scenario: "namespace-emptied.scenario.yaml" },
      before: {
        pods: () => {
          team = (async () => {
            for (let look = 0; look < 100 && (await spaces.kubectl("primary", size)) !== "0"; look += 1)
              await new Promise((resolve) => setTimeout(resolve, 200));
            await spaces.kubectl("primary", ["scale", "deployment/api-blue", "--replicas=1"]);
          })();
        },
      },
      mends: {
        apply: (own) => bench.call("run.retry", { run: own.run, step: "apply" as never, reason: "the quota was raised" }),
        // The pods were there sooner than it came: then the comparison finds it.
        same: async (own) => {
          await team;
          await bench.call("run.retry", { run: own.run, step: "same" as never, reason: "scaled up again" });
        },
      },
      sign: releasesAlone(bench),
    });
    await team;
    expect(await checksum(spaces, "primary")).toBe(before);
    await reckon(walked);
    const debrief = await bench.call("run.debrief", { run: walked.own.run });
    expect(debrief.faults.map(({ name, state, how }) => ({ name, state, how }))).toEqual([
      { name: "quota", state: "met", how: "played" },
      { name: "scaled-down", state: "met", how: "real" },
    ]);
    expect(debrief.faults[0]?.deeds.map((deed) => deed.how)).toEqual(["retried"]);
    expect(debrief.faults.map(({ expected }) => expected)).not.toContain("");
  }, 120_000);
});

describe.skipIf(!cluster)("what ran on a cluster that is gone", () => {
  it("comes back on a second control plane after the first was killed in mid-run, and where it is gone from the start", async (test) => {
    const site = await openFirstSite();
    const spaces = await openNamespaces(cluster?.kubeconfig ?? "", { first: site.plane.kubeconfig });
    const bench = await openBench({ env: { KUBECONFIG: spaces.kubeconfig }, kubeconfig: spaces.kubeconfig });
    const kept = mkdtempSync(join(tmpdir(), "hp-kept-"));
    try {
      await sandboxed(bench, "primary", "dr");
      const before = { sum: await checksum(spaces, "primary"), pods: await running(spaces, "primary"), dr: await running(spaces, "dr") };
      expect([before.pods.length > 0, before.dr]).toEqual([true, []]);
      const walked = await walk(bench, {
        file: "recover/second-site.md",
        rehearsal: SANDBOX,
        contexts: { primary: "primary", dr: "dr" },
        params: { ...site.params(spaces), PURPOSE: "drill", KEPT: kept },
        before: {
          gone: async () => {
            await site.plane.kill();
            await site.first.stop();
          },
          declare: async () => {
            expect(await asked(site.front.url)).toBe("502");
            await expect(spaces.kubectl("primary", ["get", "pods"])).rejects.toThrow(/refused/);
          },
        },
        sign: releasesAlone(bench),
      });
      expect(await checksum(spaces, "dr")).toBe(before.sum);
      const after = await running(spaces, "dr");
      expect(after.length).toBe(before.pods.length);
      expect(await asked(site.front.url)).toBe("second site");
      // Earnest: the same with the first site gone from the start, and nothing left in the second.
      await spaces.kubectl("dr", ["delete", "deployments,services,ingresses,configmaps", "--all"]);
      const { view } = await walk(bench, {
        file: "recover/second-site.md",
        rehearsal: SANDBOX,
        contexts: { primary: "primary", dr: "dr" },
        params: { ...site.params(spaces), PURPOSE: "recover", KEPT: kept },
        mayLeaveOut: ["export", "before"],
        sign: releasesAlone(bench),
      });
      expect([view.header.result, await checksum(spaces, "dr")]).toEqual(["passed", before.sum]);
      const over = await failOver(walked.own);
      await note(
        test,
        "Second control plane",
        await reckon(walked),
        4 * HOUR,
        HOUR,
        `; ${after.length} pods Running there, fail-over ${over} ms of 30000`,
      );
    } finally {
      await bench.remove();
      await spaces.remove();
      await site.close();
      rmSync(kept, { recursive: true, force: true });
    }
  }, 300_000);
});
