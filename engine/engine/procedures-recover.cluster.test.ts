// The procedures of runbooks/recover, from the first to the last step: two named clusters, a standby that is promoted, a log that is replayed.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../build/control-plane/index.ts";
import { startRedis, startStandby } from "../../build/services/index.ts";
import { credentials, newPerson } from "../people/testing.ts";
import type { Caller } from "./access.ts";
import { openGround, openWorld, type World, walk } from "./testing-procedures.ts";

const at = (id: string): Caller => ({ id: `window of ${id}`, door: "window", isReadOnly: false });
const MIRA = at("mira");

/** A lead who signs, an operator for steps of no role, and one person per title; each signed in at a window of their own. */
async function enrol({ bench }: World, titles: string[]): Promise<Record<string, Caller>> {
  const ownPassword = "correct horse battery";
  await bench.call("people.enrol", { ...newPerson("mira", ["approver", "lead"]), ownPassword });
  const ids = ["jon", ...titles.map((title) => title.replaceAll(/[^a-z]/g, ""))];
  for (const [index, id] of ids.entries()) {
    const person = { ...newPerson(id, ["operator"]), title: titles[index - 1] ?? "" };
    await bench.call("people.enrol", { ...person, ownPassword, second: credentials("mira") });
  }
  for (const id of ["mira", ...ids]) await bench.call("people.signIn", credentials(id), at(id));
  return Object.fromEntries(ids.map((id, index) => [titles[index - 1] ?? "", at(id)]));
}

const cluster = await openGround();
afterAll(() => cluster?.stop());

describe.skipIf(!cluster)("procedures of recovery", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(cluster?.kubeconfig ?? "", { isTwo: true });
  });
  afterAll(() => world?.close());

  it("builds a second server from the base backup and the log, up to the moment before the mistake", async () => {
    const { postgres, folder } = world;
    const base = join(folder, "base");
    const env = { ...process.env, PGPASSWORD: postgres.password };
    const where = ["-h", postgres.host, "-p", String(postgres.port), "-U", postgres.user];
    execFileSync("pg_basebackup", [...where, "--pgdata", base, "--wal-method=stream", "--checkpoint=fast"], { env });
    // After the backup: one right change, the point, then the mistake.
    await postgres.sql("insert into orders (customer) values ('after the backup')", "app");
    await postgres.sql("select pg_sleep(1.1)", "app");
    const target = await postgres.sql("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'", "app");
    await postgres.sql("delete from orders", "app");
    const [port = 0] = await freePorts(1);
    const restored = join(folder, "restored");
    try {
      const { view, printed } = await walk(world.bench, {
        file: "recover/point-in-time-restore.md",
        params: {
          ...world.database,
          PG_BIN: postgres.binDir,
          ACCOUNT: postgres.account,
          BASE: base,
          ARCHIVE: postgres.archive,
          TARGET: target,
          NEW_DATA: restored,
          NEW_PORT: String(port),
        },
      });
      expect(view.header.result).toBe("passed");
      expect(await printed("proof")).toContain("writable");
      const orders = execFileSync(
        "psql",
        [...where, "-p", String(port), "-d", "app", "-XAtq", "-c", "select count(*), max(customer) from orders"],
        {
          env,
        },
      );
      expect(orders.toString().trim()).toBe("501|customer 99");
      expect(await postgres.sql("select count(*) from orders", "app")).toBe("0");
    } finally {
      await postgres.stopIn(restored);
    }
  });

  it("fails over to the second site: first site fenced, standby promoted, Redis alone, full size, users led over", async () => {
    const standby = await startStandby({ dir: join(world.folder, "standby"), of: world.postgres });
    const redis = await startRedis({ dir: join(world.folder, "redis-dr"), of: world.redis });
    try {
      await world.spaces.kubectl("dr", ["scale", "deployment/api-green", "--replicas=0"]);
      const signed: string[] = [];
      const { view } = await walk(world.bench, {
        file: "recover/dr-fail-over.md",
        contexts: { primary: "primary", dr: "dr" },
        params: {
          ...world.database,
          ...world.prometheus,
          PGPORT: String(standby.port),
          REDIS_HOST: redis.host,
          REDIS_PORT: String(redis.port),
          REDISCLI_AUTH: redis.password,
          COLOUR: "green",
          REPLICAS: "2",
          PRIMARY_ANSWERS: "yes",
        },
        values: { served: "42" },
        people: await enrol(world, ["dba", "operations-lead", "on-call"]),
        sign: async (run, subject, roles) => {
          signed.push(...roles);
          const asked = { run, subject, meaning: "approved" as const, role: roles[0] ?? "" };
          const { ticket } = await world.bench.call("signoff.prepare", asked, MIRA);
          await world.bench.call("signoff.add", { ticket, ...credentials("mira") }, MIRA);
        },
        // Once the standby is promoted this is no way back any more.
        before: { promote: (runStep) => runStep("unfence") },
      });
      expect(view.header.result).toBe("passed");
      expect(signed).toEqual(["lead"]);
      expect(await standby.sql("select pg_is_in_recovery()")).toBe("f");
      await standby.sql("insert into orders (customer) values ('written in the second site')", "app");
      expect(await redis.ask("SET", "a", "1")).toBe("OK");
      expect(await world.setting("stores", "redis-port", "dr")).toBe(String(redis.port));
      expect(await world.setting("stores", "redis-port", "primary")).toBe("6379");
      const selector = ["get", "service", "api", "-o", "jsonpath={.spec.selector.colour}"];
      expect([await world.spaces.kubectl("primary", selector), await world.spaces.kubectl("dr", selector)]).toEqual(["blue", "green"]);
    } finally {
      await redis.stop();
      await standby.stop();
    }
  });
});
