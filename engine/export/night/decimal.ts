// Sums on measured values as they were recorded: decimal strings, never binary fractions. Owns: order, median, difference, percentage.
// What is no plain decimal is null, and is never counted as a number.

/** Value times 10 to the power of `scale`. */
export type Decimal = { units: bigint; scale: number };

const PLAIN = /^([+-]?)(\d+)(?:\.(\d+))?$/;
export function decimalOf(text: string): Decimal | null {
  const match = PLAIN.exec(text.trim());
  if (match === null) return null;
  const fraction = match[3] ?? "";
  const units = BigInt(`${match[2]}${fraction}`);
  return { units: match[1] === "-" ? -units : units, scale: fraction.length };
}

export function wordsOf({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  const whole = digits.slice(0, digits.length - scale);
  const sign = units < 0n ? "-" : "";
  return scale === 0 || fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

const scaled = ({ units, scale }: Decimal, to: number): bigint => units * 10n ** BigInt(to - scale);
export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [one, other] = [scaled(a, scale), scaled(b, scale)];
  return one < other ? -1 : one > other ? 1 : 0;
}
export function minus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: scaled(a, scale) - scaled(b, scale), scale };
}
export const magnitude = ({ units, scale }: Decimal): Decimal => ({ units: units < 0n ? -units : units, scale });

/** The middle one; of an even number the mean of the two in the middle, exactly. */
export function median(values: readonly Decimal[]): Decimal | null {
  const sorted = [...values].sort(compare);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  if (sorted.length % 2 === 1) return upper;
  const lower = sorted[middle - 1]!;
  const scale = Math.max(lower.scale, upper.scale);
  return { units: (scaled(lower, scale) + scaled(upper, scale)) * 5n, scale: scale + 1 };
}

/** `part` in percent of `whole` to one decimal, halves away from zero; null of nothing. */
export function percent(part: Decimal, whole: Decimal): Decimal | null {
  const scale = Math.max(part.scale, whole.scale);
  const of = scaled(magnitude(whole), scale);
  if (of === 0n) return null;
  const top = scaled(part, scale) * 1000n;
  const rounded = ((top < 0n ? -top : top) * 2n + of) / (of * 2n);
  return { units: top < 0n ? -rounded : rounded, scale: 1 };
}

type Limit = { operator: string; value: Decimal };
/** "<= 0.3" as the record has it. */
export function limitOf(words: string): Limit | null {
  const match = /^(<=|>=|==|!=|<|>)\s*(\S+)$/.exec(words.trim());
  const value = match === null ? null : decimalOf(match[2]!);
  return match === null || value === null ? null : { operator: match[1]!, value };
}

/** The value that is worst for this limit: the largest below one, the smallest above one, the farthest from one; without a limit none is. */
export function worstAt(values: readonly Decimal[], limit: Limit | null): number {
  if (limit === null || values.length === 0) return -1;
  const badness = (value: Decimal): Decimal => {
    if (limit.operator.startsWith("<")) return value;
    if (limit.operator.startsWith(">")) return { units: -value.units, scale: value.scale };
    const far = magnitude(minus(value, limit.value));
    return limit.operator === "!=" ? { units: -far.units, scale: far.scale } : far;
  };
  let at = 0;
  for (let i = 1; i < values.length; i += 1) if (compare(badness(values[i]!), badness(values[at]!)) > 0) at = i;
  return at;
}
