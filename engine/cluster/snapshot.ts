// What a cluster says of some objects at one moment: generation, images, digests, replicas. For the record, before and after a step.
// Owns: the reading and its bounds. When it is taken, and the event, are engine/run's. Never reads a secret.
import type { CanonicalValue } from "../protocol/index.ts";
import type { Connection } from "./connection.ts";
import type { Selection, Touched } from "./touched.ts";

export type SnapshotObject = {
  kind: string;
  ns: string;
  name: string;
  uid: string;
  /** null where the kind has none. */
  generation: number | null;
  observed: number | null;
  resource_version: string;
  images: string[];
  /** `IMAGE@sha256:…` or the bare digest, of the pods that run now, as their node says; sorted, without repeats. */
  digests: string[];
  replicas: number | null;
  ready: number | null;
  updated: number | null;
  /** A service's selector, a canary's weight, a pod's phase: what else a step changes; "" for nothing. */
  says: string;
};
/** `because`: what is missing in it and why; "" for nothing. `more`: objects that are there beyond the bound. */
export type Snapshot = { objects: SnapshotObject[]; absent: string[]; more: number; because: string };

/** More objects than this say less, not more; and an event stays a few kilobytes. */
const OBJECTS_MAX = 40;
const STRINGS_MAX = 8;
const TEXT_MAX = 300;
/** A step must not wait for its record longer than for its proof. */
const WITHIN_MS = 4_000;
const PODS_MAX = 500;

/** Where each kind is read. ConfigMaps give their metadata only. */
const PLACES: Record<string, string> = {
  Deployment: "/apis/apps/v1/namespaces/NS/deployments",
  ReplicaSet: "/apis/apps/v1/namespaces/NS/replicasets",
  StatefulSet: "/apis/apps/v1/namespaces/NS/statefulsets",
  DaemonSet: "/apis/apps/v1/namespaces/NS/daemonsets",
  Pod: "/api/v1/namespaces/NS/pods",
  Service: "/api/v1/namespaces/NS/services",
  Ingress: "/apis/networking.k8s.io/v1/namespaces/NS/ingresses",
  Job: "/apis/batch/v1/namespaces/NS/jobs",
  CronJob: "/apis/batch/v1/namespaces/NS/cronjobs",
  ConfigMap: "/api/v1/namespaces/NS/configmaps",
  HorizontalPodAutoscaler: "/apis/autoscaling/v1/namespaces/NS/horizontalpodautoscalers",
  HTTPRoute: "/apis/gateway.networking.k8s.io/v1/namespaces/NS/httproutes",
  Rollout: "/apis/argoproj.io/v1alpha1/namespaces/NS/rollouts",
  VirtualService: "/apis/networking.istio.io/v1beta1/namespaces/NS/virtualservices",
};
const HAS_PODS = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Rollout"]);

type Container = { image?: string };
type PodSpec = { containers?: Container[]; initContainers?: Container[] };
type Any = {
  metadata?: {
    name?: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: {
    replicas?: number;
    selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>;
    template?: { spec?: PodSpec };
    jobTemplate?: { spec?: { template?: { spec?: PodSpec } } };
    rules?: { backendRefs?: { name?: string; weight?: number }[] }[];
    http?: { route?: { destination?: { host?: string; subset?: string }; weight?: number }[] }[];
    minReplicas?: number;
    maxReplicas?: number;
  } & PodSpec;
  status?: {
    observedGeneration?: number | string;
    replicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
    desiredNumberScheduled?: number;
    numberReady?: number;
    updatedNumberScheduled?: number;
    phase?: string;
    containerStatuses?: { imageID?: string; ready?: boolean }[];
  };
};
type Read = { kind: string; found: Any };

/** Asks for each named object, each selection, and, where `isOpen`, the deployments of its namespaces; then for the pods behind them. */
export async function takeSnapshot(connection: Connection, touched: Touched): Promise<Snapshot> {
  const problems = new Set<string>();
  const absent: string[] = [];
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), WITHIN_MS);
  const get = async (path: string, what: string): Promise<unknown> => {
    const asked = await Promise.race([connection.ask("GET", path), late.promise]);
    if (asked === null) problems.add(`the cluster did not answer within ${WITHIN_MS / 1000} s`);
    else if (!asked.ok) problems.add(asked.trouble.message);
    else if (asked.value.status === 200) return asked.value.body;
    else if (asked.value.status === 404) absent.push(what);
    else problems.add(asked.value.status === 403 ? `${what} may not be read` : `${what}: the server answered ${asked.value.status}`);
    return null;
  };
  try {
    const wide: Selection[] = touched.isOpen ? touched.namespaces.map((namespace) => ({ kind: "Deployment", namespace, labels: "" })) : [];
    const one = touched.objects.slice(0, OBJECTS_MAX).map(async ({ kind, namespace, name }): Promise<Read[]> => {
      const place = placeOf(kind, namespace);
      const found = place === null ? null : ((await get(`${place}/${encodeURIComponent(name)}`, `${kind} ${name}`)) as Any | null);
      return found === null ? [] : [{ kind, found }];
    });
    const many = [...touched.selections, ...wide].map(async ({ kind, namespace, labels }): Promise<Read[]> => {
      const place = placeOf(kind, namespace);
      const query = `limit=${OBJECTS_MAX * 2}${labels === "" ? "" : `&labelSelector=${encodeURIComponent(labels)}`}`;
      const list =
        place === null ? null : ((await get(`${place}?${query}`, `the ${kind} objects of ${namespace}`)) as { items?: Any[] } | null);
      return (list?.items ?? []).map((found) => ({ kind, found }));
    });
    const all = (await Promise.all([...one, ...many])).flat();
    const whole = [...new Map(all.map((read) => [`${read.kind} ${read.found.metadata?.uid}`, read])).values()];
    const shown = whole.slice(0, OBJECTS_MAX);
    const pods = await podsOf(shown, get);
    const objects = shown.map((read) => objectOf(read, pods.get(read.found.metadata?.namespace ?? "") ?? []));
    objects.sort((a, b) => compare(`${a.kind} ${a.ns} ${a.name}`, `${b.kind} ${b.ns} ${b.name}`));
    return {
      objects,
      absent: absent.slice(0, OBJECTS_MAX),
      more: whole.length - shown.length,
      because: [...problems].slice(0, STRINGS_MAX).join("; "),
    };
  } finally {
    clearTimeout(timer);
    late.resolve(null);
  }
}

