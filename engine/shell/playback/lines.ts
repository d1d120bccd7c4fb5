// Lines of a part of a file, with where each ends. Owns: reading in pieces, so that memory stays flat however long the file is.
// Does not know what the lines say.
import { readSync } from "node:fs";

const PIECE = 1 << 20;
const NEWLINE = 0x0a;
/** A line longer than this is nobody's event: the recorder writes at most some 400 KB in one. Bytes. */
const MOST_LINE = 8 << 20;

/** `text` is null for a line that is too long to be one. `next`: offset after its end. */
export type Line = { text: string | null; next: number };

/** From `from`, the beginning of a line, to `end`. `see` gets every byte once, in order. The last line may lack its end. */
export function* linesOf(file: number, from: number, end: number, see: (piece: Buffer) => void = () => undefined): Generator<Line> {
  // What of the line that goes on was read before; empty once it is too long.
  let held: Buffer[] = [];
  let heldBytes = 0;
  const take = (rest: Buffer): string | null => {
    const whole = heldBytes + rest.length > MOST_LINE ? null : heldBytes === 0 ? rest : Buffer.concat([...held, rest]);
    held = [];
    heldBytes = 0;
    return whole?.toString("utf8") ?? null;
  };
  for (let at = from; at < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(PIECE, end - at));
    const read = readSync(file, buffer, 0, buffer.length, at);
    if (read === 0) break; // became shorter while it was read; whoever asks looks at its size
    const piece = buffer.subarray(0, read);
    see(piece);
    let start = 0;
    for (let newline = piece.indexOf(NEWLINE); newline !== -1; newline = piece.indexOf(NEWLINE, start)) {
      yield { text: take(piece.subarray(start, newline)), next: at + newline + 1 };
      start = newline + 1;
    }
    const rest = piece.subarray(start);
    if (rest.length > 0) {
      heldBytes += rest.length;
      if (heldBytes > MOST_LINE) held = [];
      else held.push(rest);
    }
    at += read;
  }
  if (heldBytes > 0) yield { text: take(Buffer.alloc(0)), next: end };
}
