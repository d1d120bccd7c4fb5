// Reads the plain directives nearly every runbook has (`step: {id: a, planned: 5m, needs: [b, c]}`) without the YAML
// library, which takes most of a parse. Owns only what means the same in YAML beyond doubt; anything else is left to it.

export type FlowMap = { key: string; entries: { key: string; at: number; value: unknown }[]; at: number };

const KEY = /[A-Za-z][\w-]*/y;
/** Words YAML does not read as text, and numbers in all its spellings, are not taken here, except plain integers. */
const WORD = /[A-Za-z][\w.-]*|\d{1,9}(?:ms|[smhdw])\b|\d{1,9}(?![\w.:-])|\/?[A-Za-z][\w./-]*/y;
const SPECIAL = /^(?:true|false|null|yes|no|on|off|True|False|Null|TRUE|FALSE|NULL)$/;
const QUOTED = /"([^"\\\n]*)"|'([^'\n]*)'/y;

/** The mapping under the one key of `text`, or null where the YAML library must look. */
export function readFlowMap(text: string): FlowMap | null {
  const head = /^\s*([a-z]+): *\{/.exec(text);
  if (head === null || text.includes("\n")) return null;
  let at = head[0].length;
  const entries: FlowMap["entries"] = [];
  const seen = new Set<string>();
  const blanks = (): void => {
    while (text[at] === " ") at++;
  };
  for (;;) {
    blanks();
    if (text[at] === "}") return /^\}\s*$/.test(text.slice(at)) ? { key: head[1]!, entries, at: head[0].length - 1 } : null;
    if (entries.length > 0) {
      if (text[at] !== ",") return null;
      at++;
      blanks();
    }
    KEY.lastIndex = at;
    const key = KEY.exec(text)?.[0];
    // In YAML 1.2, which the library reads too, `on` is a word like any other.
    if (key === undefined || seen.has(key) || (SPECIAL.test(key) && key !== "on")) return null;
    seen.add(key);
    const keyAt = at;
    at += key.length;
    if (text[at] !== ":" || text[at + 1] !== " ") return null;
    at++;
    blanks();
    const value = readValue(text, at);
    if (value === null) return null;
    entries.push({ key, at: keyAt, value: value.value });
    at = value.end;
  }
}

function readValue(text: string, from: number): { value: unknown; end: number } | null {
  if (text[from] !== "[") return readScalar(text, from);
  const list: unknown[] = [];
  let at = from + 1;
  for (;;) {
    while (text[at] === " ") at++;
    if (text[at] === "]") return { value: list, end: at + 1 };
    if (list.length > 0) {
      if (text[at] !== ",") return null;
      at++;
      while (text[at] === " ") at++;
    }
    const value = readScalar(text, at);
    if (value === null) return null;
    list.push(value.value);
    at = value.end;
  }
}

function readScalar(text: string, from: number): { value: unknown; end: number } | null {
  QUOTED.lastIndex = from;
  const quoted = QUOTED.exec(text);
  if (quoted !== null) return ends(text, QUOTED.lastIndex) ? { value: quoted[1] ?? quoted[2]!, end: QUOTED.lastIndex } : null;
  WORD.lastIndex = from;
  const word = WORD.exec(text)?.[0];
  if (word === undefined || !ends(text, WORD.lastIndex)) return null;
  if (word === "true" || word === "false") return { value: word === "true", end: WORD.lastIndex };
  if (SPECIAL.test(word)) return null;
  return { value: /^\d+$/.test(word) ? Number(word) : word, end: WORD.lastIndex };
}

/** A value ends before a comma or a closing bracket; anything else (`a b`, `a: b`, `a #c`) is YAML's to read. */
function ends(text: string, at: number): boolean {
  let end = at;
  while (text[end] === " ") end++;
  return text[end] === "," || text[end] === "}" || text[end] === "]";
}
