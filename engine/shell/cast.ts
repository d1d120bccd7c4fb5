// Reads asciicast v2 and v3 (docs.asciinema.org/manual/asciicast) for playing and showing.
// Owns: one timeline with absolute times out of both. Does not write: recording.ts does.
import { fail, ok, type Result } from "../protocol/index.ts";

export type CastEvent = {
  /** Seconds since the recording's beginning. */
  at: number;
  code: "o" | "i" | "m" | "r" | "x";
  /** Output or input text, marker label, `COLSxROWS`, or exit status. */
  data: string;
};
export type Cast = {
  version: 2 | 3;
  cols: number;
  rows: number;
  title: string | null;
  /** Seconds since 1970, of the beginning; null when the file does not say. */
  timestamp: number | null;
  env: Record<string, string>;
  events: CastEvent[];
  /** Seconds from the beginning to the last event. */
  duration: number;
  /** Of the last `x` event; null when there is none. */
  exitStatus: number | null;
  /** Lines that were no events: half a line at a crashed recording's end, or codes a later version may add. */
  skippedLines: number;
};

const CODES = new Set(["o", "i", "m", "r", "x"]);
/** Largest screen taken from a file; more is a damaged or hostile header. */
const LARGEST_SIDE = 10_000;

/** The recording as one timeline. Errors: `unreadable`, with the line, when the header is no asciicast v2 or v3. A broken event is skipped and counted. */
export function readCast(text: string): Result<Cast> {
  const headerEnd = lineEnd(text, 0);
  const header = parseJson(text.slice(0, headerEnd));
  if (!isRecord(header)) return unreadable("line 1 is no JSON object; an asciicast begins with its header");
  const version = header["version"];
  if (version !== 2 && version !== 3) return unreadable(`line 1: version ${JSON.stringify(version)} is not asciicast 2 or 3`);
  const size = version === 3 ? header["term"] : { cols: header["width"], rows: header["height"] };
  if (!isRecord(size) || !isSide(size["cols"]) || !isSide(size["rows"])) {
    return unreadable(
      `line 1: ${version === 3 ? "term.cols and term.rows" : "width and height"} must be whole numbers from 1 to ${LARGEST_SIDE}`,
    );
  }

  const events: CastEvent[] = [];
  let now = 0;
  let exitStatus: number | null = null;
  let skippedLines = 0;
  for (let start = headerEnd + 1; start < text.length; ) {
    const end = lineEnd(text, start);
    const line = text.slice(start, end);
    start = end + 1;
    // v3 allows comment lines; blank ones are a trailing newline's doing.
    if (line.trim() === "" || line.startsWith("#")) continue;
    const event = parseJson(line);
    if (!Array.isArray(event) || typeof event[0] !== "number" || !(event[0] >= 0) || typeof event[2] !== "string" || !CODES.has(event[1])) {
      skippedLines += 1;
      continue;
    }
    now = version === 3 ? now + event[0] : Math.max(now, event[0]);
    events.push({ at: now, code: event[1], data: event[2] });
    if (event[1] === "x") exitStatus = Number.isInteger(Number(event[2])) && event[2] !== "" ? Number(event[2]) : null;
  }
  return ok({
    version,
    cols: size["cols"],
    rows: size["rows"],
    title: typeof header["title"] === "string" ? header["title"] : null,
    timestamp: typeof header["timestamp"] === "number" ? header["timestamp"] : null,
    env: isRecord(header["env"]) ? Object.fromEntries(Object.entries(header["env"]).map(([name, value]) => [name, String(value)])) : {},
    events,
    duration: now,
    exitStatus,
    skippedLines,
  });
}

function unreadable(what: string) {
  return fail("unreadable", `The recording cannot be opened: ${what}. Was another kind of file chosen?`);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller counts or names the line
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST_SIDE;
}
