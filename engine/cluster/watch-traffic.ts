// Who gets how much of the traffic, as the API objects say it: canary weights, routes, selectors, or replicas behind one service.
// Owns: that reading. Measures nothing: a weight is what was asked of a proxy, not what it did.
import type { V1Ingress } from "@kubernetes/client-node";
import type { TrafficSplit, WatchedObject } from "../protocol/index.ts";
import { base, clip, colourOf } from "./watched.ts";

type Part = { to: string; weight: number; colour: WatchedObject["colour"] };
type Meta = { name?: string; namespace?: string; annotations?: Record<string, string> };
type Labels = Record<string, string>;

const PARTS_MAX = 6;
const CANARY = "nginx.ingress.kubernetes.io/canary";

/** Whole percents that add up to 100; null where nobody gets anything. */
export function splitOf(by: TrafficSplit["by"], parts: Part[]): TrafficSplit | null {
  const shown = parts.slice(0, PARTS_MAX);
  const sum = shown.reduce((total, { weight }) => total + weight, 0);
  if (shown.length === 0 || sum <= 0) return null;
  const exact = shown.map(({ weight }) => (weight * 100) / sum);
  const whole = exact.map(Math.floor);
  const byRest = exact.map((value, index) => ({ index, rest: value - Math.floor(value) })).sort((a, b) => b.rest - a.rest);
  const missing = 100 - whole.reduce((total, value) => total + value, 0);
  for (const { index } of byRest.slice(0, missing)) whole[index]! += 1;
  return { by, parts: shown.map(({ to, colour }, index) => ({ to, colour, percent: whole[index]! })) };
}

export type KeptIngress = { hosts: string[]; backend: string; isCanary: boolean; weight: number | null; total: number };

export function keptIngress({ metadata, spec }: V1Ingress): KeptIngress {
  const notes = metadata?.annotations ?? {};
  const paths = (spec?.rules ?? []).flatMap((rule) => rule.http?.paths ?? []);
  return {
    hosts: (spec?.rules ?? []).map(({ host }) => host ?? "*"),
    backend: paths[0]?.backend.service?.name ?? spec?.defaultBackend?.service?.name ?? "",
    isCanary: notes[CANARY] === "true",
    weight: wholeOf(notes[`${CANARY}-weight`]),
    total: wholeOf(notes[`${CANARY}-weight-total`]) || 100,
  };
}

/** The canary takes its weight of what the other ingress of the same host would get. */
export function ingressSplit(canary: KeptIngress, all: KeptIngress[], colour: (service: string) => WatchedObject["colour"]) {
  if (!canary.isCanary || canary.weight === null) return null;
  const main = all.find((one) => !one.isCanary && one.hosts.some((host) => canary.hosts.includes(host)));
  if (main === undefined) return null;
  const weight = Math.min(canary.weight, canary.total);
  return splitOf("canary weight", [
    { to: main.backend, weight: canary.total - weight, colour: colour(main.backend) },
    { to: canary.backend, weight, colour: colour(canary.backend) },
  ]);
}

type Ref = { name?: string; weight?: number };
type Route = { metadata?: Meta; spec?: { hostnames?: string[]; rules?: { backendRefs?: Ref[] }[] } };

/** Gateway API. A backend without a weight has 1, as its definition says. */
export function watchedRoute({ metadata, spec }: Route): WatchedObject {
  const rules = (spec?.rules ?? []).map(({ backendRefs }) => backendRefs ?? []);
  const refs = rules.find((one) => one.length > 1) ?? rules[0] ?? [];
  const split = splitOf(
    "route weight",
    refs.map(({ name = "", weight = 1 }) => ({ to: name, weight, colour: colourOf(undefined, name) })),
  );
  const hosts = (spec?.hostnames ?? []).join(", ") || "*";
  return withSplit({ ...base("HTTPRoute", metadata), detail: clip(`${hosts} → ${refs.map(({ name }) => name ?? "").join(", ")}`) }, split);
}

