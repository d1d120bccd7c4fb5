// The built window's files, and nothing else on this disk.
// Owns: turning a URL path into one of them. Does not know requests nor cookies.
import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";

/** Media types of what Vite writes. Anything else is served as bytes to save, never guessed (nosniff). */
const MEDIA_TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};

/** `name-HASH.js` under assets/: the hash changes with the bytes, so a copy never grows old. */
const HASHED = /^assets\/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

export type OpenFile = { handle: FileHandle; size: number; mediaType: string; isImmutable: boolean };

/**
 * Segments of a URL path, or null when it names anything but a plain file below the root: an encoded separator,
 * dot segments in any spelling, a null byte, a backslash, a drive or a stream. Decoded once, never twice.
 */
export function segmentsOf(urlPath: string): string[] | null {
  if (!urlPath.startsWith("/") || urlPath.length > 2048) return null;
  const parts: string[] = [];
  for (const raw of urlPath.slice(1).split("/")) {
    let part: string;
    try {
      part = decodeURIComponent(raw);
    } catch {
      return null;
    }
    if (part === "" || part === "." || part === ".." || part.startsWith(".") || /[\0-\x1f\\/:\x7f]/.test(part)) return null;
    parts.push(part);
  }
  return parts;
}

/**
 * Opens a file of the window, or null. Every link on the way is refused, not followed: the real path must be the plain one,
 * and the last part is opened with O_NOFOLLOW, so nothing can be swapped in between.
 */
export async function openWindowFile(root: string, urlPath: string): Promise<OpenFile | null> {
  const parts = segmentsOf(urlPath);
  if (parts === null) return null;
  const found = await openPlainFile(root, parts);
  if (found === null) return null;
  const name = parts.join("/");
  return { ...found, mediaType: MEDIA_TYPES[extname(name).toLowerCase()] ?? "application/octet-stream", isImmutable: HASHED.test(name) };
}

/** Opens `root/parts…` where no part is a link and the end is a regular file. */
async function openPlainFile(root: string, parts: string[]): Promise<{ handle: FileHandle; size: number } | null> {
  let handle: FileHandle | null = null;
  try {
    const base = await realpath(root);
    const wanted = join(base, ...parts);
    if (!wanted.startsWith(base + sep) || (await realpath(wanted)) !== wanted) return null;
    handle = await open(wanted, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const stat = await handle.stat();
    if (stat.isFile()) return { handle, size: stat.size };
  } catch {
    // missing, a link, or unreadable: the browser hears "not found" for all of them and learns nothing of the disk
  }
  await handle?.close();
  return null;
}

/** Opens one file by its real path, refusing links; for downloads, which are looked up in a list first. */
export async function openExactFile(path: string): Promise<{ handle: FileHandle; size: number } | null> {
  let handle: FileHandle | null = null;
  try {
    if ((await realpath(path)) !== path) return null;
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const stat = await handle.stat();
    if (stat.isFile()) return { handle, size: stat.size };
  } catch {
    // removed since it was exported: "not found" says it
  }
  await handle?.close();
  return null;
}
