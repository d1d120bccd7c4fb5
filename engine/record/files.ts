// Small durable acts on files: sync, private writing, safe paths inside a folder.
// Owns: fsync of files and their directories. Does not know what is in them.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** Flushes a file, and the directory that names it, so that both survive a power cut. */
export function syncPath(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncDirectory(dirname(path));
}

export function syncDirectory(path: string): void {
  if (process.platform === "win32") return; // a directory cannot be opened there; NTFS journals its names
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Writes a small file whole or not at all, mode 0600, durable when it returns. */
export function writePrivate(path: string, bytes: Uint8Array | string): void {
  const part = `${path}.part`;
  const file = openSync(part, "w", 0o600);
  try {
    const data = typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes;
    for (let done = 0; done < data.length; ) done += writeSync(file, data, done);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
  syncDirectory(dirname(path));
}

export function makePrivateDirectory(path: string): void {
  if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** `name` below `folder`, or null where it would lead out of it (absolute, `..`, empty): names come from records. */
export function inside(folder: string, name: string): string | null {
  if (name === "" || isAbsolute(name) || name.includes("\0")) return null;
  const path = resolve(join(folder, name));
  const way = relative(resolve(folder), path);
  return way === "" || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? null : path;
}
