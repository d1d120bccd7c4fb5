// A fence's info string: language and attributes, in Runme's two forms. Owns their syntax; attributes.ts gives them meaning.
// What other tools write there (`title=x`, `{1,3-5}`, `{.numberLines}`) is left alone.

export type RawAttribute = { key: string; value: unknown /** Offset of the key within the info string. */; at: number };
export type Info = {
  language: string;
  attributes: RawAttribute[];
  /** What was wrong with the attributes, or null. */
  problem: string | null;
  /** `key=value` written outside braces: other tools' business, unless it is one of our keys. */
  loose: RawAttribute[];
};

/** Keys and values of a JSON or brace form are bounded so that a hostile info string costs nothing. */
const MAX_INFO_CHARS = 8_000;

export function parseInfo(info: string): Info {
  if (info.length > MAX_INFO_CHARS) {
    return {
      language: firstWord(info.slice(0, 200)),
      attributes: [],
      problem: `The info string is longer than ${MAX_INFO_CHARS} characters.`,
      loose: [],
    };
  }
  const language = firstWord(info);
  const brace = info.indexOf("{");
  const loose = looseAttributes(brace === -1 ? info : info.slice(0, brace), language.length);
  if (brace === -1) return { language, attributes: [], problem: null, loose };
  const text = info.slice(brace);
  if (/^\{\s*"/.test(text)) return { language, loose, ...parseJson(text, brace) };
  return { language, loose, ...parseBraces(text, brace) };
}

function firstWord(info: string): string {
  const end = info.search(/[\s,{]/);
  return (end === -1 ? info : info.slice(0, end)).toLowerCase();
}

function looseAttributes(text: string, from: number): RawAttribute[] {
  const found: RawAttribute[] = [];
  if (!text.includes("=")) return found;
  for (const match of text.slice(from).matchAll(/(?:^|[\s,])([A-Za-z][\w-]*)=("[^"]*"|'[^']*'|[^\s,]+)/g)) {
    found.push({ key: match[1]!, value: unquote(match[2]!), at: from + match.index + match[0].indexOf(match[1]!) });
  }
  return found;
}

function parseJson(text: string, at: number): { attributes: RawAttribute[]; problem: string | null } {
  const end = text.lastIndexOf("}");
  try {
    const value: unknown = JSON.parse(text.slice(0, end + 1));
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("not an object");
    const attributes = Object.entries(value).map(([key, entry]) => ({
      key,
      value: entry as unknown,
      at: at + Math.max(0, text.indexOf(JSON.stringify(key))),
    }));
    return { attributes, problem: null };
  } catch (error) {
    return {
      attributes: [],
      problem: `The attributes are no valid JSON (${error instanceof Error ? error.message : String(error)}), so none of them is in force.`,
    };
  }
}

const KEY = /[A-Za-z_][\w.-]*(?=\s*=)/y;

/** `{ name=deploy, match=/a b/i, expect="<= 0.3" flag=true }`; entries that are no `key=value` belong to other tools. */
function parseBraces(text: string, base: number): { attributes: RawAttribute[]; problem: string | null } {
  const attributes: RawAttribute[] = [];
  let at = 1;
  while (at < text.length) {
    const char = text[at]!;
    if (char === "}") return { attributes, problem: null };
    if (char === " " || char === "\t" || char === ",") {
      at++;
      continue;
    }
    KEY.lastIndex = at;
    if (!KEY.test(text)) {
      // A class, a line range, a bare flag: another tool's.
      while (at < text.length && !" \t,}".includes(text[at]!)) at++;
      continue;
    }
    const keyAt = base + at;
    const key = text.slice(at, KEY.lastIndex);
    at = KEY.lastIndex;
    while (text[at] === " " || text[at] === "\t") at++;
    at++; // the equals sign
    while (text[at] === " " || text[at] === "\t") at++;
    const value = readValue(text, at);
    if (value === null)
      return { attributes, problem: `The value of "${key}" has no closing quote or slash, so what follows is not in force.` };
    attributes.push({ key, value: value.value, at: keyAt });
    at = value.end;
  }
  return { attributes, problem: "The attributes have no closing brace." };
}

function readValue(text: string, from: number): { value: string; end: number } | null {
  const first = text[from];
  if (first === '"' || first === "'") {
    let value = "";
    for (let at = from + 1; at < text.length; at++) {
      if (text[at] === "\\" && (text[at + 1] === first || text[at + 1] === "\\")) value += text[++at];
      else if (text[at] === first) return { value, end: at + 1 };
      else value += text[at];
    }
    return null;
  }
  if (first === "/") {
    const end = regexEnd(text, from);
    if (end !== null) return { value: text.slice(from, end), end };
  }
  let at = from;
  while (at < text.length && !" \t,}".includes(text[at]!)) at++;
  return { value: text.slice(from, at), end: at };
}

/** End of `/…/flags` if a delimiter follows it; a path such as `/usr/bin` is none. Classes may hold slashes. */
function regexEnd(text: string, from: number): number | null {
  let isInClass = false;
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === "\\") at++;
    else if (char === "[") isInClass = true;
    else if (char === "]") isInClass = false;
    else if (char === "/" && !isInClass) {
      const flags = /^[a-z]*(?=[\s,}])/.exec(text.slice(at + 1));
      if (flags !== null) return at + 1 + flags[0].length;
    }
  }
  return null;
}

function unquote(text: string): string {
  const first = text[0];
  return text.length >= 2 && (first === '"' || first === "'") && text.endsWith(first) ? text.slice(1, -1) : text;
}
