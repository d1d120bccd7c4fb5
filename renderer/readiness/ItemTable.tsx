// The items of a category, or of all, virtualised: hundreds cost what a screen of them costs. Grid roles; arrows, j and k.
// Owns: the scroll position and the row with the focus. Selection, answers and filters are the view's.
import { useVirtualizer } from "@tanstack/react-virtual";
import { Cpu, Paperclip, RefreshCw } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type Ref, useImperativeHandle, useRef } from "react";
import type { ItemView } from "../../engine/protocol/index.ts";
import { useKeys } from "../app/keys.ts";
import { StatusWord, useNow } from "../design/index.ts";
import { measureLater } from "../design/measure-later.ts";
import { ITEM_GLYPHS, ITEM_WORDS, type Proof, proofOf, remarkOf } from "./items.ts";

const ROW_PX = 45;
export type TableHandle = { focus(id: string): void };

export function ItemTable({
  items,
  current,
  selected,
  label,
  categoryOf,
  ref,
  onCurrent,
  onToggle,
  onOpen,
}: {
  items: ItemView[];
  /** The item that keys act on. */
  current: string | null;
  selected: ReadonlySet<string>;
  label: string;
  /** Title of an item's category, where several are on screen; null where the reader knows. */
  categoryOf: ((item: ItemView) => string) | null;
  ref?: Ref<TableHandle>;
  onCurrent(id: string): void;
  /** `to` other than one: everything between the current one and this. */
  onToggle(id: string, isRange: boolean): void;
  onOpen(id: string): void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(10_000);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    measureElement: measureLater,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 10,
    initialRect: { width: 900, height: 700 },
  });
  const at = items.findIndex((item) => item.id === current);
  /** Row that is to have the focus: whoever goes to another one meanwhile is not taken back. */
  const wanted = useRef<string | null>(null);
  const focusRow = (id: string): void => {
    wanted.current = id;
    const focus = (): void => {
      if (wanted.current !== id) return;
      scroller.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
    };
    requestAnimationFrame(() => requestAnimationFrame(focus));
  };
  const moveTo = (to: number): void => {
    const index = Math.max(0, Math.min(items.length - 1, to));
    const item = items[index];
    if (item === undefined) return;
    virtual.scrollToIndex(index, { align: "auto" });
    onCurrent(item.id);
    focusRow(item.id);
  };
  useImperativeHandle(ref, () => ({
    focus: (id) => {
      const index = items.findIndex((item) => item.id === id);
      if (index < 0) return;
      virtual.scrollToIndex(index, { align: "auto" });
      focusRow(id);
    },
  }));
  useKeys([
    { combo: "J", scope: "free", run: () => moveTo(at + 1) },
    { combo: "K", scope: "free", run: () => moveTo(at < 0 ? 0 : at - 1) },
  ]);
  const screenful = (): number => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / ROW_PX) - 1);
  // Keys act on the mark: the focus follows it two frames later, and a quick typist is faster than that.
  const onRowKey = (event: KeyboardEvent): void => {
    if (current === null || event.repeat) return;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      onOpen(current);
    } else if (event.key === " ") {
      event.preventDefault();
      onToggle(current, event.shiftKey);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLElement && event.target.closest("input, a, button") !== null) return;
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + screenful(),
      PageUp: at - screenful(),
      Home: 0,
      End: items.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moveTo(target);
  };
  const rows = virtual.getVirtualItems();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot be virtualised with absolute rows; the roles say the same
    <div
      className="item-table quiet"
      role="grid"
      tabIndex={at < 0 && items.length > 0 ? 0 : -1}
      aria-label={label}
      aria-rowcount={items.length + 1}
      aria-colcount={6}
      aria-multiselectable
      data-own-keys
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        const first = items[0];
        if (event.target === event.currentTarget && at < 0 && first !== undefined) moveTo(0);
      }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: a head is no stop of its own */}
      <div className="item-row item-head" role="row" aria-rowindex={1}>
        {["Selected", "State", "Id", "Item", "Check or evidence", "Answered by"].map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: see above
          // biome-ignore lint/a11y/useFocusableInteractive: see above
          <span key={name} role="columnheader">
            {name === "Selected" || name === "Id" ? <span className="visually-hidden">{name}</span> : name}
          </span>
        ))}
      </div>
      <div className="item-scroll" ref={scroller}>
        <div className="item-body" style={{ height: virtual.getTotalSize() }}>
          {rows.map((row) => {
            const item = items[row.index];
            if (item === undefined) return null;
            return (
              <Row
                key={row.key}
                item={item}
                index={row.index}
                start={row.start}
                now={now}
                category={categoryOf === null ? "" : categoryOf(item)}
                isCurrent={item.id === current}
                isStop={item.id === current || (at < 0 && row.index === 0)}
                isSelected={selected.has(item.id)}
                measure={virtual.measureElement}
                onCurrent={(id) => {
                  wanted.current = id;
                  onCurrent(id);
                }}
                onToggle={onToggle}
                onOpen={onOpen}
                onRowKey={onRowKey}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Row({
  item,
  index,
  start,
  now,
  category,
  isCurrent,
  isStop,
  isSelected,
  measure,
  onCurrent,
  onToggle,
  onOpen,
  onRowKey,
}: {
  item: ItemView;
  index: number;
  start: number;
  now: number;
  category: string;
  isCurrent: boolean;
  isStop: boolean;
  isSelected: boolean;
  measure(element: HTMLElement | null): void;
  onCurrent(id: string): void;
  onToggle(id: string, isRange: boolean): void;
  onOpen(id: string): void;
  onRowKey(event: KeyboardEvent): void;
}) {
  const remark = remarkOf(item, now);
  const trouble = item.state === "failed" ? "failed" : "";
  return (
    // biome-ignore lint/a11y/useSemanticElements: see ItemTable
    <div
      ref={measure}
      data-index={index}
      data-item={item.id}
      className={`item-row ${trouble} ${isCurrent ? "current" : ""}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-current={isCurrent || undefined}
      tabIndex={isStop ? 0 : -1}
      style={{ transform: `translateY(${start}px)` }}
      onFocus={(event) => event.target === event.currentTarget && !isCurrent && onCurrent(item.id)}
      onClick={(event) => {
        if (event.target instanceof HTMLElement && event.target.closest("input, label") !== null) return;
        if (event.shiftKey || event.ctrlKey || event.metaKey) return onToggle(item.id, event.shiftKey);
        onCurrent(item.id);
        onOpen(item.id);
      }}
      onKeyDown={(event) => event.target === event.currentTarget && onRowKey(event)}
    >
      <Cell className="item-pick">
        <label className="item-box">
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Select ${item.id}`}
            checked={isSelected}
            onChange={() => undefined}
            onClick={(event) => onToggle(item.id, event.shiftKey)}
          />
        </label>
      </Cell>
      <Cell>
        <StatusWord state={ITEM_GLYPHS[item.state]} word={ITEM_WORDS[item.state]} />
      </Cell>
      <Cell className="mono item-id">{item.id}</Cell>
      <Cell className="item-text">
        <span className={item.depth > 0 ? "item-nested" : ""}>{item.text}</span>
        {category === "" && remark.text === "" ? null : (
          <small className={remark.tone === "" ? "" : `${remark.tone}-text`}>
            {category}
            {category !== "" && remark.text !== "" ? ". " : ""}
            {remark.text}
          </small>
        )}
      </Cell>
      <Cell className="item-proof">
        <ProofWords proof={proofOf(item, now)} />
      </Cell>
      <Cell className="item-who">{item.state === "open" ? "" : (item.answer?.name ?? "")}</Cell>
    </div>
  );
}

export function ProofWords({ proof }: { proof: Proof }) {
  if (proof.first === "") return null;
  const tone = proof.tone === "" ? "" : `${proof.tone}-text`;
  const icon =
    proof.kind === "check" ? (
      <RefreshCw size={14} aria-hidden="true" />
    ) : proof.kind === "evidence" ? (
      <Paperclip size={14} aria-hidden="true" />
    ) : proof.kind === "computed" ? (
      <Cpu size={14} aria-hidden="true" />
    ) : null;
  return (
    <span className={`proof-words ${proof.kind === "none" ? "bare" : ""}`}>
      <span className={proof.tone === "fail" ? tone : ""}>{icon}</span>
      <span>
        <span className={proof.tone === "fail" ? `${tone} strong` : ""}>{proof.first}</span>
        {proof.second === "" ? null : <small className={proof.tone === "warn" ? tone : ""}>{proof.second}</small>}
      </span>
    </span>
  );
}

function Cell({ className = "", children }: { className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see ItemTable
    // biome-ignore lint/a11y/useFocusableInteractive: the row is the stop
    <span role="gridcell" className={className}>
      {children}
    </span>
  );
}
