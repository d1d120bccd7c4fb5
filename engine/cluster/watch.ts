// Follows the objects of one namespace, and takes up the thread again when the connection is lost.
// Owns: the watches and their restarts. What is shown of an object is watched.ts's; what is done with it, the window's.
import {
  AppsV1Api,
  CoreV1Api,
  type Informer,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  NetworkingV1Api,
} from "@kubernetes/client-node";
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
/** Only the newest: a busy namespace has thousands, and a screen shows a dozen. */
const EVENTS_SHOWN = 50;

type Kind = {
  path: string;
  list(config: KubeConfig, namespace: string): Promise<KubernetesListObject<KubernetesObject>>;
  show(object: never): WatchedObject;
};
const KINDS: Record<string, Kind> = {
  deployments: {
    path: "/apis/apps/v1/namespaces/NS/deployments",
    list: (config, namespace) => config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace }),
    show: watchedDeployment,
  },
  pods: {
    path: "/api/v1/namespaces/NS/pods",
    list: (config, namespace) => config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace }),
    show: watchedPod,
  },
  services: {
    path: "/api/v1/namespaces/NS/services",
    list: (config, namespace) => config.makeApiClient(CoreV1Api).listNamespacedService({ namespace }),
    show: watchedService,
  },
  ingresses: {
    path: "/apis/networking.k8s.io/v1/namespaces/NS/ingresses",
    list: (config, namespace) => config.makeApiClient(NetworkingV1Api).listNamespacedIngress({ namespace }),
    show: watchedIngress,
  },
  events: {
    path: "/api/v1/namespaces/NS/events",
    list: (config, namespace) => config.makeApiClient(CoreV1Api).listNamespacedEvent({ namespace }),
    show: watchedEvent,
  },
};

/** Calls `onObjects` with the whole picture whenever it changes, and with `lost` as soon as a watch is. Ends with the returned function. */
export function watchNamespace(connection: Connection, namespace: string, onObjects: OnObjects): () => void {
  const follower = new Follower(connection, namespace, onObjects);
  return () => follower.stop();
}

type Followed = {
  informer: Informer<KubernetesObject> | null;
  objects: Map<string, WatchedObject>;
  state: "live" | "lost" | "forbidden";
  waitMs: number;
  timer: NodeJS.Timeout | null;
};

class Follower {
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #onObjects: OnObjects;
  readonly #followed = new Map<string, Followed>();
  #gather: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(connection: Connection, namespace: string, onObjects: OnObjects) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#onObjects = onObjects;
    for (const name of Object.keys(KINDS)) {
      this.#followed.set(name, { informer: null, objects: new Map(), state: "lost", waitMs: RETRY_FIRST_MS, timer: null });
      void this.#start(name);
    }
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#gather !== null) clearTimeout(this.#gather);
    for (const followed of this.#followed.values()) {
      if (followed.timer !== null) clearTimeout(followed.timer);
      void followed.informer?.stop();
    }
  }

  /** A fresh list, then a watch from there, with the credential of this moment: a lost watch may have missed deletions. */
  async #start(name: string): Promise<void> {
    const kind = KINDS[name]!;
    const followed = this.#followed.get(name)!;
    const ready = await this.#connection.kubeConfig();
    if (this.#isStopped) return;
    if (!ready.ok) return this.#lost(name, new Error(ready.trouble.message));
    const path = kind.path.replace("NS", encodeURIComponent(this.#namespace));
    let isListed = false;
    const objects = new Map<string, WatchedObject>();
    const informer = makeInformer(ready.value, path, async () => {
      const list = await kind.list(ready.value, this.#namespace);
      isListed = true;
      followed.objects = objects;
      followed.state = "live";
      this.#changed();
      return list;
    });
    const keep = (object: KubernetesObject) => {
      objects.set(object.metadata?.uid ?? object.metadata?.name ?? "", kind.show(object as never));
      followed.waitMs = RETRY_FIRST_MS;
      this.#changed();
    };
    informer.on("add", keep);
    informer.on("update", keep);
    informer.on("delete", (object) => {
      objects.delete(object.metadata?.uid ?? object.metadata?.name ?? "");
      this.#changed();
    });
    informer.on("connect", () => {
      if (isListed && followed.state !== "live") {
        followed.state = "live";
        this.#changed();
      }
    });
    informer.on("error", (error: unknown) => {
      if (followed.informer === informer) this.#lost(name, error);
    });
    followed.informer = informer;
    // Its own failures arrive as "error"; a throw beyond that must not end the engine.
    await informer.start().catch((error: unknown) => this.#lost(name, error));
    // The library opens its watch after the list, also when it was stopped in between.
    if (this.#isStopped || followed.informer !== informer) void informer.stop();
  }

  #lost(name: string, error: unknown): void {
    const followed = this.#followed.get(name)!;
    if (this.#isStopped || followed.timer !== null) return;
    void followed.informer?.stop();
    followed.informer = null;
    const isForbidden = [403, 404].includes((error as { code?: number }).code ?? (error as { statusCode?: number }).statusCode ?? 0);
    followed.state = isForbidden ? "forbidden" : "lost";
    if (isForbidden) followed.objects = new Map();
    const waitMs = isForbidden ? FORBIDDEN_MS : followed.waitMs;
    followed.waitMs = Math.min(followed.waitMs * 2, RETRY_MAX_MS);
    followed.timer = setTimeout(() => {
      followed.timer = null;
      void this.#start(name);
    }, waitMs);
    followed.timer.unref();
    this.#changed();
  }

  #changed(): void {
    if (this.#gather !== null || this.#isStopped) return;
    this.#gather = setTimeout(() => {
      this.#gather = null;
      const all = [...this.#followed.values()];
      // A kind that may not be read is no loss: the others are the picture.
      const isLost = all.some(({ state }) => state === "lost") || all.every(({ state }) => state === "forbidden");
      this.#onObjects(picture(all), isLost ? "lost" : "live");
    }, GATHER_MS);
    this.#gather.unref();
  }
}

/** Deployments, services, ingresses and pods by name, then the newest events. */
function picture(followed: Followed[]): WatchedObject[] {
  const all = followed.flatMap(({ objects }) => [...objects.values()]);
  const events = all
    .filter(({ kind }) => kind === "Event")
    .sort((a, b) => (b.at ?? "").localeCompare(a.at ?? ""))
    .slice(0, EVENTS_SHOWN);
  const order = ["Deployment", "Service", "Ingress", "Pod"];
  const others = all.filter(({ kind }) => kind !== "Event");
  others.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.name.localeCompare(b.name));
  return [...others, ...events];
}
