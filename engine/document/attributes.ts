// What a fence's attributes mean: Runme's keys and ours, typed. Owns the table of keys and the reading of their values.
// Whether values fit each other (a gate without a time, a dangling recheck) is lint's question.
import type { BlockAttributes, Expectation } from "../protocol/index.ts";
import { parseDuration } from "./durations.ts";
import type { Info, RawAttribute } from "./info.ts";
import { didYouMean, nearest } from "./suggest.ts";

export type AttributeProblem = {
  severity: "error" | "warning";
  code: string;
  message: string /** Offset within the info string. */;
  at: number;
};
type Options = { -readonly [K in keyof BlockAttributes]: BlockAttributes[K] };
/** Sets an option; returns what the value should have been where it is wrong. */
type Setter = (options: Options, value: unknown) => string | null;

const text = (set: (options: Options, value: string) => void): Setter => {
  return (options, value) => {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return "a text";
    if (String(value).trim() === "") return null; // `{"interpreter":""}` is how Runme's editor writes "not set"
    set(options, String(value));
    return null;
  };
};
const flag = (set: (options: Options, value: boolean) => void): Setter => {
  return (options, value) => {
    const word = String(value).trim().toLowerCase();
    if (word !== "true" && word !== "false") return "true or false";
    set(options, word === "true");
    return null;
  };
};
const whole = (set: (options: Options, value: number) => void): Setter => {
  return (options, value) => {
    if (!/^\d{1,9}$/.test(String(value).trim())) return "a whole number";
    set(options, Number(value));
    return null;
  };
};
const duration = (set: (options: Options, value: number) => void): Setter => {
  return (options, value) => {
    const parsed = parseDuration(String(value));
    if (parsed === null || parsed <= 0) return "a duration with a unit, such as 30s, 5m or 1h30m";
    set(options, parsed);
    return null;
  };
};
const comparison = (set: (options: Options, value: Expectation) => void): Setter => {
  return (options, value) => {
    const parsed = parseExpectation(String(value));
    if (parsed === null) return 'a comparison with a number, such as "<= 0.3"';
    set(options, parsed);
    return null;
  };
};
const tags: Setter = (options, value) => {
  const words = (Array.isArray(value) ? value.map(String) : String(value).split(","))
    .map((word) => word.trim())
    .filter((word) => word !== "");
  options.tag = [...(options.tag ?? []), ...words];
  return null;
};

