// How every long list is virtualised: rows drawn in normal flow, their heights learnt afterwards.
// Owns: the measuring rule. Does not know what the rows are.
import type { Virtualizer } from "@tanstack/react-virtual";

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
