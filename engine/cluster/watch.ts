// Follows the objects of a pinned cluster's namespaces, and takes up the thread again when the connection is lost.
// Owns: lists, watches and their restarts. What is shown of an object is watch-picture.ts's; what is done with it, the window's.
import { setTimeout as pause } from "node:timers/promises";
import type { WatchedObject } from "../protocol/index.ts";
import type { Connection } from "./connection.ts";
import type { Touched } from "./touched.ts";
import { type Kept, keepDeployment, keepIngress, keepPod, keepService, keepSet, pictureOf } from "./watch-picture.ts";
import { watchedMesh, watchedRollout, watchedRoute } from "./watch-traffic.ts";
import { watchedEvent } from "./watched.ts";

export type OnObjects = (objects: WatchedObject[], state: "live" | "lost", notes: string[]) => void;
export type ClusterWatch = {
  /** What the running steps touch: their namespaces are followed too, and their objects are marked. */
  touch(touched: Touched[]): void;
  stop(): void;
};

/** Changes come in bursts (a roll-out touches every pod); one picture per this many milliseconds is enough for eyes. */
const GATHER_MS = 100;
/** First and longest wait before asking a server again that was lost. */
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 15_000;
/** A kind that may not be listed, or that the server does not have, stays so for a while: permissions and definitions change seldom. */
const FORBIDDEN_MS = 60_000;
const ABSENT_MS = 300_000;
/** Where a kind may be listed but not watched, it is asked for this often. */
const POLL_MS = 5_000;
/** The server is asked to end each watch after this many seconds. One that is still open well past it is a dead line (a laptop that slept), and lost. */
const WATCH_SECONDS = 50;
const WATCH_MS = 65_000;
/** A watch that ends sooner than this was no good one: the next waits, so that a server that ends each at once is not pestered. */
const GOOD_MS = 2_000;
/** Lists come in pieces of this many; a namespace with more than all the pieces together is no sight for a person. */
const PAGE = 500;
const PAGES_MAX = 20;
const NAMESPACES_MAX = 4;

type Item = { metadata?: { uid?: string; name?: string; resourceVersion?: string } };
type List = { metadata?: { resourceVersion?: string; continue?: string }; items?: Item[] };
type Change = { type?: string; object?: Item & { code?: number } };
type Kind = {
  word: string;
  path: string;
  keep(object: never): Kept /** Not every cluster has it: its absence is no news. */;
  isExtra?: true;
};

const shown = (show: (object: never) => WatchedObject) => (object: never) => {
  const { metadata } = object as { metadata?: { labels?: Record<string, string> } };
  return { shown: show(object), labels: metadata?.labels ?? {} };
};

const KINDS: Kind[] = [
  { word: "deployments", path: "/apis/apps/v1/namespaces/NS/deployments", keep: keepDeployment },
  { word: "replica sets", path: "/apis/apps/v1/namespaces/NS/replicasets", keep: keepSet },
  { word: "pods", path: "/api/v1/namespaces/NS/pods", keep: keepPod },
  { word: "services", path: "/api/v1/namespaces/NS/services", keep: keepService },
  { word: "ingresses", path: "/apis/networking.k8s.io/v1/namespaces/NS/ingresses", keep: keepIngress },
  { word: "events", path: "/api/v1/namespaces/NS/events", keep: shown(watchedEvent) },
  { word: "HTTP routes", path: "/apis/gateway.networking.k8s.io/v1/namespaces/NS/httproutes", keep: shown(watchedRoute), isExtra: true },
  { word: "rollouts", path: "/apis/argoproj.io/v1alpha1/namespaces/NS/rollouts", keep: shown(watchedRollout), isExtra: true },
  {
    word: "virtual services",
    path: "/apis/networking.istio.io/v1beta1/namespaces/NS/virtualservices",
    keep: shown(watchedMesh),
    isExtra: true,
  },
];

/** Calls `onObjects` with the whole picture whenever it changes, and with `lost` as soon as a watch is. Ends with `stop`. */
export function watchNamespaces(connection: Connection, home: string, onObjects: OnObjects): ClusterWatch {
  const end = new AbortController();
  const places = new Map<string, { followers: Follower[]; stop: AbortController }>();
  let touched: Touched[] = [];
  let gather: NodeJS.Timeout | null = null;
  function changed(): void {
    if (gather !== null || end.signal.aborted) return;
    gather = setTimeout(() => {
      gather = null;
      const followers = [...places.values()].flatMap((place) => place.followers);
      const plain = followers.filter(({ kind }) => !kind.isExtra);
      // A kind that may not be read is no loss: the others are the picture.
      const isLost = followers.some(({ state }) => state === "lost") || plain.every(({ state }) => state === "forbidden");
      const isWaiting = plain.some(({ state }) => state === "starting");
      if (isWaiting && !isLost) return;
      const { objects, notes } = pictureOf(
        followers.flatMap((follower) => [...follower.objects.values()]),
        touched,
      );
      onObjects(objects, isLost ? "lost" : "live", [...notesOf(places), ...notes]);
    }, GATHER_MS);
  }
  function follow(wanted: string[]): void {
    for (const [namespace, place] of places)
      if (!wanted.includes(namespace)) {
        place.stop.abort();
        places.delete(namespace);
      }
    for (const namespace of wanted) {
      if (places.has(namespace)) continue;
      const stop = new AbortController();
      const followers = KINDS.map((kind) => new Follower(connection, kind, namespace, stop.signal, changed));
      places.set(namespace, { followers, stop });
      for (const follower of followers) void follower.run();
    }
  }
  follow([home]);
  return {
    touch(now) {
      if (end.signal.aborted) return;
      touched = now;
      follow([...new Set([home, ...now.flatMap(({ namespaces }) => namespaces)])].slice(0, NAMESPACES_MAX));
      changed();
    },
    stop() {
      end.abort();
      follow([]);
      if (gather !== null) clearTimeout(gather);
    },
  };
}

