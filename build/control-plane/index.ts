// The real control plane that tests run against.
// Owns: the public names of this folder.
export { type Binaries, buildBinaries, findBinaries, requireBinaries } from "./binaries.ts";
export { fillFixture, fillNamespace } from "./fixture.ts";
export { openTestCluster, type TestCluster } from "./for-tests.ts";
export { type Called, kubectl, mustKubectl } from "./kubectl.ts";
export { type ControlPlane, startControlPlane } from "./plane.ts";
export { endPrograms, freePorts, type Program, startProgram, until } from "./processes.ts";
