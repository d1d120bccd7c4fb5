// The events of a log, virtualised: a million rows cost what a screen of them costs. Grid roles, arrow keys.
// Owns: the scroll position and the row with the focus. Rows come from the slice's pages.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import type { EventRow } from "../../engine/protocol/index.ts";
import { formatClock, StatusWord } from "../design/index.ts";
import { PAGE, rowAt } from "./slice.ts";
import { outcomeOf } from "./words.ts";

const ROW_PX = 33;

export function EventTable({
  pages,
  matching,
  selected,
  zone,
  isLoading,
  isFiltered,
  onNeed,
  onSelect,
}: {
  pages: Record<number, EventRow[]>;
  matching: number;
  selected: number | null;
  zone: string;
  isLoading: boolean;
  isFiltered: boolean;
  onNeed(from: number, to: number): void;
  onSelect(seq: number): void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: matching,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    // by event, not by place: when a filter changes what stands in a row, the focus must not pass to another event
    getItemKey: (index) => rowAt(pages, index)?.seq ?? `place ${index}`,
    overscan: 12,
    initialRect: { width: 820, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (matching > 0) onNeed(from, Math.min(to, matching - 1));
  }, [from, to, matching, onNeed]);
  const at = selected === null ? -1 : indexOf(pages, selected);

  const moveTo = (to: number): void => {
    const index = Math.max(0, Math.min(matching - 1, to));
    const row = rowAt(pages, index);
    virtual.scrollToIndex(index, { align: "auto" });
    if (row === undefined) {
      onNeed(index, index);
      return;
    }
    onSelect(row.seq);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-seq="${row.seq}"]`)?.focus({ preventScroll: true }));
  };
  const screenful = (): number => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / ROW_PX) - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + screenful(),
      PageUp: at - screenful(),
      Home: 0,
      End: matching - 1,
    };
    const target = targets[event.key];
    if (target === undefined || matching === 0) return;
    event.preventDefault();
    moveTo(target);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot be virtualised with absolute rows; the roles say the same
    <div
      className="event-table quiet"
      role="grid"
      tabIndex={at < 0 ? 0 : -1}
      aria-label="Events"
      aria-rowcount={matching + 1}
      aria-colcount={7}
      onKeyDown={onKeyDown}
      data-own-keys
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: a head is no stop of its own */}
      <div className="event-row event-head" role="row" aria-rowindex={1}>
        {["Event", "UTC", "Type", "What", "Who", "Outcome", "Hash"].map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: see above
          // biome-ignore lint/a11y/useFocusableInteractive: see above
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
      <div className="event-scroll" ref={scroller}>
        {matching === 0 && !isLoading ? (
          <p className="records-empty mid">
            {isFiltered ? "No event of this log fits the search and filters." : "This log has no events yet."}
          </p>
        ) : null}
        <div className="event-body" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rowAt(pages, item.index);
            return (
              <Row
                key={item.key}
                row={row}
                index={item.index}
                start={item.start}
                zone={zone}
                isSelected={row !== undefined && row.seq === selected}
                isStop={row !== undefined && (row.seq === selected || (at < 0 && item.index === 0))}
                measure={virtual.measureElement}
                onSelect={onSelect}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function indexOf(pages: Record<number, EventRow[]>, seq: number): number {
  for (const [page, rows] of Object.entries(pages)) {
    const within = rows.findIndex((row) => row.seq === seq);
    if (within >= 0) return Number(page) * PAGE + within;
  }
  return -1;
}

function Row({
  row,
  index,
  start,
  zone,
  isSelected,
  isStop,
  measure,
  onSelect,
}: {
  row: EventRow | undefined;
  index: number;
  start: number;
  zone: string;
  isSelected: boolean;
  isStop: boolean;
  measure(element: HTMLElement | null): void;
  onSelect(seq: number): void;
}) {
  const outcome = row === undefined ? null : outcomeOf(row.type, row.outcome);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see EventTable
    <div
      ref={measure}
      data-index={index}
      data-seq={row?.seq}
      className="event-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      tabIndex={isStop ? 0 : -1}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => row !== undefined && onSelect(row.seq)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && row !== undefined) {
          event.stopPropagation();
          onSelect(row.seq);
        }
      }}
    >
      {row === undefined || outcome === null ? (
        // biome-ignore lint/a11y/useSemanticElements: see EventTable
        // biome-ignore lint/a11y/useFocusableInteractive: the row is the stop
        <span role="gridcell" className="dim">
          …
        </span>
      ) : (
        <>
          <Cell className="mono mid">{row.seq}</Cell>
          <Cell className="mono">{formatClock(row.ts, zone)}</Cell>
          <Cell className="mono">{breakable(row.type)}</Cell>
          <Cell className="event-what">{row.what}</Cell>
          <Cell className="mid">{row.who}</Cell>
          <Cell>
            <StatusWord state={outcome.state} word={outcome.word} />
          </Cell>
          <Cell className="mono dim">{row.hash.slice(0, 8)}</Cell>
        </>
      )}
    </div>
  );
}

function Cell({ className = "", children }: { className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see EventTable
    // biome-ignore lint/a11y/useFocusableInteractive: the row is the stop
    <span role="gridcell" className={className}>
      {children}
    </span>
  );
}

/** A type's name in a narrow column ends its line after a dot or an underscore, not in the middle of a word. */
function breakable(type: string): ReactNode {
  const parts = type.split(/(?<=[._])/);
  // biome-ignore lint/suspicious/noArrayIndexKey: parts of one word, which may stand twice
  return parts.flatMap((part, index) => (index === 0 ? [part] : [<wbr key={`${index} ${part}`} />, part]));
}
