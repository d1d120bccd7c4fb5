// Durations as people write them: 5m, 1h30m, 90s, 2 days. Owns their reading; calendar arithmetic is only for review dates.
import { laterDay } from "../protocol/index.ts";

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  secs: 1_000,
  second: 1_000,
  seconds: 1_000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hrs: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
};

/** Milliseconds of `1h30m`, `5 min`, `0.5h`; null where it is no duration. A bare number has no unit and is none. */
export function parseDuration(text: string): number | null {
  // One amount and one unit is what nearly all are.
  const plain = /^(\d{1,9})([a-z]{1,7})$/.exec(text);
  if (plain !== null) {
    const size = Object.hasOwn(UNITS, plain[2]!) ? UNITS[plain[2]!] : undefined;
    return size === undefined ? null : Number(plain[1]) * size;
  }
  const trimmed = text.trim();
  if (!/^(?:\d{1,9}(?:\.\d{1,6})?\s*[a-z]{1,7}\s*){1,6}$/i.test(trimmed)) return null;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const size = UNITS[unit!.toLowerCase()];
    if (size === undefined) return null;
    total += Number(amount) * size;
  }
  return Math.round(total);
}

/** `2026-10-01` if it is a real day, else null. */
export function parseDay(text: string): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text.trim());
  if (match === null) return null;
  const day = new Date(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || day.getUTCDate() !== Number(match[3]) ? null : day.toISOString().slice(0, 10);
}

/** The day `span` (`6 months`, `90 days`, `1 year`) after `day`; null where the span cannot be read. The 31st becomes the month's last day. */
export function addSpan(day: string, span: string): string | null {
  const read = readSpan(span);
  return read === null ? null : laterDay(day, read);
}

/** `3 months`, `90 days`, `1 year` as months of the calendar and days; null where it is no such span. */
export function readSpan(span: string): { months: number; days: number } | null {
  const match = /^(\d{1,4})\s*(d|days?|w|weeks?|mo|months?|y|years?)$/i.exec(span.trim());
  if (match === null) return null;
  const count = Number(match[1]);
  const unit = match[2]!.toLowerCase();
  if (unit.startsWith("d")) return { months: 0, days: count };
  if (unit.startsWith("w")) return { months: 0, days: count * 7 };
  return { months: unit.startsWith("y") ? count * 12 : count, days: 0 };
}
