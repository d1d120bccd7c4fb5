// From when to when an export across logs reads. Owns: what a date means; days are UTC, the last one included.
import { RecordError } from "../record/index.ts";

export type Span = { from?: string | undefined; to?: string | undefined };

/** Whether a moment (ISO 8601) lies within. Throws RecordError `invalid-params` for a date that is none. */
export function within({ from, to }: Span): (at: string) => boolean {
  const begin = moment(from, false);
  const end = moment(to, true);
  const isWholeDay = to !== undefined && to.length === 10;
  return (text) => {
    const at = Date.parse(text);
    if (begin !== null && !(at >= begin)) return false;
    return end === null || (isWholeDay ? at < end : at <= end);
  };
}

function moment(text: string | undefined, isEnd: boolean): number | null {
  if (text === undefined) return null;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const found = Date.parse(isDay ? `${text}T00:00:00.000Z` : text);
  // Date.parse takes the 31st of February for a day in March.
  if (Number.isNaN(found) || !/^\d{4}-\d\d-\d\d/.test(text) || (isDay && new Date(found).toISOString().slice(0, 10) !== text))
    throw new RecordError("invalid-params", `“${text}” is not a date. Write 2026-11-20, or a moment as 2026-11-20T14:00:00Z.`);
  return found + (isDay && isEnd ? 86_400_000 : 0);
}
