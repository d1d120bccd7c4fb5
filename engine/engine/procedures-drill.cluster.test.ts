// The whole drill on real servers: both stores destroyed, the first control plane killed, everything back in the second site; and with an instructor.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { RehearsalRequest } from "../protocol/index.ts";
import { openGround, openWorld, releasesAlone, type Walk, type Walked, walk } from "./testing-procedures.ts";
import { archiveEach, divide, HOUR, holdArchive, note, reckon, startWriter } from "./testing-recovery.ts";
import { asked, checksum, failOver, GROUND, openFirstSite, running, sandboxed } from "./testing-sites.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());
const MEASURES = ["last-write-database", "last-write-redis", "last-write-objects"];

/** Both sites, both stores with a writer each, and the drill's parameters. */
async function openDrill() {
  const site = await openFirstSite();
  const world = await openWorld(cluster?.kubeconfig ?? "", { first: site.plane.kubeconfig });
  const { postgres, redis, spaces, folder, bench } = world;
  await sandboxed(bench, "primary", "dr");
  await spaces.kubectl("primary", ["create", "-f", "-"], GROUND);
  await archiveEach(postgres, "2s");
  const ground = join(folder, "drill-ground");
  const lines = [`postgresql ${postgres.host}:${postgres.port} ${postgres.dataDir}`, `redis ${redis.host}:${redis.port} ${redis.dir}`];
  writeFileSync(ground, `${lines.join("\n")}\n`);
  const orders = startWriter((n) => postgres.sql(`insert into orders (id, customer) values (${1000 + n}, 'drill')`, "app"));
  const sessions = startWriter(async (n) => {
    if ((await redis.ask("SET", `session:${n}`, `user ${n}`)) !== "OK") throw new Error("not written");
  });
  const left: Record<string, unknown> = {};
  const params = {
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
  };
  const before: Walk["before"] = {
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
      expect(left).toEqual({ database: 0, redis: ["redis.conf", "redis.log"] });
      expect(await asked(site.front.url)).toBe("502");
      await expect(spaces.kubectl("primary", ["get", "pods"])).rejects.toThrow(/refused/);
      expect(await running(spaces, "dr")).toEqual([]);
    },
  };
  const run = (rehearsal: RehearsalRequest, more: Partial<Walk> = {}): Promise<Walked> =>
    walk(bench, {
      file: "recover/dr-drill.md",
      rehearsal,
      contexts: { primary: "primary", dr: "dr" },
      params,
      before,
      sign: releasesAlone(bench),
      ...more,
    });
  const atFirst = { sum: await checksum(spaces, "primary", ["stores"]), pods: (await running(spaces, "primary")).length };
  /** What came back, against what was there and what the writers' books say; and what did not. */
  const proved = async () => {
    const [written, seen] = [await orders.end(), await sessions.end()];
    const rows = await postgres.sql("select id - 1000 from orders where customer = 'drill' order by id", "app");
    const database = divide(written, rows.split("\n").map(Number));
    expect(await postgres.sql("select count(*) from orders where customer like 'customer %'", "app")).toBe("500");
    const keys = (await redis.ask("--scan", "--pattern", "session:*")).split("\n").map((key) => Number(key.slice("session:".length)));
    const cache = divide(seen, keys);
    expect(Math.min(database.lost.length, cache.lost.length)).toBeGreaterThan(0);
    expect(await checksum(spaces, "dr", ["stores"])).toBe(atFirst.sum);
    expect((await running(spaces, "dr")).length).toBe(atFirst.pods);
    expect(await world.setting("stores", "database-port", "dr")).toBe(String(postgres.port));
    expect(await asked(site.front.url)).toBe("second site");
    return { database, cache };
  };
  /** The recorded drill, for the test that replays it without a network; nothing where nobody asked for it. */
  const pack = async ({ own }: Walked) => {
    const out = process.env["HOLDPOINT_DRILL_BUNDLE"];
    if (out === undefined) return;
    const { document } = await bench.call("run.get", { run: own.run });
    const isSecret = (name: string) => document.params.some((param) => param.name === name && param.type === "secret");
    const entries = Object.entries(params);
    const secrets = entries.flatMap(([name, value]) => (isSecret(name) ? [value] : []));
    const { fingerprint } = await bench.call("rehearsal.pack", { run: own.run, out, values: secrets });
    const open = Object.fromEntries(entries.filter(([name]) => !isSecret(name)));
    writeFileSync(`${out}.json`, JSON.stringify({ run: own.run, fingerprint, params: open, secrets }));
  };
  const close = async () => {
    await Promise.all([orders.end(), sessions.end()]);
    await redis.ask("SHUTDOWN", "NOSAVE").catch(() => {}); // the one that the drill started; none where it did not come so far
    await postgres.stopIn(postgres.dataDir);
    await world.close();
    await site.close();
  };
  return { run, bench, proved, pack, close };
}

