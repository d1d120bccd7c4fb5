// A YAML mapping with the place of every key, from text cut out of a file. Owns the bounds against hostile YAML
// (size, aliases, depth); the meaning of keys is the caller's.
import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";
import type { Keyed } from "./keyed.ts";

/** A front matter or directive larger than this was not written by hand. */
const MAX_YAML_CHARS = 256 * 1024;
/** Brackets inside one another; the library recurses. */
const MAX_YAML_DEPTH = 64;

export type YamlProblem = { message: string; at: number };
export type YamlMap = { keyed: Keyed | null; document: Document | null; problems: YamlProblem[] };

/** `place` turns an offset in `text` into one of the source. Never throws. */
export function parseYamlMap(text: string, place: (at: number) => number): YamlMap {
  const refused = (message: string): YamlMap => ({ keyed: null, document: null, problems: [{ message, at: place(0) }] });
  if (text.length > MAX_YAML_CHARS) return refused(`it is longer than ${MAX_YAML_CHARS / 1024} KB`);
  if (isTooNested(text)) return refused(`its brackets stand more than ${MAX_YAML_DEPTH} deep`);
  try {
    const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, logLevel: "silent" });
    const problems = document.errors.map((error) => ({
      message: firstSentence(error.message),
      at: place(Math.min(error.pos[0], text.length)),
    }));
    if (problems.length > 0) return { keyed: null, document: null, problems };
    if (document.contents === null) return { keyed: { values: {}, offsets: {}, offset: place(0) }, document, problems };
    if (!isMap(document.contents)) return refused("it is no mapping of keys to values");
    return { keyed: toKeyed(document.contents, document, place), document, problems };
  } catch (error) {
    return refused(error instanceof Error ? firstSentence(error.message) : String(error));
  }
}

/** A mapping node as plain values with offsets. Throws on alias bombs, as the library does; callers above catch. */
export function toKeyed(map: YAMLMap, document: Document, place: (at: number) => number): Keyed {
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const offsets: Record<string, number> = Object.create(null) as Record<string, number>;
  const written: Record<string, string> = {};
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const range = isScalar(pair.key) || isMap(pair.key) || isSeq(pair.key) ? pair.key.range : null;
    offsets[key] = place(range?.[0] ?? 0);
    const value: unknown = pair.value;
    if (isScalar(value) && typeof value.value === "number" && value.source !== undefined) written[key] = value.source;
    values[key] = isScalar(value)
      ? value.value
      : isMap(value) || isSeq(value)
        ? value.toJS(document, { maxAliasCount: 100 })
        : resolved(value, document);
  }
  return { values, offsets, offset: place(map.range?.[0] ?? 0), written };
}

function resolved(value: unknown, document: Document): unknown {
  const node = value as { toJS?: (document: Document, options: object) => unknown } | null;
  return node === null || typeof node.toJS !== "function" ? null : node.toJS(document, { maxAliasCount: 100 });
}

/** The mappings of a list under `key`, each with its offsets; entries that are none come back as null. */
export function listOfMaps(document: Document, key: string, place: (at: number) => number): { keyed: Keyed | null; at: number }[] {
  const node: unknown = document.get(key, true);
  if (!isSeq(node)) return [];
  return node.items.map((item) => {
    const range = isMap(item) || isScalar(item) || isSeq(item) ? item.range : null;
    return { keyed: isMap(item) ? toKeyed(item, document, place) : null, at: place(range?.[0] ?? 0) };
  });
}

/** A mapping under `key`, or null. */
export function mapUnder(document: Document, key: string, place: (at: number) => number): Keyed | null {
  const node: unknown = document.get(key, true);
  return isMap(node) ? toKeyed(node, document, place) : null;
}

function isTooNested(text: string): boolean {
  let depth = 0;
  let indents = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) {
      if (++depth > MAX_YAML_DEPTH) return true;
    } else if ((code === 93 || code === 125) && depth > 0) depth--;
    // `- - - - -` nests without brackets.
    else if (code === 45 && text.charCodeAt(at + 1) === 32) {
      if (++indents > MAX_YAML_DEPTH) return true;
    } else if (code !== 32) indents = 0;
  }
  return false;
}

const firstSentence = (message: string): string => message.split("\n")[0]!.slice(0, 200);
