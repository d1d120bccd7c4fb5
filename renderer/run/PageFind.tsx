// The search field of the runbook, and the marks on what is drawn of its hits.
// Owns: which hit is shown, and the marks. Matching is find.ts, scrolling the column's.
import { type RefObject, useEffect, useMemo, useState } from "react";
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import { FindField } from "../design/index.ts";
import { sectionsWith } from "./find.ts";
import type { Section } from "./sections.ts";

const MARK = "run-find";

export function PageFind({
  sections,
  document: text,
  root,
  onShow,
  onClose,
}: {
  sections: Section[];
  document: RunbookDocument;
  root: RefObject<HTMLElement | null>;
  onShow(section: number): void;
  onClose(): void;
}) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other sections have other texts
  const texts = useMemo(() => new Map<number, string>(), [sections]);
  const hits = useMemo(() => sectionsWith(words, sections, text, texts), [words, sections, text, texts]);
  useEffect(() => markAll(root, words), [root, words]);
  const go = (to: number): void => {
    if (hits.length === 0) return;
    const next = (to + hits.length) % hits.length;
    setAt(next);
    onShow(hits[next]!);
  };
  const said = words.trim() === "" ? "" : hits.length === 0 ? "not found" : `${at + 1} of ${hits.length} places`;
  return (
    <FindField
      where="runbook"
      value={words}
      said={said}
      onChange={(value) => {
        setWords(value);
        setAt(0);
        const first = sectionsWith(value, sections, text, texts)[0];
        if (first !== undefined) onShow(first);
      }}
      onGo={(direction) => go(at + direction)}
      onClose={onClose}
    />
  );
}

/** Marks every hit in what is drawn now, and again whenever scrolling draws more. Marks are ranges: the page itself is not touched. */
function markAll(root: RefObject<HTMLElement | null>, words: string): (() => void) | undefined {
  const page = root.current;
  if (page === null || !("highlights" in CSS)) return undefined;
  const wanted = words.trim().toLowerCase();
  if (wanted === "") {
    CSS.highlights.delete(MARK);
    return undefined;
  }
  let frame = 0;
  const mark = (): void => {
    const ranges: Range[] = [];
    const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent?.toLowerCase() ?? "";
      for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
        const range = new Range();
        range.setStart(node, from);
        range.setEnd(node, from + wanted.length);
        ranges.push(range);
      }
    }
    CSS.highlights.set(MARK, new Highlight(...ranges));
  };
  const later = (): void => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(mark);
  };
  later();
  const changes = new MutationObserver(later);
  changes.observe(page, { childList: true, subtree: true });
  return () => {
    cancelAnimationFrame(frame);
    changes.disconnect();
    CSS.highlights.delete(MARK);
  };
}
