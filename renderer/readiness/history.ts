// What happened to an item, newest first, read from the record. Owns: the question. The words are the record's own.
import { useEffect, useState } from "react";
import type { EventRow, LogId } from "../../engine/protocol/index.ts";
import { bridge } from "../bridge/index.ts";

const TYPES = ["item.answered", "item.checked", "item.assigned", "item.noted", "evidence.added", "evidence.removed"];
/** Rows looked through; an item has a few dozen at most. */
const LOOK = 500;

/** Rows of this item and of no other whose id begins alike (`INF-1`, `INF-10`). */
export function rowsOf(rows: readonly EventRow[], item: string): EventRow[] {
  const escaped = item.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const named = new RegExp(`(^|\\s|“)${escaped}(?![\\w-])`, "u");
  return rows.filter((row) => TYPES.includes(row.type) && named.test(row.what)).sort((a, b) => b.seq - a.seq);
}

/** `events` is the count of the log: asked anew when it has grown. Null until the answer is there. */
export function useHistory(log: LogId, item: string, events: number): EventRow[] | null {
  const [rows, setRows] = useState<EventRow[] | null>(null);
  useEffect(() => {
    let isHere = true;
    void events;
    void bridge()
      .call("record.events", { log, filter: { text: item.slice(0, 200) }, offset: 0, limit: LOOK })
      .then((found) => {
        if (isHere && found.ok) setRows(rowsOf(found.value.rows, item));
      });
    return () => {
      isHere = false;
    };
  }, [log, item, events]);
  return rows;
}
