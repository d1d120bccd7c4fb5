// Paths as people type them, and the words of a row. Pure.
// Owns: telling a file from a folder by name, completing from what is known. Does not touch the disk: the engine does.

/** Markdown by its name; anything else is taken for a folder. */
export const looksLikeFile = (path: string): boolean => /\.(md|markdown|mdx)$/i.test(path.trim());

/** Known paths that begin with, or else contain, what was typed; at most `limit`. */
export function completions(typed: string, known: string[], limit = 8): string[] {
  const wanted = typed.trim().toLowerCase();
  const unique = [...new Set(known)];
  if (wanted === "") return unique.slice(0, limit);
  const starts = unique.filter((one) => one.toLowerCase().startsWith(wanted));
  const contains = unique.filter((one) => !one.toLowerCase().startsWith(wanted) && one.toLowerCase().includes(wanted));
  return [...starts, ...contains].filter((one) => one.toLowerCase() !== wanted).slice(0, limit);
}

/** The path inside its folder, for a list that already names the folder. */
export const insideFolder = (path: string, folder: string): string =>
  path.startsWith(folder) ? path.slice(folder.length).replace(/^[\\/]/, "") : path;

/** Built-in folders, in the order of a night, with what their procedures are for; another folder goes by its own name, after them. */
const SUBJECTS: Record<string, string> = {
  deploy: "Deploy",
  data: "Data",
  back: "The way back",
  recover: "Recovery",
  respond: "Trouble",
  operate: "Operation",
};

/** Documents under the folders they lie in, those of no folder first. */
export function bySubject<T extends { path: string; folder: string }>(entries: readonly T[]): { subject: string; entries: T[] }[] {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const parts = insideFolder(entry.path, entry.folder).split(/[\\/]/);
    const name = parts.slice(0, -1).join("/");
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  const names = Object.keys(SUBJECTS);
  const rank = (name: string) => (name === "" ? -1 : names.includes(name) ? names.indexOf(name) : names.length);
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([name, found]) => ({ subject: SUBJECTS[name] ?? name, entries: found }));
}

/** The first sentence of a description, whole: a row has room for one, and nothing is cut in the middle. */
export function firstSentence(text: string): string {
  const found = /^.*?[.!?](?=\s|$)/.exec(text.trim());
  return found === null ? text.trim() : found[0];
}
