// Search within one terminal's screen and scroll-back. Owns: its hits. Does not search recordings.
import { useEffect, useState } from "react";
import { FindField } from "../design/index.ts";
import type { Entry } from "./registry.ts";

export function FindBar({ entry, onClose }: { entry: Entry; onClose(): void }) {
  const [text, setText] = useState("");
  const [hits, setHits] = useState<{ index: number; count: number } | null>(null);
  useEffect(() => {
    const listening = entry.search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setHits({ index: resultIndex, count: resultCount }),
    );
    return () => {
      listening.dispose();
      entry.search.clearDecorations();
    };
  }, [entry]);
  const find = (value: string, direction: 1 | -1, isTyping = false): void => {
    if (value === "") {
      entry.search.clearDecorations();
      setHits(null);
      return;
    }
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const options = {
      incremental: isTyping,
      decorations: {
        matchBackground: colour("warn-bg"),
        matchBorder: colour("warn-line"),
        matchOverviewRuler: colour("warn-line"),
        activeMatchBackground: colour("warn-bg"),
        activeMatchBorder: colour("warn"),
        activeMatchColorOverviewRuler: colour("warn"),
      },
    };
    if (direction === 1) entry.search.findNext(value, options);
    else entry.search.findPrevious(value, options);
  };
  const words = hits === null ? "" : hits.count === 0 ? "not found" : `${hits.index + 1} of ${hits.count}`;
  return (
    <FindField
      where="terminal"
      isMono
      value={text}
      said={words}
      onChange={(value) => {
        setText(value);
        find(value, 1, true);
      }}
      onGo={(direction) => find(text, direction)}
      onClose={onClose}
    />
  );
}
