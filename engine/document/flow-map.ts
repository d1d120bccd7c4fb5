// Reads the plain directives nearly every runbook has (`step: {id: a, planned: 5m, needs: [b, c]}`) and plain front matter
// (lines of `title: Cut-over`) without the YAML library, which takes most of a parse. Owns only what means the same in
// YAML beyond doubt; anything else is left to it.

export type FlowMap = { key: string; entries: { key: string; at: number; value: unknown }[]; at: number };

const KEY = /[A-Za-z][\w-]*/y;
/** Words YAML does not read as text, and numbers in all its spellings, are not taken here, except plain integers. */
const WORD = /[A-Za-z][\w.-]*|\d{1,9}(?:ms|[smhdw])\b|\d{1,9}(?![\w.:-])|\/?[A-Za-z][\w./-]*/y;
const SPECIAL = /^(?:true|false|null|yes|no|on|off|True|False|Null|TRUE|FALSE|NULL)$/;
const QUOTED = /"[^"\\\n]*"|'[^'\n]*'/y;

/** The mapping under the one key of `text`, or null where the YAML library must look. */
export function readFlowMap(text: string): FlowMap | null {
  const head = /^\s*([a-z]+): *\{/.exec(text);
  if (head === null || text.includes("\n")) return null;
  const start = head[0].length;
  let at = start;
  const entries: FlowMap["entries"] = [];
  for (;;) {
    at = pastBlanks(text, at);
    if (text[at] === "}") return text.slice(at + 1).trim() === "" ? { key: head[1]!, entries, at: start - 1 } : null;
    if (entries.length > 0) {
      if (text[at] !== ",") return null;
      at = pastBlanks(text, at + 1);
    }
    KEY.lastIndex = at;
    if (!KEY.test(text)) return null;
    const key = text.slice(at, KEY.lastIndex);
    // In YAML 1.2, which the library reads too, `on` is a word like any other.
    if (entries.some((entry) => entry.key === key) || (SPECIAL.test(key) && key !== "on")) return null;
    const keyAt = at;
    at += key.length;
    if (text[at] !== ":" || text[at + 1] !== " ") return null;
    at = pastBlanks(text, at + 1);
    const value = readValue(text, at);
    if (value === null) return null;
    entries.push({ key, at: keyAt, value: value.value });
    at = value.end;
  }
}

/** Text, a number of days or the like, a day, a whole number, or a quoted text; no sign in it that YAML could take for its own. */
const PLAIN = /^(?:[A-Za-z](?:[\w./ -]*[\w./-])?|\d{1,9}(?:ms|[smhdw]| [a-z]+)?|\d{4}-\d{2}-\d{2}|"[^"\\]*"|'[^']*')$/;
const LINE = /^([A-Za-z][\w-]*): +(\S.*?) *$/;
/** Longer front matter has lists in it and is YAML's anyway. */
const MAX_LINES = 40;

/** Lines of `key: value`, each a plain value, or null where the YAML library must look. `written` are numbers as they stand in the text. */
export function readPlainMap(text: string): { entries: FlowMap["entries"]; written: Record<string, string> } | null {
  if (text.length > 4_000) return null;
  const lines = text.split("\n");
  if (lines.length > MAX_LINES) return null;
  const entries: FlowMap["entries"] = [];
  const written: Record<string, string> = {};
  let at = 0;
  for (const line of lines) {
    if (line !== "") {
      const match = LINE.exec(line);
      if (match === null) return null;
      const [, key, value] = match as unknown as [string, string, string];
      if (!PLAIN.test(value) || SPECIAL.test(key) || entries.some((entry) => entry.key === key)) return null;
      const isWhole = /^\d+$/.test(value);
      if (isWhole) written[key] = value;
      const isQuoted = value[0] === '"' || value[0] === "'";
      if (!isQuoted && value !== "true" && value !== "false" && SPECIAL.test(value)) return null;
      const isFlag = value === "true" || value === "false";
      entries.push({ key, at, value: isWhole ? Number(value) : isFlag ? value === "true" : isQuoted ? value.slice(1, -1) : value });
    }
    at += line.length + 1;
  }
  return entries.length === 0 ? null : { entries, written };
}

function pastBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32) at++;
  return at;
}

type Value = { value: unknown; end: number };

function readValue(text: string, from: number): Value | null {
  if (text[from] !== "[") return readScalar(text, from);
  const list: unknown[] = [];
  let at = from + 1;
  for (;;) {
    at = pastBlanks(text, at);
    if (text[at] === "]") return { value: list, end: at + 1 };
    if (list.length > 0) {
      if (text[at] !== ",") return null;
      at = pastBlanks(text, at + 1);
    }
    const value = readScalar(text, at);
    if (value === null) return null;
    list.push(value.value);
    at = value.end;
  }
}

function readScalar(text: string, from: number): Value | null {
  const first = text[from];
  if (first === '"' || first === "'") {
    QUOTED.lastIndex = from;
    if (!QUOTED.test(text)) return null;
    const end = QUOTED.lastIndex;
    return ends(text, end) ? { value: text.slice(from + 1, end - 1), end } : null;
  }
  WORD.lastIndex = from;
  if (!WORD.test(text)) return null;
  const end = WORD.lastIndex;
  if (!ends(text, end)) return null;
  const word = text.slice(from, end);
  if (word === "true" || word === "false") return { value: word === "true", end };
  if (SPECIAL.test(word)) return null;
  return { value: /^\d+$/.test(word) ? Number(word) : word, end };
}

/** A value ends before a comma or a closing bracket; anything else (`a b`, `a: b`, `a #c`) is YAML's to read. */
function ends(text: string, at: number): boolean {
  const end = pastBlanks(text, at);
  return text[end] === "," || text[end] === "}" || text[end] === "]";
}
