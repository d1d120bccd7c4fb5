// RFC 8785 (JSON Canonicalization Scheme), restricted to what hashes without doubt: strings of well-formed Unicode,
// booleans, null, safe integers, arrays, plain objects. Owns: writing it and the strict check of a line.
// Does not parse leniently and does not repair: whatever is outside the subset is refused with its place.
import type { CanonicalValue } from "../protocol/index.ts";
import { RecordError } from "./errors.ts";

/** Nesting allowed; deeper input is refused instead of overflowing the stack (verifiers read strangers' files). */
const MAX_DEPTH = 100;

// Everything that JSON.stringify would escape, or that is not well formed: only then is the slow writer needed.
const NEEDS_CARE = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * The canonical text of a value; its UTF-8 bytes are what is hashed. Keys are sorted by UTF-16 code units (RFC 8785, 3.2.3).
 * Throws RecordError `invalid-params` naming the place (`data.exit_code`) of anything outside the subset.
 */
export function jcs(value: CanonicalValue): string {
  return write(value, "", 0);
}

function write(value: unknown, at: string, depth: number): string {
  switch (typeof value) {
    case "string":
      return text(value, at);
    case "number":
      if (!Number.isSafeInteger(value)) throw refuse(at, `the number ${String(value)} is not a safe integer`);
      return value === 0 ? "0" : String(value); // RFC 8785: minus zero is written as 0
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth >= MAX_DEPTH) throw refuse(at, `nested more than ${MAX_DEPTH} deep`);
      return Array.isArray(value) ? list(value, at, depth) : record(value, at, depth);
    default:
      throw refuse(at, `a value of type ${typeof value} cannot be recorded`);
  }
}

function text(value: string, at: string): string {
  if (!NEEDS_CARE.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw refuse(at, "the text is not well-formed Unicode (a lone surrogate)");
  return JSON.stringify(value); // ECMAScript's escapes are those of RFC 8785, 3.2.2.2
}

function list(value: unknown[], at: string, depth: number): string {
  let out = "[";
  for (let i = 0; i < value.length; i++) out += (i === 0 ? "" : ",") + write(value[i], `${at}[${i}]`, depth + 1);
  return `${out}]`;
}

function record(value: object, at: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refuse(at, "only plain objects can be recorded");
  const keys = Object.keys(value);
  keys.sort(); // default order compares UTF-16 code units, which is the order asked for
  let out = "{";
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const place = at === "" ? key : `${at}.${key}`;
    out += `${(i === 0 ? "" : ",") + text(key, place)}:${write((value as Record<string, unknown>)[key], place, depth + 1)}`;
  }
  return `${out}}`;
}

const refuse = (at: string, why: string): RecordError =>
  new RecordError("invalid-params", `${at === "" ? "value" : at}: ${why}. The record keeps only JSON that hashes without doubt.`);

/**
 * Whether `line` is exactly the canonical text of `value`, which was parsed from it: then no two spellings have one meaning.
 * Most lines take the short way: the engine's own JSON writer (which RFC 8785 follows) gives the line back, and a walk
 * finds keys in order and integers only. Anything unusual is decided by writing it out.
 */
export function isCanonical(line: string, value: unknown): boolean {
  // An escaped surrogate may be half a pair, which JSON.stringify writes back without complaint.
  if (!line.includes("\\ud") && line.isWellFormed() && JSON.stringify(value) === line && isOrdered(value, 0)) return true;
  try {
    return jcs(value as CanonicalValue) === line;
  } catch {
    return false; // outside the subset: no line of ours
  }
}

function isOrdered(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (const one of value) if (!isOrdered(one, depth + 1)) return false;
    return true;
  }
  let before: string | null = null;
  for (const key in value) {
    if (before !== null && key <= before) return false;
    before = key;
    const one = (value as Record<string, unknown>)[key];
    if (typeof one !== "string" && !isOrdered(one, depth + 1)) return false;
  }
  return true;
}

/** Parses a line strictly; undefined where it is not canonical, or not JSON at all. */
export function parseCanonical(line: string): CanonicalValue | undefined {
  try {
    const value = JSON.parse(line) as CanonicalValue;
    return isCanonical(line, value) ? value : undefined;
  } catch {
    return undefined; // not JSON
  }
}
