// Bytes of a PTY → text, in chunks of any size.
// Owns: characters cut in two by a chunk's border, and the count of bytes that were no UTF-8.
// Does not look at escape sequences or secrets.
import { isAscii, isUtf8 } from "node:buffer";

export type Decoder = {
  /** Text of all characters that are complete; the beginning of a cut one waits for the next chunk. */
  push(bytes: Uint8Array): string;
  /** At the stream's end: a character that was never completed becomes U+FFFD. */
  flush(): string;
  /** Bytes so far that belonged to no valid character. */
  invalidBytes(): number;
};

const REPLACEMENT = "\uFFFD";

/** Replaces as the WHATWG Encoding Standard says: one U+FFFD for each longest beginning of a character that is not continued. */
export function createDecoder(): Decoder {
  let rest = Buffer.alloc(0);
  let invalid = 0;

  const decode = (bytes: Buffer): string => {
    if (isAscii(bytes)) return bytes.toString("latin1");
    if (isUtf8(bytes)) return bytes.toString("utf8");
    invalid += countInvalid(bytes);
    return bytes.toString("utf8");
  };

  return {
    push(bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const all = rest.length === 0 ? view : Buffer.concat([rest, view]);
      const cut = all.length - incompleteTail(all);
      // A copy: node-pty may use its buffer again before the next chunk comes.
      rest = Buffer.from(all.subarray(cut));
      return decode(all.subarray(0, cut));
    },
    flush() {
      if (rest.length === 0) return "";
      invalid += rest.length;
      rest = Buffer.alloc(0);
      return REPLACEMENT;
    },
    invalidBytes: () => invalid,
  };
}

/** Length in bytes (0 to 3) of a character's beginning at the end of `bytes` which more bytes could complete. */
function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const lead = bytes[bytes.length - back]!;
    if ((lead & 0xc0) === 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    if (neededBytes(lead) <= back) return 0;
    return back === 1 || isSecondByte(lead, bytes[bytes.length - back + 1]!) ? back : 0;
  }
  return 0;
}

function neededBytes(lead: number): number {
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** Second bytes are limited after some leads: no overlong forms, no surrogates, nothing above U+10FFFF (Unicode table 3-7). */
function isSecondByte(lead: number, second: number): boolean {
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

function countInvalid(bytes: Buffer): number {
  let invalid = 0;
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    if (lead < 0xc2 || lead > 0xf4) {
      invalid += 1;
      at += 1;
      continue;
    }
    const needed = neededBytes(lead);
    let good = 1;
    while (good < needed && at + good < bytes.length) {
      const byte = bytes[at + good]!;
      if (good === 1 ? !isSecondByte(lead, byte) : (byte & 0xc0) !== 0x80) break;
      good += 1;
    }
    if (good < needed) invalid += good;
    at += good;
  }
  return invalid;
}
