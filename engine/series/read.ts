// Data of events as a series reads it: untrusted, from any version. Owns: the neutral value where a key is missing or wrong.
import type { EventBody, Verdict } from "../protocol/index.ts";

export type Data = EventBody["data"];
export const textOf = (data: Data, key: string): string => (typeof data[key] === "string" ? (data[key] as string) : "");
export const numberOf = (data: Data, key: string): number | null => (typeof data[key] === "number" ? (data[key] as number) : null);
export const mapOf = (data: Data, key: string): Data =>
  typeof data[key] === "object" && data[key] !== null && !Array.isArray(data[key]) ? (data[key] as Data) : {};
export const listOf = (data: Data, key: string): Data[] =>
  Array.isArray(data[key]) ? (data[key] as unknown[]).filter((one): one is Data => typeof one === "object" && one !== null) : [];
/** A decimal that stands as text; `otherwise` where it is none. */
export function decimalOf(data: Data, key: string, otherwise: number): number {
  const found = Number(data[key]);
  return data[key] === undefined || data[key] === null || data[key] === "" || !Number.isFinite(found) ? otherwise : found;
}
export const verdictOf = (outcome: string): Verdict =>
  outcome === "passed" || outcome === "failed" || outcome === "skipped" ? outcome : "unknown";
