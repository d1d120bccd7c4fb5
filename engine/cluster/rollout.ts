// How far a deployment's roll-out is: counts, conditions, and its replica sets, old and new.
// Owns: that reading. Watches nothing (watch.ts); what it means for a step is engine/run's.
import type { V1Deployment, V1ReplicaSet } from "@kubernetes/client-node";
import type { RolloutView } from "../protocol/index.ts";

/** A replica set as its deployment's picture needs it. */
export type KeptSet = { name: string; owner: string; revision: number; images: string[]; wanted: number; ready: number };

const REVISION = "deployment.kubernetes.io/revision";
/** Replica sets with replicas are two in a roll-out; more only when one is laid over another. */
const SETS_SHOWN = 4;
const IMAGES_SHOWN = 8;
const WORDS_MAX = 300;

export function rolloutOf({ metadata, spec, status }: V1Deployment, sets: KeptSet[] = []): RolloutView {
  const progressing = status?.conditions?.find(({ type }) => type === "Progressing");
  const failure = status?.conditions?.find(({ type, status: is }) => type === "ReplicaFailure" && is === "True");
  const generation = metadata?.generation ?? 0;
  const observed = status?.observedGeneration ?? 0;
  const bad = failure ?? (progressing?.status === "False" && observed >= generation ? progressing : undefined);
  const revision = metadata?.annotations?.[REVISION] ?? "";
  return {
    wanted: spec?.replicas ?? 1,
    updated: status?.updatedReplicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    old: Math.max(0, (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0)),
    generation,
    observed,
    revision,
    images: imagesOf(spec?.template.spec?.containers),
    isStuck: bad?.reason === "ProgressDeadlineExceeded",
    isPaused: spec?.paused === true,
    condition: bad ? { reason: bad.reason ?? "failing", message: (bad.message ?? "").replace(/\s+/g, " ").slice(0, WORDS_MAX) } : null,
    sets: setsOf(sets, Number(revision) || 0),
  };
}

/** The newest first; one that holds and wants nothing is history, unless it is the newest. */
function setsOf(sets: KeptSet[], revision: number): RolloutView["sets"] {
  return sets
    .filter((set) => set.wanted > 0 || set.ready > 0 || set.revision === revision)
    .sort((a, b) => b.revision - a.revision)
    .slice(0, SETS_SHOWN)
    .map(({ name, images, wanted, ready, revision: own }) => ({
      name,
      revision: own === 0 ? "" : String(own),
      images,
      wanted,
      ready,
      isNew: own === revision,
    }));
}

/** Null where no deployment owns it. */
export function keptSet({ metadata, spec, status }: V1ReplicaSet): KeptSet | null {
  const owner = metadata?.ownerReferences?.find(({ controller, kind }) => controller && kind === "Deployment");
  if (owner === undefined) return null;
  return {
    name: metadata?.name ?? "",
    owner: owner.name,
    revision: Number(metadata?.annotations?.[REVISION]) || 0,
    images: imagesOf(spec?.template?.spec?.containers),
    wanted: spec?.replicas ?? 0,
    ready: status?.readyReplicas ?? 0,
  };
}

export const imagesOf = (containers: { image?: string }[] | undefined): string[] =>
  (containers ?? []).slice(0, IMAGES_SHOWN).map(({ image }) => (image ?? "").slice(0, WORDS_MAX));
