// What runs on a cluster, lost for real and recovered by its runbooks: an emptied namespace, a control plane that is killed, and the drill of all.
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlPlane, startControlPlane } from "../../build/control-plane/index.ts";
import { type Front, type Namespaces, openNamespaces, type Site, startFront, startSite } from "../../build/services/index.ts";

import { type Bench, openBench } from "./testing.ts";
import { openGround, openWorld, releasesAlone, walk } from "./testing-procedures.ts";
import { archiveEach, divide, HOUR, holdArchive, note, reckon, startWriter } from "./testing-recovery.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());
const SANDBOX = { way: "sandbox" } as const;
const GROUND = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "drill-ground" } });
/** From the order to the first answer of the second site. */
const FAIL_OVER_MS = 30_000;

type Place = "primary" | "dr";
type Listed = { items: { kind: string; metadata: { name: string; uid: string }; spec?: Record<string, unknown>; data?: unknown }[] };
const listed = async (spaces: Namespaces, place: Place, kinds: string) =>
  (JSON.parse(await spaces.kubectl(place, ["get", kinds, "-o", "json"])) as Listed).items;

/** One checksum over everything that a namespace says should be, but for what a cluster hands out itself. */
async function checksum(spaces: Namespaces, place: Place, except: string[] = []): Promise<string> {
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

const running = async (spaces: Namespaces, place: Place): Promise<string[]> =>
  (await spaces.kubectl(place, ["get", "pods", "--field-selector=status.phase=Running", "-o", "jsonpath={.items[*].metadata.uid}"]))
    .split(" ")
    .filter((uid) => uid !== "");

/** Rehearsals run on clusters of which somebody has said that they are for it. */
async function sandboxed(bench: Bench, ...contexts: Place[]): Promise<void> {
  for (const context of contexts) await bench.call("cluster.classify", { context, class: "sandbox" });
}

type FirstSite = {
  plane: ControlPlane;
  front: Front;
  first: Site;
  second: Site;
  params(spaces: Namespaces): Record<string, string>;
  close(): Promise<void>;
};

/** A control plane that may be killed, a service in either site, and the front door that asks the first. */
async function openFirstSite(): Promise<FirstSite> {
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

const asked = async (url: string): Promise<string> => {
  const answer = await fetch(url);
  return answer.ok ? await answer.text() : String(answer.status);
};

describe.skipIf(!cluster)("an emptied namespace", () => {
  let spaces: Namespaces;
  let bench: Bench;
  const kept = mkdtempSync(join(tmpdir(), "hp-kept-"));
  beforeAll(async () => {
    spaces = await openNamespaces(cluster?.kubeconfig ?? "");
    bench = await openBench({ env: { KUBECONFIG: spaces.kubeconfig }, kubeconfig: spaces.kubeconfig });
    await sandboxed(bench, "primary");
  });
  afterAll(async () => {
    await bench?.remove();
    await spaces?.remove();
    rmSync(kept, { recursive: true, force: true });
  });
  const params = { PURPOSE: "drill", KEPT: kept };
  const request = { file: "recover/namespace-emptied.md", rehearsal: SANDBOX, contexts: { main: "primary" }, params };

  it("is emptied only where it says that it is ground for a drill", async () => {
    await expect(walk(bench, request)).rejects.toThrow(/Step 1\.1 failed/);
    expect((await running(spaces, "primary")).length).toBeGreaterThan(0);
  });

  it("comes back with pods Running; a change after the export is lost", async (test) => {
    await spaces.kubectl("primary", ["create", "-f", "-"], GROUND);
    await spaces.kubectl("primary", ["create", "configmap", "flags", "--from-literal=JOBS=1"]);
    const before = { sum: await checksum(spaces, "primary"), pods: await running(spaces, "primary") };
    expect(before.pods.length).toBeGreaterThan(0);
    const change = ["patch", "configmap", "flags", "--type=merge", "-p", '{"data":{"JOBS":"9"}}'];
    const seen: Record<string, unknown> = {};
    const walked = await walk(bench, {
      ...request,
      before: {
        empty: () => spaces.kubectl("primary", change),
        declare: async () => {
          seen["objects"] = (await listed(spaces, "primary", "deployments.apps,services,ingresses.networking.k8s.io")).length;
          seen["pods"] = await running(spaces, "primary");
        },
      },
      sign: releasesAlone(bench),
    });
    expect(seen).toEqual({ objects: 0, pods: [] });
    const after = await running(spaces, "primary");
    expect(after.length).toBe(before.pods.length);
    expect(after.filter((uid) => before.pods.includes(uid))).toEqual([]);
    expect(await checksum(spaces, "primary")).toBe(before.sum);
    expect(await spaces.kubectl("primary", ["get", "configmap", "flags", "-o", "jsonpath={.data.JOBS}"])).toBe("1");
    await note(test, "Emptied namespace", await reckon(walked), 4 * HOUR, HOUR, `; ${after.length} pods Running anew, one change lost`);
  }, 120_000);

  it("comes back against an instructor who refuses the objects once and really scales a deployment down again", async () => {
    const before = await checksum(spaces, "primary");
    const size = ["get", "deployment", "api-blue", "-o", "jsonpath={.spec.replicas}"];
    let team: Promise<unknown> = Promise.resolve();
    const walked = await walk(bench, {
      ...request,
      rehearsal: { ...SANDBOX, scenario: "namespace-emptied.scenario.yaml" },
      before: {
        pods: () => {
          team = (async () => {
            for (let look = 0; look < 100 && (await spaces.kubectl("primary", size)) !== "0"; look += 1)
              await new Promise((resolve) => setTimeout(resolve, 200));
            await spaces.kubectl("primary", ["scale", "deployment/api-blue", "--replicas=1"]);
          })();
        },
      },
      mends: {
        apply: (own) => bench.call("run.retry", { run: own.run, step: "apply" as never, reason: "the quota was raised" }),
        // The pods were there sooner than it came: then the comparison finds it.
        same: async (own) => {
          await team;
          await bench.call("run.retry", { run: own.run, step: "same" as never, reason: "scaled up again" });
        },
      },
      sign: releasesAlone(bench),
    });
    await team;
    expect(await checksum(spaces, "primary")).toBe(before);
    await reckon(walked);
    const debrief = await bench.call("run.debrief", { run: walked.own.run });
    expect(debrief.faults.map(({ name, state, how }) => ({ name, state, how }))).toEqual([
      { name: "quota", state: "met", how: "played" },
      { name: "scaled-down", state: "met", how: "real" },
    ]);
    expect(debrief.faults[0]?.deeds.map((deed) => deed.how)).toEqual(["retried"]);
    expect(debrief.faults.map(({ expected }) => expected)).not.toContain("");
  }, 120_000);
});

describe.skipIf(!cluster)("what ran on a cluster that is gone", () => {
  it("comes back on a second control plane after the first was killed; users get its answers within 30 seconds", async (test) => {
    const site = await openFirstSite();
    const spaces = await openNamespaces(cluster?.kubeconfig ?? "", { first: site.plane.kubeconfig });
    const bench = await openBench({ env: { KUBECONFIG: spaces.kubeconfig }, kubeconfig: spaces.kubeconfig });
    const kept = mkdtempSync(join(tmpdir(), "hp-kept-"));
    try {
      await sandboxed(bench, "primary", "dr");
      const before = { sum: await checksum(spaces, "primary"), pods: await running(spaces, "primary"), dr: await running(spaces, "dr") };
      expect([before.pods.length > 0, before.dr]).toEqual([true, []]);
      const walked = await walk(bench, {
        file: "recover/second-site.md",
        rehearsal: SANDBOX,
        contexts: { primary: "primary", dr: "dr" },
        params: { ...site.params(spaces), PURPOSE: "drill", KEPT: kept },
        before: {
          gone: async () => {
            await site.plane.kill();
            await site.first.stop();
          },
          declare: async () => {
            expect(await asked(site.front.url)).toBe("502");
            await expect(spaces.kubectl("primary", ["get", "pods"])).rejects.toThrow(/refused/);
          },
        },
        sign: releasesAlone(bench),
      });
      expect(await checksum(spaces, "dr")).toBe(before.sum);
      const after = await running(spaces, "dr");
      expect(after.length).toBe(before.pods.length);
      expect(await asked(site.front.url)).toBe("second site");
      const over = await failOver(walked.own);
      await note(
        test,
        "Second control plane",
        await reckon(walked),
        4 * HOUR,
        HOUR,
        `; ${after.length} pods Running there, fail-over ${over} ms of 30000`,
      );
    } finally {
      await bench.remove();
      await spaces.remove();
      await site.close();
      rmSync(kept, { recursive: true, force: true });
    }
  }, 300_000);

  it("is drilled as a whole: both stores destroyed and the first control plane killed, everything back in the second site", async (test) => {
    const site = await openFirstSite();
    const world = await openWorld(cluster?.kubeconfig ?? "", { first: site.plane.kubeconfig });
    const { postgres, redis, spaces, folder, bench } = world;
    const rows = async () =>
      (await postgres.sql("select id - 1000 from orders where customer = 'drill' order by id", "app")).split("\n").map(Number);
    const orders = startWriter((n) => postgres.sql(`insert into orders (id, customer) values (${1000 + n}, 'drill')`, "app"));
    const sessions = startWriter(async (n) => {
      if ((await redis.ask("SET", `session:${n}`, `user ${n}`)) !== "OK") throw new Error("not written");
    });
    try {
      await sandboxed(bench, "primary", "dr");
      await spaces.kubectl("primary", ["create", "-f", "-"], GROUND);
      await archiveEach(postgres, "2s");
      const ground = join(folder, "drill-ground");
      const lines = [`postgresql ${postgres.host}:${postgres.port} ${postgres.dataDir}`, `redis ${redis.host}:${redis.port} ${redis.dir}`];
      writeFileSync(ground, `${lines.join("\n")}\n`);
      const before = { sum: await checksum(spaces, "primary", ["stores"]), pods: await running(spaces, "primary") };
      const left: Record<string, unknown> = {};
      const walked = await walk(bench, {
        file: "recover/dr-drill.md",
        rehearsal: SANDBOX,
        contexts: { primary: "primary", dr: "dr" },
        params: {
          ...site.params(spaces),
          ...world.database,
          ...world.cache,
          PG_BIN: postgres.binDir,
          ACCOUNT: postgres.account,
          DATA: postgres.dataDir,
          ARCHIVE: postgres.archive,
          BASE: join(folder, "drill-base"),
          REDIS_CONFIG: redis.config,
          REDIS_DATA: redis.dir,
          KEPT: join(folder, "kept"),
          DRILL_GROUND: ground,
        },
        before: {
          destroy: async () => {
            await holdArchive(postgres);
            await Promise.all([orders.more(15), sessions.more(15)]);
          },
          gone: async () => {
            left["database"] = readdirSync(postgres.dataDir).length;
            left["redis"] = readdirSync(redis.dir).sort();
            await site.plane.kill();
            await site.first.stop();
          },
          declare: async () => {
            expect(await asked(site.front.url)).toBe("502");
            await expect(spaces.kubectl("primary", ["get", "pods"])).rejects.toThrow(/refused/);
            expect(await running(spaces, "dr")).toEqual([]);
          },
        },
        sign: releasesAlone(bench),
      });
      expect(left).toEqual({ database: 0, redis: ["redis.conf", "redis.log"] });
      const [written, seen] = [await orders.end(), await sessions.end()];
      const database = divide(written, await rows());
      expect(await postgres.sql("select count(*) from orders where customer like 'customer %'", "app")).toBe("500");
      const keys = (await redis.ask("--scan", "--pattern", "session:*")).split("\n").map((key) => Number(key.slice("session:".length)));
      const cache = divide(seen, keys);
      expect(Math.min(database.lost.length, cache.lost.length)).toBeGreaterThan(0);
      expect(await checksum(spaces, "dr", ["stores"])).toBe(before.sum);
      expect((await running(spaces, "dr")).length).toBe(before.pods.length);
      expect(await world.setting("stores", "database-port", "dr")).toBe(String(postgres.port));
      expect(await asked(site.front.url)).toBe("second site");
      const reckoned = await reckon(walked, "last-writes", ["last-write-database", "last-write-redis", "last-write-objects"]);
      const lastRow = reckoned.lastWrites["last-write-database"]?.atMs;
      expect(lastRow).toBeGreaterThanOrEqual(database.last.sentMs);
      expect(lastRow).toBeLessThanOrEqual(database.lost[0]!.ackedMs);
      const lost = Object.entries(reckoned.lastWrites).map(
        ([block, { lostMs }]) => `${block.slice("last-write-".length)} ${(lostMs / 1000).toFixed(1)} s`,
      );
      const over = await failOver(walked.own);
      const what = `; ${lost.join(", ")}; ${database.lost.length} rows and ${cache.lost.length} keys lost; fail-over ${over} ms of 30000`;
      await note(test, "The whole drill", reckoned, HOUR, HOUR / 4, what);
    } finally {
      await Promise.all([orders.end(), sessions.end()]);
      await redis.ask("SHUTDOWN", "NOSAVE").catch(() => {}); // the one that the drill started; none where it did not come so far
      await postgres.stopIn(postgres.dataDir);
      await world.close();
      await site.close();
    }
  }, 300_000);
});

/** From the moment the front door was told to the look that saw the second site's answer, by the events. */
async function failOver(own: Awaited<ReturnType<typeof walk>>["own"]): Promise<number> {
  const events = (await own.events()).filter(({ body }) => body.subject.step === "users");
  const from = events.find(({ body }) => body.type === "block.started")?.body.ts_utc ?? "";
  const to = events.findLast(({ body }) => body.type === "block.ended" && body.outcome === "passed")?.body.ts_utc ?? "";
  const took = Date.parse(to) - Date.parse(from);
  expect(took).toBeLessThanOrEqual(FAIL_OVER_MS);
  return took;
}
