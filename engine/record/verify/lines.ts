// Lines of a file or of bytes, exactly: only \n ends one, nothing is trimmed. Owns: reading in pieces, so memory stays flat.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A line without its \n; `isEnded` is false for a last line that has none. */
export type RawLine = { bytes: Buffer; isEnded: boolean };
/** Something that can be read from its start and asked for its end. The buffers are the caller's to keep. */
export type LineSource = { lines(): Generator<RawLine>; last(): RawLine | null };

const CHUNK_BYTES = 1 << 20;

export const fileSource = (path: string): LineSource => ({
  *lines() {
    const file = openSync(path, "r");
    try {
      yield* split(chunksOf(file));
    } finally {
      closeSync(file);
    }
  },
  last() {
    const file = openSync(path, "r");
    try {
      const { size } = fstatSync(file);
      // A closing of a filtered export may be long: the tail is doubled until it holds a whole line.
      for (let want = CHUNK_BYTES; ; want *= 2) {
        const tail = Buffer.allocUnsafe(Math.min(want, size));
        for (let done = 0; done < tail.length; ) {
          const read = readSync(file, tail, done, tail.length - done, size - tail.length + done);
          if (read === 0) break;
          done += read;
        }
        if (tail.length === size || tail.lastIndexOf(0x0a, -2) !== -1) return lastOf(tail);
      }
    } finally {
      closeSync(file);
    }
  },
});

export const bufferSource = (bytes: Buffer): LineSource => ({ lines: () => split([bytes]), last: () => lastOf(bytes) });

function lastOf(bytes: Buffer): RawLine | null {
  if (bytes.length === 0) return null;
  const isEnded = bytes.at(-1) === 0x0a;
  const end = isEnded ? bytes.length - 1 : bytes.length;
  const start = end === 0 ? 0 : bytes.lastIndexOf(0x0a, end - 1) + 1;
  return { bytes: bytes.subarray(start, end), isEnded };
}

function* chunksOf(file: number): Generator<Buffer> {
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
    if (read === 0) return;
    yield chunk.subarray(0, read);
  }
}

function* split(chunks: Iterable<Buffer>): Generator<RawLine> {
  let rest: Buffer[] = [];
  for (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const piece = chunk.subarray(start, end);
      yield { bytes: rest.length === 0 ? piece : Buffer.concat([...rest, piece]), isEnded: true };
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), isEnded: false };
}
