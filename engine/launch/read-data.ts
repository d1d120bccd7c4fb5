// Reads event data that may be anything: a missing or wrong key gives the neutral value. Owns: nothing else.
export type Data = Record<string, unknown>;

export const text = (data: Data, key: string): string => (typeof data?.[key] === "string" ? (data[key] as string) : "");
export const textOrNull = (data: Data, key: string): string | null => text(data, key) || null;
export const number = (data: Data, key: string): number => (Number.isSafeInteger(data?.[key]) ? (data[key] as number) : 0);
export const truth = (data: Data, key: string): boolean => data?.[key] === true;
export const list = (data: Data, key: string): unknown[] => (Array.isArray(data?.[key]) ? (data[key] as unknown[]) : []);
export const texts = (data: Data, key: string): string[] => list(data, key).filter((one) => typeof one === "string");
export const record = (data: Data, key: string): Data => {
  const value = data?.[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Data) : {};
};
