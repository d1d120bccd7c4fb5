// The search field of the runbook, and the marks on what is drawn of its hits.
// Owns: the field, which hit is shown, and the marks. Matching is find.ts, scrolling the column's.
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import { IconButton } from "../design/index.ts";
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
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other sections have other texts
  const texts = useMemo(() => new Map<number, string>(), [sections]);
  const hits = useMemo(() => sectionsWith(words, sections, text, texts), [words, sections, text, texts]);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => markAll(root, words), [root, words]);
  const go = (to: number): void => {
    if (hits.length === 0) return;
    const next = (to + hits.length) % hits.length;
    setAt(next);
    onShow(hits[next]!);
  };
  const said = words.trim() === "" ? "" : hits.length === 0 ? "not found" : `${at + 1} of ${hits.length} places`;
  return (
    <search>
      <form
        className="run-find"
        onSubmit={(event) => {
          event.preventDefault();
          go(at + 1);
        }}
      >
        <input
          ref={field}
          className="input"
          aria-label="Find in the runbook"
          placeholder="Find in the runbook"
          spellCheck={false}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setAt(0);
            const first = sectionsWith(event.target.value, sections, text, texts)[0];
            if (first !== undefined) onShow(first);
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.preventDefault();
              event.stopPropagation();
              onClose();
            } else if (event.key === "Enter" && event.shiftKey) {
              event.preventDefault();
              go(at - 1);
            }
          }}
        />
        <span className="dim nowrap" role="status">
          {said}
        </span>
        <IconButton label="Previous place, Shift Enter" onClick={() => go(at - 1)}>
          <ArrowUp size={16} />
        </IconButton>
        <IconButton label="Next place, Enter" type="submit">
          <ArrowDown size={16} />
        </IconButton>
        <IconButton label="Close search, Esc" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </form>
    </search>
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
