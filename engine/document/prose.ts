// HTML and plain text of prose, by marked. Owns one lexer for the whole file, so that link definitions anywhere are
// known everywhere, and the bounds on what marked is given. The HTML is NOT sanitised: the window does that.
import { Lexer, Marked, Parser, type Token, type Tokens } from "marked";

/** Emphasis marks in one piece beyond which marked's matching takes quadratic time; such text is shown plain. */
const MAX_EMPHASIS_MARKS = 2_000;
/** Characters of one piece given to marked. */
const MAX_PIECE_CHARS = 200_000;

/** Text without any sign of Markdown or HTML, and no address that would become a link: its HTML is itself. */
const BARE = /^(?!.*(?:www\.|:\/\/))(?:[A-Za-z0-9.,;:()/%+=?#-]| (?! ))*$/i;
/** The same as a paragraph of one line; what begins with a letter is no other block. */
const BARE_PARAGRAPH = /^(?!.*(?:www\.|:\/\/))[A-Za-z](?:[A-Za-z0-9.,;:()/%+=?#-]| (?! |$))*$/i;
/**
 * Every line begins with a letter: a paragraph and nothing else, for all that ends a paragraph or is another block
 * (a list, a fence, a table's second line, an underline, HTML) begins with another sign. So marked's block rules need not be asked.
 */
const PARAGRAPH = /^[A-Za-z].*(?:\n[A-Za-z].*)*$/;

export type Piece = { html: string; text: string };
type Job = { piece: Piece; tokens: Token[]; isInline: boolean; wantsText: boolean };

export class Prose {
  readonly #options = { ...new Marked({ gfm: true }).defaults };
  readonly #lexer = new Lexer(this.#options);
  readonly #parser = new Parser(this.#options);
  readonly #jobs: Job[] = [];
  readonly #isPlain: boolean;
  readonly #waits: boolean;

  /**
   * `isPlain`: never call marked, only escape; the way out where lexing took too long.
   * `source`: the whole text. Without link definitions in it a piece is finished at once, and its tokens die young:
   * keeping all of them to the end costs more time in garbage collection than in lexing.
   */
  constructor(source: string, isPlain: boolean) {
    this.#isPlain = isPlain;
    this.#waits = source.includes("]:");
  }

  /** Blocks of Markdown. The piece is filled by `finish`. */
  blocks(markdown: string): Piece {
    return this.#add(markdown, false, false);
  }

  /** One line of Markdown; `text` is what a person reads of it. */
  inline(markdown: string): Piece {
    return this.#add(markdown, true, true);
  }

  /** Text that marked must not see. */
  plain(text: string): Piece {
    return { html: `<p>${escapeHtml(text)}</p>\n`, text: text.trim() };
  }

  #add(markdown: string, isInline: boolean, wantsText: boolean): Piece {
    if (this.#isPlain || isHostile(markdown)) {
      const plain = this.plain(markdown);
      return isInline ? { html: escapeHtml(markdown), text: collapse(markdown) } : plain;
    }
    if (isInline && BARE.test(markdown)) return { html: markdown, text: markdown.trim() };
    if (!isInline && BARE_PARAGRAPH.test(markdown)) return { html: `<p>${markdown}</p>\n`, text: "" };
    const piece: Piece = { html: "", text: "" };
    const tokens: Token[] = [];
    if (isInline) this.#lexer.inline(markdown, tokens);
    else if (PARAGRAPH.test(markdown)) tokens.push(this.#paragraph(markdown));
    else this.#lexer.blockTokens(markdown, tokens);
    const job: Job = { piece, tokens, isInline, wantsText };
    if (this.#waits) this.#jobs.push(job);
    else {
      this.#lexInline();
      this.#fill(job);
    }
    return piece;
  }

  #paragraph(text: string): Tokens.Paragraph {
    return { type: "paragraph", raw: text, text, tokens: this.#lexer.inline(text) };
  }

  /** Fills the pieces that waited: only now are all link definitions known. */
  finish(): void {
    this.#lexInline();
    for (const job of this.#jobs) this.#fill(job);
    this.#jobs.length = 0;
  }

  #lexInline(): void {
    const queue = this.#lexer.inlineQueue;
    for (let index = 0; index < queue.length; index++) {
      const next = queue[index]!;
      this.#lexer.inlineTokens(next.src, next.tokens);
    }
    queue.length = 0;
  }

  #fill(job: Job): void {
    job.piece.html = job.isInline ? this.#parser.parseInline(job.tokens) : this.#parser.parse(job.tokens);
    if (job.wantsText) job.piece.text = collapse(textOf(job.tokens));
  }
}

function isHostile(markdown: string): boolean {
  if (markdown.length > MAX_PIECE_CHARS) return true;
  if (markdown.length < MAX_EMPHASIS_MARKS) return false;
  let marks = 0;
  for (let at = 0; at < markdown.length; at++) {
    const code = markdown.charCodeAt(at);
    if (code === 95 || code === 42 || code === 126) marks++;
  }
  return marks > MAX_EMPHASIS_MARKS;
}

/** Words of inline tokens: links give their text, pictures their description, code its content, HTML nothing. */
function textOf(tokens: Token[]): string {
  let text = "";
  for (const token of tokens) {
    if (token.type === "html") continue;
    if (token.type === "br") text += " ";
    else if (token.type === "image") text += (token as Tokens.Image).text;
    else if ("tokens" in token && Array.isArray(token.tokens)) text += textOf(token.tokens);
    else if (token.type === "codespan" || token.type === "escape" || token.type === "text")
      text += unescapeHtml((token as Tokens.Text).text);
    else if ("text" in token && typeof token.text === "string") text += token.text;
  }
  return text;
}

/** Characters that turn round the letters after them: a title or a check that carries one would be read as something else. */
const TURNING = /[\u202a-\u202e]/g;
const collapse = (given: string): string => {
  const text = given.replace(TURNING, "");
  return /\s\s|[\t\r\n]|^\s|\s$/.test(text) ? squeeze(text) : text;
};
const squeeze = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: " " };
const unescapeHtml = (text: string): string =>
  text.includes("&") ? text.replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name]!) : text;

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
