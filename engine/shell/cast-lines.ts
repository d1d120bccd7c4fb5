// One line of an asciicast v2 or v3 (docs.asciinema.org/manual/asciicast): the header, or an event at its absolute time.
// Owns: what counts as one. Imports nothing, so that a thread which reads recordings starts at once.

export type CastEvent = {
  /** Seconds since the recording's beginning. */
  at: number;
  code: "o" | "i" | "m" | "r" | "x";
  /** Output or input text, marker label, `COLSxROWS`, or exit status. */
  data: string;
};
const CODES = new Set(["o", "i", "m", "r", "x"]);
/** Largest screen taken from a file; more is a damaged or hostile header. */
const LARGEST_SIDE = 10_000;

export type CastHeader = {
  version: 2 | 3;
  cols: number;
  rows: number;
  title: string | null;
  /** Seconds since 1970, of the beginning; null when the file does not say. */
  timestamp: number | null;
  env: Record<string, string>;
};

/** The first line, or in words why it is no asciicast v2 or v3 header. */
export function readCastHeader(line: string): CastHeader | string {
  const header = parseJson(line);
  if (!isRecord(header)) return unreadable("line 1 is no JSON object; an asciicast begins with its header");
  const version = header["version"];
  if (version !== 2 && version !== 3) return unreadable(`line 1: version ${JSON.stringify(version)} is not asciicast 2 or 3`);
  const size = version === 3 ? header["term"] : { cols: header["width"], rows: header["height"] };
  if (!isRecord(size) || !isSide(size["cols"]) || !isSide(size["rows"])) {
    return unreadable(
      `line 1: ${version === 3 ? "term.cols and term.rows" : "width and height"} must be whole numbers from 1 to ${LARGEST_SIDE}`,
    );
  }
  return {
    version,
    cols: size["cols"],
    rows: size["rows"],
    title: typeof header["title"] === "string" ? header["title"] : null,
    timestamp: typeof header["timestamp"] === "number" ? header["timestamp"] : null,
    env: isRecord(header["env"]) ? Object.fromEntries(Object.entries(header["env"]).map(([name, value]) => [name, String(value)])) : {},
  };
}

/** One line after the header, at the moment it belongs to when the event before was at `now`. Null: no event of this format; "none": nothing to read. */
export function readCastLine(line: string, version: 2 | 3, now: number): CastEvent | "none" | null {
  // v3 allows comment lines; blank ones are a trailing newline's doing.
  if (line.trim() === "" || line.startsWith("#")) return "none";
  const event = parseJson(line);
  if (!Array.isArray(event) || !isTime(event[0]) || typeof event[2] !== "string" || !CODES.has(event[1])) return null;
  return { at: version === 3 ? now + event[0] : Math.max(now, event[0]), code: event[1], data: event[2] };
}

/** Exit status that an `x` event says; null when it is no whole number. */
export const exitStatusOf = (data: string): number | null => (Number.isInteger(Number(data)) && data !== "" ? Number(data) : null);

const unreadable = (what: string): string => `The recording cannot be opened: ${what}. Was another kind of file chosen?`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller counts or names the line
  }
}

const isTime = (value: unknown): value is number => typeof value === "number" && value >= 0 && Number.isFinite(value);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST_SIDE;
}
