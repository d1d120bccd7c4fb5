// Follows the objects of one namespace, and takes up the thread again when the connection is lost.
// Owns: lists, watches and their restarts. What is shown of an object is watched.ts's; what is done with it, the window's.
import { setTimeout as pause } from "node:timers/promises";
import type { WatchedObject } from "../protocol/index.ts";
import type { Connection } from "./connection.ts";
import { watchedDeployment, watchedEvent, watchedIngress, watchedPod, watchedService } from "./watched.ts";

type OnObjects = (objects: WatchedObject[], state: "live" | "lost") => void;

/** Changes come in bursts (a roll-out touches every pod); one picture per this many milliseconds is enough for eyes. */
const GATHER_MS = 100;
/** First and longest wait before asking a server again that was lost. */
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 15_000;
/** A kind that may not be listed stays so for a while: permissions change seldom. */
const FORBIDDEN_MS = 60_000;
/** The server is asked to end each watch after this many seconds. One that is still open well past it is a dead line (a laptop that slept), and lost. */
const WATCH_SECONDS = 50;
const WATCH_MS = 65_000;
/** Only the newest: a busy namespace has thousands, and a screen shows a dozen. */
const EVENTS_SHOWN = 50;

type Item = { metadata?: { uid?: string; name?: string; resourceVersion?: string } };
type List = { metadata?: { resourceVersion?: string }; items?: Item[] };
type Change = { type?: string; object?: Item & { code?: number } };
type Kind = { path: string; show(object: never): WatchedObject };

const KINDS: Kind[] = [
  { path: "/apis/apps/v1/namespaces/NS/deployments", show: watchedDeployment },
  { path: "/api/v1/namespaces/NS/pods", show: watchedPod },
  { path: "/api/v1/namespaces/NS/services", show: watchedService },
  { path: "/apis/networking.k8s.io/v1/namespaces/NS/ingresses", show: watchedIngress },
  { path: "/api/v1/namespaces/NS/events", show: watchedEvent },
];

/** Calls `onObjects` with the whole picture whenever it changes, and with `lost` as soon as a watch is. Ends with the returned function. */
export function watchNamespace(connection: Connection, namespace: string, onObjects: OnObjects): () => void {
  const end = new AbortController();
  const followers = KINDS.map((kind) => new Follower(connection, kind, namespace, end.signal, changed));
  let gather: NodeJS.Timeout | null = null;
  function changed(): void {
    if (gather !== null || end.signal.aborted) return;
    gather = setTimeout(() => {
      gather = null;
      // A kind that may not be read is no loss: the others are the picture.
      const isLost = followers.some(({ state }) => state === "lost") || followers.every(({ state }) => state === "forbidden");
      const isWaiting = followers.some(({ state }) => state === "starting");
      if (!isWaiting || isLost) onObjects(picture(followers), isLost ? "lost" : "live");
    }, GATHER_MS);
  }
  for (const follower of followers) void follower.run();
  return () => {
    end.abort();
    if (gather !== null) clearTimeout(gather);
  };
}

/** One kind of object: a list, then watches from there, and again from the list when the line was lost or the server has forgotten the place. */
class Follower {
  objects = new Map<string, WatchedObject>();
  state: "starting" | "live" | "lost" | "forbidden" = "starting";
  readonly #connection: Connection;
  readonly #kind: Kind;
  readonly #path: string;
  readonly #signal: AbortSignal;
  readonly #changed: () => void;
  #retryMs = RETRY_FIRST_MS;

  constructor(connection: Connection, kind: Kind, namespace: string, signal: AbortSignal, changed: () => void) {
    this.#connection = connection;
    this.#kind = kind;
    this.#path = kind.path.replace("NS", encodeURIComponent(namespace));
    this.#signal = signal;
    this.#changed = changed;
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      const place = await this.#list();
      if (this.#signal.aborted) return;
      if (place === null) {
        const waitMs = this.state === "forbidden" ? FORBIDDEN_MS : this.#retryMs;
        this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
        await pause(waitMs, undefined, { signal: this.#signal }).catch(() => {}); // ended: the loop sees it
      } else if (await this.#follow(place)) this.#set("lost");
    }
  }

  /** The place to watch from, or null when the list could not be had. */
  async #list(): Promise<string | null> {
    const asked = await this.#connection.ask("GET", this.#path);
    const status = asked.ok ? asked.value.status : 0;
    const list = asked.ok ? (asked.value.body as List | null) : null;
    if (status === 403 || status === 404) this.objects = new Map();
    if (status !== 200 || list === null) {
      this.#set(status === 403 || status === 404 ? "forbidden" : "lost");
      return null;
    }
    this.objects = new Map((list.items ?? []).map((item) => [keyOf(item), this.#kind.show(item as never)]));
    this.#retryMs = RETRY_FIRST_MS;
    this.#set("live");
    return list.metadata?.resourceVersion ?? "";
  }

  /** Watches until the thread breaks; true when the line was lost, false when only the place was forgotten (410) and a new list mends it. */
  async #follow(from: string): Promise<boolean> {
    let place = from;
    let isForgotten = false;
    while (!this.#signal.aborted && !isForgotten) {
      const watch = `${this.#path}?watch=true&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${encodeURIComponent(place)}`;
      const streamed = await this.#connection.stream(watch, WATCH_MS, this.#signal, (line) => {
        const change = parse(line);
        if (change === null || change.type === "ERROR") isForgotten = true;
        else place = this.#apply(change) ?? place;
      });
      if (!streamed.ok) return true;
      if (streamed.status === 410) return false;
      if (streamed.status !== 200) return true;
    }
    return false;
  }

  #apply({ type, object }: Change): string | undefined {
    if (object === undefined) return undefined;
    if (type === "DELETED") this.objects.delete(keyOf(object));
    else if (type === "ADDED" || type === "MODIFIED") this.objects.set(keyOf(object), this.#kind.show(object as never));
    if (type !== "BOOKMARK") this.#changed();
    return object.metadata?.resourceVersion;
  }

  #set(state: Follower["state"]): void {
    this.state = state;
    this.#changed();
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

/** Deployments, services, ingresses and pods by name, then the newest events. */
function picture(followers: Follower[]): WatchedObject[] {
  const all = followers.flatMap(({ objects }) => [...objects.values()]);
  const events = all
    .filter(({ kind }) => kind === "Event")
    .sort((a, b) => (b.at ?? "").localeCompare(a.at ?? ""))
    .slice(0, EVENTS_SHOWN);
  const order = ["Deployment", "Service", "Ingress", "Pod"];
  const others = all.filter(({ kind }) => kind !== "Event");
  others.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.name.localeCompare(b.name));
  return [...others, ...events];
}
