// A long list of which only what is near the view is drawn: pages of a text, outlines.
// Owns: the scroll position and the markup around the rows. Does not know what the rows are.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type Ref, useImperativeHandle, useRef } from "react";
import { measureLater, observeLater } from "./measure-later.ts";

export type ListHandle = { show(index: number): void };

export function VirtualList({
  className,
  page,
  count,
  keyOf,
  sizeOf,
  overscan,
  paddingStart,
  paddingEnd,
  width,
  ref,
  children,
}: {
  /** Of the scrolling element. */
  className: string;
  /** Name of a text that is read and scrolled by keyboard; left out where the rows have the focus themselves. */
  page?: string;
  count: number;
  /** The same function while the list is the same: every row is worked out anew when it changes. */
  keyOf(index: number): string;
  /** Guess of a row's height before it is measured, CSS pixels. */
  sizeOf(index: number): number;
  overscan: number;
  paddingStart: number;
  paddingEnd: number;
  /** Guess of the list's own width before it is measured, CSS pixels. */
  width: number;
  ref?: Ref<ListHandle>;
  children(index: number): ReactNode;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    useFlushSync: false,
    measureElement: measureLater,
    observeElementRect: observeLater,
    count,
    getScrollElement: () => scroller.current,
    getItemKey: keyOf,
    estimateSize: sizeOf,
    overscan,
    paddingStart,
    paddingEnd,
    // The first paint draws what fits, not what would fit on the tallest screen.
    initialRect: { width, height: 700 },
  });
  useImperativeHandle(ref, () => ({ show: (index) => index >= 0 && virtual.scrollToIndex(index, { align: "start" }) }), [virtual]);
  const items = virtual.getVirtualItems();
  const rows = (
    <div className="virtual" style={{ height: virtual.getTotalSize() }}>
      <div className="virtual-rows" style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
        {items.map(({ index, key }) => (
          <div key={key} ref={virtual.measureElement} data-index={index} className="virtual-row">
            {children(index)}
          </div>
        ))}
      </div>
    </div>
  );
  if (page === undefined)
    return (
      <div className={className} ref={scroller}>
        {rows}
      </div>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1)
    <div className={className} ref={scroller} tabIndex={0} role="document" aria-label={page}>
      {rows}
    </div>
  );
}
