// Reads a zip's files back, for tests. Owns: nothing of the product.
import { inflateRawSync } from "node:zlib";

export function readZip(bytes: Uint8Array): { path: string; bytes: Buffer; time: number; date: number }[] {
  const zip = Buffer.from(bytes);
  const found: { path: string; bytes: Buffer; time: number; date: number }[] = [];
  let at = zip.readUInt32LE(zip.length - 6);
  for (let left = zip.readUInt16LE(zip.length - 12); left > 0; left--) {
    const [method, time, date, size] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt16LE(at + 12),
      zip.readUInt16LE(at + 14),
      zip.readUInt32LE(at + 20),
    ];
    const [name, extra, comment, local] = [
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
      zip.readUInt32LE(at + 42),
    ];
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(data, data + size);
    found.push({
      path: zip.toString("utf8", at + 46, at + 46 + name),
      bytes: method === 8 ? inflateRawSync(packed) : Buffer.from(packed),
      time,
      date,
    });
    at += 46 + name + extra + comment;
  }
  return found;
}
