// Reads keys out of parsed YAML or TOML with the place each one stands, and says what is wrong with a value.
// Owns types of values (texts, lists, durations, flags); which keys exist is the caller's.
import { shown } from "./attributes.ts";
import { parseDuration } from "./durations.ts";
import type { Problems } from "./problems.ts";
import { didYouMean } from "./suggest.ts";

/** One mapping: values as plain data, and offsets in the source of each key. */
export type Keyed = {
  values: Record<string, unknown>;
  offsets: Record<string, number>;
  offset: number;
  /** Numbers as they stand in the file: `version: 1.10` is not 1.1. */
  written?: Record<string, string>;
};

export class KeyReader {
  readonly #keyed: Keyed;
  readonly #problems: Problems;
  readonly #of: string;

  /** `of` names the mapping in messages, e.g. `step`. */
  constructor(keyed: Keyed, problems: Problems, of: string) {
    this.#keyed = keyed;
    this.#problems = problems;
    this.#of = of;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#keyed.values, key) && this.#keyed.values[key] !== null && this.#keyed.values[key] !== undefined;
  }

  raw(key: string): unknown {
    return this.has(key) ? this.#keyed.values[key] : undefined;
  }

  offset(key: string): number {
    return this.#keyed.offsets[key] ?? this.#keyed.offset;
  }

  wrong(key: string, wanted: string): void {
    const message = `${this.#of}: "${key}" is ${shown(this.raw(key))}; it takes ${wanted}.`;
    this.#problems.addAt("error", "invalid-value", this.offset(key), message);
  }

  text(key: string): string | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    if (typeof value === "string") return value.trim() === "" ? null : value;
    if (typeof value === "number") return this.#keyed.written?.[key] ?? String(value);
    if (typeof value === "boolean" || typeof value === "bigint") return String(value);
    if (value instanceof Date) return value.toISOString();
    this.wrong(key, "a text");
    return null;
  }

  /** A list of texts, or one text alone. */
  texts(key: string): string[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    const list = Array.isArray(value) ? value : [value];
    const texts = list.filter((entry) => typeof entry === "string" || typeof entry === "number").map((entry) => String(entry).trim());
    if (texts.length !== list.length || texts.some((entry) => entry === "")) this.wrong(key, "a text or a list of texts");
    return texts.filter((entry) => entry !== "");
  }

  duration(key: string): number | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    const parsed = typeof value === "string" ? parseDuration(value) : null;
    if (parsed === null) this.wrong(key, "a duration with a unit, such as 30s, 5m or 1h30m");
    return parsed;
  }

  flag(key: string): boolean | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    if (value === true || value === "true") return true;
    if (value === false || value === "false") return false;
    this.wrong(key, "true or false");
    return null;
  }

  number(key: string): number | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    const parsed = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
    if (Number.isFinite(parsed)) return parsed;
    this.wrong(key, "a number");
    return null;
  }

  choice<T extends string>(key: string, allowed: readonly T[]): T | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    const found = allowed.find((candidate) => candidate === String(value));
    if (found !== undefined) return found;
    this.wrong(
      key,
      allowed.join(", ").replace(/, ([^,]*)$/, " or $1") + didYouMean(String(value), allowed).replace("Did", "(did").replace("?", "?)"),
    );
    return null;
  }

  /** Warns about keys that nothing reads. */
  warnUnknown(known: readonly string[], severity: "warning" | "info" = "warning"): void {
    for (const key of Object.keys(this.#keyed.values)) {
      if (known.includes(key)) continue;
      const hint = didYouMean(key, known);
      const message = `${this.#of}: "${key}" is not known here and is not in force.${hint}`;
      this.#problems.addAt(hint === "" ? severity : "warning", "unknown-key", this.offset(key), message);
    }
  }
}
