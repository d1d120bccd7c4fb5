// What the cluster watch shows, from the objects the engine watches. Pure.
// Owns: what stands in front, pods under deployments, the traffic split in words, the order of events. Proves nothing about traffic: a weight is an API object.
import type { WatchedObject } from "../../engine/protocol/index.ts";

export type Deployment = { object: WatchedObject; pods: WatchedObject[]; morePods: number };
export type Part = { name: string; to: string; percent: number; colour: WatchedObject["colour"] };
export type Traffic = { key: string; source: string; parts: Part[]; isTouched: boolean };
export type WatchPicture = {
  /** What the step touches, both colours, and what moves or is in trouble; everything where the step touches nothing that is here. */
  front: Deployment[];
  /** The rest of the namespace, folded away. */
  others: Deployment[];
  loosePods: WatchedObject[];
  traffic: Traffic[];
  events: WatchedObject[];
};

/** Newest events shown; the rest is in the cluster. */
export const EVENTS_SHOWN = 8;
/** Pods of one deployment shown; those that are not well first. */
const PODS_SHOWN = 8;
const TRAFFIC_SHOWN = 3;
const WAYS_IN = new Set<WatchedObject["kind"]>(["Ingress", "HTTPRoute", "VirtualService", "Rollout"]);

export function watchPicture(objects: WatchedObject[]): WatchPicture {
  const of = (kind: WatchedObject["kind"]) => objects.filter((one) => one.kind === kind);
  const deployments = [...of("Deployment"), ...of("Rollout")]
    .sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name))
    .map((object): Deployment => ({ object, pods: [], morePods: 0 }));
  const loosePods: WatchedObject[] = [];
  for (const pod of of("Pod").sort((a, b) => urgency(a) - urgency(b) || a.name.localeCompare(b.name))) {
    const beside = deployments.filter(({ object }) => object.namespace === pod.namespace);
    // Owner is the deployment, or its replica set, whose name begins with the deployment's and ends in a hash.
    const home =
      beside.find(({ object }) => object.name === pod.owner) ??
      beside
        .filter(({ object }) => pod.owner?.startsWith(`${object.name}-`))
        .sort((a, b) => b.object.name.length - a.object.name.length)[0];
    if (home === undefined) loosePods.push(pod);
    else if (home.pods.length < PODS_SHOWN) home.pods.push(pod);
    else home.morePods += 1;
  }
  const isSorted = objects.some(({ touched, kind }) => touched && kind !== "Event");
  const isFront = ({ object }: Deployment) =>
    !isSorted || object.touched === true || object.colour !== null || object.state === "progress" || object.state === "trouble";
  const all = of("Event").sort((a, b) => (b.at ?? "").localeCompare(a.at ?? ""));
  const touched = all.filter((event) => event.touched);
  return {
    front: deployments.filter(isFront),
    others: deployments.filter((one) => !isFront(one)),
    loosePods: isSorted ? loosePods.filter((pod) => pod.touched || pod.state === "trouble") : loosePods,
    traffic: trafficOf(objects),
    events: (touched.length > 0 ? touched : all).slice(0, EVENTS_SHOWN),
  };
}
const order = ({ colour, touched }: WatchedObject): number => (colour === "blue" ? 0 : colour === "green" ? 1 : touched ? 2 : 3);
const urgency = ({ state }: WatchedObject): number => (state === "trouble" ? 0 : state === "progress" ? 1 : 2);

/** Ways in first, then the services that none of them stands for; what the step touches before the rest. */
function trafficOf(objects: WatchedObject[]): Traffic[] {
  const rows = objects.flatMap((object): (Traffic & { isWay: boolean })[] => {
    const { split, kind, name, namespace, touched = false } = object;
    if (split === undefined) return [];
    const parts = split.parts.map(({ to, percent, colour }) => ({ to, percent, colour, name: colour ?? to }));
    return [{ key: `${kind} ${namespace} ${name}`, source: sourceOf(object), parts, isTouched: touched, isWay: WAYS_IN.has(kind) }];
  });
  const ways = rows.filter(({ isWay }) => isWay);
  const isStoodFor = (row: Traffic) => ways.some(({ parts }) => parts.some(({ to }) => row.key.endsWith(` ${to}`)));
  return [...ways, ...rows.filter((row) => !row.isWay && !isStoodFor(row))]
    .sort((a, b) => Number(b.isTouched) - Number(a.isTouched))
    .slice(0, TRAFFIC_SHOWN)
    .map(({ isWay: _isWay, ...row }) => row);
}

