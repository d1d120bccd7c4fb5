// asciicast v2 and v3 as the player needs it: absolute times, output, resizes, markers. Pure.
// Owns: reading. The engine checks the recording's hash; here a broken line is left out, and counted.

export type CastEvent = { at: number; kind: "o" | "r" | "m" | "x"; data: string };
export type PlayableCast = {
  cols: number;
  rows: number;
  /** Seconds since the start, rising. */
  events: CastEvent[];
  durationS: number;
  /** Moment of the start, ms since 1970; null where the recording does not say. */
  startedAt: number | null;
  broken: number;
};

const isSize = (n: unknown): n is number => typeof n === "number" && Number.isInteger(n) && n >= 2 && n <= 1000;

export function readPlayable(text: string): PlayableCast | null {
  const lines = text.split("\n");
  let header: { version?: unknown; width?: unknown; height?: unknown; term?: { cols?: unknown; rows?: unknown }; timestamp?: unknown };
  try {
    header = JSON.parse(lines[0] ?? "");
  } catch {
    return null;
  }
  if (typeof header !== "object" || header === null) return null;
  const version = header.version;
  if (version !== 2 && version !== 3) return null;
  const cols = version === 3 ? header.term?.cols : header.width;
  const rows = version === 3 ? header.term?.rows : header.height;
  const events: CastEvent[] = [];
  let broken = 0;
  let at = 0;
  for (const line of lines.slice(1)) {
    if (line.trim() === "" || line.startsWith("#")) continue; // v3 allows comments
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      broken += 1; // the last line of a recording whose writer was killed
      continue;
    }
    if (!Array.isArray(entry) || typeof entry[0] !== "number" || !Number.isFinite(entry[0]) || typeof entry[1] !== "string") {
      broken += 1;
      continue;
    }
    // v3 gives the time since the event before, v2 since the start
    at = version === 3 ? at + Math.max(0, entry[0]) : Math.max(at, entry[0]);
    const kind = entry[1];
    if (kind === "o" || kind === "r" || kind === "m" || kind === "x") events.push({ at, kind, data: String(entry[2] ?? "") });
  }
  return {
    cols: isSize(cols) ? cols : 80,
    rows: isSize(rows) ? rows : 24,
    events,
    durationS: at,
    startedAt: typeof header.timestamp === "number" ? header.timestamp * 1000 : null,
    broken,
  };
}

/** Index of the first event after `seconds`. */
export function indexAfter(events: readonly CastEvent[], seconds: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.at ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `120x40` of a resize, or null. */
export function sizeOf(data: string): { cols: number; rows: number } | null {
  const found = /^(\d{1,4})x(\d{1,4})$/.exec(data);
  if (found === null) return null;
  const cols = Number(found[1]);
  const rows = Number(found[2]);
  return isSize(cols) && isSize(rows) ? { cols, rows } : null;
}
