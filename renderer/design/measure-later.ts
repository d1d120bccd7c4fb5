// How every long list is virtualised: rows drawn in normal flow, their heights learnt afterwards.
// Owns: the measuring rule. Does not know what the rows are.
import type { Rect, Virtualizer } from "@tanstack/react-virtual";

/**
 * Heights come from the resize observer alone, once per frame for all rows. Asking each row as it is put into the page
 * lays the page out once per row (measured: 69 layouts in opening a run, 15 with this).
 */
export function measureLater<S extends Element>(
  element: Element,
  entry: ResizeObserverEntry | undefined,
  list: Virtualizer<S, Element>,
): number {
  const box = entry?.borderBoxSize[0];
  if (box !== undefined) return Math.round(box.blockSize);
  const index = list.indexFromElement(element);
  return list.measurementsCache[index]?.size ?? list.options.estimateSize(index);
}

/**
 * The size of the scrolling element, from the resize observer alone: asking for it as the list is put into the page lays the whole page
 * out once more before it is drawn (measured: a quarter of the script's time in opening a text).
 */
export function observeLater<S extends Element>(list: Virtualizer<S, Element>, tell: (rect: Rect) => void): (() => void) | undefined {
  const element = list.scrollElement;
  if (element === null) return undefined;
  const sizes = new ResizeObserver((entries) => {
    const box = entries.at(-1)?.borderBoxSize[0];
    if (box !== undefined) tell({ width: Math.round(box.inlineSize), height: Math.round(box.blockSize) });
  });
  sizes.observe(element, { box: "border-box" });
  return () => sizes.disconnect();
}