const placeOf = (kind: string, namespace: string): string | null => PLACES[kind]?.replace("NS", encodeURIComponent(namespace)) ?? null;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The pods of each namespace in which something runs pods: one question each, for the digests that their nodes pulled. */
async function podsOf(reads: Read[], get: (path: string, what: string) => Promise<unknown>): Promise<Map<string, Any[]>> {
  const namespaces = new Set(reads.filter(({ kind }) => HAS_PODS.has(kind)).map(({ found }) => found.metadata?.namespace ?? ""));
  const found = await Promise.all(
    [...namespaces].map(async (namespace) => {
      const list = (await get(`${placeOf("Pod", namespace)}?limit=${PODS_MAX}`, `the pods of ${namespace}`)) as { items?: Any[] } | null;
      return [namespace, list?.items ?? []] as const;
    }),
  );
  return new Map(found);
}

function objectOf({ kind, found: { metadata, spec, status } }: Read, pods: Any[]): SnapshotObject {
  const template = kind === "Pod" ? spec : kind === "CronJob" ? spec?.jobTemplate?.spec?.template?.spec : spec?.template?.spec;
  const selector = spec?.selector?.matchLabels;
  const own =
    kind === "Pod"
      ? [{ status }]
      : HAS_PODS.has(kind) && selector
        ? pods.filter(({ metadata: pod }) => isIn(selector, pod?.labels ?? {}))
        : [];
  const digests = own.flatMap(({ status: pod }) => (pod?.containerStatuses ?? []).map(({ imageID }) => digestOf(imageID ?? "")));
  const isSet = kind === "DaemonSet";
  return {
    kind,
    ns: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    uid: metadata?.uid ?? "",
    generation: metadata?.generation ?? null,
    observed: numberOf(status?.observedGeneration),
    resource_version: metadata?.resourceVersion ?? "",
    images: strings([...(template?.initContainers ?? []), ...(template?.containers ?? [])].map(({ image }) => image ?? "")),
    digests: strings([...new Set(digests)].sort(compare)),
    replicas: isSet ? (status?.desiredNumberScheduled ?? null) : (spec?.replicas ?? null),
    ready: isSet ? (status?.numberReady ?? 0) : HAS_PODS.has(kind) && kind !== "Job" ? (status?.readyReplicas ?? 0) : null,
    updated: isSet ? (status?.updatedNumberScheduled ?? 0) : (status?.updatedReplicas ?? null),
    says: saysOf(kind, { metadata, spec, status } as Any).slice(0, TEXT_MAX),
  };
}

const isIn = (selector: Record<string, string>, labels: Record<string, string>): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);
const strings = (values: string[]): string[] =>
  values
    .filter((value) => value !== "")
    .slice(0, STRINGS_MAX)
    .map((value) => value.slice(0, TEXT_MAX));
const numberOf = (value: unknown): number | null => (value === undefined || !Number.isSafeInteger(Number(value)) ? null : Number(value));
/** `docker-pullable://repo@sha256:…` → `repo@sha256:…`. */
const digestOf = (image: string): string => image.replace(/^[a-z-]+:\/\//, "");

const WEIGHT = "nginx.ingress.kubernetes.io/canary-weight";

function saysOf(kind: string, { metadata, spec, status }: Any): string {
  const words = (pairs: object | undefined) =>
    Object.entries(pairs ?? {})
      .map(([name, value]) => `${name}=${String(value)}`)
      .sort(compare)
      .join(",");
  if (kind === "Service") return `selector ${words(spec?.selector) || "none"}`;
  if (kind === "Ingress") return metadata?.annotations?.[WEIGHT] === undefined ? "" : `canary weight ${metadata.annotations[WEIGHT]}`;
  if (kind === "HTTPRoute")
    return (spec?.rules ?? [])
      .map(({ backendRefs }) => (backendRefs ?? []).map(({ name, weight }) => `${name} ${weight ?? 1}`).join(", "))
      .join(" | ");
  if (kind === "VirtualService")
    return (spec?.http ?? [])
      .map(({ route }) =>
        (route ?? [])
          .map(({ destination, weight }) => `${[destination?.host, destination?.subset].filter(Boolean).join(" ")} ${weight ?? 100}`)
          .join(", "),
      )
      .join(" | ");
  if (kind === "HorizontalPodAutoscaler") return `${spec?.minReplicas ?? 1} to ${spec?.maxReplicas ?? "?"} replicas`;
  return kind === "Pod" ? (status?.phase ?? "") : "";
}

/** As the record holds it; `redact` masks what a step's secrets may have put into a name or an image. */
export function snapshotData(snapshot: Snapshot, redact: (text: string) => string): Record<string, CanonicalValue> {
  const clean = (value: unknown): CanonicalValue =>
    typeof value === "string"
      ? redact(value)
      : Array.isArray(value)
        ? value.map(clean)
        : value !== null && typeof value === "object"
          ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clean(inner)]))
          : (value as CanonicalValue);
  return clean(snapshot) as Record<string, CanonicalValue>;
}