const SETTERS: Record<string, Setter> = {
  // Runme's
  name: text((options, value) => (options.name = value)),
  id: text(() => undefined),
  interactive: flag((options, value) => (options.interactive = value)),
  background: flag((options, value) => (options.background = value)),
  cwd: text((options, value) => (options.cwd = value)),
  interpreter: text((options, value) => (options.interpreter = value)),
  promptEnv: text((options, value) => (options.promptEnv = value)),
  excludeFromRunAll: flag((options, value) => (options.excludeFromRunAll = value)),
  terminalRows: whole((options, value) => (options.terminalRows = value)),
  mimeType: text((options, value) => (options.mimeType = value)),
  mimetype: text((options, value) => (options.mimeType = value)),
  tag: tags,
  category: tags,
  ignore: flag((options, value) => (options.ignore = value)),
  // ours
  timeout: duration((options, value) => (options.timeoutMs = value)),
  match: (options, value) => {
    if (typeof value !== "string" || value === "") return "a regular expression, such as /ready/i";
    const slashed = /^\/(.*)\/([a-z]*)$/s.exec(value);
    options.match = slashed === null ? { source: value, flags: "" } : { source: slashed[1]!, flags: slashed[2]! };
    return null;
  },
  expect: comparison((options, value) => (options.expect = value)),
  warn: comparison((options, value) => (options.warn = value)),
  "min-samples": whole((options, value) => (options.minSamples = value)),
  gate: (options, value) => {
    if (value !== "hold" && value !== "wait") return "hold or wait";
    options.gate = value;
    return null;
  },
  for: duration((options, value) => (options.forMs = value)),
  every: duration((options, value) => (options.everyMs = value)),
  within: duration((options, value) => (options.withinMs = value)),
  recheck: text((options, value) => (options.recheck = value.replace(/^#/, ""))),
  job: flag((options, value) => (options.job = value)),
  capture: text((options, value) => (options.capture = value)),
  confirm: (options, value) => {
    if (value !== "typed") return '"typed"';
    options.confirmTyped = true;
    return null;
  },
  danger: flag((options, value) => (options.danger = value)),
};

const KNOWN = Object.keys(SETTERS);
/** Keys that hold a run back; where they cannot be read, the block is treated as dangerous. */
const GUARDS = /\b(?:danger|confirm)\b/;

/** Typed options, the attributes as written, and what is wrong with them. */
export function readAttributes(
  info: Info,
  infoText: string,
): { options: BlockAttributes; attributes: Record<string, unknown>; problems: AttributeProblem[] } {
  const options: Options = {};
  const attributes: Record<string, unknown> = {};
  const problems: AttributeProblem[] = [];
  for (const attribute of info.attributes) {
    if (Object.hasOwn(attributes, attribute.key)) {
      problems.push({
        severity: "warning",
        code: "repeated-key",
        at: attribute.at,
        message: `"${attribute.key}" is given twice; the last one is in force.`,
      });
    }
    // An assignment to this name would set what the object inherits from.
    if (attribute.key === "__proto__")
      Object.defineProperty(attributes, attribute.key, { value: attribute.value, enumerable: true, configurable: true, writable: true });
    else attributes[attribute.key] = attribute.value;
    const problem = readOne(options, attribute);
    if (problem !== null) problems.push(problem);
  }
  if (info.problem !== null) {
    problems.push({ severity: "error", code: "malformed-attributes", at: Math.max(0, infoText.indexOf("{")), message: info.problem });
    // Fail closed: a guard that cannot be read is a guard.
    if (GUARDS.test(infoText)) options.danger = true;
  }
  for (const attribute of info.loose) {
    if (!Object.hasOwn(SETTERS, attribute.key) || isOthers(attribute.key)) continue;
    problems.push({
      severity: "warning",
      code: "attribute-outside-braces",
      at: attribute.at,
      message: `"${attribute.key}=…" stands outside braces, so it is not in force. Write { ${attribute.key}=${String(attribute.value)} }.`,
    });
  }
  return { options, attributes, problems };
}

// `id=`, `name=` and the like outside braces are widely used by other tools.
const isOthers = (key: string): boolean => ["id", "name", "category", "tag", "for"].includes(key);

function readOne(options: Options, attribute: RawAttribute): AttributeProblem | null {
  const setter = Object.hasOwn(SETTERS, attribute.key) ? SETTERS[attribute.key] : undefined;
  if (setter !== undefined) {
    const wanted = setter(options, attribute.value);
    if (wanted === null) return null;
    if (attribute.key === "danger" || attribute.key === "confirm") options.danger = true;
    return {
      severity: "error",
      code: "invalid-value",
      at: attribute.at,
      message: `"${attribute.key}" is ${shown(attribute.value)}; it takes ${wanted}.`,
    };
  }
  // Keys of other tools are left alone, unless one looks like a slip of ours.
  const meant = attribute.key.length >= 3 ? nearest(attribute.key, KNOWN) : null;
  if (meant === null) return null;
  return {
    severity: "warning",
    code: "unknown-key",
    at: attribute.at,
    message: `"${attribute.key}" is no attribute of a block and is not in force.${didYouMean(attribute.key, KNOWN)}`,
  };
}

export const shown = (value: unknown): string => {
  const written = typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value));
  return written.length > 80 ? `${written.slice(0, 79)}…` : written;
};

/** `<= 0.3` as an operator and a number; `%` after the number is allowed and means nothing. */
export function parseExpectation(written: string): Expectation | null {
  const match = /^\s*(<=|>=|==|!=|=|<|>)\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?)\s*%?\s*$/i.exec(written);
  if (match === null) return null;
  const operator = match[1] === "=" ? "==" : (match[1] as Expectation["operator"]);
  return { operator, value: Number(match[2]) };
}
