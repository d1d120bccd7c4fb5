// What is kept of each watched object, and the one picture that the window gets of all of them.
// Owns: which object belongs to which, what a step touches among them, and how much is shown. Watches nothing (watch.ts).
import type { V1Deployment, V1Ingress, V1Pod, V1ReplicaSet, V1Service } from "@kubernetes/client-node";
import type { WatchedObject } from "../protocol/index.ts";
import { type KeptSet, keptSet, rolloutOf } from "./rollout.ts";
import type { Selection, Touched } from "./touched.ts";
import { ingressSplit, type KeptIngress, keptIngress, selects, serviceSplit } from "./watch-traffic.ts";
import { watchedDeployment, watchedIngress, watchedPod, watchedService } from "./watched.ts";

type Labels = Record<string, string>;
export type Kept = {
  /** Null for what only other objects' pictures need. */
  shown: WatchedObject | null;
  labels?: Labels;
  /** Labels of the pods that a service selects. */
  selector?: Labels;
  /** Labels of the pods that a deployment makes. */
  podLabels?: Labels;
  deployment?: V1Deployment;
  set?: KeptSet;
  ingress?: KeptIngress;
};

/** Only the newest: a busy namespace has thousands, and a screen shows a dozen. */
const EVENTS_SHOWN = 50;
/** Pods beyond this are counted, not shown: what is in trouble or under way comes first. */
const PODS_SHOWN = 200;
const OTHERS_SHOWN = 200;

/** Of a deployment only what its roll-out is read from is kept: a watch of a day must not hold every manifest. */
export function keepDeployment(object: V1Deployment): Kept {
  const { metadata, spec, status } = object;
  const template = spec?.template;
  const slim = {
    metadata: {
      name: metadata?.name,
      generation: metadata?.generation,
      annotations: { "deployment.kubernetes.io/revision": metadata?.annotations?.["deployment.kubernetes.io/revision"] ?? "" },
    },
    spec: {
      replicas: spec?.replicas,
      paused: spec?.paused,
      selector: {},
      template: { spec: { containers: template?.spec?.containers ?? [] } },
    },
    status,
  } as V1Deployment;
  return {
    shown: watchedDeployment(object),
    labels: metadata?.labels ?? {},
    podLabels: template?.metadata?.labels ?? {},
    deployment: slim,
  };
}
export const keepSet = (object: V1ReplicaSet): Kept => {
  const set = keptSet(object);
  return set === null ? { shown: null } : { shown: null, set };
};
export const keepPod = (object: V1Pod): Kept => ({ shown: watchedPod(object), labels: object.metadata?.labels ?? {} });
export const keepService = (object: V1Service): Kept => ({
  shown: watchedService(object),
  labels: object.metadata?.labels ?? {},
  selector: object.spec?.selector ?? {},
});
export const keepIngress = (object: V1Ingress): Kept => ({
  shown: watchedIngress(object),
  labels: object.metadata?.labels ?? {},
  ingress: keptIngress(object),
});

/** Deployments, services, ways in and pods by name, then the newest events; what `touched` names is marked. `notes` says what is left out. */
export function pictureOf(kept: Kept[], touched: Touched[]): { objects: WatchedObject[]; notes: string[] } {
  const deployments = kept.filter((one) => one.deployment !== undefined).map((one) => ({ ...one, shown: withRollout(one, kept) }));
  const services = kept
    .filter((one) => one.selector !== undefined)
    .map((one) => {
      const behind = deployments.filter((other) => isBeside(one, other) && selects(one.selector!, other.podLabels!));
      const split = serviceSplit(
        one.shown!,
        behind.map(({ shown }) => shown),
      );
      const colour = one.shown!.colour ?? (behind.length === 1 ? behind[0]!.shown.colour : null);
      return { ...one, behind, shown: { ...one.shown!, colour, ...(split === null ? {} : { split }) } };
    });
  const ways = kept.filter((one) => one.ingress !== undefined);
  const ingresses = ways.map((one) => {
    const near = ways.filter((other) => isBeside(one, other)).map(({ ingress }) => ingress!);
    const own = services.filter((service) => isBeside(one, service));
    const split = ingressSplit(one.ingress!, near, (name) => own.find(({ shown }) => shown.name === name)?.shown.colour ?? null);
    return { ...one, shown: split === null ? one.shown! : { ...one.shown!, split } };
  });
  const rest = kept.filter((one) => one.shown !== null && !one.deployment && !one.selector && !one.ingress);
  const all: Kept[] = [...deployments, ...services, ...ingresses, ...rest];
  const marked = mark(all, services, touched);
  return bounded(marked);
}

const isBeside = (one: Kept, other: Kept): boolean => one.shown?.namespace === other.shown?.namespace;

