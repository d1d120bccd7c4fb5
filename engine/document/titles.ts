// Titles taken from a paragraph: whole sentences of it, as a person reads it, short enough for an outline.
// Owns where a sentence ends and how a long one is cut. Which paragraph it is, outline.ts decides.
import type { Piece } from "./prose.ts";

/** Characters of a title; longer ones are cut at a word. About what an outline shows on one line of a wide window. */
const MAX_CHARS = 100;
/** Characters of Markdown that are read for a title: far more than one holds, and little beside a long paragraph. */
const MAX_MARKDOWN = 1_000;
/** Shorter is no title: "Note." or "Wait!" is read on with what follows it. */
const MIN_WORDS = 3;
/** A full stop behind these ends no sentence. */
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|no|nr|fig|sec|[a-z])\.$/i;

/** Whole lines of a paragraph's Markdown from its beginning, or to its end: a cut inside a line could open an emphasis. */
export function titleMarkdown(markdown: string, isLast: boolean): string {
  if (markdown.length <= MAX_MARKDOWN) return markdown;
  const cut = isLast ? markdown.indexOf("\n", markdown.length - MAX_MARKDOWN) : markdown.lastIndexOf("\n", MAX_MARKDOWN);
  if (cut !== -1) return isLast ? markdown.slice(cut + 1) : markdown.slice(0, cut);
  const lines = markdown.split("\n");
  return isLast ? lines.at(-1)! : lines[0]!;
}

/** The last sentence of the piece's text; read when marked has run, for only then is there any. */
export function lastSentence(piece: Piece): Piece {
  return {
    html: "",
    get text() {
      return shorten(sentences(piece.text.slice(-MAX_MARKDOWN)).at(-1) ?? "");
    },
  };
}

/** The sentences that the first line holds, the one that it begins included: a line ends where the writer's window did. */
export function sentencesOfLine(piece: Piece, firstLine: Piece): Piece {
  return {
    html: "",
    get text() {
      let title = "";
      for (const sentence of sentences(piece.text.slice(0, MAX_MARKDOWN))) {
        if (title.length >= firstLine.text.length && title !== "") break;
        title = title === "" ? sentence : `${title} ${sentence}`;
      }
      return shorten(title);
    },
  };
}

/** Sentences of one line of text, a short one together with the next. */
function sentences(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (const match of text.matchAll(/[.!?]["')\]]?\s+(?=["'(]?\P{Ll})/gu)) {
    const sentence = text.slice(from, match.index + match[0].length).trim();
    if (sentence.split(" ").length < MIN_WORDS || ABBREVIATION.test(text.slice(Math.max(from, match.index - 10), match.index + 1)))
      continue;
    found.push(sentence);
    from = match.index + match[0].length;
  }
  const rest = text.slice(from).trim();
  if (rest !== "") found.push(rest);
  return found;
}

function shorten(text: string): string {
  if (text.length <= MAX_CHARS) return text;
  const head = text.slice(0, MAX_CHARS);
  const blank = head.lastIndexOf(" ");
  return `${(blank > MAX_CHARS / 2 ? head.slice(0, blank) : head).replace(/[\s,;:(]+$/, "")}…`;
}
