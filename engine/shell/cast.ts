// Reads asciicast v2 and v3 (docs.asciinema.org/manual/asciicast) for playing and showing.
// Owns: one timeline with absolute times out of both. Does not write: recording.ts does.
import { fail, ok, type Result } from "../protocol/index.ts";
import { type CastEvent, type CastHeader, exitStatusOf, readCastHeader, readCastLine } from "./cast-lines.ts";

export type Cast = CastHeader & {
  events: CastEvent[];
  /** Seconds from the beginning to the last event. */
  duration: number;
  /** Of the last `x` event; null when there is none. */
  exitStatus: number | null;
  /** Lines that were no events: half a line at a crashed recording's end, or codes a later version may add. */
  skippedLines: number;
};

/** The recording as one timeline. Errors: `unreadable`, with the line, when the header is no asciicast v2 or v3. A broken event is skipped and counted. */
export function readCast(text: string): Result<Cast> {
  const headerEnd = lineEnd(text, 0);
  const header = readCastHeader(text.slice(0, headerEnd));
  if (typeof header === "string") return fail("unreadable", header);
  const events: CastEvent[] = [];
  let now = 0;
  let exitStatus: number | null = null;
  let skippedLines = 0;
  for (let start = headerEnd + 1; start < text.length; ) {
    const end = lineEnd(text, start);
    const event = readCastLine(text.slice(start, end), header.version, now);
    start = end + 1;
    if (event === null) skippedLines += 1;
    if (event === null || event === "none") continue;
    now = event.at;
    events.push(event);
    if (event.code === "x") exitStatus = exitStatusOf(event.data);
  }
  return ok({ ...header, events, duration: now, exitStatus, skippedLines });
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
