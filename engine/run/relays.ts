// The relays of one rehearsal: before the clusters and the addresses that its instructor may cut off.
// Owns: which there are, what a shell is told instead of an address, and cutting them. The instructor says when.
import type { Effect, Scenario } from "../rehearsal/index.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { openRelay, openTunnel, type Relay, type Target } from "./relay.ts";

export type Relays = {
  /** Values that a shell gets instead of those on record, by parameter. */
  variables(): Record<string, string>;
  /** `proxy-url` of a cluster's pin; null where nothing of it is cut. */
  proxyOf(cluster: string): string | null;
  of(effect: Effect): Relay | null;
  close(): Promise<void>;
};

/** One for each thing that the scenario cuts; null where it cuts nothing. */
export async function openRelays(deps: RunDeps, live: LiveRun, scenario: Scenario): Promise<Relays | null> {
  const cuts = scenario.faults.map(({ effect }) => effect).filter((effect) => effect.kind === "cut");
  if (cuts.length === 0) return null;
  const open = new Map<string, Relay>();
  for (const cut of cuts) {
    if (open.has(keyOf(cut))) continue;
    const target = cut.cluster === null ? null : serverOf(deps, live, cut.cluster);
    if (cut.cluster === null) open.set(keyOf(cut), await openRelay(() => addressIn(live.state.values, cut)));
    else if (target !== null) open.set(keyOf(cut), await openTunnel(target));
  }
  return {
    variables() {
      const told: Record<string, string> = {};
      for (const cut of cuts) {
        const relay = open.get(keyOf(cut));
        if (!relay || cut.host === null) continue;
        if (cut.port !== null) Object.assign(told, { [cut.host]: "127.0.0.1", [cut.port]: String(relay.port) });
        else told[cut.host] = withAddress(live.state.values[cut.host] ?? "", relay.port);
      }
      return told;
    },
    proxyOf(cluster) {
      const relay = open.get(`cluster ${cluster}`);
      return relay ? `http://127.0.0.1:${relay.port}` : null;
    },
    of: (effect) => (effect.kind === "cut" ? (open.get(keyOf(effect)) ?? null) : null),
    close: async () => void (await Promise.all([...open.values()].map((relay) => relay.close()))),
  };
}

type Cut = Extract<Effect, { kind: "cut" }>;
const keyOf = ({ cluster, host, port }: Cut): string => (cluster === null ? `param ${host} ${port}` : `cluster ${cluster}`);

/** The API server as the kubeconfig names it; null for one without TLS or behind a proxy already: a tunnel needs neither. */
function serverOf(deps: RunDeps, live: LiveRun, cluster: string): Target | null {
  const context = [...live.state.pins.values()].find((pin) => pin.name === cluster)?.context;
  const { server, "proxy-url": proxy } = deps.contexts().byName.get(context ?? "")?.cluster.value ?? {};
  if (typeof server !== "string" || !URL.canParse(server) || proxy) return null;
  const url = new URL(server);
  return url.protocol === "https:" ? { host: bare(url.hostname), port: Number(url.port || 443) } : null;
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

/** `HOST` and `PORT` of two parameters, or `host:port` and URLs of one. Null where there is no port to lead to. */
function addressIn(values: Record<string, string>, { host, port }: Cut): Target | null {
  const text = values[host ?? ""] ?? "";
  if (port !== null) return /^\d{1,5}$/.test(values[port] ?? "") ? { host: bare(text), port: Number(values[port]) } : null;
  const found = partsOf(text);
  return found && { host: bare(found.host), port: found.port };
}

const DEFAULT_PORTS: Record<string, number> = { http: 80, https: 443, redis: 6379, rediss: 6379, postgres: 5432, postgresql: 5432 };

function partsOf(text: string): { before: string; host: string; port: number; after: string } | null {
  const parts = /^((?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^@/]*@)?)(\[[^\]]+\]|[^:/?#]+)(?::(\d{1,5}))?(.*)$/is.exec(text.trim());
  if (parts === null) return null;
  const port = Number(parts[4] ?? DEFAULT_PORTS[(parts[2] ?? "").toLowerCase()] ?? Number.NaN);
  return Number.isInteger(port) ? { before: parts[1] ?? "", host: parts[3] ?? "", port, after: parts[5] ?? "" } : null;
}

function withAddress(text: string, port: number): string {
  const parts = partsOf(text);
  return parts === null ? text : `${parts.before}127.0.0.1:${port}${parts.after}`;
}
