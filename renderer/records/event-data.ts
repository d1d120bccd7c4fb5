// The data of an event in words: names, units, hashes a person can compare. Pure.
// Owns: naming. Keys nobody planned for are shown under their own name: a record hides nothing.
import { formatBytes, formatTook } from "../design/format.ts";

export type FieldRow = [name: string, value: string, isMono?: boolean];

/** First and last groups of a hash: enough to compare by eye; the raw body has all of it. */
export const short = (hash: string): string => `${hash.slice(0, 4)} ${hash.slice(4, 8)} ${hash.slice(8, 12)} to ${hash.slice(-4)}`;

const NAMES: Record<string, string> = {
  exit_code: "Exit code",
  duration_ms: "Took",
  planned_ms: "Planned",
  pipe_status: "Pipe status",
  output_sha256: "Output",
  recording_sha256: "Recording's hash",
  text_sha256: "Text's hash",
  invalid_bytes: "Invalid bytes",
  clock_offset_ms: "Clock against the server",
  typed_into_nested: "Typed into a nested shell",
  kubeconfig_ok: "Pinned file kept",
};
/** Shown apart or of no use to a reader. */
const HIDDEN = new Set(["text", "statement", "steps", "plan"]);

/** Data of the event in the order it has, every kind of value in words. */
export function dataRows(data: Record<string, unknown>): FieldRow[] {
  return Object.entries(data)
    .filter(([key]) => !HIDDEN.has(key))
    .map(
      ([key, value]): FieldRow => [
        NAMES[key] ?? humanised(key),
        valueWords(key, value),
        typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
      ],
    );
}

const humanised = (key: string): string => {
  const words = key.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function valueWords(key: string, value: unknown): string {
  if (value === null || value === "") return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return key.endsWith("_ms") ? formatTook(value) : key === "bytes" ? formatBytes(value) : String(value);
  if (typeof value === "string") return /^[0-9a-f]{64}$/.test(value) ? short(value) : value;
  if (Array.isArray(value) && value.every((one) => typeof one !== "object" || one === null)) return value.join(", ");
  if (Array.isArray(value) && value.length === 0) return "";
  const text = JSON.stringify(value);
  return text === "{}" || text === "[]" ? "" : text;
}
