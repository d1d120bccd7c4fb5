// The palette's search: targets prepared once, then a fuzzy match over all of them. Pure.
// Owns: ranking and the marks of what matched. Does not know where entries come from, nor draws.
import { go, type Result, type SnapshotKeys, snapshot } from "fuzzysort";

/** Rows drawn at once; more than a person reads. */
export const SHOWN_LIMIT = 60;
/** fuzzysort's scale is 0…1; below this a match is letters strewn over a line. */
const THRESHOLD = 0.4;

export type Searchable = { title: string; detail?: string; number?: string };
export type Index<T extends Searchable> = { entries: readonly T[]; targets: SnapshotKeys<T> };
/** A text cut into pieces, those that matched marked. */
export type Piece = { text: string; isHit: boolean };
export type Hit<T> = { entry: T; title: Piece[]; detail: Piece[] };

const fullTitle = (entry: Searchable): string => (entry.number === undefined ? entry.title : `${entry.number} ${entry.title}`);

/** Prepares every entry once; keep the index until the entries change. */
export function prepare<T extends Searchable>(entries: readonly T[]): Index<T> {
  return { entries, targets: snapshot(entries, { keys: [fullTitle, (entry: T) => entry.detail ?? ""] }) };
}

/** Best first. `total` counts all that match, of which at most `limit` come back. An empty query gives the first entries as they are. */
export function search<T extends Searchable>(index: Index<T>, query: string, limit = SHOWN_LIMIT): { hits: Hit<T>[]; total: number } {
  const wanted = query.trim();
  if (wanted === "") {
    const plain = (text: string): Piece[] => (text === "" ? [] : [{ text, isHit: false }]);
    const hits = index.entries
      .slice(0, limit)
      .map((entry) => ({ entry, title: plain(fullTitle(entry)), detail: plain(entry.detail ?? "") }));
    return { hits, total: index.entries.length };
  }
  const found = go(wanted, index.targets, { limit, threshold: THRESHOLD });
  const hits = found.map((result) => ({
    entry: result.obj,
    title: pieces(fullTitle(result.obj), result[0]),
    detail: pieces(result.obj.detail ?? "", result[1]),
  }));
  return { hits, total: found.total };
}

/** `text` with what `result` matched marked; whole where it matched nothing. */
function pieces(text: string, result: Result | undefined): Piece[] {
  const marked = new Set(result !== undefined && result.score > 0 ? result.indexes : []);
  const all: Piece[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const isHit = marked.has(at);
    const last = all.at(-1);
    if (last !== undefined && last.isHit === isHit) last.text += text.charAt(at);
    else all.push({ text: text.charAt(at), isHit });
  }
  return all;
}
