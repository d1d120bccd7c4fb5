// Where the files of a bundle lie within its zip. Owns: reading the directory of a zip that has been verified.
// Nothing is inflated and nothing written. Only for a zip that the verifier found stored as the exporter writes it (no
// `zip-damaged`, no `zip-names`): of such a file there is but one reading.
import { fstatSync, readSync } from "node:fs";

export type Place = { at: number; size: number };

/** APPNOTE.TXT: lengths of the end record, of the zip64 end record with its locator, and of an entry without its name. Bytes. */
const END = 22;
const END64 = 98;
const ENTRY = 46;
const LOCAL = 30;
const FULL32 = 0xffffffff;

export function readAt(file: number, at: number, length: number): Buffer {
  const out = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const read = readSync(file, out, done, length - done, at + done);
    if (read === 0) throw new RangeError("the file ends within one of its parts");
    done += read;
  }
  return out;
}

/** Path below the bundle's folder → where its bytes lie. Throws RangeError where the directory leads out of the file. */
export function directoryOf(file: number): Map<string, Place> {
  const { size: total } = fstatSync(file);
  const end = readAt(file, total - END, END);
  let [count, size, offset] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
  if ((count === 0xffff || size === FULL32 || offset === FULL32) && total >= END64) {
    const record = readAt(file, total - END64, 56);
    if (record.readUInt32LE(0) === 0x06064b50)
      [count, size, offset] = [32, 40, 48].map((at) => Number(record.readBigUInt64LE(at))) as [number, number, number];
  }
  if (offset + size > total) throw new RangeError("the directory leads out of the file");
  const directory = readAt(file, offset, size);
  const places = new Map<string, Place>();
  for (let at = 0, i = 0; i < count; i++) {
    const [name, extra, comment] = [28, 30, 32].map((place) => directory.readUInt16LE(at + place)) as [number, number, number];
    let [bytes, local] = [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 42)];
    if (bytes === FULL32 && extra === 28) {
      bytes = Number(directory.readBigUInt64LE(at + ENTRY + name + 4));
      local = Number(directory.readBigUInt64LE(at + ENTRY + name + 20));
    }
    const path = directory.toString("utf8", at + ENTRY, at + ENTRY + name);
    if (local + LOCAL + name + bytes > offset) throw new RangeError(`${path} leads out of the file`);
    places.set(path.slice(path.indexOf("/") + 1), { at: local + LOCAL + name, size: bytes });
    at += ENTRY + name + extra + comment;
  }
  return places;
}
