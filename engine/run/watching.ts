// What of a cluster is watched while a step runs, and what is put on record of it before and after.
// Owns: the run's cluster watches, what its steps touch, and `cluster.objects`. The reading of commands and objects is engine/cluster's.
import { type ClusterWatch, type Snapshot, snapshotData, type Touched, touchedBy } from "../cluster/index.ts";
import { type ClusterName, fail, ok, type Result, type WatchedObject } from "../protocol/index.ts";
import type { LaneShell, LiveRun, RunDeps } from "./deps.ts";
import { appendOrKeep, ENGINE, eventOf, placeholderValues } from "./live.ts";
import { variablesFor } from "./shells.ts";

/** Follows the objects of a pinned cluster, once per cluster; later calls get what was seen last. */
export function watchCluster(deps: RunDeps, live: LiveRun, cluster: ClusterName): Result<WatchedObject[]> {
  const known = live.watches.get(cluster);
  if (known) return ok(known.objects);
  const pin = live.pins.get(cluster);
  if (!pin) return fail("not-found", `Run ${live.run} has no pinned cluster ${cluster}. Resume it, or start it with a context.`);
  const entry: { watch: ClusterWatch | null; objects: WatchedObject[] } = { watch: null, objects: [] };
  live.watches.set(cluster, entry);
  entry.watch = pin.watch((objects, state, notes) => {
    entry.objects = objects;
    deps.notify.watched(live.run, cluster, objects, state, notes);
  });
  entry.watch.touch(touchedIn(live, cluster));
  return ok(entry.objects);
}

/** A watch belongs to the pin that is gone: whoever followed it follows the new one. */
export function watchAgain(deps: RunDeps, live: LiveRun, name: ClusterName): void {
  const entry = live.watches.get(name);
  if (!entry) return;
  entry.watch?.stop();
  live.watches.delete(name);
  watchCluster(deps, live, name);
}

const touchedIn = (live: LiveRun, cluster: string): Touched[] =>
  [...(live.touches.get(cluster)?.values() ?? [])].map(({ touched }) => touched);

/** What the whole step names, its blocks filled with the values of now; remembered as what its lane touches, and marked in the watch. */
export function noteTouched(deps: RunDeps, live: LiveRun, lane: LaneShell, step: string): Touched | null {
  const pin = live.pins.get(lane.cluster);
  const plan = live.plan.byId.get(step)?.step;
  if (!pin || !plan) return null;
  const values = placeholderValues(live);
  const texts = plan.blocks
    .filter((block) => block.runnable)
    .map((block) => {
      const filled = deps.documents.fillPlaceholders(block, values, live.plan.document.params);
      return filled.ok ? filled.value : block.text;
    });
  const touched = touchedBy(texts, pin.identity.namespace, variablesFor(live).environment);
  const lanes = live.touches.get(lane.cluster) ?? new Map();
  live.touches.set(lane.cluster, lanes);
  lanes.set(lane.lane, { step, touched });
  live.watches.get(lane.cluster)?.watch?.touch(touchedIn(live, lane.cluster));
  return touched;
}

export type Asking = { asked: Promise<Snapshot>; again(): Promise<Snapshot> };

/** Asks now what the step's objects are, to be recorded with `recordObjects`; null where no cluster is pinned. */
export function askObjects(deps: RunDeps, live: LiveRun, lane: LaneShell, step: string): Asking | null {
  const touched = noteTouched(deps, live, lane, step);
  const again = () => {
    const pin = live.pins.get(lane.cluster);
    return touched === null || pin === undefined ? Promise.resolve(NOTHING) : pin.snapshot(touched);
  };
  return touched === null ? null : { asked: again(), again };
}
const NOTHING: Snapshot = { objects: [], absent: [], more: 0, because: "no cluster is pinned" };

/** `when` it was asked in respect of the step. Where the cluster did not answer then and has been proved since, it is asked once more. */
export async function recordObjects(
  deps: RunDeps,
  live: LiveRun,
  lane: LaneShell,
  at: { step: string; attempt: number; when: "before" | "after" },
  asking: Asking | null,
): Promise<void> {
  if (asking === null) return;
  const first = await asking.asked;
  const found = at.when === "before" && first.objects.length === 0 && first.because !== "" ? await asking.again() : first;
  const data = snapshotData(found, (text) => live.redactor.redactText(text));
  const { step, attempt, when } = at;
  appendOrKeep(deps, live, [
    eventOf(live, ENGINE, { type: "cluster.objects", step, attempt, cluster: lane.cluster, data: { name: lane.cluster, when, ...data } }),
  ]);
}
