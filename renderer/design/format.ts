// How numbers, durations and moments are written. Pure. Times always say their zone; digits are tabular by the style sheet.
// Owns: the words of figures. Does not read the clock.

/** `1:42`, `12:05`, `1:02:03`; negative with a real minus sign. Whole seconds, cut, so that a clock never runs ahead. */
export function formatDuration(ms: number): string {
  const total = Math.floor(Math.abs(ms) / 1000);
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  const text = hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
  return ms < 0 && total > 0 ? `−${text}` : text;
}

/** Below this something took "0:00" or "0.0 s", which says nothing: milliseconds then. */
const SECOND_MS = 999.5;

/** What something that has ended took, in a column of clocks: `84 ms`, `0:06`, `1:35`. A clock that still runs is formatDuration's. */
export const formatSpent = (ms: number): string =>
  ms >= 0 && ms < SECOND_MS ? `${Math.round(ms)} ms` : formatDuration(ms >= SECOND_MS && ms < 1000 ? 1000 : ms);

/** What something that has ended took, as said in a sentence: `84 ms`, `6.4 s`, `1:35`. */
export function formatTook(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return formatDuration(ms);
}

/** A time that was set, short as it may be: `500 ms`, `1.5 s`, `15 s`, from a minute on `5:00`. A clock would say 0:00 of half a second. */
export function formatSet(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${Number((ms / 1000).toFixed(1))} s` : formatDuration(ms);
}

/** A planned time in words: `4 minutes`, `1 h 20 min`, `45 s`. */
export function formatPlanned(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `4 s ago`, `3 min ago`, `2 h ago`, `5 days ago`. A moment ahead of the clock is "now". */
export function formatAgo(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** Decimal units, as disks and networks are sold: `48.2 kB`, `212 GB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const counts = new Intl.NumberFormat("en-GB");
/** `1,207`. */
export const formatCount = (n: number): string => counts.format(n);
/** `1 event`, `1,207 events`. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${formatCount(n)} ${n === 1 ? one : many}`;

const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}|${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (found === undefined) {
    // An unknown zone name would throw for every clock on screen; UTC with its own label is the honest fallback.
    found = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: isZone(zone) ? zone : "UTC" });
    formatters.set(key, found);
  }
  return found;
}

/** Asked for every clock on screen, and slow to find out. */
const zones = new Map<string, boolean>([
  ["", false],
  ["UTC", true],
]);
/** Whether `zone` is an IANA zone that this machine knows. */
export function isZone(zone: string): boolean {
  let isKnown = zones.get(zone);
  if (isKnown === undefined) {
    try {
      new Intl.DateTimeFormat("en-GB", { timeZone: zone });
      isKnown = true;
    } catch {
      isKnown = false;
    }
    zones.set(zone, isKnown);
  }
  return isKnown;
}

type Moment = string | number | Date;
const at = (moment: Moment): Date => (moment instanceof Date ? moment : new Date(moment));

/** `00:55:12`. */
export const formatClock = (moment: Moment, zone = "UTC"): string =>
  formatter(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at(moment));
/** `00:55`. */
export const formatMinute = (moment: Moment, zone = "UTC"): string =>
  formatter(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at(moment));
/** `Sun 15 Mar`. */
export const formatDay = (moment: Moment, zone = "UTC"): string =>
  formatter(zone, { weekday: "short", day: "numeric", month: "short" }).format(at(moment)).replace(",", "");
/** `15 Mar 2026`. */
export const formatDate = (moment: Moment, zone = "UTC"): string =>
  formatter(zone, { day: "numeric", month: "short", year: "numeric" }).format(at(moment));
/** `15 Mar 2026, 00:55:12 UTC`. */
export const formatMoment = (moment: Moment, zone = "UTC"): string =>
  `${formatDate(moment, zone)}, ${formatClock(moment, zone)} ${zoneWord(moment, zone)}`;
/** What the zone is called at that moment: `UTC`, `EET`, `EEST`; `GMT-3` where no letters are in use. */
export function zoneWord(moment: Moment, zone = "UTC"): string {
  if (!isZone(zone)) return "UTC";
  const part = formatter(zone, { timeZoneName: "short" })
    .formatToParts(at(moment))
    .find((one) => one.type === "timeZoneName");
  return part?.value ?? zone;
}

/** Twenty Crockford characters in groups of four, whatever separators they came with. */
export const fingerprintGroups = (fingerprint: string): string[] =>
  fingerprint
    .replace(/[^0-9A-Za-z]/g, "")
    .toUpperCase()
    .match(/.{1,4}/g) ?? [];

/** `DM` of "Dana Mercer". */
export const initials = (name: string): string =>
  name
    .trim()
    .split(/\s+/)
    .filter((_, index, words) => index === 0 || index === words.length - 1)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");

/** The file's own name of a path, either kind of slash. */
export const baseName = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
