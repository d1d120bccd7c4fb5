// Phases and steps (or categories) as a list that leads into the text. Virtualised: titles wrap, so rows are measured.
// Owns: drawing. Takes the document and where to go.
import { useCallback, useMemo } from "react";
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import { formatDuration, HoldLine, plural, Status, VirtualList } from "../design/index.ts";
import { outlineRows, type OutlineRow as Row } from "./outline.ts";

export function DocumentOutline({ document: text, onShow }: { document: RunbookDocument; onShow(target: string): void }) {
  const rows = useMemo(() => outlineRows(text), [text]);
  const keyOf = useCallback((index: number) => rows[index]!.key, [rows]);
  return (
    <VirtualList
      className="outline-scroll"
      count={rows.length}
      keyOf={keyOf}
      sizeOf={(index) => (rows[index]!.kind === "phase" ? 34 : 29)}
      overscan={8}
      paddingStart={4}
      paddingEnd={12}
      width={292}
    >
      {(index) => <OutlineRow row={rows[index]!} onShow={onShow} />}
    </VirtualList>
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
