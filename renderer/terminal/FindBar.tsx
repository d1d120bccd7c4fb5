// Search within one terminal's screen and scroll-back. Owns: the field and its hits. Does not search recordings.
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../design/index.ts";
import type { Entry } from "./registry.ts";

export function FindBar({ entry, onClose }: { entry: Entry; onClose(): void }) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [hits, setHits] = useState<{ index: number; count: number } | null>(null);
  useEffect(() => {
    field.current?.focus();
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
    <search>
      <form
        className="terminal-find"
        onSubmit={(event) => {
          event.preventDefault();
          find(text, 1);
        }}
      >
        <input
          ref={field}
          className="input mono"
          aria-label="Find in the terminal"
          placeholder="Find in output"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            find(event.target.value, 1, true);
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.preventDefault();
              event.stopPropagation();
              onClose();
            } else if (event.key === "Enter" && event.shiftKey) {
              event.preventDefault();
              find(text, -1);
            }
          }}
        />
        <span className="dim" role="status">
          {words}
        </span>
        <IconButton label="Previous hit, Shift Enter" onClick={() => find(text, -1)}>
          <ArrowUp size={16} />
        </IconButton>
        <IconButton label="Next hit, Enter" type="submit">
          <ArrowDown size={16} />
        </IconButton>
        <IconButton label="Close search, Esc" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </form>
    </search>
  );
}
