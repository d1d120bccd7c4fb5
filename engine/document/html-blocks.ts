// Where raw HTML begins and ends in Markdown (CommonMark 4.6). Owns the seven kinds. Judges no markup.

const TAGS =
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul";
const ATTRIBUTE = "\\s+[a-zA-Z_:][\\w.:-]*(?:\\s*=\\s*(?:[^\"'=<>`\\s]+|'[^']*'|\"[^\"]*\"))?";
// Sticky: they are tried at one offset of the whole text, so no line is copied to be looked at.
const OPENERS: RegExp[] = [
  /<(?:script|pre|textarea|style)(?:\s|>|$)/iy,
  /<!--/y,
  /<[?]/y,
  /<![A-Za-z]/y,
  /<!\[CDATA\[/y,
  new RegExp(`</?(?:${TAGS})(?:\\s|/?>|$)`, "iy"),
  new RegExp(`(?:<[A-Za-z][A-Za-z0-9-]*(?:${ATTRIBUTE})*\\s*/?>|</[A-Za-z][A-Za-z0-9-]*\\s*>)\\s*$`, "y"),
];
const CLOSERS: (RegExp | null)[] = [/<\/(?:script|pre|textarea|style)>/i, /-->/, /\?>/, />/, /\]\]>/, null, null];

/** CommonMark's kind (1-7) of the HTML block that begins with this line, or 0. Kind 7 cannot interrupt a paragraph. */
export function htmlBlockKind(rest: string, inParagraph: boolean): number {
  for (let kind = 1; kind <= 7; kind++) {
    if (kind === 7 && inParagraph) continue;
    const opener = OPENERS[kind - 1]!;
    opener.lastIndex = 0;
    if (opener.test(rest)) return kind;
  }
  return 0;
}

/** Whether a block of kind 1-5 ends on this line; kinds 6 and 7 end before a blank one. */
export function htmlBlockEnds(kind: number, rest: string): boolean {
  return CLOSERS[kind - 1]?.test(rest) ?? false;
}
