// A known secret value → every form in which a program may print it.
// Owns: the encodings. Does not search: redactor-machine.ts does.

export type Known = { name: string; value: string };

/** Shorter values, and shorter forms of values, are not looked for: they would be found in ordinary text (SHELL.md). */
export const SHORTEST_CHARS = 6;
/** A longer form is looked for in pieces of this length, so that what may be held back stays bounded; each piece is redacted. */
const PIECE_CHARS = 1_024;

/** Form → whether it is hex or base64, whose first character alone tells less than one of the value. Forms of `value`, without line breaks: the search skips them in the output, so a value wrapped by `base64` or a PEM file is found too. */
export function formsOf(value: string): Map<string, boolean> {
  const forms = new Map<string, boolean>();
  const trimmed = value.trim();
  if (trimmed.length < SHORTEST_CHARS) return forms;
  const put = (form: string, isEncoded: boolean): void => {
    if (!forms.has(form)) forms.set(form, isEncoded);
  };
  const add = (form: string, isEncoded = false): void => {
    const flat = form.replaceAll(/[\r\n]+/g, "");
    if (flat.length < SHORTEST_CHARS) return;
    if (flat.length <= PIECE_CHARS) {
      put(flat, isEncoded);
      return;
    }
    for (let at = 0; at < flat.length; at += PIECE_CHARS) {
      // The last piece is taken a full piece long, so that it is never too short to be looked for.
      const from = Math.min(at, flat.length - PIECE_CHARS);
      put(flat.slice(from, from + PIECE_CHARS), isEncoded);
    }
  };

  add(trimmed);
  for (const json of jsonForms(trimmed)) add(json);
  for (const url of urlForms(trimmed)) add(url);
  for (const quoted of shellForms(trimmed)) add(quoted);
  const bytes = Buffer.from(trimmed, "utf8");
  const hex = bytes.toString("hex");
  add(hex, true);
  add(hex.toUpperCase(), true);
  // Byte by byte, as od, hexdump and openssl print it.
  for (const between of [" ", ":"]) {
    const apart = hex.replaceAll(/..(?!$)/g, `$&${between}`);
    add(apart, true);
    add(apart.toUpperCase(), true);
  }
  for (const base64 of base64Forms(bytes)) {
    add(base64, true);
    add(base64.replaceAll("+", "-").replaceAll("/", "_"), true);
  }
  return forms;
}

function jsonForms(value: string): string[] {
  const plain = JSON.stringify(value).slice(1, -1);
  const ascii = plain.replaceAll(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  // Python escapes what is not ASCII; PHP and some others escape the slash; Go escapes what HTML would take for itself.
  const html = plain.replaceAll(/[<>&]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`);
  // JSON in JSON, as in `kubectl -o json` of an annotation.
  return [plain, ascii, html, plain.replaceAll("/", "\\/"), JSON.stringify(plain).slice(1, -1)];
}

function urlForms(value: string): string[] {
  let component: string;
  try {
    component = encodeURIComponent(value);
  } catch {
    return []; // half a surrogate pair has no URL form
  }
  const strict = component.replaceAll(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
  // As a form is sent: the WHATWG URL Standard leaves only `*-._` and letters and digits as they are.
  const form = strict.replaceAll("%20", "+").replaceAll("~", "%7E").replaceAll("%2A", "*");
  const forms = [component, strict, strict.replaceAll("%20", "+"), form, encodeURI(value)];
  return [...forms, ...forms.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

function shellForms(value: string): string[] {
  return [
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replaceAll(/["\\$`]/g, "\\$&"), // inside double quotes
    value.replaceAll(/["\\$`!]/g, "\\$&"),
    value.replaceAll(/[^A-Za-z0-9_@%+=:,./-]/g, "\\$&"), // bash's printf %q
    value.replaceAll(/[\\']/g, "\\$&"), // $'…'
  ];
}

/**
 * The part of the value's base64 that does not depend on its neighbours, for each of the three places at which the value can begin
 * within a group of three bytes.
 */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const bits = 8 * (shift + bytes.length);
    return encoded.slice(Math.ceil((8 * shift) / 6), Math.floor(bits / 6));
  });
}
