// How a test file gets a cluster: the one named for it, else a control plane of its own.
// Owns: that choice. In CI there is no third way: a cluster test that cannot run has failed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries } from "./binaries.ts";
import { fillFixture } from "./fixture.ts";
import { CONTEXTS } from "./kubeconfig.ts";
import { contextsOf } from "./kubectl.ts";
import { startControlPlane } from "./plane.ts";

export type TestCluster = {
  kubeconfig: string;
  /** The contexts of kubeconfig.ts are there. On a tester's own cluster they are not, and only its current context may be used. */
  hasOurContexts: boolean;
  stop(): Promise<void>;
};

/**
 * The cluster of HOLDPOINT_TEST_KUBECONFIG, taken as filled; else a new one where the programs are in the cache, filled; else null, which
 * means: skip, outside CI. In CI it throws instead of null.
 */
export async function openTestCluster(env: NodeJS.ProcessEnv = process.env): Promise<TestCluster | null> {
  const given = env.HOLDPOINT_TEST_KUBECONFIG;
  if (given) {
    const contexts = await contextsOf(given);
    return { kubeconfig: given, hasOurContexts: CONTEXTS.every((name) => contexts.includes(name)), stop: async () => {} };
  }
  if (env.CI)
    throw new Error(
      "HOLDPOINT_TEST_KUBECONFIG is not set, and in CI the cluster tests must run: start them with `npm test`, which starts the control plane.",
    );
  if (findBinaries() === null) return null;
  const dir = mkdtempSync(join(tmpdir(), "holdpoint-cluster-"));
  const plane = await startControlPlane({ dir });
  await fillFixture(plane.kubeconfig);
  return {
    kubeconfig: plane.kubeconfig,
    hasOurContexts: true,
    stop: async () => {
      await plane.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
