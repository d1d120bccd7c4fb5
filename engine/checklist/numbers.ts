// Numbers against limits, and what a finding about one says.
// Owns: comparing and wording. The record holds decimals as strings; this is where they become numbers.
import { type Expectation, meets } from "../protocol/index.ts";

export const withUnit = (value: number, unit: string): string => (unit === "" ? decimal(value) : `${decimal(value)} ${unit}`);
export const limitText = (expect: Expectation, unit: string): string => `${expect.operator} ${withUnit(expect.value, unit)}`;

/** "1968 ms is above the limit of 1500 ms"; null where the value is within it. */
export function limitFinding(expect: Expectation, unit: string, measured: number): string | null {
  if (meets(measured, expect)) return null;
  const value = withUnit(measured, unit);
  const limit = withUnit(expect.value, unit);
  if (expect.operator === "==") return `${value} is not ${limit}`;
  if (expect.operator === "!=") return `${value} must not be`;
  const isUpper = expect.operator === "<" || expect.operator === "<=";
  if (measured === expect.value) return `${value} is not ${isUpper ? "below" : "above"} the limit of ${limit}`;
  return isUpper ? `${value} is above the limit of ${limit}` : `${value} is below the limit of ${limit}`;
}

/** A finite number as the record keeps it: plain decimal digits, never an exponent that a reader might take for another number. */
export function decimal(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return value.toLocaleString("en-US", { useGrouping: false, maximumSignificantDigits: 17, maximumFractionDigits: 20 });
}

/** A decimal string of the record; null for "" and for what is no number. */
export function readDecimal(text: unknown): number | null {
  if (typeof text !== "string" || !/^[+-]?\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
