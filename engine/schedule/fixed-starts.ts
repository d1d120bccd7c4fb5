// "+0:30" and "22:15" as moments: after the run's start, or by the clock of the launch's zone.
// Owns: that reading, daylight saving included. Pure; asks Intl for offsets and reads no clock.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A phase whose hour was just missed when the run began is late, not due tomorrow. */
const MISSED_BY_MS = HOUR_MS;

/**
 * Moments by position, milliseconds; null where nothing is fixed or it cannot be read. A time of day is its first one after the phase
 * before it; the first of all is looked for from an hour before `startMs`. Offsets count from the start, `-0:30` before it.
 */
export function fixedStarts(starts: readonly (string | null)[], startMs: number, zone: string): (number | null)[] {
  let from = startMs - MISSED_BY_MS;
  return starts.map((said) => {
    const parts = said === null ? null : /^([+-]?)(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$/.exec(said);
    if (parts === null) return null;
    const [, sign, hours, minutes, seconds = "0"] = parts;
    const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    if (sign !== "") return startMs + (sign === "-" ? -ms : ms);
    if (ms >= DAY_MS) return null;
    from = nextClock(ms, from, zone);
    return from;
  });
}

/** The first moment not before `from` at which clocks in the zone show this time of day; where they skip it, the moment they jump. */
function nextClock(timeOfDayMs: number, from: number, zone: string): number {
  const local = from + offsetMs(from, zone);
  for (let day = Math.floor(local / DAY_MS) - 1; ; day++) {
    const wall = day * DAY_MS + timeOfDayMs;
    const moment = momentOf(wall, zone);
    if (moment >= from) return moment;
  }
}

/** `wall`: what the clocks show, as if it were UTC. Shown twice, the first time counts. */
function momentOf(wall: number, zone: string): number {
  const before = offsetMs(wall - DAY_MS, zone);
  const after = offsetMs(wall + DAY_MS, zone);
  const candidates = [wall - before, wall - after].filter((moment) => moment + offsetMs(moment, zone) === wall);
  if (candidates.length > 0) return Math.min(...candidates);
  // Skipped in spring: the old offset puts it as far behind the jump as it lies within the gap.
  let low = wall - Math.max(before, after) - HOUR_MS;
  let high = wall - Math.min(before, after) + HOUR_MS;
  const offset = offsetMs(low, zone);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle, zone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
/** East of UTC, milliseconds. An unknown zone counts as UTC. */
function offsetMs(moment: number, zone: string): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    const options = {
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    } as const;
    try {
      formatter = new Intl.DateTimeFormat("en-US", { ...options, timeZone: zone === "" ? "UTC" : zone });
    } catch {
      formatter = new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" });
    }
    formatters.set(zone, formatter);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(moment)) part[type] = Number(value);
  const shown = Date.UTC(part["year"]!, part["month"]! - 1, part["day"]!, part["hour"]!, part["minute"]!, part["second"]!);
  return shown - Math.floor(moment / 1000) * 1000;
}
