// The procedures of runbooks/back and the emergency rollback, from the first to the last step, on real stores and the test cluster.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAlertmanager } from "../../build/services/index.ts";
import { openGround, openWorld, type World, walk } from "./testing-procedures.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());
const contexts = { main: "primary" };
const IMAGE = "jsonpath={.spec.template.spec.containers[0].image}";
const WEIGHT = "jsonpath={.metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight}";

describe.skipIf(!cluster)("procedures of the way back", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(cluster?.kubeconfig ?? "");
  });
  afterAll(() => world?.close());
  const get = (...args: string[]) => world.spaces.kubectl("primary", ["get", ...args]);
  const weigh = (weight: number) =>
    world.spaces.kubectl("primary", [
      ...["annotate", "ingress", "api-canary", `nginx.ingress.kubernetes.io/canary-weight=${weight}`, "--overwrite"],
    ]);
  const select = (colour: string) =>
    world.spaces.kubectl("primary", ["patch", "service", "api", "--type", "merge", "-p", `{"spec":{"selector":{"colour":"${colour}"}}}`]);

  it("takes traffic, selector and flags back in the emergency rollback", async () => {
    await Promise.all([weigh(10), select("green")]);
    const { view } = await walk(world.bench, { file: "emergency-rollback.md", contexts });
    expect(view.header.result).toBe("passed");
    expect(await get("service", "api", "-o", "jsonpath={.spec.selector.colour}")).toBe("blue");
    expect(await get("ingress", "api-canary", "-o", WEIGHT)).toBe("0");
  });

  it("puts the good image back on the colour that serves, and forward again by its way back", async () => {
    await world.spaces.kubectl("primary", ["set", "image", "deployment/api-blue", "*=registry.test/api:v1.42.0"]);
    let image = "";
    const { view } = await walk(world.bench, {
      file: "back/application-rollback.md",
      contexts,
      params: world.prometheus,
      before: {
        errors: async () => {
          image = await get("deployment", "api-blue", "-o", IMAGE);
        },
      },
      waysBack: ["image-forward"],
    });
    expect(view.header.result).toBe("passed");
    expect(image).toBe("registry.test/api:v1.41.0");
    expect(await get("deployment", "api-blue", "-o", IMAGE)).toBe("registry.test/api:v1.42.0");
  });

  it("sets the canary's weight to 0, and back to what it was", async () => {
    await weigh(25);
    let weight = "";
    const { view } = await walk(world.bench, {
      file: "back/canary-to-zero.md",
      contexts,
      params: world.prometheus,
      before: {
        sound: async () => {
          weight = await get("ingress", "api-canary", "-o", WEIGHT);
        },
      },
      waysBack: ["weight-back"],
    });
    expect(view.header.result).toBe("passed");
    expect(weight).toBe("0");
    expect(await get("ingress", "api-canary", "-o", WEIGHT)).toBe("25");
  });

  it("throws every kill switch with a restart of the readers, and sets the flags as they were", async () => {
    const seen: string[] = [];
    const { view } = await walk(world.bench, {
      file: "back/kill-switches.md",
      contexts,
      params: { ...world.prometheus, SWITCH: "all", RESTART: "yes" },
      before: {
        errors: async () => void seen.push(await world.setting("flags", "USE_UNIFIED_PIPELINE"), await world.setting("flags", "JOBS")),
      },
      waysBack: ["flags-back"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["0", "1"]);
    expect(await world.setting("flags", "USE_UNIFIED_PIPELINE")).toBe("1");
  });

  it("switches one thing alone and leaves the restart out where none is wanted", async () => {
    const { steps } = await walk(world.bench, {
      file: "back/kill-switches.md",
      contexts,
      params: { ...world.prometheus, SWITCH: "forensics" },
      mayLeaveOut: ["restart"],
      before: { errors: async () => expect(await world.setting("flags", "CONV_DUAL_WRITE")).toBe("1") },
      waysBack: ["flags-back"],
    });
    expect(steps.get("restart")?.verdict).toBe("skipped");
    expect(await world.setting("flags", "CONV_STORE_PRIMARY")).toBe("redis");
  });

  it("removes the keys of the cache and no others", async () => {
    await world.redis.ask("MSET", "session:1", "ada", ...Array.from({ length: 700 }, (_, n) => [`cache:${n}`, "x"]).flat());
    const { view } = await walk(world.bench, { file: "back/cache-invalidation.md", params: { ...world.cache, ...world.prometheus } });
    expect(view.header.result).toBe("passed");
    expect(await world.redis.ask("KEYS", "*")).toBe("session:1");
  });

  it("sets the alert rules back and ends the silences of this change alone", async () => {
    const alertmanager = await startAlertmanager({ dir: join(world.folder, "alertmanager") });
    const silence = (comment: string) =>
      fetch(`${alertmanager.url}/api/v2/silences`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          matchers: [{ name: "service", value: comment, isRegex: false, isEqual: true }],
          startsAt: new Date().toISOString(),
          endsAt: new Date(Date.now() + 3_600_000).toISOString(),
          createdBy: "test",
          comment,
        }),
      });
    try {
      await Promise.all([silence("CHG-1: launch"), silence("another team's")]);
      let rules = "";
      const { view } = await walk(world.bench, {
        file: "back/monitoring-reset.md",
        contexts,
        params: { ...world.prometheus, ALERTMANAGER: alertmanager.url },
        before: {
          call: async () => {
            rules = await get("configmap", "alert-rules", "-o", "jsonpath={.data}");
          },
        },
        waysBack: ["rules-forward"],
      });
      expect(view.header.result).toBe("passed");
      expect(JSON.parse(rules)).toEqual({ "errors.yml": "limit: 1" });
      expect(await world.setting("alert-rules", "new.yml")).toBe("limit: 1");
      const active = (await alertmanager.silences()).filter((one) => one.status.state === "active");
      expect(active.map((one) => one.comment)).toEqual(["another team's"]);
    } finally {
      await alertmanager.stop();
    }
  });

  it("takes everything back in the full rollback: traffic, flags, schema, cache, rules", async () => {
    await world.postgres.sql("create table if not exists notes (id int); insert into schema_migrations values ('v1.0-rc1')", "app");
    writeFileSync(
      join(world.folder, "back.sql"),
      "drop table if exists notes;\ndelete from schema_migrations where version = 'v1.0-rc1';\n",
    );
    await Promise.all([select("green"), world.redis.ask("MSET", "cache:1", "x", "session:2", "ben")]);
    const { view } = await walk(world.bench, {
      file: "back/full-rollback.md",
      contexts,
      params: {
        ...world.database,
        ...world.cache,
        ...world.prometheus,
        UNDO: join(world.folder, "back.sql"),
        BACKUPS: join(world.folder, "backups"),
      },
    });
    expect(view.header.result).toBe("passed");
    expect(await get("service", "api", "-o", "jsonpath={.spec.selector.colour}")).toBe("blue");
    expect(await world.setting("flags", "USE_UNIFIED_PIPELINE")).toBe("0");
    expect(await world.setting("alert-rules", "errors.yml")).toBe("limit: 1");
    expect(await world.postgres.sql("select to_regclass('notes') is null", "app")).toBe("t");
    expect(await world.redis.ask("EXISTS", "cache:1", "session:2")).toBe("1");
  });

  it("restores the database from a backup beside the spoilt one, and changes the names back", async () => {
    const folder = join(world.folder, "backups", "20261120T010000Z");
    mkdirSync(folder, { recursive: true });
    const { user, password, host, port } = world.postgres;
    execFileSync(
      "pg_dump",
      ["-h", host, "-p", String(port), "-U", user, "--format=custom", "--file", join(folder, "database.dump"), "app"],
      {
        env: { ...process.env, PGPASSWORD: password },
      },
    );
    writeFileSync(join(folder, "taken-at"), `${Math.floor(Date.now() / 1000) - 1200}\n`);
    writeFileSync(join(folder, "tables"), "public.orders\npublic.schema_migrations\n");
    execFileSync("sh", ["-c", "sha256sum database.dump taken-at tables > SHA256SUMS"], { cwd: folder });
    await world.postgres.sql("update orders set customer = 'spoilt'", "app");
    let spoilt = "";
    const { view, printed } = await walk(world.bench, {
      file: "back/database-restore.md",
      contexts,
      params: { ...world.database, BACKUPS: join(world.folder, "backups"), BACKUP: "20261120T010000Z" },
      before: {
        proof: async () => {
          spoilt = await world.postgres.sql("select count(*) from orders where customer = 'spoilt'", "app");
        },
      },
      waysBack: ["names-back", "writers-back"],
    });
    expect(view.header.result).toBe("passed");
    expect(await printed("loss")).toMatch(/^(20|21)\s*$/m);
    expect(spoilt).toBe("0");
    expect(await world.postgres.sql("select count(*) from orders where customer = 'spoilt'", "app")).toBe("500");
  });
});