describe.skipIf(!cluster)("the drill", () => {
  it("loses both stores and the first control plane, and has everything back in the second site", async (test) => {
    const drill = await openDrill();
    try {
      const walked = await drill.run({ way: "sandbox" });
      const { database, cache } = await drill.proved();
      const reckoned = await reckon(walked, "last-writes", MEASURES);
      const lastRow = reckoned.lastWrites["last-write-database"]?.atMs;
      expect(lastRow).toBeGreaterThanOrEqual(database.last.sentMs);
      expect(lastRow).toBeLessThanOrEqual(database.lost[0]!.ackedMs);
      const lost = Object.entries(reckoned.lastWrites).map(
        ([block, { lostMs }]) => `${block.slice("last-write-".length)} ${(lostMs / 1000).toFixed(1)} s`,
      );
      const over = await failOver(walked.own);
      const what = `; ${lost.join(", ")}; ${database.lost.length} rows and ${cache.lost.length} keys lost; fail-over ${over} ms of 30000`;
      await note(test, "The whole drill", reckoned, HOUR, HOUR / 4, what);
      await drill.pack(walked);
    } finally {
      await drill.close();
    }
  }, 300_000);

  it("comes through its scenario: nobody to sign, a slow archive, a second site cut off, a front door that refuses, an export too old", async (test) => {
    const drill = await openDrill();
    const { bench } = drill;
    const sign = releasesAlone(bench);
    try {
      const walked = await drill.run(
        { way: "sandbox", scenario: "dr-drill.scenario.yaml", compress: 20 },
        {
          // Asked again until somebody answers, as a team does that has no deputy.
          sign: async (run, subject, roles) => {
            for (let isSigned = false; !isSigned; ) {
              isSigned = await sign(run, subject, roles).then(
                () => true,
                () => false,
              );
              if (!isSigned) await new Promise((resolve) => setTimeout(resolve, 500));
            }
          },
          mends: {
            users: ({ run }) => bench.call("run.retry", { run, step: "users" as never, reason: "the right to change it was fetched" }),
            pods: async ({ run }, next) => {
              await new Promise((resolve) => setTimeout(resolve, 500));
              if (next.kind === "resume") await bench.call("run.resume", { run });
              else await bench.call("run.gate", { run, step: "pods" as never, block: next.block, go: "restart" });
            },
          },
        },
      );
      await drill.proved();
      const { recovery } = walked.view.header;
      const debrief = await bench.call("run.debrief", { run: walked.own.run });
      const faults = Object.fromEntries(debrief.faults.map((fault) => [fault.name, fault]));
      expect(debrief.faults.map(({ name, state }) => `${name}: ${state}`)).toEqual(
        ["lead-away", "slow-archive", "cut-off", "front-door", "old-export"].map((name) => `${name}: met`),
      );
      expect(faults["cut-off"]).toMatchObject({ how: "real", handled: { words: "the step passed" } });
      expect(faults["front-door"]?.deeds.map(({ how }) => how)).toEqual(["retried"]);
      // Nobody held the run over the old export, and the clocks say what that means: in time, and with more lost than is promised.
      expect(faults["old-export"]).toMatchObject({ noticed: null });
      expect([recovery?.rto.state, recovery?.rpo.state]).toEqual(["met", "missed"]);
      const worst = recovery?.rpo.measured.find(({ block }) => block === "last-write-objects");
      expect(recovery?.rpo.ms).toBe(worst?.lostMs);
      expect(worst?.lostMs).toBeGreaterThan(40 * 60_000);
      expect(recovery?.rto.textMs).toBeGreaterThan(recovery?.rto.ms ?? 0);
      const { injected, noticed, planned } = debrief.figures;
      await test.annotate(`The drill with its scenario: ${injected} of ${planned} faults came, ${noticed} were noticed`);
    } finally {
      await drill.close();
    }
  }, 300_000);
});
