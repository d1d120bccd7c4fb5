import { Marked } from "marked";
import { expect, it } from "vitest";
import { Prose } from "./prose.ts";

/** Words and signs from which texts are put together; the signs are those that make Markdown of a text. */
const PARTS =
  "Step 12|the API|www.example.com|WWW.|http://x.y|a@b.io|(x)|50 %|a  b|end.|x/y?z=1|it's|<b>x</b>|&amp;|A & B|**bold**|_em_|~~del~~|`code`|[link](u)|[ref]|![p](i)|a\\*b|1. one|- item|# no|> quote|| a | b ||--- | ---|===|---|~~~|[d]: u|<!-- c -->|  |\t|Ünder".split(
    "|",
  );

/** A fixed sequence, so that a failure comes again (numerical recipes' generator). */
function* numbers(): Generator<number, never> {
  for (let state = 7; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function texts(): string[] {
  const next = numbers();
  const pick = (count: number): number => Math.floor(next.next().value * count);
  const line = (): string => Array.from({ length: 1 + pick(4) }, () => PARTS[pick(PARTS.length)]).join(pick(4) === 0 ? "" : " ");
  return Array.from({ length: 4_000 }, () => Array.from({ length: 1 + pick(3) }, line).join("\n"));
}

it("shows plain titles as marked shows them", () => {
  const marked = new Marked({ gfm: true });
  for (const text of texts()) {
    if (text.includes("\n") || text.includes("]:")) continue;
    const prose = new Prose(text, false);
    const piece = prose.inline(text);
    prose.finish();
    expect(piece.html, JSON.stringify(text)).toBe(marked.parseInline(text));
  }
});

it("shows plain paragraphs as marked shows them", () => {
  const marked = new Marked({ gfm: true });
  for (const text of texts()) {
    const prose = new Prose(text, false);
    const piece = prose.blocks(text);
    prose.finish();
    expect(piece.html, JSON.stringify(text)).toBe(marked.parser(marked.lexer(text)));
  }
});