function notesOf(places: Map<string, { followers: Follower[] }>): string[] {
  return [...places].flatMap(([namespace, { followers }]) => {
    const words = (state: Follower["state"]) =>
      followers.filter((one) => one.state === state && !one.kind.isExtra).map(({ kind }) => kind.word);
    const [hidden, asked] = [words("forbidden"), words("polling")];
    return [
      ...(hidden.length === 0 ? [] : [`${hidden.join(", ")} of ${namespace}: these permissions do not show them`]),
      ...(asked.length === 0
        ? []
        : [`${asked.join(", ")} of ${namespace}: may be listed but not watched, asked every ${POLL_MS / 1000} s`]),
    ];
  });
}

/**
 * One kind of object in one namespace: a list, then watches from there, each from where the last one ended. After a lost line the list is
 * taken anew: a place may lie ahead of a server that was restored from a backup, and a watch from there would be silent without a word.
 */
class Follower {
  objects = new Map<string, Kept>();
  state: "starting" | "live" | "lost" | "forbidden" | "polling" = "starting";
  readonly kind: Kind;
  readonly #connection: Connection;
  readonly #path: string;
  readonly #signal: AbortSignal;
  readonly #changed: () => void;
  #retryMs = RETRY_FIRST_MS;

  constructor(connection: Connection, kind: Kind, namespace: string, signal: AbortSignal, changed: () => void) {
    this.#connection = connection;
    this.kind = kind;
    this.#path = kind.path.replace("NS", encodeURIComponent(namespace));
    this.#signal = signal;
    this.#changed = changed;
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      const place = await this.#list();
      if (this.#signal.aborted) return;
      if (place === null) {
        if (this.state === "forbidden") await this.#wait(this.kind.isExtra ? ABSENT_MS : FORBIDDEN_MS);
        else await this.#backOff();
        continue;
      }
      const end = await this.#follow(place);
      if (this.#signal.aborted) return;
      if (end === "forbidden") {
        this.#set("polling");
        await this.#wait(POLL_MS);
      } else if (end === "lost") {
        this.#set("lost");
        await this.#backOff();
      }
    }
  }

  /** The place to watch from, or null when the list could not be had. */
  async #list(): Promise<string | null> {
    const objects = new Map<string, Kept>();
    let next = "";
    for (let page = 0; ; page += 1) {
      const more = next === "" ? "" : `&continue=${encodeURIComponent(next)}`;
      const asked = await this.#connection.ask("GET", `${this.#path}?limit=${PAGE}${more}`);
      const status = asked.ok ? asked.value.status : 0;
      const list = asked.ok ? (asked.value.body as List | null) : null;
      if (status === 403 || status === 404) this.objects = new Map();
      if (status !== 200 || list === null) {
        this.#set(status === 403 || status === 404 ? "forbidden" : "lost");
        return null;
      }
      for (const item of list.items ?? []) objects.set(keyOf(item), this.kind.keep(item as never));
      next = list.metadata?.continue ?? "";
      if (next !== "" && page + 1 < PAGES_MAX) continue;
      this.objects = objects;
      if (this.state === "polling") this.#changed();
      else this.#set("live");
      return list.metadata?.resourceVersion ?? "";
    }
  }

  /** Watches until the thread breaks. `forgotten`: the server no longer has the place (410), and a new list mends it. */
  async #follow(from: string): Promise<"lost" | "forgotten" | "forbidden" | "ended"> {
    let place = from;
    let isForgotten = false;
    while (!this.#signal.aborted && !isForgotten) {
      const watch = `${this.#path}?watch=true&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${encodeURIComponent(place)}`;
      const begun = performance.now();
      const streamed = await this.#connection.stream(watch, WATCH_MS, this.#signal, (line) => {
        const change = parse(line);
        if (change === null || change.type === "ERROR") isForgotten = true;
        else place = this.#apply(change) ?? place;
      });
      const isGood = performance.now() - begun >= GOOD_MS;
      if (isGood) this.#retryMs = RETRY_FIRST_MS;
      if (streamed.ok && streamed.status === 403) return "forbidden";
      if (streamed.ok && streamed.status === 410) isForgotten = true;
      else if (!streamed.ok || streamed.status !== 200) return "lost";
      if (this.state === "polling") this.#set("live");
      if (!isGood) await this.#backOff();
    }
    return isForgotten ? "forgotten" : "ended";
  }

  #apply({ type, object }: Change): string | undefined {
    if (object === undefined) return undefined;
    if (type === "DELETED") this.objects.delete(keyOf(object));
    else if (type === "ADDED" || type === "MODIFIED") this.objects.set(keyOf(object), this.kind.keep(object as never));
    if (type !== "BOOKMARK") this.#changed();
    return object.metadata?.resourceVersion;
  }

  #set(state: Follower["state"]): void {
    this.state = state;
    this.#changed();
  }

  async #backOff(): Promise<void> {
    const waitMs = this.#retryMs;
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
    await this.#wait(waitMs);
  }

  async #wait(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#signal }).catch(() => {}); // ended: the loop sees it
  }
}

const keyOf = ({ metadata }: Item): string => metadata?.uid ?? metadata?.name ?? "";

function parse(line: string): Change | null {
  try {
    return JSON.parse(line) as Change;
  } catch {
    return null; // cut in the middle: the place is uncertain, and a new list makes it sure
  }
}
