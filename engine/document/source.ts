// The bytes of a file as text and lines. Owns decoding, line tables and the hash of a range of lines.
// Offsets are UTF-16 units of the decoded text, lines and columns count from 1, hashes are of the bytes.
// Does not know Markdown.
import { hash } from "node:crypto";

/** How the bytes were read; anything but plain UTF-8 is told to the reader. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

export type Source = {
  bytes: Uint8Array;
  /** Decoded text without the byte order mark. */
  text: string;
  encoding: Encoding;
  hasBom: boolean;
  /** Some line ends in a carriage return. */
  hasCarriage: boolean;
  /** Number of lines; a final line end does not begin another line. */
  lines: number;
  /** Offset of the first character of each line (index 0 = line 1). */
  starts: number[];
  /** Offset after the last character of each line, its line end left out. */
  ends: number[];
  /** First line holding bytes that are not UTF-8 (each became U+FFFD), or 0. */
  invalidLine: number;
  invalidCount: number;
};

export function readSource(bytes: Uint8Array): Source {
  const { text, encoding, hasBom } = decode(bytes);
  const starts: number[] = [];
  const ends: number[] = [];
  const length = text.length;
  // A lone carriage return ends a line too (CommonMark 2.1). The next line feed and the next carriage return are
  // looked up only once passed: a file without any would else be read to its end on every line.
  let feed = text.indexOf("\n");
  let carriage = text.indexOf("\r");
  let at = 0;
  while (at < length) {
    starts.push(at);
    if (feed !== -1 && feed < at) feed = text.indexOf("\n", at);
    if (carriage !== -1 && carriage < at) carriage = text.indexOf("\r", at);
    if (carriage === -1 || (feed !== -1 && carriage > feed)) {
      ends.push(feed === -1 ? length : feed);
      at = feed === -1 ? length : feed + 1;
    } else {
      ends.push(carriage);
      at = carriage + 1 === feed ? feed + 1 : carriage + 1;
    }
  }
  const invalid = findInvalid(text, bytes, encoding, starts);
  return { bytes, text, encoding, hasBom, hasCarriage: text.includes("\r"), lines: starts.length, starts, ends, ...invalid };
}

function decode(bytes: Uint8Array): { text: string; encoding: Encoding; hasBom: boolean } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "utf-16le", hasBom: true };
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return { text: new TextDecoder("utf-16be").decode(bytes), encoding: "utf-16be", hasBom: true };
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return { text: new TextDecoder("utf-8").decode(bytes), encoding: "utf-8", hasBom };
}

// A U+FFFD in the text may have been written by the author; only a strict decoder knows.
function findInvalid(text: string, bytes: Uint8Array, encoding: Encoding, starts: number[]): { invalidLine: number; invalidCount: number } {
  const first = text.indexOf("\ufffd");
  if (first === -1 || encoding !== "utf-8") return { invalidLine: 0, invalidCount: 0 };
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { invalidLine: 0, invalidCount: 0 };
  } catch {
    let count = 0;
    for (let at = first; at !== -1; at = text.indexOf("\ufffd", at + 1)) count++;
    return { invalidLine: lineAt(starts, first), invalidCount: count };
  }
}

/** Line (from 1) of an offset, by bisection. */
export function lineAt(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** Text of one line without its line end. */
export function lineText(source: Source, line: number): string {
  return source.text.slice(source.starts[line - 1], source.ends[line - 1]);
}

/** Computes hashes of line ranges, from the first byte of `line` to the last of `endLine`, its line end left out. */
export function createHasher(source: Source): (line: number, endLine: number) => string {
  const byteOf = byteOffsets(source);
  return (line, endLine) => {
    const from = byteOf(source.starts[line - 1] ?? source.text.length);
    return sha256(source.bytes.subarray(from, byteOf(source.ends[endLine - 1] ?? source.text.length)));
  };
}

export function sha256(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

/** Turns offsets of the text into offsets of the bytes. Cheapest when asked in rising order. */
function byteOffsets(source: Source): (offset: number) => number {
  const first = source.hasBom ? (source.encoding === "utf-8" ? 3 : 2) : 0;
  if (source.encoding !== "utf-8") return (offset) => first + offset * 2;
  if (source.bytes.length - first === source.text.length) return (offset) => first + offset; // all ASCII
  if (source.invalidCount > 0) return invalidOffsets(source, first);
  let last = { offset: 0, byte: first };
  return (offset) => {
    if (offset < last.offset) last = { offset: 0, byte: first };
    last = { offset, byte: last.byte + Buffer.byteLength(source.text.slice(last.offset, offset)) };
    return last.byte;
  };
}

// An invalid byte is one character of the text and three bytes of its UTF-8, so lengths cannot be computed.
// Line ends are single bytes and cannot be part of another character, also not of an invalid one:
// the bytes have the same lines as the text, and only starts and ends of lines are asked for.
function invalidOffsets(source: Source, first: number): (offset: number) => number {
  const { bytes } = source;
  const known = new Map<number, number>();
  let at = first;
  for (let line = 0; line < source.lines; line++) {
    known.set(source.starts[line]!, at);
    while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
    known.set(source.ends[line]!, at);
    at += bytes[at] === 13 && bytes[at + 1] === 10 ? 2 : 1;
  }
  return (offset) => known.get(offset) ?? bytes.length;
}
