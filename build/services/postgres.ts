// A PostgreSQL server of a test's own: data directory, loopback port, password, WAL archive.
// Owns: the process and everything below its folder. Installs nothing (build/provision does).
import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePorts, type Program, startProgram, until } from "../control-plane/index.ts";

const call = promisify(execFile);
/** Two slow cores with others at work: initdb alone takes 2 s on an idle one. */
const READY_MS = 60_000;
/** Fast shutdown writes a checkpoint; longer than this it hangs. */
const GRACE_MS = 10_000;
/** Debian puts the server's programs here, and only the clients into PATH. */
const DEBIAN = "/usr/lib/postgresql";

export type Postgres = {
  host: string;
  port: number;
  user: string;
  password: string;
  dataDir: string;
  /** Finished WAL segments, copied by the server's own archive_command. */
  archive: string;
  /** initdb, pg_ctl, postgres. */
  binDir: string;
  /** Account that owns the server's files: it refuses to run as root. */
  account: string;
  /** Runs SQL with psql and gives back what it printed, unaligned. Throws with psql's words. */
  sql(text: string, database?: string): Promise<string>;
  stop(): Promise<void>;
  /** Ends a server that a procedure has started in `dataDir`; nothing where none runs there. */
  stopIn(dataDir: string): Promise<void>;
};

/** Folder of the newest server programs on this machine; null where there is none. */
export function postgresPrograms(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  return folders.find((folder) => folder !== "" && existsSync(join(folder, "initdb")) && existsSync(join(folder, "pg_ctl"))) ?? null;
}

/**
 * Starts a server in `dir` (made if needed, in a serviceFolder()). The superuser is `app`, its password a fresh one,
 * asked for on every connection. Throws with the log's last lines.
 */
export async function startPostgres({ dir, password = "pg-test-password" }: { dir: string; password?: string }): Promise<Postgres> {
  const place = await openPlace(dir);
  const passwordFile = join(dir, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  place.own(passwordFile);
  await place.run(join(place.binDir, "initdb"), [
    ...["--pgdata", place.dataDir, "--username=app", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
    ...["--encoding=UTF8", "--locale=C", "--no-sync"],
  ]);
  rmSync(passwordFile);
  return await launch(dir, place, password);
}

/** Starts a server in `dir` that follows `of` as its standby. */
export async function startStandby({ dir, of }: { dir: string; of: Postgres }): Promise<Postgres> {
  const place = await openPlace(dir);
  const from = `host=${of.host} port=${of.port} user=${of.user}`;
  const args = [
    "--pgdata",
    place.dataDir,
    "--dbname",
    from,
    "--wal-method=stream",
    "--checkpoint=fast",
    "--write-recovery-conf",
    "--no-sync",
  ];
  await place.run("pg_basebackup", args, { PGPASSWORD: of.password });
  return await launch(dir, place, of.password);
}

type Place = {
  binDir: string;
  account: string;
  dataDir: string;
  archive: string;
  socket: string;
  /** Gives a file to the server's account. */
  own(path: string): void;
  /** The command as the server's account runs it. */
  as(program: string, args: string[]): [string, string[]];
  run(program: string, args: string[], env?: Record<string, string>): Promise<unknown>;
};

async function openPlace(dir: string): Promise<Place> {
  const binDir = postgresPrograms();
  if (binDir === null)
    throw new Error("PostgreSQL's server is not on this machine: run `apt-get install postgresql`, or leave out the tests that need it.");
  const asRoot = process.getuid?.() === 0;
  const account = asRoot ? "postgres" : (await call("id", ["-un"])).stdout.trim();
  const ids = asRoot ? idsOf(account) : null;
  const own = (path: string) => {
    if (ids) chownSync(path, ids.uid, ids.gid);
  };
  mkdirSync(dir, { recursive: true });
  if (ids) {
    if (!isOpenToOthers(join(dir, "..")))
      throw new Error(`${dir} lies in a folder that ${account} may not enter, and PostgreSQL does not run as root: use serviceFolder().`);
    chmodSync(dir, 0o755);
    own(dir);
  }
  const folder = (name: string): string => {
    const path = join(dir, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    own(path);
    return path;
  };
  const as: Place["as"] = (program, args) =>
    ids
      ? ["setpriv", [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, "--clear-groups", "--pdeathsig", "KILL", program, ...args]]
      : [program, args];
  const run: Place["run"] = (program, args, env = {}) => call(...as(program, args), { cwd: "/", env: { ...process.env, ...env } });
  return { binDir, account, dataDir: folder("data"), archive: folder("archive"), socket: folder("socket"), own, as, run };
}

async function launch(dir: string, place: Place, password: string): Promise<Postgres> {
  const { binDir, account, dataDir, archive } = place;
  const [port = 0] = await freePorts(1);
  // In the file and not in the arguments: a base backup takes the file along, as it does at work. The last line of a setting is in force.
  const settings = [
    ...[`port = ${port}`, "listen_addresses = '127.0.0.1'", `unix_socket_directories = '${place.socket}'`],
    ...["wal_level = replica", "archive_mode = on", `archive_command = 'test ! -f "${archive}/%f" && cp "%p" "${archive}/%f"'`],
    ...["max_connections = 40", "shared_buffers = 16MB", "fsync = off", "logging_collector = off"],
  ];
  writeFileSync(join(dataDir, "postgresql.auto.conf"), `${settings.join("\n")}\n`, { flag: "a" });
  const program = startProgram("postgres", ...place.as(join(binDir, "postgres"), ["-D", dataDir]), join(dir, "postgres.log"));
  const sql: Postgres["sql"] = async (text, database = "postgres") => {
    const where = ["-h", "127.0.0.1", "-p", String(port), "-U", "app", "-d", database];
    const { stdout } = await call("psql", [...where, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text], {
      env: { ...process.env, PGPASSWORD: password },
    });
    return stdout.trim();
  };
  const stop = () => stopFast(program);
  try {
    await until("PostgreSQL answers", () => answers(sql), READY_MS, [program]);
  } catch (error) {
    await stop();
    throw error;
  }
  const stopIn = async (folder: string) => {
    if (existsSync(join(folder, "postmaster.pid")))
      await place.run(join(binDir, "pg_ctl"), ["-D", folder, "-m", "immediate", "-w", "stop"]);
  };
  return { host: "127.0.0.1", port, user: "app", password, dataDir, archive, binDir, account, sql, stop, stopIn };
}

const answers = (sql: Postgres["sql"]): Promise<boolean> =>
  sql("select 1").then(
    () => true,
    () => false, // not yet up; when it never comes up, until() says so with the log
  );

/** SIGTERM would wait for clients to go, and a step's psql may be left open; SIGINT sends them away. */
async function stopFast(program: Program): Promise<void> {
  if (program.hasEnded()) return;
  program.child.kill("SIGINT");
  const killer = setTimeout(() => program.child.kill("SIGKILL"), GRACE_MS);
  await program.ended;
  clearTimeout(killer);
}

function idsOf(account: string): { uid: number; gid: number } {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${account}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`there is no account ${account}: Debian's package postgresql makes it.`);
  return { uid: Number(uid), gid: Number(gid) };
}

/** A new folder below the temporary one that the server's account may enter. Its name is all that keeps others out: nothing of value goes in. */
export function serviceFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "hp-services-"));
  chmodSync(path, 0o755);
  return path;
}

/** True where a path and all its parents may be entered by others. */
function isOpenToOthers(path: string): boolean {
  for (let at = path; at !== "/"; at = join(at, "..")) if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
  return true;
}
