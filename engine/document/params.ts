// Parameters of a runbook: what the front matter declares, and whether given values fit. Owns types and limits.
// Values reach commands as environment variables (never spliced in), so any text is allowed unless a pattern says less.
import { fail, ok, type Param, type Result } from "../protocol/index.ts";
import type { KeyReader } from "./keyed.ts";
import { compilePattern } from "./placeholders.ts";
import type { Problems } from "./problems.ts";
import { didYouMean } from "./suggest.ts";

export const PARAM_KEYS = ["name", "type", "required", "default", "pattern", "min", "max", "choices", "about"] as const;
const TYPES = ["string", "int", "number", "bool", "secret", "choice"] as const;
/** An environment variable is limited by the kernel to 128 KB; a value typed by a person is far below. */
const MAX_VALUE_CHARS = 100_000;

/** One entry of `params:`; null where it has no usable name. `at` is its offset in the source. */
export function readParam(reader: KeyReader, at: number, problems: Problems): Param | null {
  const name = reader.text("name");
  if (name === null || !/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) {
    const said = name === null ? "A parameter has no name" : `Parameter "${name}" has a name that no environment variable can have`;
    problems.addAt(
      "error",
      "invalid-parameter",
      reader.has("name") ? reader.offset("name") : at,
      `${said}; it takes letters, digits and underscores, and is left out.`,
    );
    return null;
  }
  const choices = reader.texts("choices");
  const param: Param = {
    name,
    type: reader.choice("type", TYPES) ?? (choices.length > 0 ? "choice" : "string"),
    required: reader.flag("required") ?? false,
    default: reader.text("default"),
    pattern: reader.text("pattern"),
    min: reader.number("min"),
    max: reader.number("max"),
    choices,
    about: reader.text("about") ?? "",
    line: problems.lineAt(at),
  };
  const complain = (key: string, message: string): void =>
    problems.addAt("error", "invalid-parameter", reader.offset(key), `Parameter "${name}": ${message}`);
  if (param.pattern !== null && compilePattern(param.pattern) === null)
    complain("pattern", `its pattern ${param.pattern} is no regular expression.`);
  if (param.type === "choice" && choices.length === 0) complain("type", "it is a choice without choices: list them under choices.");
  if (param.min !== null && param.max !== null && param.min > param.max)
    complain("min", `its min ${param.min} is above its max ${param.max}.`);
  if (param.type === "secret" && param.default !== null) {
    complain("default", "a secret has its default written in the file; take it out. It is not used.");
    param.default = null;
  }
  if (param.default !== null) {
    const problem = whyNotValue(param, param.default);
    if (problem !== null) complain("default", `its default ${problem}.`);
  }
  return param;
}

/**
 * Checks what was given against what is declared, and puts defaults in. Result: every parameter that has a value.
 * `invalid-params` lists all problems at once, one per line; secrets are never quoted in them.
 */
export function checkParams(params: Param[], given: Record<string, string>): Result<Record<string, string>> {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  const names = params.map((param) => param.name);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) problems.push(`There is no parameter "${name}".${didYouMean(name, names)}`);
  }
  for (const param of params) {
    const value = Object.hasOwn(given, param.name) && given[param.name] !== "" ? given[param.name]! : param.default;
    if (value === null) {
      if (param.required)
        problems.push(
          `Parameter "${param.name}" (line ${param.line}) is required and has no value${param.about === "" ? "" : `: ${param.about}`}. Give it a value.`,
        );
      continue;
    }
    const problem = whyNotValue(param, value);
    if (problem === null) values[param.name] = param.type === "bool" ? value.trim().toLowerCase() : value;
    else problems.push(`Parameter "${param.name}" (line ${param.line}) ${problem}.`);
  }
  return problems.length === 0 ? ok(values) : fail("invalid-params", problems.join("\n"), { problems });
}

/** What is wrong with a value, as the end of a sentence, or null. */
function whyNotValue(param: Param, value: string): string | null {
  const said =
    param.type === "secret" ? "has a value that" : `is ${JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)}, which`;
  if (value.length > MAX_VALUE_CHARS) return `has a value longer than ${MAX_VALUE_CHARS} characters`;
  if (value.includes("\0")) return `${said} holds a NUL, which no environment variable can`;
  if (param.type === "int" && !/^[+-]?\d{1,15}$/.test(value)) return `${said} is no whole number`;
  if (param.type === "number" && !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i.test(value)) return `${said} is no number`;
  if (param.type === "bool" && !/^(?:true|false)$/i.test(value.trim())) return `${said} is neither true nor false`;
  if (param.type === "choice" && !param.choices.includes(value))
    return `${said} is none of ${param.choices.join(", ")}${didYouMean(value, param.choices)}`;
  if (param.pattern !== null) {
    const pattern = compilePattern(param.pattern);
    if (pattern === null) return `cannot be checked, because its pattern ${param.pattern} is no regular expression`;
    if (!pattern.test(value)) return `${said} does not match ${param.pattern}`;
  }
  const isNumber = param.type === "int" || param.type === "number";
  if (isNumber && param.min !== null && Number(value) < param.min) return `${said} is below ${param.min}`;
  if (isNumber && param.max !== null && Number(value) > param.max) return `${said} is above ${param.max}`;
  return null;
}
