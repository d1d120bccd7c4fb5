// Characters that are not seen, or that turn the direction of what follows: with them, what is read is not what runs.
// Owns: finding them and naming them. Pure; the drawing is Visible.tsx and SafeHtml.tsx.

/** Soft hyphen, no-width characters, direction marks, embeddings, overrides and isolates, byte order mark. As lint's `hidden-character`. */
const HIDDEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu;
/** In prose only what turns letters round: marks and isolates are ordinary in Arabic and Hebrew, joiners in Persian. */
const OVERRIDES = /[\u202a-\u202e]/gu;

/** `⟨U+202E⟩`. */
export const nameOf = (character: string): string => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

/** Code cut at each hidden character; `name` is null where the text is as it looks. */
export function cutAtHidden(text: string): { text: string; name: string | null }[] {
  const pieces: { text: string; name: string | null }[] = [];
  let at = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (index > at) pieces.push({ text: text.slice(at, index), name: null });
    pieces.push({ text: character, name: nameOf(character) });
    at = index + character.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), name: null });
  return pieces;
}

/** Prose in which no character turns round the ones after it; each is named instead. */
export const withoutOverrides = (text: string): string => text.replace(OVERRIDES, nameOf);

/** A word longer than this many characters is broken into parts of so many: Chromium shapes the rest of a word anew for every line of it. */
export const LONGEST_WORD = 400;
const LONG_WORD = new RegExp(`\\S{${LONGEST_WORD}}(?=\\S)`, "u");
/** Where the first overlong word of a text can be broken; -1 when none is overlong. */
export function breakOf(text: string): number {
  if (text.length <= LONGEST_WORD) return -1;
  const found = LONG_WORD.exec(text);
  return found === null ? -1 : found.index + found[0].length;
}
