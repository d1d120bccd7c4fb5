// The zip of a rehearsal bundle, looked at before anything in it is believed. Owns: naming what is wrong with it, kind by kind.
// Nothing is inflated and nothing is written. The strict reading is the verifier's own (verify.mjs), which demands each byte.
import { fstatSync } from "node:fs";
import { readAt } from "../bundle-view/directory.ts";
import { type BagFile, CannotRead, readBag } from "../verifiers/verify.mjs";

export type Refusal = { code: string; message: string };
export type Container = { files: Map<string, BagFile>; hashes: Map<string, string>; refusals: Refusal[] };

const END = 22;
const END64 = 98;
const ENTRY = 46;
const FULL32 = 0xffffffff;
/** More than this is no rehearsal bundle of ours but an attempt on the reader. */
const MOST_FILES = 10_000;
const MOST_DIRECTORY_BYTES = 64 << 20;
/** Kinds of a file in a Unix mode, as zips carry it (APPNOTE.TXT 4.4.15; inode(7)). */
const KIND = 0o170000;
const REGULAR = 0o100000;
const LINK = 0o120000;
const LISTED = 20;

/** Throws CannotRead where the file is no zip at all. */
export function readContainer(file: number): Container {
  const { size } = fstatSync(file);
  const read = (at: number, length: number): Buffer => readAt(file, at, length);
  const source = { size, read };
  const named = looked(file, size);
  try {
    const { files, hashes, problems } = readBag(source);
    return { files, hashes, refusals: [...named, ...problems.map(({ code, message }) => ({ code, message }))] };
  } catch (error) {
    if (error instanceof RangeError) throw new CannotRead(`it cannot be read: ${error.message}`);
    throw error;
  }
}

/** What each entry of the directory says of itself, without believing it: the kinds of attack have names of their own. */
function looked(file: number, total: number): Refusal[] {
  const refusals: Refusal[] = [];
  const refuse = (code: string, message: string): void => {
    if (refusals.length < LISTED) refusals.push({ code, message });
  };
  if (total < END) return refusals;
  const end = readAt(file, total - END, END);
  if (end.readUInt32LE(0) !== 0x06054b50) return refusals; // told by the strict reading
  let [count, size, offset] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
  if ((count === 0xffff || size === FULL32 || offset === FULL32) && total >= END64) {
    const record = readAt(file, total - END64, 56);
    if (record.readUInt32LE(0) === 0x06064b50)
      [count, size, offset] = [32, 40, 48].map((at) => Number(record.readBigUInt64LE(at))) as [number, number, number];
  }
  if (offset + size > total) return refusals;
  if (count > MOST_FILES || size > MOST_DIRECTORY_BYTES) {
    refuse("zip-bomb", `It says that it holds ${count} files: more than any rehearsal bundle, and enough to fill a disk.`);
    return refusals;
  }
  const directory = readAt(file, offset, size);
  const seen = new Set<string>();
  let claimed = 0;
  for (let at = 0, i = 0; i < count && at + ENTRY <= size; i++) {
    const [name, extra, comment] = [28, 30, 32].map((place) => directory.readUInt16LE(at + place)) as [number, number, number];
    const method = directory.readUInt16LE(at + 10);
    let unpacked = directory.readUInt32LE(at + 24);
    if (unpacked === FULL32 && extra >= 12 && at + ENTRY + name + 12 <= size)
      unpacked = Number(directory.readBigUInt64LE(at + ENTRY + name + 4));
    const mode = directory.readUInt32LE(at + 38) >>> 16;
    const path = directory.toString("utf8", at + ENTRY, at + ENTRY + name);
    const shown = JSON.stringify(path.slice(0, 200));
    at += ENTRY + name + extra + comment;
    claimed += unpacked;
    if (/(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\\|\0/.test(path))
      refuse("zip-path", `Its entry ${shown} leads out of the folder that it would be unpacked to.`);
    if ((mode & KIND) === LINK) refuse("zip-link", `Its entry ${shown} is a symbolic link. A bundle holds files alone.`);
    else if ((mode & KIND) !== REGULAR) refuse("zip-special", `Its entry ${shown} is no plain file.`);
    if (method !== 0)
      refuse("zip-bomb", `Its entry ${shown} is compressed and says that it becomes ${unpacked} bytes. A bundle is never compressed.`);
    const folded = path.toLowerCase();
    if (seen.has(folded)) refuse("zip-twice", `Its entry ${shown} comes twice, so that two readers may see two texts.`);
    seen.add(folded);
  }
  if (claimed > total)
    refuse("zip-bomb", `Its files say that they are ${claimed} bytes together, in a zip of ${total}: it would grow when it is unpacked.`);
  return refusals;
}
