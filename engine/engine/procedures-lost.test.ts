// PostgreSQL and Redis destroyed for real and recovered by their runbooks, with writers that keep a book of their own of what was acknowledged.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missingPrograms, type Postgres, type Redis, serviceFolder, startPostgres, startRedis } from "../../build/services/index.ts";
import { type Bench, openBench } from "./testing.ts";
import { releasesAlone, walk } from "./testing-procedures.ts";
import { archiveEach, divide, HOUR, holdArchive, note, reckon, startWriter } from "./testing-recovery.ts";

const missing = missingPrograms();
if (missing.length > 0 && process.env.CI)
  throw new Error(`${missing.join(", ")} not found: in CI the recovery must be run. \`npm test\` installs what it needs.`);

const SANDBOX = { way: "sandbox" } as const;

describe.skipIf(missing.length > 0)("a lost PostgreSQL", () => {
  let bench: Bench;
  let folder = "";
  let ground = "";
  let postgres: Postgres;
  let params: Record<string, string>;
  beforeAll(async () => {
    folder = serviceFolder();
    ground = join(folder, "drill-ground");
    writeFileSync(ground, "");
    bench = await openBench();
  });
  afterAll(async () => {
    await bench?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A server with a table that a writer fills; its log is handed over every two seconds. */
  async function open(name: string): Promise<{ writer: ReturnType<typeof startWriter>; close(): Promise<void> }> {
    postgres = await startPostgres({ dir: join(folder, name) });
    await postgres.sql("create database app");
    await postgres.sql("create table orders (n int primary key, word text not null)", "app");
    await archiveEach(postgres, "2s");
    const { host, port, user, password, binDir, account, dataDir, archive } = postgres;
    const server = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: "app" };
    params = {
      ...server,
      PG_BIN: binDir,
      ACCOUNT: account,
      DATA: dataDir,
      ARCHIVE: archive,
      BASE: join(folder, `${name}-base`),
      DRILL_GROUND: ground,
    };
    const writer = startWriter((n) => postgres.sql(`insert into orders values (${n}, md5('${n}'))`, "app"));
    await writer.atLeast(5);
    const close = async () => {
      await writer.end();
      await postgres.stopIn(postgres.dataDir);
      await postgres.stop();
    };
    return { writer, close };
  }
  const kept = async () => (await postgres.sql("select n from orders order by n", "app")).split("\n").map(Number);
  /** Reckoned by the server over what it has, and here over what the writer's book says it must have. */
  const checksum = () => postgres.sql("select md5(string_agg(n || ' ' || word, ',' order by n)) from orders", "app");
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const wanted = (rows: number[]) => md5(rows.map((n) => `${n} ${md5(String(n))}`).join(","));

  it("comes back to the end of its log after its directory was deleted under it; the seconds lost are those the writer misses", async (test) => {
    const { writer, close } = await open("live");
    try {
      const env = { ...process.env, PGPASSWORD: postgres.password };
      const where = ["-h", postgres.host, "-p", String(postgres.port), "-U", postgres.user];
      execFileSync("pg_basebackup", [...where, "--pgdata", params["BASE"] ?? "", "--wal-method=stream", "--checkpoint=fast"], { env });
      await writer.atLeast(20);
      // Something must have reached the archive, and something must not.
      const segments = () => readdirSync(postgres.archive).length;
      for (const first = segments(); segments() <= first + 1; ) await writer.more(1);
      await holdArchive(postgres);
      await writer.more(20);
      const main = Number(readFileSync(join(postgres.dataDir, "postmaster.pid"), "utf8").split("\n")[0]);
      process.kill(main, "SIGKILL");
      rmSync(postgres.dataDir, { recursive: true });
      const writes = await writer.end();
      await expect(postgres.sql("select 1")).rejects.toThrow(/refused/);

      const walked = await walk(bench, {
        file: "recover/postgresql-lost.md",
        rehearsal: SANDBOX,
        params: { ...params, PURPOSE: "recover" },
        mayLeaveOut: ["ground", "archiving", "base", "mark", "mistake", "destroy", "mark-back"],
      });
      const rows = await kept();
      const { last, lost } = divide(writes, rows);
      expect(lost.length).toBeGreaterThan(0);
      expect(await checksum()).toBe(wanted(rows));
      const reckoned = await reckon(walked);
      // The probe's moment lies after the last row that is there was sent, and before the first that is missing was acknowledged.
      const { atMs } = reckoned.lastWrites["last-write"]!;
      expect(atMs).toBeGreaterThanOrEqual(last.sentMs);
      expect(atMs).toBeLessThanOrEqual(lost[0]!.ackedMs);
      await postgres.sql("insert into orders values (1000001, 'after')", "app");
      await note(
        test,
        "PostgreSQL, end of the log",
        reckoned,
        HOUR,
        HOUR / 4,
        `; ${rows.length} rows back, ${lost.length} acknowledged rows lost`,
      );
    } finally {
      await close();
    }
  }, 180_000);

  it("destroys only what says it is ground for a drill", async () => {
    const { close } = await open("stranger");
    try {
      const begun = walk(bench, { file: "recover/postgresql-lost.md", rehearsal: SANDBOX, params: { ...params, PURPOSE: "drill" } });
      await expect(begun).rejects.toThrow(/Step 1\.1 failed/);
      expect(await postgres.sql("select count(*) > 0 from orders", "app")).toBe("t");
    } finally {
      await close();
    }
  }, 120_000);

  it("is drilled: backed up, mistaken, destroyed, and brought back to the moment before the mistake", async (test) => {
    const { writer, close } = await open("drill");
    try {
      appendFileSync(ground, `postgresql ${postgres.host}:${postgres.port} ${postgres.dataDir}\n`);
      let wasThere = 0;
      const walked = await walk(bench, {
        file: "recover/postgresql-lost.md",
        rehearsal: SANDBOX,
        params: { ...params, PURPOSE: "drill" },
        before: {
          // A real mistake beside the drill's own: after the point, and in the log that reaches the archive.
          mistake: async () => void (await postgres.sql("delete from orders where n <= 3", "app")),
          declare: async () => {
            wasThere = readdirSync(postgres.dataDir).length;
            await expect(postgres.sql("select 1")).rejects.toThrow(/refused/);
          },
        },
        sign: releasesAlone(bench),
      });
      const writes = await writer.end();
      expect(wasThere).toBe(0);
      const rows = await kept();
      const { last, lost } = divide(writes, rows);
      expect(rows.slice(0, 3)).toEqual([1, 2, 3]);
      expect(lost.length).toBeGreaterThan(0);
      expect(await checksum()).toBe(wanted(rows));
      expect(existsSync(join(postgres.dataDir, "made-by-postgresql-lost"))).toBe(true);
      const reckoned = await reckon(walked);
      const { atMs } = reckoned.lastWrites["last-write"]!;
      expect(atMs).toBeGreaterThanOrEqual(last.sentMs);
      expect(atMs).toBeLessThanOrEqual(lost[0]!.ackedMs);
      expect(walked.view.steps.map((step) => step.verdict)).not.toContain("failed");
      await note(
        test,
        "PostgreSQL, to a point",
        reckoned,
        HOUR,
        HOUR / 4,
        `; ${rows.length} rows back, ${lost.length} acknowledged rows lost`,
      );
    } finally {
      await close();
    }
  }, 180_000);
});

describe.skipIf(missing.length > 0)("a lost Redis", () => {
  let bench: Bench;
  let folder = "";
  beforeAll(async () => {
    folder = serviceFolder();
    bench = await openBench();
  });
  afterAll(async () => {
    await bench?.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const keys = async (redis: Redis) =>
    (await redis.ask("--scan", "--pattern", "order:*"))
      .split("\n")
      .filter((key) => key !== "")
      .map((key) => Number(key.slice("order:".length)))
      .sort((a, b) => a - b);

  for (const way of ["append-only-file", "snapshot"] as const)
    it(`is drilled and comes back from its ${way}; what was written after it is lost`, async (test) => {
      const redis = await startRedis({ dir: join(folder, way) });
      const ground = join(folder, `ground-${way}`);
      writeFileSync(ground, `redis ${redis.host}:${redis.port} ${redis.dir}\n`);
      const writer = startWriter(async (n) => {
        if ((await redis.ask("SET", `order:${n}`, `word ${n}`)) !== "OK") throw new Error("not written");
      });
      try {
        await writer.atLeast(10);
        let left: string[] = [];
        const walked = await walk(bench, {
          file: "recover/redis-lost.md",
          rehearsal: SANDBOX,
          params: {
            PURPOSE: "drill",
            DRILL_GROUND: ground,
            REDIS_HOST: redis.host,
            REDIS_PORT: String(redis.port),
            REDISCLI_AUTH: redis.password,
            REDIS_CONFIG: redis.config,
            REDIS_DATA: redis.dir,
            KEPT: join(folder, `kept-${way}`),
            WAY: way,
          },
          before: {
            "append-only": () => writer.atLeast(40),
            destroy: () => writer.atLeast(60),
            declare: async () => {
              left = readdirSync(redis.dir).sort();
              await expect(redis.ask("PING")).rejects.toThrow(/refused/);
            },
          },
          sign: releasesAlone(bench),
        });
        const writes = await writer.end();
        expect(left).toEqual(["redis.conf", "redis.log"]);
        const rows = await keys(redis);
        const { last, lost } = divide(writes, rows);
        expect(lost.length).toBeGreaterThan(0);
        for (const n of [1, last.n]) expect(await redis.ask("GET", `order:${n}`)).toBe(`word ${n}`);
        expect(Number(await redis.ask("DBSIZE"))).toBe(rows.length);
        expect(await redis.ask("CONFIG", "GET", "appendonly")).toContain("yes");
        expect(await redis.ask("SET", "after", "1")).toBe("OK");
        const reckoned = await reckon(walked);
        // Noted in whole seconds, once in each; the server's own clock lags by up to a tenth of one. A snapshot is taken after the last write in it.
        const { atMs } = reckoned.lastWrites["last-write"]!;
        expect(atMs).toBeLessThanOrEqual(lost[0]!.ackedMs);
        expect(atMs).toBeGreaterThan(last.sentMs - 2_000);
        await note(test, `Redis, ${way}`, reckoned, 4 * HOUR, HOUR, `; ${rows.length} keys back, ${lost.length} acknowledged keys lost`);
      } finally {
        await writer.end();
        await redis.ask("SHUTDOWN", "NOSAVE").catch(() => {}); // the one that the procedure started; none where it did not come so far
        await redis.stop();
      }
    }, 120_000);
});
