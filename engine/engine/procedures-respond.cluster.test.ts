// The procedures of runbooks/respond, from the first to the last step, each in the trouble that it is for.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../build/services/index.ts";
import { openGround, openWorld, type World, walk } from "./testing-procedures.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());
const contexts = { main: "primary" };
const WEIGHT = "jsonpath={.metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight}";

describe.skipIf(!cluster)("procedures of trouble", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(cluster?.kubeconfig ?? "");
  });
  afterAll(() => world?.close());
  const replicas = (name: string) => world.spaces.kubectl("primary", ["get", "deployment", name, "-o", "jsonpath={.spec.replicas}"]);

  it("takes the canary off when it is what fails", async () => {
    await world.spaces.kubectl("primary", [
      "annotate",
      "ingress",
      "api-canary",
      "nginx.ingress.kubernetes.io/canary-weight=10",
      "--overwrite",
    ]);
    world.metrics.set("api:request_errors:percent_rate5m", 2.4);
    const { view } = await walk(world.bench, {
      file: "respond/high-error-rate.md",
      contexts,
      params: { ...world.prometheus, CAUSE: "canary" },
      mayLeaveOut: ["pods", "release", "elsewhere"],
      before: { down: () => world.metrics.set("api:request_errors:percent_rate5m", 0.1) },
    });
    expect(view.header.result).toBe("passed");
    expect(await world.spaces.kubectl("primary", ["get", "ingress", "api-canary", "-o", WEIGHT])).toBe("0");
  });

  for (const cause of ["pods", "release", "elsewhere"])
    it(`goes the way of a cause that is ${cause}, and leaves the other ways out`, async () => {
      const others = ["canary", "pods", "release", "elsewhere"].filter((one) => one !== cause);
      const params = { ...world.prometheus, CAUSE: cause };
      const { steps } = await walk(world.bench, { file: "respond/high-error-rate.md", contexts, params, mayLeaveOut: others });
      expect(steps.get(cause)?.verdict).toBe("passed");
      expect(others.map((one) => steps.get(one)?.verdict)).toEqual(["skipped", "skipped", "skipped"]);
    });

  it("ends statements that run too long and adds pods when answers are late", async () => {
    const slow = world.postgres.sql("select pg_sleep(300)", "app").then(
      () => "ended by itself",
      (error: Error) => error.message,
    );
    let more = "";
    const { view } = await walk(world.bench, {
      file: "respond/high-latency.md",
      contexts,
      params: { ...world.database, ...world.prometheus, SLOW_SECONDS: "1", MORE: "2" },
      before: {
        // On a fast machine the statement would not be as old as the limit yet, and be left alone.
        cancel: () => world.postgres.sql("select pg_sleep(1.2)", "app"),
        below: async () => {
          more = await replicas("api-blue");
        },
      },
      waysBack: ["fewer"],
    });
    expect(view.header.result).toBe("passed");
    expect(await slow).toContain("canceling statement");
    expect([more, await replicas("api-blue")]).toEqual(["2", "1"]);
  });

  it("stops the writer of wrong rows, sets them aside, repairs them, and puts them back by its way back", async () => {
    await world.postgres.sql("update orders set customer = '' where id in (7, 8, 9)", "app");
    writeFileSync(join(world.folder, "repair.sql"), "update orders set customer = 'customer ' || id where customer = '';\n");
    const seen: string[] = [];
    const { view } = await walk(world.bench, {
      file: "respond/failed-data-validation.md",
      contexts,
      params: { ...world.database, ...world.prometheus, REPAIR: join(world.folder, "repair.sql") },
      before: {
        repair: async () => void seen.push(await world.setting("flags", "USE_UNIFIED_PIPELINE")),
        proof: async () =>
          void seen.push(
            await world.setting("flags", "USE_UNIFIED_PIPELINE"),
            await world.postgres.sql("select customer from orders where id = 8", "app"),
          ),
      },
      waysBack: ["writer-off-again", "rows-back", "writer-back"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["0", "1", "customer 8"]);
    expect(await world.postgres.sql("select count(*) from orders where customer = ''", "app")).toBe("3");
    expect(await world.postgres.sql("select count(*) from orders", "app")).toBe("500");
  });

  it("promotes the replica of a Redis that is gone, leads the application over, and takes the old one back as a replica", async () => {
    const replica = await startRedis({ dir: join(world.folder, "replica"), of: world.redis });
    try {
      await world.redis.ask("MSET", "session:1", "ada", "session:2", "ben");
      await world.redis.ask("WAIT", "1", "5000");
      await world.redis.stop();
      const seen: string[] = [];
      const { view } = await walk(world.bench, {
        file: "respond/redis-fail-over.md",
        contexts,
        params: {
          OLD_HOST: world.redis.host,
          OLD_PORT: String(world.redis.port),
          NEW_HOST: replica.host,
          NEW_PORT: String(replica.port),
          REDISCLI_AUTH: replica.password,
        },
        before: {
          replica: async () => {
            seen.push(await replica.ask("MGET", "session:1", "session:2"), await world.setting("stores", "redis-port"));
            await replica.ask("SET", "session:3", "cem");
            await world.redis.start();
          },
          "follow-again": async () => void seen.push(await world.redis.ask("GET", "session:3")),
        },
        waysBack: ["follow-again"],
      });
      expect(view.header.result).toBe("passed");
      expect(seen).toEqual(["ada\nben", String(replica.port), "cem"]);
      expect(await world.redis.ask("INFO", "replication")).toContain("role:master");
    } finally {
      await replica.stop();
      await world.redis.start();
    }
  });

  it("ends transactions that hold connections and do nothing, and no others", async () => {
    const idle = openSession(world, "begin; select 1;");
    const busy = openSession(world, "select 'here', pg_sleep(0);");
    await Promise.all([idle.ready, busy.ready]);
    const { view, printed } = await walk(world.bench, {
      file: "respond/connection-pool-exhaustion.md",
      contexts,
      params: { ...world.database, LEAK_SECONDS: "1" },
      before: { leaks: () => world.postgres.sql("select pg_sleep(1.2)", "app") },
      waysBack: ["limit-off"],
    });
    expect(view.header.result).toBe("passed");
    expect(await printed("leaks")).toMatch(/^1\s*$/m);
    expect(await idle.isAlive()).toBe(false);
    expect(await busy.isAlive()).toBe(true);
    expect(await world.postgres.sql("select count(*) from pg_db_role_setting", "app")).toBe("0");
    idle.end();
    busy.end();
  });

  it("opens the breaker, empties the queue with more workers, and closes the breaker over half-open", async () => {
    await world.redis.ask("RPUSH", "queue:ingestion", ...Array.from({ length: 800 }, (_, n) => `job ${n}`));
    await world.redis.ask("SET", "breaker:connector", "closed");
    const seen: string[] = [];
    const state = async () => void seen.push(await world.redis.ask("GET", "breaker:connector"));
    const { view } = await walk(world.bench, {
      file: "respond/queue-backlog.md",
      contexts,
      params: { ...world.cache, MORE: "2" },
      before: {
        open: state,
        more: state,
        // Workers of the hollow node do nothing: the test takes out of the queue what they would.
        drains: () => world.redis.ask("LTRIM", "queue:ingestion", "0", "9"),
        answers: state,
      },
      waysBack: ["open-again", "closed-again", "fewer"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["closed", "open", "half-open"]);
    expect(await world.redis.ask("GET", "breaker:connector")).toBe("closed");
    expect(await replicas("api-green")).toBe("1");
  });

  it("leads an incident through all three levels, and keeps the evidence before anything is restarted", async () => {
    const evidence = join(world.folder, "evidence");
    const { steps, printed } = await walk(world.bench, {
      file: "respond/incident-response.md",
      contexts,
      params: { ...world.prometheus, LEVEL: "L3", EVIDENCE: evidence },
      values: { take: "3", l3: "14" },
      mayLeaveOut: ["l2"],
    });
    expect(steps.get("l3")?.checks.map((check) => check.confirmed)).toEqual([true, true, true]);
    expect(await printed("evidence")).toContain("events.txt");
  });

  it("does not go on when the alarm was taken too late", async () => {
    const walked = walk(world.bench, {
      file: "respond/incident-response.md",
      contexts,
      params: { ...world.prometheus, LEVEL: "L1", EVIDENCE: join(world.folder, "evidence") },
      values: { take: "9" },
    });
    await expect(walked).rejects.toThrow(/failed/);
  });
});

/** A client that keeps its connection open, as an application's pool does. */
function openSession({ postgres }: World, text: string) {
  const where = ["-h", postgres.host, "-p", String(postgres.port), "-U", postgres.user, "-d", "app", "-XAtq"];
  const child = spawn("psql", where, { env: { ...process.env, PGPASSWORD: postgres.password }, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => {}); // it has ended: isAlive says so
  const lines: string[] = [];
  let pid = "";
  const ready = new Promise<void>((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      lines.push(data.toString());
      pid = /pid (\d+)/.exec(lines.join(""))?.[1] ?? "";
      if (pid !== "") resolve();
    });
  });
  child.stdin.write(`${text}\nselect 'pid ' || pg_backend_pid();\n`);
  return {
    ready,
    isAlive: async () => (await postgres.sql(`select count(*) from pg_stat_activity where pid = ${pid}`)) === "1",
    end: () => void child.kill(),
  };
}
