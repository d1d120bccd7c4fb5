import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findBinaries, kubectl, openTestCluster, requireBinaries, startControlPlane } from "./index.ts";

const root = join(import.meta.dirname, "..", "..");

it("throws in CI when no cluster was named, instead of skipping", async () => {
  await expect(openTestCluster({ CI: "true" })).rejects.toThrow("HOLDPOINT_TEST_KUBECONFIG");
});

it("starts nothing when a cluster of the tester's own is named", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hp-own-"));
  const own = join(folder, "config");
  writeFileSync(own, "contexts: [{name: mine, context: {cluster: c, user: u}}]\n");
  const plane = await startControlPlane({ dir: join(folder, "plane"), env: { HOLDPOINT_TEST_KUBECONFIG: own } });
  expect(plane).toMatchObject({ kubeconfig: own, contexts: ["mine"] });
  expect(existsSync(join(folder, "plane"))).toBe(false);
  rmSync(folder, { recursive: true });
});

it("says in one line what is missing and what to do where the programs were not built", () => {
  expect(() => requireBinaries(null)).toThrow(/^the test control plane's programs \(kube-apiserver,.*main\.ts build`, .*skipped\.$/);
  const built = { folder: "/built", version: "v1" };
  expect(requireBinaries(built)).toBe(built);
});

// Built by `npm test` before this. A person's own cluster needs none of it, but in CI nothing about the cluster is skipped: it fails.
describe.runIf(findBinaries() !== null || process.env.CI)("a control plane that was started from the command line", () => {
  let dir: string | null = null;
  let wrapper: ReturnType<typeof spawn>;
  let answer: { kubeconfig: string; contexts: string[] };

  beforeEach(() => void requireBinaries());
  beforeAll(async () => {
    if (findBinaries() === null) return; // each test says so
    dir = mkdtempSync(join(tmpdir(), "hp-plane-"));
    const { HOLDPOINT_TEST_KUBECONFIG: _given, ...env } = process.env;
    wrapper = spawn(process.execPath, ["build/node24.mjs", "build/control-plane/main.ts", "start", "--dir", dir], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    answer = JSON.parse(
      await new Promise<string>((resolve, reject) => {
        let text = "";
        wrapper.stdout!.on("data", (data: Buffer) => {
          text += data.toString();
          if (text.includes("\n")) resolve(text);
        });
        wrapper.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
      }),
    );
  });
  afterAll(() => dir !== null && rmSync(dir, { recursive: true, force: true }));

  const ask = (args: string[]) => kubectl(answer.kubeconfig, [...args, "--request-timeout=10s"]);

  it("has blue and green rolled out, and a second cluster that is another one", async () => {
    const ready = await ask([
      "-n",
      "core",
      "get",
      "deployments",
      "api-blue",
      "api-green",
      "-o",
      "jsonpath={.items[*].status.readyReplicas}",
    ]);
    expect(ready.stdout).toBe("3 3");
    const uid = (context: string) => ask(["--context", context, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"]);
    const [main, other] = [await uid("admin"), await uid("other")];
    expect(main.stdout).toMatch(/^[0-9a-f-]{36}$/);
    expect(other.stdout).toMatch(/^[0-9a-f-]{36}$/);
    expect(other.stdout).not.toBe(main.stdout);
  });

  it("gives each of its contexts the situation that its name says", async () => {
    const system = (context: string) => ask(["--context", context, "get", "namespace", "kube-system"]);
    expect((await system("deployer")).code).toBe(0);
    expect((await system("certificate")).code).toBe(0);
    expect((await system("viewer")).stderr).toContain("forbidden");
    expect((await system("expired")).stderr).toContain("Unauthorized");
    expect((await system("unreachable")).stderr).toContain("refused");
    expect((await system("broken")).stderr).toContain("no-such-ca.crt");
    expect((await ask(["--context", "deployer", "-n", "core", "auth", "can-i", "patch", "deployments.apps"])).stdout).toBe("yes\n");
    expect((await ask(["--context", "deployer", "-n", "core", "auth", "can-i", "delete", "deployments.apps"])).stdout).toBe("no\n");
  });

  it("fails the roll-out of a deployment whose probe never answers", async () => {
    expect((await ask(["-n", "core", "scale", "deployment/api-unready", "--replicas=1"])).code).toBe(0);
    expect((await ask(["-n", "core", "set", "env", "deployment/api-unready", "TRY=1"])).code).toBe(0);
    const status = await kubectl(answer.kubeconfig, ["-n", "core", "rollout", "status", "deployment/api-unready", "--timeout=50s"]);
    expect(status.code).toBe(1);
    expect(status.stderr).toContain("exceeded its progress deadline");
  });

  it("leaves no process behind when it is killed without a chance to clean up", async () => {
    const mine = dir ?? "";
    const before = processesOf(mine);
    expect(before.length).toBeGreaterThanOrEqual(6);
    wrapper.kill("SIGKILL");
    for (let tries = 0; processesOf(mine).length > 0 && tries < 300; tries += 1) await pause(100);
    expect(processesOf(mine)).toEqual([]);
  });
});

/** Command lines of running processes that name `dir`. */
function processesOf(dir: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return ""; // it ended meanwhile
      }
    })
    .filter((line) => line.includes(dir));
}
