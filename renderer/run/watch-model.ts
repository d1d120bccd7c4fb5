// What the cluster watch shows, from the objects the engine watches. Pure.
// Owns: grouping pods under deployments, the traffic split, the order of events. Proves nothing about traffic: a weight is an API object.
import type { WatchedObject } from "../../engine/protocol/index.ts";

export type Deployment = { object: WatchedObject; pods: WatchedObject[] };
export type Traffic = { blue: number; green: number; source: string };
export type WatchPicture = { deployments: Deployment[]; loosePods: WatchedObject[]; traffic: Traffic | null; events: WatchedObject[] };

/** Newest events shown; the rest is in the cluster. */
export const EVENTS_SHOWN = 8;

export function watchPicture(objects: WatchedObject[]): WatchPicture {
  const of = (kind: WatchedObject["kind"]) => objects.filter((one) => one.kind === kind);
  const deployments = of("Deployment")
    .sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name))
    .map((object): Deployment => ({ object, pods: [] }));
  const loosePods: WatchedObject[] = [];
  for (const pod of of("Pod").sort((a, b) => a.name.localeCompare(b.name))) {
    // Owner is the deployment, or its replica set, whose name begins with the deployment's and ends in a hash.
    const home =
      deployments.find(({ object }) => object.name === pod.owner) ??
      deployments
        .filter(({ object }) => pod.owner?.startsWith(`${object.name}-`))
        .sort((a, b) => b.object.name.length - a.object.name.length)[0];
    if (home) home.pods.push(pod);
    else loosePods.push(pod);
  }
  const events = of("Event")
    .sort((a, b) => (b.at ?? "").localeCompare(a.at ?? ""))
    .slice(0, EVENTS_SHOWN);
  return { deployments, loosePods, traffic: trafficOf(of("Ingress"), of("Service")), events };
}
const order = (object: WatchedObject): number => (object.colour === "blue" ? 0 : object.colour === "green" ? 1 : 2);

function trafficOf(ingresses: WatchedObject[], services: WatchedObject[]): Traffic | null {
  const canary = ingresses.find((one) => one.weight !== null && one.colour !== null) ?? ingresses.find((one) => one.weight !== null);
  const live = services.find((one) => one.colour !== null);
  if (canary !== undefined && canary.weight !== null) {
    const weight = Math.min(100, Math.max(0, canary.weight));
    // Without a colour of its own, a canary leads to what does not serve yet.
    const colour = canary.colour ?? (live?.colour === "green" ? "blue" : "green");
    // At weight 0 the canary takes nothing and the selector alone decides.
    if (weight > 0 || live === undefined) {
      return {
        blue: colour === "blue" ? weight : 100 - weight,
        green: colour === "green" ? weight : 100 - weight,
        source: `canary weight of ${canary.name}`,
      };
    }
  }
  if (live === undefined) return null;
  return { blue: live.colour === "blue" ? 100 : 0, green: live.colour === "green" ? 100 : 0, source: `selector of ${live.name}` };
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
    .map((part) => (part.includes(" ") ? part : part.slice(part.lastIndexOf("/") + 1)))
    .join(" · ");
}
