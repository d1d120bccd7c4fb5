// The procedures of runbooks/data, from the first to the last step, on a real PostgreSQL, a real Redis and the test cluster.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../build/control-plane/index.ts";
import { openGround, openWorld, type World, walk } from "./testing-procedures.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());

const FORWARD = `
create table if not exists order_notes (id serial primary key, order_id int not null references orders, note text not null);
alter table orders add column if not exists channel text not null default 'shop';
create index if not exists orders_by_channel on orders (channel);
insert into schema_migrations (version) values ('v1.0-rc1') on conflict do nothing;
`;
const BACK = `
drop table if exists order_notes;
alter table orders drop column if exists channel;
delete from schema_migrations where version = 'v1.0-rc1';
`;

describe.skipIf(!cluster)("procedures of data", () => {
  let world: World;
  let backups = "";
  let database: Record<string, string>;
  beforeAll(async () => {
    world = await openWorld(cluster?.kubeconfig ?? "");
    backups = join(world.folder, "backups");
    database = { ...world.database, BACKUPS: backups };
    await world.redis.ask("MSET", "session:1", "ada", "session:2", "ben");
    writeFileSync(join(world.folder, "forward.sql"), FORWARD);
    writeFileSync(join(world.folder, "back.sql"), BACK);
  });
  afterAll(() => world?.close());
  const contexts = { main: "primary" };
  const latest = () => join(backups, "latest");
  const orders = () => world.postgres.sql("select count(*) from orders", "app");

  it("backs up every store into one sealed folder that was read back", async () => {
    const { view } = await walk(world.bench, {
      file: "data/backup-all-stores.md",
      contexts,
      params: { ...database, ...world.cache, PG_BIN: world.postgres.binDir },
    });
    expect(view.header.result).toBe("passed");
    expect(readdirSync(latest()).sort()).toEqual(
      [..."SHA256SUMS base database.dump globals.sql objects.json redis.keys redis.rdb taken-at tables verified".split(" ")].sort(),
    );
    expect(readFileSync(join(latest(), "SHA256SUMS"), "utf8")).toContain("redis.rdb");
    expect(await world.postgres.sql("select count(*) from pg_database where datname like 'trial%'")).toBe("0");
  });

  it("migrates forward after the backup was proved, and loses no row", async () => {
    const params = { ...database, MIGRATION: join(world.folder, "forward.sql"), ...world.prometheus };
    const { view } = await walk(world.bench, { file: "data/migrate-forward.md", params });
    expect(view.header.result).toBe("passed");
    expect(await world.postgres.sql("select version from schema_migrations", "app")).toBe("v1.0-rc1");
    expect(await orders()).toBe("500");
  });

  it("does not migrate on a backup of more than 24 hours ago, nor on one that was changed since", async () => {
    const params = { ...database, MIGRATION: join(world.folder, "forward.sql"), ...world.prometheus };
    const taken = readFileSync(join(latest(), "taken-at"), "utf8");
    const globals = readFileSync(join(latest(), "globals.sql"), "utf8");
    try {
      writeFileSync(join(latest(), "taken-at"), `${Math.floor(Date.now() / 1000) - 24 * 3600 - 60}\n`);
      await expect(walk(world.bench, { file: "data/migrate-forward.md", params })).rejects.toThrow(/Step 1\.1 failed/);
      writeFileSync(join(latest(), "taken-at"), taken);
      writeFileSync(join(latest(), "globals.sql"), `${globals}-- one line more\n`);
      await expect(walk(world.bench, { file: "data/migrate-forward.md", params })).rejects.toThrow(
        /Step 1\.2 failed[\s\S]*globals\.sql: FAILED/,
      );
    } finally {
      writeFileSync(join(latest(), "taken-at"), taken);
      writeFileSync(join(latest(), "globals.sql"), globals);
    }
  });

  it("stops at the gate when errors rise after the migration, and holds when nothing was measured", async () => {
    const params = { ...database, MIGRATION: join(world.folder, "forward.sql"), ...world.prometheus };
    const errors = "api:request_errors:percent_rate5m";
    try {
      const rises = { errors: () => world.metrics.set(errors, 3.4) };
      await expect(walk(world.bench, { file: "data/migrate-forward.md", params, before: rises })).rejects.toThrow(
        /Go back: migrate-back\.md.*10:00/,
      );
      // No such series: Prometheus answers, and there is no number in it. That is no failure, and no success.
      const goes = { errors: () => world.metrics.set(errors, null) };
      await expect(walk(world.bench, { file: "data/migrate-forward.md", params, before: goes })).rejects.toThrow(
        /was interrupted.*measured nothing/,
      );
    } finally {
      world.metrics.set(errors, 0.12);
    }
  });

  it("migrates back, and keeps what only the new tables held", async () => {
    await world.postgres.sql("insert into order_notes (order_id, note) values (1, 'ring twice')", "app");
    const { view } = await walk(world.bench, {
      file: "data/migrate-back.md",
      params: { ...database, UNDO: join(world.folder, "back.sql") },
    });
    expect(view.header.result).toBe("passed");
    expect(await world.postgres.sql("select to_regclass('order_notes') is null", "app")).toBe("t");
    expect(await orders()).toBe("500");
    expect(readdirSync(join(backups, "before-undo"))).toEqual(["v1.0-rc1.dump"]);
  });

  it("restores every store from the backup, and goes back to what was there before", async () => {
    await world.postgres.sql("delete from orders where id > 100", "app");
    await world.redis.ask("FLUSHALL");
    await world.redis.ask("SET", "session:9", "eve");
    const now: Record<string, string> = {};
    const { view } = await walk(world.bench, {
      file: "data/restore-all-stores.md",
      contexts,
      params: { ...database, ...world.cache, HELPER_PORT: String((await freePorts(1))[0]) },
      before: {
        proof: async () => {
          now["orders"] = await orders();
          now["session"] = await world.redis.ask("GET", "session:1");
          now["stranger"] = await world.redis.ask("EXISTS", "session:9");
        },
      },
      waysBack: ["database-back", "redis-back", "objects-back", "writers-back"],
    });
    expect(view.header.result).toBe("passed");
    expect(view.steps.filter((step) => step.verdict !== "passed").map((step) => step.id)).toEqual([]);
    expect(now).toEqual({ orders: "500", session: "ada", stranger: "0" });
    expect(await orders()).toBe("100");
    expect(await world.redis.ask("KEYS", "*")).toBe("session:9");
  });
});
