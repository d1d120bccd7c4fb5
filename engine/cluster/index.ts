// The cluster's room: contexts, pins, proofs, watches, and what preflight asks of a cluster and its tools.
// Owns: the public names. Other rooms import only from here.

export { type Bypass, findBypasses } from "./bypasses.ts";
export { type ContextSources, type LoadedContexts, loadContexts } from "./contexts.ts";
export { credentialsOf } from "./credentials.ts";
export { classOfIdentity, identityKey, identityKeys } from "./identity-key.ts";
export { NOWHERE_CONTEXT, nowhereKubeconfig } from "./nowhere.ts";
export { type FilesAtStart, filesAtStart, overlaysOf, WATCHED } from "./overlays.ts";
export { type ClusterPin, createPin, type PinOptions } from "./pin.ts";
export { sweepRuntime } from "./pin-file.ts";
export { probeContext } from "./probe.ts";
export type { Actual, PinCheck } from "./prove.ts";
export { type Snapshot, type SnapshotObject, snapshotData } from "./snapshot.ts";
export { type StandIn, writeStandIns } from "./stand-in.ts";
export { checkTools } from "./tools.ts";
export { type Touched, touchedBy } from "./touched.ts";
export type { ClusterWatch } from "./watch.ts";
export { findWaysOut, LEADING } from "./ways-out.ts";
