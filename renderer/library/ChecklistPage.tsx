// A checklist for reading: categories with who signs, items with what they ask for and their automatic checks.
// Owns: drawing. Answers belong to a launch and its record, never to the file.
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { Category, Item, RunbookDocument } from "../../engine/protocol/index.ts";
import { HoldLine, type ListHandle, plural, SafeHtml, Status, VirtualList } from "../design/index.ts";
import type { PageHandle } from "./DocumentPage.tsx";
import { PageBlock } from "./PageBlock.tsx";

type Row =
  | { kind: "category"; category: Category; line: number }
  | { kind: "item"; item: Item; line: number }
  | { kind: "end"; category: Category; line: number };

export function ChecklistPage({ document: text, onReady }: { document: RunbookDocument; onReady(handle: PageHandle | null): void }) {
  const rows = useMemo(
    () =>
      text.categories.flatMap((category): Row[] => [
        { kind: "category", category, line: category.line },
        ...category.items.map((item): Row => ({ kind: "item", item, line: item.line })),
        { kind: "end", category, line: category.items.at(-1)?.line ?? category.line },
      ]),
    [text],
  );
  const list = useRef<ListHandle>(null);
  const keyOf = useCallback((index: number) => `${rows[index]!.kind} ${rows[index]!.line} ${index}`, [rows]);
  useEffect(() => {
    onReady({
      show: (title) => list.current?.show(rows.findIndex((row) => row.kind === "category" && row.category.title === title)),
      showLine: (line) => list.current?.show(rows.findLastIndex((row) => row.line <= line)),
    });
    return () => onReady(null);
  }, [rows, onReady]);
  return (
    <VirtualList
      className="document-page"
      page={text.title}
      count={rows.length}
      keyOf={keyOf}
      sizeOf={(index) => (rows[index]!.kind === "category" ? 64 : 44)}
      overscan={6}
      paddingStart={12}
      paddingEnd={40}
      width={640}
      ref={list}
    >
      {(index) => {
        const row = rows[index]!;
        if (row.kind === "item") return <ItemRow item={row.item} />;
        return row.kind === "category" ? <CategoryHead category={row.category} /> : <CategoryEnd category={row.category} />;
      }}
    </VirtualList>
  );
}

function CategoryHead({ category }: { category: Category }) {
  return (
    <h2 className="page-phase">
      {category.title} <span className="dim">{plural(category.items.length, "item")}</span>
    </h2>
  );
}

function CategoryEnd({ category }: { category: Category }) {
  if (category.signoff.length === 0) return <div className="checklist-end" />;
  return (
    <div className="checklist-end page-hold">
      <HoldLine state="next" />
      <p>
        <Status state="signoff" size={14} /> Signed by {category.signoff.join(", ")}
        {category.eyes > 1 ? `, by ${category.eyes} persons` : ""}
      </p>
    </div>
  );
}

function ItemRow({ item }: { item: Item }) {
  const notes = [
    item.derived === null ? "" : "computed, cannot be ticked",
    item.evidence === "required" ? "evidence required" : "",
    item.owner === null ? "" : `owner ${item.owner}`,
  ].filter((note) => note !== "");
  return (
    <div className={`checklist-item ${item.depth > 0 ? "nested" : ""}`}>
      <Status state={item.derived === null ? "open" : "na"} size={14} />
      <span className="mono dim">{item.id}</span>
      <span className="grow">
        <SafeHtml html={item.html} as="span" className="prose" />
        {item.blocks.map((block) => (
          <PageBlock key={block.index} block={block} />
        ))}
      </span>
      <span className="checklist-notes">
        {notes.map((note) => (
          <span key={note} className="chip">
            {note}
          </span>
        ))}
        {item.blocks.some((block) => block.runnable) ? <span className="chip">checks itself</span> : null}
      </span>
    </div>
  );
}
