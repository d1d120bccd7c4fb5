// Phases and steps (or categories) as a list that leads into the text. Virtualised: titles wrap, so rows are measured.
// Owns: drawing. Takes the document and where to go.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import { formatDuration, HoldLine, plural, Status } from "../design/index.ts";

type Row =
  | { kind: "phase"; key: string; number: string; title: string; plannedMs: number | null }
  | { kind: "step"; key: string; target: string; number: string; title: string; plannedMs: number | null; holds: boolean }
  | { kind: "category"; key: string; target: string; title: string; items: number };

export function outlineRows(text: RunbookDocument): Row[] {
  if (text.kind === "checklist")
    return text.categories.map((category) => ({
      kind: "category",
      key: `category ${category.line}`,
      target: category.title,
      title: category.title,
      items: category.items.length,
    }));
  const rows: Row[] = [];
  let phaseKey = "";
  const phases = new Map(text.phases.map((phase) => [phase.path.join("\n"), phase]));
  for (const step of text.steps) {
    const key = step.phase.join("\n");
    if (key !== phaseKey && step.phase.length > 0) {
      const phase = phases.get(key);
      rows.push({
        kind: "phase",
        key: `phase ${step.line}`,
        number: phase?.number ?? "",
        title: step.phase.at(-1) ?? "",
        plannedMs: phase?.plannedMs ?? null,
      });
    }
    phaseKey = key;
    rows.push({
      kind: "step",
      key: `step ${step.id}`,
      target: step.id,
      number: step.number,
      title: step.title,
      plannedMs: step.directive.plannedMs,
      holds: step.directive.signoff.length > 0,
    });
  }
  return rows;
}

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
