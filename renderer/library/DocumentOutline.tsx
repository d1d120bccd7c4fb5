// Phases and steps (or categories) as a list that leads into the text. Virtualised: titles wrap, so rows are measured.
// Owns: drawing. Takes the document and where to go.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import { formatDuration, HoldLine, plural, Status } from "../design/index.ts";
import { outlineRows, type OutlineRow as Row } from "./outline.ts";

export function DocumentOutline({ document: text, onShow }: { document: RunbookDocument; onShow(target: string): void }) {
  const rows = useMemo(() => outlineRows(text), [text]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: (index) => (rows[index]?.kind === "phase" ? 34 : 29),
    overscan: 8,
    paddingStart: 4,
    paddingEnd: 12,
    initialRect: { width: 292, height: 760 },
  });
  return (
    <div className="outline-scroll" ref={scroller}>
      <div className="virtual" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="virtual-row"
              style={{ transform: `translateY(${start}px)` }}
            >
              <OutlineRow row={row} onShow={onShow} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function OutlineRow({ row, onShow }: { row: Row; onShow(target: string): void }) {
  if (row.kind === "phase")
    return (
      <div className="outline-phase">
        <span>{row.number}</span>
        <span className="grow">{row.title}</span>
        {row.plannedMs === null ? null : <span className="mono dim">{formatDuration(row.plannedMs)}</span>}
      </div>
    );
  if (row.kind === "category")
    return (
      <button type="button" className="outline-step" onClick={() => onShow(row.target)}>
        <Status state="open" size={14} />
        <span className="grow">{row.title}</span>
        <span className="dim">{plural(row.items, "item")}</span>
      </button>
    );
  return (
    <>
      <button type="button" className="outline-step" onClick={() => onShow(row.target)}>
        <Status state={row.holds ? "signoff" : "open"} size={14} {...(row.holds ? { label: "holds for a sign-off" } : {})} />
        <span className="outline-number">{row.number}</span>
        <span className="grow">{row.title}</span>
        {row.plannedMs === null ? null : <span className="mono dim">{formatDuration(row.plannedMs)}</span>}
      </button>
      {row.holds ? (
        <div className="outline-hold">
          <HoldLine state="next" />
        </div>
      ) : null}
    </>
  );
}
