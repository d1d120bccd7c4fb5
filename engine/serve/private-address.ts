// Where the private door of a data directory is. Owns: its name and the proof that its folder is ours alone.
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fail, ok, type Result } from "../protocol/index.ts";

/** sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included; a longer name is cut off silently. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * Path of the socket for a runtime directory: `engine.sock` in it; in a short folder of this user's own where that would be
 * too long; a named pipe on Windows, where pipes have no folder.
 */
export function privateAddress(runtimeDir: string, platform: NodeJS.Platform = process.platform): string {
  const name = createHash("sha256").update(resolve(runtimeDir)).digest("hex").slice(0, 16);
  if (platform === "win32") return `\\\\.\\pipe\\holdpoint-${name}`;
  const near = join(runtimeDir, "engine.sock");
  if (Buffer.byteLength(near) <= MAX_SOCKET_PATH_BYTES) return near;
  const own = `holdpoint-${process.getuid?.() ?? userInfo().uid}-${name}`;
  const inTemp = join(tmpdir(), own, "engine.sock");
  return Buffer.byteLength(inTemp) <= MAX_SOCKET_PATH_BYTES ? inTemp : join("/tmp", own, "engine.sock");
}

/** Where a running engine notes its socket, for commands whose session has another runtime directory (cron, ssh, sudo). */
export const addressNote = (home: string): string => join(home, "engine.address");

/**
 * Makes the socket's folder, or proves that the one there is a real folder of this user that nobody else can enter.
 * /tmp is everybody's: a folder laid ready there by another user would let them answer in our name.
 */
export function privateFolder(address: string): Result<null> {
  if (process.platform === "win32") return ok(null);
  const folder = dirname(address);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  const isOurs = stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
  return isOurs
    ? ok(null)
    : fail("forbidden", `${folder} is not a folder of this user alone (0700). Remove it, then start Holdpoint again.`);
}