function withRollout(one: Kept, kept: Kept[]): WatchedObject {
  const shown = one.shown!;
  const sets = kept.flatMap(({ set }) => (set !== undefined && set.owner === shown.name ? [set] : []));
  return { ...shown, rollout: rolloutOf(one.deployment!, sets) };
}

/** What is named, what a named service leads to, and the pods and events of both. */
function mark(all: Kept[], services: (Kept & { behind: Kept[] })[], touched: Touched[]): WatchedObject[] {
  const named = new Set<string>();
  const put = (kind: string, namespace: string, name: string) => named.add(`${kind} ${namespace} ${name}`);
  const has = ({ kind, namespace, name }: WatchedObject) => named.has(`${kind} ${namespace} ${name}`);
  for (const { objects, selections } of touched) {
    for (const { kind, namespace, name } of objects) put(kind, namespace, name);
    for (const { shown, labels } of all)
      if (shown !== null && selections.some((selection) => isSelected(selection, shown, labels ?? {})))
        put(shown.kind, shown.namespace, shown.name);
  }
  for (const service of services)
    if (has(service.shown!)) for (const { shown } of service.behind) put("Deployment", shown!.namespace, shown!.name);
  const isOwned = (object: WatchedObject): boolean =>
    object.kind === "Pod"
      ? named.has(`Deployment ${object.namespace} ${object.owner ?? ""}`) || named.has(`Rollout ${object.namespace} ${object.owner ?? ""}`)
      : object.kind === "Event" && (named.has(`${object.owner} ${object.namespace} ${object.name}`) || isOfDeployment(object, named));
  return all.flatMap(({ shown }) => (shown === null ? [] : [has(shown) || isOwned(shown) ? { ...shown, touched: true } : shown]));
}

/** Pods and replica sets carry their deployment's name before one or two hashes; an event outlives them, and says no more. */
function isOfDeployment({ owner, name, namespace }: WatchedObject, named: Set<string>): boolean {
  const pattern = owner === "Pod" ? /^(.+)-[^-]+-[^-]+$/ : owner === "ReplicaSet" ? /^(.+)-[^-]+$/ : null;
  const found = pattern?.exec(name)?.[1];
  return found !== undefined && named.has(`Deployment ${namespace} ${found}`);
}

/** Labels as kubectl takes them: `a=b`, `a==b`, `a!=b`, `a`, `!a`; a set-based one matches nothing here, and the server answers it in the record. */
function isSelected({ kind, namespace, labels: wanted }: Selection, shown: WatchedObject, labels: Labels): boolean {
  if (kind !== shown.kind || namespace !== shown.namespace) return false;
  return wanted
    .split(",")
    .filter((one) => one.trim() !== "")
    .every((one) => {
      const [, name = "", operator = "", value = ""] = /^\s*(!?[^=!\s]+)\s*(==?|!=)?\s*(\S*)\s*$/.exec(one) ?? [];
      if (operator === "") return name.startsWith("!") ? labels[name.slice(1)] === undefined : labels[name] !== undefined;
      return operator === "!=" ? labels[name] !== value : labels[name] === value;
    });
}

const ORDER: WatchedObject["kind"][] = ["Deployment", "Rollout", "Service", "Ingress", "HTTPRoute", "VirtualService", "Pod"];
const URGENCY: Record<WatchedObject["state"], number> = { trouble: 0, progress: 1, ok: 2, idle: 3 };

function bounded(all: WatchedObject[]): { objects: WatchedObject[]; notes: string[] } {
  const notes: string[] = [];
  const first = (a: WatchedObject, b: WatchedObject) =>
    Number(b.touched ?? false) - Number(a.touched ?? false) || URGENCY[a.state] - URGENCY[b.state] || a.name.localeCompare(b.name);
  const take = (some: WatchedObject[], most: number, what: string): WatchedObject[] => {
    if (some.length <= most) return some;
    notes.push(`${some.length - most} more ${what} not shown`);
    return [...some].sort(first).slice(0, most);
  };
  const pods = take(
    all.filter(({ kind }) => kind === "Pod"),
    PODS_SHOWN,
    "pods",
  );
  const others = take(
    all.filter(({ kind }) => kind !== "Pod" && kind !== "Event"),
    OTHERS_SHOWN,
    "objects",
  );
  const newest = all.filter(({ kind }) => kind === "Event").sort((a, b) => (b.at ?? "").localeCompare(a.at ?? ""));
  // Those of what is touched are never crowded out by a noisy neighbour.
  const events = [...newest.filter(({ touched }) => touched).slice(0, EVENTS_SHOWN / 2), ...newest]
    .filter((event, index, some) => some.indexOf(event) === index)
    .slice(0, EVENTS_SHOWN)
    .sort((a, b) => (b.at ?? "").localeCompare(a.at ?? ""));
  const shown = [...others, ...pods].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.name.localeCompare(b.name));
  return { objects: [...shown, ...events], notes };
}
