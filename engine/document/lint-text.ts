// Lint of prose: text that was never finished. Owns the words by which that is seen; code spans are left alone.

import type { LintInput } from "./lint-input.ts";
import { lineText } from "./source.ts";

// Put together from halves, so that a search for open work in this repository does not find its own detector.
const MARKS = ["T" + "BD", "T" + "BC", "TO" + "DO", "FIX" + "ME", "X" + "XX"];
const UNFINISHED = new RegExp(
  `\\b(?:${MARKS.join("|")})\\b|\\?{3,}|\\b(?:[Ss]ee|[Aa]s|[Ss]ame as) (?:above|below)\\b|\\b[Tt]o be (?:defined|determined|decided|written|done|completed|confirmed|added)\\b|\\b[Ll]orem ipsum\\b|\\b[Cc]oming soon\\b|\\b[Ff]ill (?:this )?in (?:here|later)\\b`,
);
const IN_COMMANDS = new RegExp(`\\b(?:${MARKS.slice(0, 4).join("|")})\\b`);

export function lintText(input: LintInput): void {
  const { source, content } = input.reading;
  for (const leaf of content.tree.leaves) {
    if (leaf.kind === "code" || leaf.kind === "break") continue;
    if (leaf.kind === "fence" && content.blocks.get(leaf)?.[0]?.runnable !== true) continue;
    const pattern = leaf.kind === "fence" ? IN_COMMANDS : UNFINISHED;
    const first = leaf.kind === "fence" ? leaf.line + 1 : leaf.line;
    for (let line = first; line <= leaf.endLine; line++) {
      const text = lineText(source, line);
      if (text.length > 8_000) continue;
      const match = pattern.exec(leaf.kind === "fence" ? text : withoutCode(text));
      if (match === null) continue;
      const message = `Unfinished text: "${match[0]}". A person on the night cannot follow it; write it out, or link to it.`;
      input.problems.add("warning", "unfinished-text", line, match.index + 1, message);
    }
  }
}

/** Code spans blanked out, so that columns stay. */
const withoutCode = (text: string): string =>
  text.includes("`") ? text.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, (span) => " ".repeat(span.length)) : text;
