// Text from people and machines, made safe to be read. Owns: what counts as not to be seen, and how it is shown instead.

/** Cannot be seen, or changes the order of what is seen: controls, zero width, direction marks, soft hyphen, variation selectors, tags. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]|\p{Variation_Selector}/u;

export const numberOfCharacter = (character: string): string =>
  `‹U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}›`;

/** Every such character as its number, ‹U+200B›; line feeds and tabs stay. */
export function seen(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(new RegExp(UNSEEN.source, "gu"), (one) => (one === "\n" || one === "\t" ? one : numberOfCharacter(one)));
}
