// One terminal's screen, kept at the size of its place. Owns: mounting, fitting, following theme and font size.
// Does not own the xterm object: the registry does.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { type Entry, type TerminalLook, type TerminalState, terminalOf } from "./registry.ts";

export function useTerminal(id: string, look: TerminalLook): { entry: Entry; state: TerminalState } {
  const entry = terminalOf(id, look);
  const state = useSyncExternalStore(entry.subscribe, () => entry.state);
  return { entry, state };
}

export function Screen({ entry, look }: { entry: Entry; look: TerminalLook }) {
  const host = useRef<HTMLDivElement>(null);
  const { fontSize, isScreenReader } = look;
  useEffect(() => {
    const place = host.current;
    if (place === null) return;
    // Opening xterm measures its cells and lays the page out several times: the document is painted first.
    let opening: ReturnType<typeof setTimeout> | undefined;
    const painted = requestAnimationFrame(() => {
      opening = setTimeout(() => entry.mount(place), 0);
    });
    // Resizing comes in bursts while a column is dragged; the shell hears of the last size of each frame only.
    let frame = 0;
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => entry.fit());
    });
    observer.observe(place);
    // The cell size is wrong until the mono font is there.
    void document.fonts.ready.then(() => entry.fit());
    return () => {
      cancelAnimationFrame(painted);
      clearTimeout(opening);
      cancelAnimationFrame(frame);
      observer.disconnect();
      entry.unmount(place);
    };
  }, [entry]);
  useEffect(() => {
    entry.restyle({ fontSize, isScreenReader });
    const observer = new MutationObserver(() => entry.restyle({ fontSize, isScreenReader }));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-contrast", "data-mode"] });
    return () => observer.disconnect();
  }, [entry, fontSize, isScreenReader]);
  return <div className="terminal-host" ref={host} />;
}
