// Which stretches of the held text are secret, and the text with them replaced.
// Owns: their union. Does not decide what is secret.
import type { Gap } from "./redactor-context.ts";

/** What stands in a secret's place: always this wide, so that it says nothing about the secret's length. */
export const REPLACEMENT = "‹redacted›";

/** `isSaid`: its replacement stands before it already. */
type Span = { start: number; end: number; isSaid: boolean };

export type Spans = {
  /** A secret from `start` to `end`; overlapping ones become one. */
  add(start: number, end: number): void;
  /** A secret that was added before goes on from `start`, its end so far, to `end`. */
  extend(start: number, end: number): void;
  /** `text` from `from` to `cut`, redacted. A secret that began before `from` has its replacement here. Kept gaps stay. */
  render(text: string, gaps: Gap[], from: number, cut: number): string;
  /** Forgets what lies before `cut`, and counts from there. */
  drop(cut: number): void;
};

export function createSpans(): Spans {
  // Sorted and disjoint: each new one ends where the text read so far does, or within its last stretch.
  let spans: Span[] = [];

  /** Takes off the end what overlaps `start`; returns the union's beginning and end, and whether one of them is still unsaid. */
  const takeOverlapping = (start: number, end: number) => {
    const union = { start, end, count: 0, isAnyUnsaid: false };
    for (let last = spans.at(-1); last && last.end > union.start; last = spans.at(-1)) {
      union.start = Math.min(union.start, last.start);
      union.end = Math.max(union.end, last.end);
      union.count += 1;
      union.isAnyUnsaid ||= !last.isSaid;
      spans.pop();
    }
    return union;
  };

  return {
    add(from, to) {
      const { start, end, count, isAnyUnsaid } = takeOverlapping(from, to);
      spans.push({ start, end, isSaid: count > 0 && !isAnyUnsaid });
    },
    extend(from, to) {
      const last = spans.at(-1);
      if (last && last.end === from) {
        last.end = Math.max(last.end, to);
        return;
      }
      const { start, end, isAnyUnsaid } = takeOverlapping(from, to);
      const before = spans.at(-1);
      if (before && before.end === start) before.end = end;
      else spans.push({ start, end, isSaid: start === from || !isAnyUnsaid });
    },
    render(text, gaps, from, cut) {
      if (spans.length === 0) return from === 0 && cut === text.length ? text : text.slice(from, cut);
      let out = "";
      let at = Math.min(from, cut);
      let nextGap = 0;
      for (const span of spans) {
        if (span.start >= cut) break;
        const end = Math.min(span.end, cut);
        if (span.start > at) out += text.slice(at, span.start);
        if (!span.isSaid) out += REPLACEMENT;
        // Colours and the like inside a secret are kept: the text after it looks as it would have.
        for (; nextGap < gaps.length && gaps[nextGap]!.end <= end; nextGap += 1) {
          const gap = gaps[nextGap]!;
          if (gap.isKept && gap.start >= Math.max(span.start, at)) out += text.slice(gap.start, gap.end);
        }
        at = Math.max(at, end);
      }
      return out + text.slice(at, cut);
    },
    drop(cut) {
      if (spans.length === 0) return;
      spans = spans
        .filter((span) => span.end > cut)
        .map(({ start, end, isSaid }) =>
          start < cut ? { start: 0, end: end - cut, isSaid: true } : { start: start - cut, end: end - cut, isSaid },
        );
    },
  };
}
