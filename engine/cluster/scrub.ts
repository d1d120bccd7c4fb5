// Words of other programs, made fit for an error text.
// Owns: cutting and blanking. A last guard; what is known to be secret is never put into a text in the first place.
/** Longer runs of token characters than any word, path segment or host label: keys, tokens, certificates. */
const TOKEN_LIKE = /(?:eyJ[\w-]+\.[\w-]+\.[\w-]*)|[A-Za-z0-9+/_=-]{24,}/g;

/** The first line that says something, at most `max` characters, without anything that looks like a token. */
export function scrub(text: string, max = 300): string {
  const line = text
    .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, "")
    .split(/\r?\n/)
    .map((part) => part.trim())
    .find((part) => part !== "");
  return (line ?? "")
    .replace(TOKEN_LIKE, "…")
    .replace(/[\x00-\x1f\x7f]/g, " ")
    .slice(0, max);
}
