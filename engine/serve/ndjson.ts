// One JSON value per line over a byte stream. Owns: cutting lines and their limit. Knows nothing of what they say.
import { StringDecoder } from "node:string_decoder";

/** Longest line of either side: a document with its flow, or a recording, fits (recordings are cut by the engine). */
export const MAX_LINE_CHARS = 64 * 1024 * 1024;

/** Returns a function to feed with chunks; `onLine` gets whole lines, `onTooLong` is called once and nothing after it. */
export function lineReader(limitChars: number, onLine: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let isOver = false;
  return (chunk) => {
    if (isOver) return;
    const parts = (rest + decoder.write(chunk)).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) if (line !== "") onLine(line);
    if (rest.length > limitChars) {
      isOver = true;
      rest = "";
      onTooLong();
    }
  };
}
