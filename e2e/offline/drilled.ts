// A real Redis, destroyed and recovered by its built-in runbook, and the rehearsal bundle of that drill: `drilled.ts OUT.zip`.
// Owns: the server, the walk, the packing. Prints {run, fingerprint, params, secrets}. Everything is on loopback; the engine and its data go afterwards.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serviceFolder, startRedis } from "../../build/services/index.ts";
import { openBench } from "../../engine/engine/testing.ts";
import { releasesAlone, walk } from "../../engine/engine/testing-procedures.ts";

const [out = ""] = process.argv.slice(2);
const folder = serviceFolder();
const redis = await startRedis({ dir: join(folder, "server") });
const ground = join(folder, "ground");
writeFileSync(ground, `redis ${redis.host}:${redis.port} ${redis.dir}\n`);
const bench = await openBench();
let written = 0;
const write = async (count: number): Promise<void> => {
  for (const end = written + count; written < end; written += 1) await redis.ask("SET", `order:${written}`, `word ${written}`);
};
const open = {
  PURPOSE: "drill",
  DRILL_GROUND: ground,
  REDIS_HOST: redis.host,
  REDIS_PORT: String(redis.port),
  REDIS_CONFIG: redis.config,
  REDIS_DATA: redis.dir,
  KEPT: join(folder, "kept"),
  WAY: "append-only-file",
};
try {
  await write(20);
  const { own } = await walk(bench, {
    file: "recover/redis-lost.md",
    rehearsal: { way: "sandbox" },
    params: { ...open, REDISCLI_AUTH: redis.password },
    before: { "append-only": () => write(20), destroy: () => write(20) },
    sign: releasesAlone(bench),
  });
  const packed = await bench.call("rehearsal.pack", { run: own.run, out, values: [redis.password] });
  process.stdout.write(`${JSON.stringify({ run: own.run, fingerprint: packed.fingerprint, params: open, secrets: [redis.password] })}\n`);
} finally {
  await bench.remove();
  await redis.ask("SHUTDOWN", "NOSAVE").catch(() => undefined);
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
