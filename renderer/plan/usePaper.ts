// While the window is printed the plan is drawn for paper: the whole width in one picture, every row, lines on every page.
// Owns: noticing it, and the page's margins with their words. Chromium numbers the pages; elsewhere the margins stay empty.
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import type { PlanView } from "../../engine/protocol/index.ts";
import { fingerprintGroups } from "../design/index.ts";

/** A4 across, less its margins, at 96 dots an inch. */
const PAPER_PX = 1040;

export function usePaper(view: PlanView): { isPaper: boolean; widthPx: number } {
  const [isPaper, setPaper] = useState(false);
  useEffect(() => {
    // The picture must be ready when the event's handlers have returned.
    const begin = (): void => flushSync(() => setPaper(true));
    const end = (): void => setPaper(false);
    const media = window.matchMedia("print");
    const change = (): void => (media.matches ? begin() : end());
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    media.addEventListener("change", change);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
      media.removeEventListener("change", change);
    };
  }, []);
  const { title, number, log, fingerprint } = view;
  useEffect(() => {
    const quoted = (words: string): string => JSON.stringify(words.replaceAll(/[\\"\n<>]/g, " "));
    const left = [title, number === null ? "" : `run ${number}`, log ?? ""].filter((part) => part !== "").join(" · ");
    const right = fingerprint === null ? "" : `fingerprint ${fingerprintGroups(fingerprint).join(" ")}`;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`@page {
      @bottom-left { content: ${quoted(left)}; font: 8pt sans-serif; color: #333; }
      @bottom-center { content: ${quoted(right)}; font: 8pt sans-serif; color: #333; }
      @bottom-right { content: "page " counter(page) " of " counter(pages); font: 8pt sans-serif; color: #333; }
    }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    };
  }, [title, number, log, fingerprint]);
  return { isPaper, widthPx: PAPER_PX };
}
