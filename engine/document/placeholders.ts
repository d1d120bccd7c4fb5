// Required inputs inside commands: `<name>` and `{{name}}`. Owns finding them and putting values in their place.
// A real redirection, here-document, process substitution, comparison, HTML or template expression is none.
import type { Block, Param, Placeholder } from "../protocol/index.ts";
import { fail, ok, type Result } from "../protocol/index.ts";
import { ARITHMETIC, COMMENT, PLAIN, shellContexts } from "./shell-scan.ts";

/** Longer is no name a person would be asked for. */
const MAX_NAME = 80;
/** `<` and `>` around a name on one line. The shell's own characters are left out of it, so no redirection with a variable fits. */
const ANGLE = /<([^<>\n`$;&()\\={}[\]^~]{1,80})>/gu;
const DOUBLE_BRACE = /\{\{([^{}\n]{1,80})\}\}/gu;
const HTML =
  /^(?:html|head|body|div|span|p|br|hr|h[1-6]|ul|ol|li|td|tr|th|tbody|thead|b|i|u|em|strong|pre|script|style|img|a|svg|font|center|iframe|button|form|textarea|nav|footer|header|blockquote|dl|dt|dd|sup|sub|small|title|meta|link)$/;
/** Words of Go templates, as in `kubectl -o go-template='{{range .items}}…{{end}}'`. */
const TEMPLATE =
  /^(?:range|end|if|else|with|define|template|block|print|printf|println|json|len|index|and|or|not|eq|ne|lt|le|gt|ge|break|continue|nil|true|false|html|js|urlquery|slice|call|include|toYaml|toJson|quote|table)\b/;
const SAFE = /^[A-Za-z0-9._:/@=+,-]+$/;

/** Finds what must be filled in. `isShell` is false for programs with an interpreter of their own, whose `<` is a comparison. */
export function findPlaceholders(commands: string, isShell: boolean): Placeholder[] {
  if (!commands.includes("<") && !commands.includes("{{")) return [];
  let known: Uint8Array | null = null;
  // Only a text that holds a candidate is worth following through its quotes.
  const contextAt = (offset: number): number => {
    if (!isShell) return -1;
    known ??= shellContexts(commands);
    return known[offset] ?? -1;
  };
  const found: Placeholder[] = [];
  for (const match of commands.matchAll(ANGLE)) {
    if (!/\p{L}/u.test(match[1]!)) continue;
    const context = contextAt(match.index);
    if (context === COMMENT || context === ARITHMETIC) continue;
    if (isAngleName(commands, match[1]!, match.index, context === PLAIN)) add(found, match[1]!, match[0], match.index);
  }
  for (const match of commands.matchAll(DOUBLE_BRACE)) {
    if (commands[match.index - 1] === "$" || commands[match.index - 1] === "{") continue;
    const name = match[1]!.trim();
    if (!/^\p{L}[\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_-]+)*$/u.test(name) || TEMPLATE.test(name)) continue;
    if (contextAt(match.index) !== COMMENT) add(found, name, match[0], match.index);
  }
  return found.sort((a, b) => a.start - b.start);
}

function add(found: Placeholder[], name: string, text: string, start: number): void {
  found.push({ name: name.trim(), text, start, end: start + text.length });
}

/** `inner` stands between `<` at `start` and `>`. `isPlain`: neither quoted nor in a here-document, so the shell would redirect. */
function isAngleName(commands: string, inner: string, start: number, isPlain: boolean): boolean {
  if (inner.length > MAX_NAME || !/\p{L}/u.test(inner)) return false;
  // Blanks at an end (`<in >out`), a path (`</dev/null>x`, `</tag>`) and a closed tag (`<br/>`) are none.
  if (/^[\s/.!?-]|[\s/]$/u.test(inner)) return false;
  const before = commands[start - 1] ?? "";
  const after = commands[start + inner.length + 2] ?? "";
  // `<<EOF>x`, `<>`, `>(`: the shell's. Digits at the end belong to the second redirection: `<in 2>out`.
  if (before === "<" || after === ">" || after === "(" || after === "&") return false;
  if (/(?:^|\s)\d+$/.test(inner)) return false;
  if (/["']/.test(inner)) return isQuotingName(inner, before, after, isPlain);
  if (isPlain) {
    // `sort <in.txt>out.txt`: two redirections without blanks.
    return !(/\.\w{1,5}$/.test(inner) && /[\w/.]/.test(after));
  }
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_ .:/|-]*$/u.test(inner)) return false;
  const isWords = inner.includes(" ");
  // A comparison inside quotes (`x<y and z>w`, `$1<max`) has something right before it.
  if (isWords && /[\p{L}\p{N}_)\]]/u.test(before)) return false;
  if (HTML.test(inner)) return false;
  return !commands.includes(`</${inner}>`);
}

/**
 * A name that quotes a word itself: `'<the "Used by" field>'`, `"<the node's name>"`. Inside quotes it must be the whole
 * argument; outside them it must read as words, for `<in "x y">out` and `<in -k "2">out` are redirections.
 */
function isQuotingName(inner: string, before: string, after: string, isPlain: boolean): boolean {
  if (isPlain) return /^\p{L}/u.test(inner) && /(?:[^"']*"[^"']*"){1,3}\s+\p{L}[^"']*$/u.test(inner) && !/\s[-"']*-/.test(inner);
  return before === after && (before === "'" || before === '"') && !inner.includes(before) && inner.includes(" ");
}

/** Names in the order they first appear. */
export function placeholderNames(spans: Placeholder[]): string[] {
  if (spans.length < 2) return spans.map((span) => span.name);
  return [...new Set(spans.map((span) => span.name))];
}

/**
 * The text that is run: every placeholder replaced by its value, or by the default of the parameter of that name.
 * Refused (`invalid-params`) where a value is missing, is not of the safe alphabet (letters, digits, `._:/@=+,-`) or
 * of the parameter's own pattern, or belongs to a secret: the resolved text is shown and recorded (FORMAT.md).
 */
export function fillPlaceholders(block: Block, values: Record<string, string>, params: Param[]): Result<string> {
  let filled = "";
  let at = 0;
  for (const span of block.placeholderSpans) {
    const where = `line ${block.line + 1 + countLines(block.commands, span.start)}`;
    const param = params.find((candidate) => candidate.name === span.name);
    const value = Object.hasOwn(values, span.name) ? values[span.name]! : (param?.default ?? "");
    const problem = whyNoValue(span, value, param);
    if (problem !== null) return fail("invalid-params", `${where}: ${problem}`, { placeholder: span.name, line: block.line });
    filled += block.commands.slice(at, span.start) + value;
    at = span.end;
  }
  return ok(filled + block.commands.slice(at));
}

function whyNoValue(span: Placeholder, value: string, param: Param | undefined): string | null {
  if (param?.type === "secret") {
    return `${span.text} names the secret parameter "${span.name}", and the resolved text of a command is shown and recorded. Use "$${span.name}" in the command instead.`;
  }
  if (value === "") return `${span.text} has no value, so the command cannot run. Give a value for "${span.name}".`;
  if (value.includes("\0") || /[\r\n]/.test(value))
    return `the value of ${span.text} holds a line end or a NUL, which would end the command. Give it on one line.`;
  if (param?.pattern != null) {
    const pattern = compilePattern(param.pattern);
    if (pattern === null)
      return `parameter "${param.name}" has a pattern that is no regular expression, so no value can be checked. Correct the pattern on line ${param.line}.`;
    return pattern.test(value)
      ? null
      : `the value of ${span.text} does not match the pattern ${param.pattern} of parameter "${param.name}".`;
  }
  if (SAFE.test(value)) return null;
  const odd = [...new Set(value.replaceAll(/[A-Za-z0-9._:/@=+,-]/g, ""))]
    .slice(0, 5)
    .map((char) => JSON.stringify(char))
    .join(" ");
  return `the value of ${span.text} holds ${odd}; allowed are letters, digits and . _ : / @ = + , -. A parameter named "${span.name}" with a pattern of its own can allow more.`;
}

function countLines(text: string, end: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

/** A pattern of a parameter matches the whole value; null where it is no regular expression. */
export function compilePattern(pattern: string): RegExp | null {
  try {
    return new RegExp(`^(?:${pattern})$`, "u");
  } catch {
    try {
      return new RegExp(`^(?:${pattern})$`);
    } catch {
      return null;
    }
  }
}
