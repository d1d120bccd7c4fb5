// Search within the runbook of a run: which sections hold the words. Pure.
// Owns: the text of a section and the matching. Does not scroll nor mark.
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import type { Section } from "./sections.ts";

/** What a reader sees of a section, as plain text: prose, titles, commands, checks. */
export function sectionText(section: Section, document: RunbookDocument): string {
  const step = section.type === "step" ? document.steps[section.index] : undefined;
  const parts: string[] = step === undefined ? [] : [`${step.number} ${step.title}`];
  for (const node of section.nodes) {
    if (node.type === "html") parts.push(textOf(node.html));
    else if (node.type === "heading") parts.push(node.text);
    else if (node.type === "block") {
      const block = (step?.blocks ?? document.otherBlocks).find((one) => one.index === node.index);
      if (block !== undefined) parts.push(block.name ?? "", block.text);
    } else parts.push(step?.checks.find((one) => one.index === node.index)?.text ?? "");
  }
  return parts.join("\n").toLowerCase();
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
/** Good enough to search in; never shown, and never made into a page. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : null;
      if (code !== null) return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      return ENTITIES[name?.toLowerCase() ?? ""] ?? whole;
    });
}

/** Indexes of the sections that hold `words`, in reading order; none for blank words. `texts` is filled as it is needed. */
export function sectionsWith(words: string, sections: Section[], document: RunbookDocument, texts: Map<number, string>): number[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return [];
  const found: number[] = [];
  for (const [index, section] of sections.entries()) {
    let text = texts.get(index);
    if (text === undefined) {
      text = sectionText(section, document);
      texts.set(index, text);
    }
    if (text.includes(wanted)) found.push(index);
  }
  return found;
}