function sourceOf({ kind, name, split }: WatchedObject): string {
  switch (split?.by) {
    case "canary weight":
      return `canary weight of ingress ${name}`;
    case "route weight":
      return `weights of HTTP route ${name}`;
    case "mesh weight":
      return `weights of virtual service ${name}`;
    case "rollout weight":
      return `weight of rollout ${name}`;
    case "ready replicas":
      return `ready pods behind service ${name}, no weight is set`;
    default:
      return `selector of ${kind.toLowerCase()} ${name}`;
  }
}

/** `Blue 90 %`, and the rest after it: the greater part first. After the switch both ways in lead to one colour, which is said once. */
export function trafficWords({ parts }: Traffic): { first: string; rest: string } {
  const shares = new Map<string, number>();
  for (const { name, percent } of parts) shares.set(name, (shares.get(name) ?? 0) + percent);
  const [first, ...rest] = [...shares].sort(([, a], [, b]) => b - a).map(([name, percent]) => `${name} ${percent} %`);
  const words = first ?? "";
  return { first: words.charAt(0).toUpperCase() + words.slice(1), rest: rest.join(", ") };
}

/** Ready pods of the newest template. */
export const newReady = (rollout: NonNullable<WatchedObject["rollout"]>): number =>
  rollout.sets.find((set) => set.isNew)?.ready ?? Math.min(rollout.ready, rollout.updated);

/** `3 of 3`; while old replicas stand beside the new ones, the new ones alone: with the surge all would be four of three. */
export function countWords({ rollout, ready, wanted }: WatchedObject): string {
  if (rollout !== undefined && rollout.old > 0) return `${newReady(rollout)} of ${rollout.wanted} new`;
  return `${ready ?? 0} of ${wanted ?? 0}`;
}

/** Where a roll-out stands, in a line; "" for one that is whole. */
export function rolloutWords({ rollout, state }: WatchedObject): string {
  if (rollout === undefined || (state !== "progress" && state !== "trouble")) return rollout?.isPaused ? "Paused" : "";
  if (rollout.observed < rollout.generation) return `Change ${rollout.generation} is not taken up yet`;
  const counts = [`${rollout.updated} of ${rollout.wanted} updated`, `${rollout.available} available`];
  if (rollout.old > 0) counts.push(`${rollout.old} old`);
  if (rollout.isPaused) counts.push("paused");
  return counts.join(" · ");
}

/** Why it does not go on; "" where nothing says so. */
export function troubleWords({ rollout, state, detail }: WatchedObject): string {
  if (rollout?.condition) return `${rollout.isStuck ? "Past its deadline" : rollout.condition.reason}: ${rollout.condition.message}`;
  return state === "trouble" ? detail : "";
}

/** `api:v2, revision 18`: the image without its registry. */
export function imageWords({ rollout, detail }: WatchedObject): string {
  if (rollout === undefined) return shortDetail(detail);
  return [rollout.images.map(shortImage).join(", "), rollout.revision === "" ? "" : `revision ${rollout.revision}`]
    .filter(Boolean)
    .join(", ");
}
export const shortImage = (image: string): string => image.slice(image.lastIndexOf("/") + 1);

/** An event in a line; one of a pod says which, as its own words do not. */
export function eventWords({ owner, name, detail }: WatchedObject): string {
  return owner === "Pod" && !detail.includes(name) ? `${name}: ${detail}` : detail || name;
}

/** `6f7b-2kxqd` of `api-blue-6f7b-2kxqd`: what is left when the deployment's name is taken away. */
export function shortName(pod: string, deployment: string): string {
  return pod.startsWith(`${deployment}-`) ? pod.slice(deployment.length + 1) : pod;
}

/** What a card has room for: the image without its registry, and how many are updated only while not all are. `title` keeps it whole. */
export function shortDetail(detail: string): string {
  return detail
    .split(" · ")
    .filter((part) => {
      const counted = /^(\d+) of (\d+) updated$/.exec(part);
      return counted === null || counted[1] !== counted[2];
    })
    .map((part) => (part.includes(" ") ? part : shortImage(part)))
    .join(" · ");
}
