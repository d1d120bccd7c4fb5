// What is shown of a Kubernetes object while a step runs: one line and one state each.
// Owns: reading deployments, pods, services, ingresses and events. Opens no watch (watch.ts). Texts come from the cluster and are untrusted.
import type { CoreV1Event, V1Deployment, V1Ingress, V1Pod, V1Service } from "@kubernetes/client-node";
import type { WatchedObject } from "../protocol/index.ts";

type Meta = { name?: string; namespace?: string; creationTimestamp?: Date | string };
const MAX_DETAIL = 300;

export const base = (kind: WatchedObject["kind"], meta: Meta | undefined): WatchedObject => ({
  kind,
  namespace: meta?.namespace ?? "",
  name: meta?.name ?? "",
  detail: "",
  ready: null,
  wanted: null,
  state: "ok",
  owner: null,
  colour: null,
  weight: null,
  at: isoOf(meta?.creationTimestamp),
});

export function watchedDeployment({ metadata, spec, status }: V1Deployment): WatchedObject {
  const wanted = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const progressing = status?.conditions?.find(({ type }) => type === "Progressing");
  const failure = status?.conditions?.find(({ type, status: is }) => type === "ReplicaFailure" && is === "True");
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  const isRolling =
    !isSeen || (status?.updatedReplicas ?? 0) < wanted || (status?.availableReplicas ?? 0) < wanted || (status?.replicas ?? 0) > wanted;
  const image = spec?.template.spec?.containers.map((container) => container.image ?? "").join(", ") ?? "";
  const trouble = failure ?? (progressing?.status === "False" && isSeen ? progressing : undefined);
  const state = trouble ? "trouble" : isRolling ? "progress" : wanted === 0 ? "idle" : "ok";
  return {
    ...base("Deployment", metadata),
    ready,
    wanted,
    state,
    detail: clip(
      trouble
        ? `${trouble.reason ?? "failing"}: ${trouble.message ?? ""}`
        : `${status?.updatedReplicas ?? 0} of ${wanted} updated · ${image}`,
    ),
    colour: colourOf(spec?.template.metadata?.labels, metadata?.name),
  };
}

export function watchedPod({ metadata, spec, status }: V1Pod): WatchedObject {
  const containers = status?.containerStatuses ?? [];
  const ready = containers.filter((container) => container.ready).length;
  const wanted = spec?.containers.length ?? 0;
  const waiting = [...(status?.initContainerStatuses ?? []), ...containers]
    .map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason && !PATIENT.has(reason));
  const unplaced = status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  const restarts = containers.reduce((sum, container) => sum + container.restartCount, 0);
  const isEnding = metadata?.deletionTimestamp !== undefined;
  const phase = isEnding ? "Terminating" : (status?.phase ?? "Unknown");
  const words = waiting ?? (unplaced ? `${unplaced.reason}: ${unplaced.message ?? ""}` : phase);
  return {
    ...base("Pod", metadata),
    ready,
    wanted,
    state: isEnding
      ? "progress"
      : phase === "Failed" || waiting || unplaced?.reason === "Unschedulable"
        ? "trouble"
        : phase === "Succeeded"
          ? "idle"
          : ready === wanted && phase === "Running"
            ? "ok"
            : "progress",
    detail: clip(restarts > 0 ? `${words} · ${restarts} restarts` : words),
    owner: ownerOf(metadata),
    colour: colourOf(metadata?.labels, metadata?.name),
  };
}

/** Reasons of waiting that a healthy start passes through. */
const PATIENT = new Set(["ContainerCreating", "PodInitializing"]);

/** A pod's replica set is its deployment's name and the hash of the template. */
function ownerOf(metadata: V1Pod["metadata"]): string | null {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
  if (owner === undefined) return null;
  const hash = metadata?.labels?.["pod-template-hash"];
  return owner.kind === "ReplicaSet" && hash && owner.name.endsWith(`-${hash}`) ? owner.name.slice(0, -hash.length - 1) : owner.name;
}

export function watchedService({ metadata, spec }: V1Service): WatchedObject {
  const selector = Object.entries(spec?.selector ?? {}).map(([name, value]) => `${name}=${value}`);
  return {
    ...base("Service", metadata),
    state: selector.length === 0 ? "idle" : "ok",
    detail: clip(selector.length === 0 ? "no selector" : `→ ${selector.join(", ")}`),
    colour: colourOf(spec?.selector, undefined),
  };
}

const CANARY = "nginx.ingress.kubernetes.io/canary";

export function watchedIngress({ metadata, spec }: V1Ingress): WatchedObject {
  const backends = (spec?.rules ?? []).flatMap((rule) => (rule.http?.paths ?? []).map((path) => path.backend.service?.name ?? "?"));
  const hosts = (spec?.rules ?? []).map((rule) => rule.host ?? "*");
  const weight = metadata?.annotations?.[`${CANARY}-weight`];
  const isCanary = metadata?.annotations?.[CANARY] === "true" || weight !== undefined;
  return {
    ...base("Ingress", metadata),
    state: isCanary && weight === "0" ? "idle" : "ok",
    detail: clip(`${[...new Set(hosts)].join(", ")} → ${[...new Set(backends)].join(", ")}`),
    weight: weight !== undefined && /^\d+$/.test(weight) ? Number(weight) : null,
  };
}

export function watchedEvent({
  metadata,
  involvedObject,
  reason,
  message,
  type,
  lastTimestamp,
  eventTime,
  count,
}: CoreV1Event): WatchedObject {
  return {
    ...base("Event", metadata),
    name: involvedObject.name ?? metadata.name ?? "",
    owner: involvedObject.kind ?? null,
    state: type === "Normal" ? "ok" : "trouble",
    detail: clip(`${reason ?? ""}: ${message ?? ""}${(count ?? 1) > 1 ? ` (${count} times)` : ""}`),
    at: isoOf(lastTimestamp ?? eventTime ?? metadata.creationTimestamp),
  };
}

/** From the labels that blue-green set-ups use, else from the end of the name. */
export function colourOf(labels: Record<string, string> | undefined, name: string | undefined): WatchedObject["colour"] {
  for (const label of ["colour", "color", "slot", "track", "version"]) {
    const value = labels?.[label];
    if (value === "blue" || value === "green") return value;
  }
  const ending = /(?:^|-)(blue|green)(?:-|$)/.exec(name ?? "")?.[1];
  return ending === "blue" || ending === "green" ? ending : null;
}

/** Watches give dates as text, lists as Date. */
function isoOf(date: Date | string | undefined | null): string | null {
  if (!date) return null;
  const at = new Date(date);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

export const clip = (text: string): string => text.replace(/\s+/g, " ").trim().slice(0, MAX_DETAIL);
