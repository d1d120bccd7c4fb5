// Reads the output of a recording as it was written, without ever holding it whole: a recording may have hundreds of megabytes.
// Owns: cutting one block's part out of a step's recording by its bytes. Does not play it.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Piece } from "./script.ts";

/** Times are seconds since the recording began. */
type Output = { at: number; text: string };

/** Every output event of an asciicast v2 or v3, in order. What is no event is passed over, as half a line at a crashed recording's end. */
async function* outputOf(path: string): AsyncGenerator<Output> {
  const input = createReadStream(path, { encoding: "utf8" });
  try {
    let version = 0;
    let now = 0;
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line === "" || line.startsWith("#")) continue;
      const event = parsed(line);
      if (version === 0) {
        version = (event as { version?: number } | null)?.version === 2 ? 2 : 3;
        continue;
      }
      if (!Array.isArray(event) || typeof event[0] !== "number" || typeof event[2] !== "string") continue;
      now = version === 3 ? now + event[0] : Math.max(now, event[0]);
      if (event[1] === "o") yield { at: now, text: event[2] };
    }
  } finally {
    input.destroy();
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // not whole: passed over by the caller
  }
}

export type CastPart = {
  path: string;
  /** Bytes of output, as UTF-8, that other blocks wrote before it. */
  fromBytes: number;
  /** Bytes of its own output; null for all that follows. */
  bytes: number | null;
  /** Its beginning within the recording, and how long it took, milliseconds; null where that is not known. */
  startMs: number | null;
  durationMs: number | null;
};

/**
 * The part's output at its moments. The clock that said when the block began may have been set meanwhile: its first output is never
 * earlier than its beginning, its last never later than its end. Rejects where the file cannot be read.
 */
export async function* piecesOf({ path, fromBytes, bytes, startMs, durationMs }: CastPart): AsyncGenerator<Piece> {
  let seen = 0;
  let leadMs: number | null = null;
  let firstMs = 0;
  const end = bytes === null ? Number.POSITIVE_INFINITY : fromBytes + bytes;
  if (bytes === 0) return;
  for await (const { at, text } of outputOf(path)) {
    const size = Buffer.byteLength(text);
    const from = Math.max(0, fromBytes - seen);
    const to = Math.min(size, end - seen);
    seen += size;
    if (from < size && to > from) {
      if (leadMs === null) {
        firstMs = at * 1_000;
        const told = startMs === null ? 0 : firstMs - startMs;
        leadMs = Math.min(Math.max(0, told), durationMs ?? Number.POSITIVE_INFINITY);
      }
      const moment = leadMs + at * 1_000 - firstMs;
      yield {
        atMs: durationMs === null ? moment : Math.min(moment, durationMs),
        text: from === 0 && to === size ? text : cut(text, from, to),
      };
    }
    if (seen >= end) return;
  }
}

const cut = (text: string, from: number, to: number): string => Buffer.from(text, "utf8").subarray(from, to).toString("utf8");
