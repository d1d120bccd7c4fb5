// Reading event data, which is untrusted: a missing or wrong key gives the neutral value, never an exception.
export type Data = Record<string, unknown>;
export const textOf = (from: Data, key: string): string => {
  const value = from[key];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
};
export const numberOf = (from: Data, key: string): number | null =>
  typeof from[key] === "number" && Number.isFinite(from[key]) ? (from[key] as number) : null;
export const dataOf = (from: Data, key: string): Data =>
  typeof from[key] === "object" && from[key] !== null && !Array.isArray(from[key]) ? (from[key] as Data) : {};
export const listOf = (from: Data, key: string): unknown[] => (Array.isArray(from[key]) ? (from[key] as unknown[]) : []);
export const textsOf = (from: Data, key: string): string[] => listOf(from, key).filter((one): one is string => typeof one === "string");
