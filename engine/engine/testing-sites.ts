// Two sites for tests of recovery: a first one that may be killed, a front door, and what a namespace is held against.
// Owns: setting up, checksums, the fail-over as the events have it. The servers are build/'s. Used by tests only.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type ControlPlane, startControlPlane } from "../../build/control-plane/index.ts";
import { type Front, type Namespaces, type Site, startFront, startSite } from "../../build/services/index.ts";
import type { Bench, RunBench } from "./testing.ts";

/** Says of a namespace that a drill may empty it. */
export const GROUND = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "drill-ground" } });
/** From the order to the first answer of the second site. */
const FAIL_OVER_MS = 30_000;

type Place = "primary" | "dr";
type Listed = { items: { kind: string; metadata: { name: string; uid: string }; spec?: Record<string, unknown>; data?: unknown }[] };
export const listed = async (spaces: Namespaces, place: Place, kinds: string) =>
  (JSON.parse(await spaces.kubectl(place, ["get", kinds, "-o", "json"])) as Listed).items;

/** One checksum over everything that a namespace says should be, but for what a cluster hands out itself. */
export async function checksum(spaces: Namespaces, place: Place, except: string[] = []): Promise<string> {
  const items = await listed(spaces, place, "deployments.apps,services,ingresses.networking.k8s.io,configmaps");
  const told = items
    .filter(({ metadata }) => ![...except, "kube-root-ca.crt"].includes(metadata.name))
    .map(({ kind, metadata, spec, data }) => {
      const { clusterIP: _ip, clusterIPs: _ips, ...rest } = spec ?? {};
      return `${kind} ${metadata.name} ${JSON.stringify(sorted([rest, data ?? null]))}`;
    });
  expect(told.length).toBeGreaterThan(6);
  return createHash("sha256").update(told.sort().join("\n")).digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

export const running = async (spaces: Namespaces, place: Place): Promise<string[]> =>
  (await spaces.kubectl(place, ["get", "pods", "--field-selector=status.phase=Running", "-o", "jsonpath={.items[*].metadata.uid}"]))
    .split(" ")
    .filter((uid) => uid !== "");

/** Rehearsals run on clusters of which somebody has said that they are for it. */
export async function sandboxed(bench: Bench, ...contexts: Place[]): Promise<void> {
  for (const context of contexts) await bench.call("cluster.classify", { context, class: "sandbox" });
}

export type FirstSite = {
  plane: ControlPlane;
  front: Front;
  first: Site;
  second: Site;
  params(spaces: Namespaces): Record<string, string>;
  close(): Promise<void>;
};

/** A control plane that may be killed, a service in either site, and the front door that asks the first. */
export async function openFirstSite(): Promise<FirstSite> {
  const dir = mkdtempSync(join(tmpdir(), "hp-first-site-"));
  const plane = await startControlPlane({ dir, env: {}, isSingle: true });
  const [first, second] = await Promise.all([startSite("first site"), startSite("second site")]);
  const front = await startFront(first.address);
  return {
    plane,
    front,
    first,
    second,
    params: (spaces) => {
      const config = JSON.parse(readFileSync(spaces.kubeconfig, "utf8")) as { clusters: { name: string; cluster: { server: string } }[] };
      const server = config.clusters.find(({ name }) => name === "primary")?.cluster.server ?? "";
      return { PRIMARY_API: server, PUBLIC: front.url, SECOND: second.address, FRONT: front.admin };
    },
    async close() {
      await Promise.all([front.stop(), second.stop(), first.stop().catch(() => {})]); // the first has died already, if it came so far
      await plane.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const asked = async (url: string): Promise<string> => {
  const answer = await fetch(url);
  return answer.ok ? await answer.text() : String(answer.status);
};

/** From the moment the front door was told to the look that saw the second site's answer, by the events. */
export async function failOver(own: RunBench): Promise<number> {
  const events = (await own.events()).filter(({ body }) => body.subject.step === "users");
  const from = events.find(({ body }) => body.type === "block.started")?.body.ts_utc ?? "";
  const to = events.findLast(({ body }) => body.type === "block.ended" && body.outcome === "passed")?.body.ts_utc ?? "";
  const took = Date.parse(to) - Date.parse(from);
  expect(took).toBeLessThanOrEqual(FAIL_OVER_MS);
  return took;
}
