// Queries in fences that do not say so: a console without a prompt, or no language at all. Owns the signs that are
// only asked there; in a shell fence the narrower ones of not-commands.ts decide, for there a doubt means "a command".
import { isKnownCommand, queryAt } from "./not-commands.ts";

/** A comparison of a metric with a number, a metric by its usual endings, a number and a bracket. */
const METRIC_SIGNS = [
  /^[a-z][a-z0-9]*(?:[_:][a-z0-9]+)+\s*(?:[<>]=?|==|!=)\s*-?\d[\d.e+]*\s*$/,
  /^[a-z][a-z0-9]*(?:[_:][a-z0-9]+)*_(?:total|bytes|seconds|ratio|bucket|percent|celsius)\s*(?:$|\[\d|[<>=!/*+-])/,
  /^[a-zA-Z_:][\w:]*(?:\{[^}]*\})?\[\d+(?:ms|[smhdwy])/,
  /^-?\d[\d.]*\s*[-*/+]\s*\(/,
];
/** Lines of the block that are looked at: a query shows itself at its beginning. */
const MAX_LINES = 20;

/** "a query of metrics", "SQL", or null. `lines` as they stand in the fence. */
export function readsAsQuery(lines: string[]): string | null {
  const written = lines
    .slice(0, MAX_LINES)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && line.length <= 2_000);
  const first = written[0];
  if (first === undefined || isKnownCommand(first)) return null;
  const whole = queryAt(first);
  if (whole !== null) return whole;
  if (METRIC_SIGNS.some((sign) => sign.test(first))) return METRIC_QUERY;
  if (!first.startsWith("(")) return null;
  // Brackets around the whole: what stands inside decides. `(cd /srv && ls)` stays what it is.
  const inside = written.join(" ").replace(/^[(\s]+/, "");
  return queryAt(inside) ?? (METRIC_SIGNS.some((sign) => sign.test(inside)) ? METRIC_QUERY : null);
}
const METRIC_QUERY = "a query of metrics";
