// What differs by host or must be held still in a test: clocks, ids, places.
// Owns: the types and the real implementations. Rooms take these as arguments and never reach for the globals.
import { randomBytes, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { ulid } from "ulid";

export type Clock = {
  /** Wall clock, milliseconds since 1970 in UTC. */
  now(): number;
  /** Monotonic clock, nanoseconds; comparable only within one `boot`. */
  monotonicNs(): bigint;
  /** Names this start of this process on this boot: monotonic values of two boots are never compared. */
  readonly boot: string;
  /** IANA zone of this machine and its offset now, minutes east of UTC. */
  zone(): { name: string; offsetMinutes: number };
};

export type Ids = {
  /** 26 Crockford base32 characters, sortable by time (ULID). */
  next(): string;
  /** Random bytes for salts and tokens. */
  random(bytes: number): Uint8Array;
};

export type Timers = {
  /** Calls back once, `ms` of monotonic time from now. */
  set(ms: number, callback: () => void): unknown;
  clear(timer: unknown): void;
};

export type Place = { host: string; osUser: string; app: string };

/** `timers`: of what waits on a run's own clock (gates, soaks); the process's own where a test sets none. */
export type Ports = { clock: Clock; ids: Ids; place: Place; timers?: Timers };

/** setTimeout takes no more (2^31 - 1 ms, 24 days), and fires at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const REAL_TIMERS: Timers = {
  set: (ms, callback) => setTimeout(callback, Math.min(Math.max(0, ms), LONGEST_TIMER_MS)),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

export const APP_VERSION = "0.1.0";

/** Making an Intl formatter costs as much as a durable append (60 µs), so the name is read again only when the offset moved. */
function createZone(): Clock["zone"] {
  const nameNow = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
  const offsetNow = () => -new Date().getTimezoneOffset();
  let known = { name: nameNow(), offsetMinutes: offsetNow() };
  return () => {
    if (known.offsetMinutes !== offsetNow()) known = { name: nameNow(), offsetMinutes: offsetNow() };
    return known;
  };
}

export function realPorts(): Ports {
  const boot = randomUUID();
  const zone = createZone();
  return {
    clock: {
      now: () => Date.now(),
      monotonicNs: () => process.hrtime.bigint(),
      boot,
      zone,
    },
    ids: { next: () => ulid(), random: (bytes) => randomBytes(bytes) },
    place: { host: hostname(), osUser: safeUser(), app: `holdpoint/${APP_VERSION}` },
  };
}

function safeUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // no passwd entry, as in some containers
  }
}

/** Where the database, recordings and checkpoints live: `HOLDPOINT_HOME`, else the platform's own place for application data. */
export function dataDirectory(env: Record<string, string | undefined>, platform: NodeJS.Platform, homeDir: string): string {
  const own = env["HOLDPOINT_HOME"];
  if (own !== undefined && own !== "") return resolve(own);
  if (platform === "darwin") return join(homeDir, "Library", "Application Support", "Holdpoint");
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homeDir, "AppData", "Local"), "Holdpoint");
  return join(env["XDG_DATA_HOME"] ?? join(homeDir, ".local", "share"), "holdpoint");
}

/** Longer files are no runbooks, and would hold the engine and its memory. Bytes. */
export const MOST_BYTES = 64 << 20;

/**
 * The bytes of a regular file. A named pipe is opened without waiting for its writer: a wait there would hold a thread of the
 * process for ever, and four of them every other file. Throws what the file system throws, or an error with code `ENOTFILE` or `EFBIG`.
 */
export async function readRegularFile(path: string, mostBytes = MOST_BYTES): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw Object.assign(new Error(`${path} is not a file but a folder, a pipe or a device.`), { code: "ENOTFILE" });
    if (stats.size > mostBytes)
      throw Object.assign(new Error(`${path} has ${stats.size} bytes; Holdpoint reads files up to ${mostBytes}. Split it.`), {
        code: "EFBIG",
      });
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