type MeshRoute = { destination?: { host?: string; subset?: string }; weight?: number };
type MeshService = { metadata?: Meta; spec?: { hosts?: string[]; http?: { route?: MeshRoute[] }[] } };

/** Istio. One destination without a weight gets everything. */
export function watchedMesh({ metadata, spec }: MeshService): WatchedObject {
  const routes = (spec?.http ?? []).map(({ route }) => route ?? []);
  const route = routes.find((one) => one.length > 1) ?? routes[0] ?? [];
  const parts = route.map(({ destination, weight }) => {
    const to = [destination?.host, destination?.subset].filter(Boolean).join(" ");
    return { to, weight: weight ?? (route.length === 1 ? 100 : 0), colour: colourOf(undefined, destination?.subset ?? destination?.host) };
  });
  return withSplit({ ...base("VirtualService", metadata), detail: clip((spec?.hosts ?? []).join(", ")) }, splitOf("mesh weight", parts));
}

type ArgoRollout = {
  metadata?: Meta;
  spec?: { replicas?: number; strategy?: { canary?: { steps?: { setWeight?: number }[] }; blueGreen?: { activeService?: string } } };
  status?: {
    phase?: string;
    message?: string;
    readyReplicas?: number;
    currentStepIndex?: number;
    stableRS?: string;
    currentPodHash?: string;
    canary?: { weights?: { canary?: { weight?: number }; stable?: { weight?: number } } };
  };
};

const PHASES: Record<string, WatchedObject["state"]> = { Healthy: "ok", Progressing: "progress", Paused: "progress", Degraded: "trouble" };

/** Argo Rollouts: the weight that its status tells, else that of the last step that it has reached. */
export function watchedRollout({ metadata, spec, status }: ArgoRollout): WatchedObject {
  const { canary } = spec?.strategy ?? {};
  const steps = canary?.steps ?? [];
  const reached = steps.slice(0, (status?.currentStepIndex ?? 0) + 1).findLast(({ setWeight }) => setWeight !== undefined);
  const isDone = status?.stableRS !== undefined && status.stableRS === status.currentPodHash;
  const weight = isDone ? null : (status?.canary?.weights?.canary?.weight ?? reached?.setWeight ?? null);
  const split =
    canary === undefined || weight === null
      ? null
      : splitOf("rollout weight", [
          { to: `stable ${status?.stableRS ?? ""}`.trim(), weight: 100 - weight, colour: null },
          { to: `canary ${status?.currentPodHash ?? ""}`.trim(), weight, colour: null },
        ]);
  return withSplit(
    {
      ...base("Rollout", metadata),
      ready: status?.readyReplicas ?? 0,
      wanted: spec?.replicas ?? 1,
      state: PHASES[status?.phase ?? ""] ?? "progress",
      detail: clip([status?.phase, status?.message].filter(Boolean).join(": ")),
      weight,
    },
    split,
  );
}

const withSplit = (object: WatchedObject, split: TrafficSplit | null): WatchedObject => (split === null ? object : { ...object, split });

/** A service and the deployments whose pods it selects: one that is live, or several that share by their ready replicas. */
export function serviceSplit(service: WatchedObject, deployments: WatchedObject[]): TrafficSplit | null {
  const some = deployments.filter(({ wanted, ready }) => (wanted ?? 0) > 0 || (ready ?? 0) > 0);
  if (some.length > 1)
    return splitOf(
      "ready replicas",
      some.map(({ name, ready, colour }) => ({ to: name, weight: ready ?? 0, colour })),
    );
  const [only] = some.length === 0 ? deployments : some;
  const colour = service.colour ?? only?.colour ?? null;
  // A plain service before its one deployment leads all there: nothing to tell.
  return colour === null ? null : splitOf("selector", [{ to: only?.name ?? service.name, weight: 1, colour }]);
}

/** Every label of the selector is on the pods; no selector selects nothing. */
export function selects(selector: Labels, labels: Labels): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

const wholeOf = (text: string | undefined): number | null => (text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null);
