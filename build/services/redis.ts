// A Redis server of a test's own on a free loopback port, with a password.
// Owns: the process and its folder. Installs nothing (build/provision does).
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { endPrograms, freePorts, startProgram, until } from "../control-plane/index.ts";

const call = promisify(execFile);
const READY_MS = 30_000;

export type Redis = {
  host: string;
  port: number;
  password: string;
  /** Its data directory, and the settings it is started with. */
  dir: string;
  config: string;
  /** Runs one command with redis-cli and gives back what it printed. */
  ask(...command: string[]): Promise<string>;
  stop(): Promise<void>;
  /** Starts again where it does not run, on the same port with what it had on disk. */
  start(): Promise<void>;
};

/** Starts a server in `dir`, as a replica of `of` where it is given. Throws with the log's last lines. */
export async function startRedis({
  dir,
  of,
  password = "redis-test-password",
}: {
  dir: string;
  of?: { host: string; port: number };
  password?: string;
}): Promise<Redis> {
  mkdirSync(dir, { recursive: true });
  const [port = 0] = await freePorts(1);
  const config = join(dir, "redis.conf");
  const lines = [
    ...[`port ${port}`, "bind 127.0.0.1", `dir ${dir}`, `requirepass ${password}`, `masterauth ${password}`],
    // Diskless and at once: the default waits 5 s for a second replica that never comes.
    ...['save ""', "appendonly yes", "repl-diskless-sync-delay 0", "maxmemory 64mb", "maxmemory-policy noeviction"],
    ...(of === undefined ? [] : [`replicaof ${of.host} ${of.port}`]),
  ];
  writeFileSync(config, `${lines.join("\n")}\n`, { mode: 0o600 });
  const ask: Redis["ask"] = async (...command) => {
    const { stdout } = await call("redis-cli", ["-h", "127.0.0.1", "-p", String(port), "--no-auth-warning", ...command], {
      env: { ...process.env, REDISCLI_AUTH: password },
    });
    return stdout.trim();
  };
  const isReady = async (): Promise<boolean> => {
    try {
      if ((await ask("PING")) !== "PONG") return false;
      return of === undefined || (await ask("INFO", "replication")).includes("master_link_status:up");
    } catch {
      return false; // not yet up; when it never comes up, until() says so with the log
    }
  };
  const launch = () => startProgram("redis", "redis-server", [config], join(dir, "redis.log"));
  let program = launch();
  const ready = async () => {
    try {
      await until("Redis answers", isReady, READY_MS, [program]);
    } catch (error) {
      await endPrograms([program]);
      throw error;
    }
  };
  await ready();
  return {
    host: "127.0.0.1",
    port,
    password,
    dir,
    config,
    ask,
    stop: () => endPrograms([program]),
    async start() {
      if (!program.hasEnded()) return;
      program = launch();
      await until("Redis answers again", async () => (await ask("PING").catch(() => "")) === "PONG", READY_MS, [program]);
    },
  };
}
