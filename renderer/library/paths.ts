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

/** The first sentence of a description, whole: a row has room for one, and nothing is cut in the middle. */
export function firstSentence(text: string): string {
  const found = /^.*?[.!?](?=\s|$)/.exec(text.trim());
  return found === null ? text.trim() : found[0];
}
