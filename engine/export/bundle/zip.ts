// The zip around a bundle. Owns: that the same files give the same bytes on every machine, and that memory stays flat.
// Nothing is compressed: what deflate makes of the same text differs between builds of zlib, and stored bytes can be checked one by one.
// Does not know what the files are; the two verifiers demand exactly this form.
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { syncPath } from "../../record/index.ts";
import type { FileEntry } from "../recordings.ts";

/** ZIP times have no zone: here they are UTC, whatever zone the machine has (yazl asks a date for its local parts). */
class UtcDate extends Date {
  override getFullYear = (): number => this.getUTCFullYear();
  override getMonth = (): number => this.getUTCMonth();
  override getDate = (): number => this.getUTCDate();
  override getHours = (): number => this.getUTCHours();
  override getMinutes = (): number => this.getUTCMinutes();
  override getSeconds = (): number => this.getUTCSeconds();
}

/** A plain file, rw-r--r--: the mode on the exporting machine does not matter. */
const MODE = 0o100644;

/** Zips `files` of `folder` in the order given, below one folder `base`. `at`: ISO 8601, the time that every file gets. */
export async function writeZip(folder: string, files: readonly FileEntry[], base: string, at: string, out: string): Promise<void> {
  const zip = new ZipFile();
  const failed = once(zip, "error").then(([error]) => {
    throw error;
  });
  failed.catch(() => undefined); // told by the race below; without an error it never settles
  const mtime = new UtcDate(at);
  for (const { path, bytes } of files)
    zip.addReadStreamLazy(`${base}/${path}`, { mtime, mode: MODE, compress: false, forceDosTimestamp: true, size: bytes }, (give) =>
      give(null, createReadStream(join(folder, path))),
    );
  zip.end();
  await Promise.race([pipeline(zip.outputStream, createWriteStream(out, { flags: "wx", mode: 0o600 })), failed]);
  syncPath(out);
}
