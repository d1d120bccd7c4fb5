// What a replay may play: the record's own runs, and those that came in a rehearsal bundle. Owns: the type. What came is engine/export's.
import { existsSync } from "node:fs";
import type { LogId } from "../protocol/index.ts";
import { inside, placesOf, type RecordStore } from "../record/index.ts";

/** Read only. A log that came in a bundle stands in `summaries` and `logs` as the record's own do. */
export type Past = Pick<RecordStore, "eventsOfType" | "head"> & {
  summaries(): Pick<ReturnType<RecordStore["summaries"]>[number], "log" | "kind" | "run" | "runs" | "number" | "head" | "endedAt">[];
  logs(): Pick<ReturnType<RecordStore["logs"]>[number], "log" | "number" | "genesis">[];
  /** File of a recording as an event names it; null where there is none or it leads out of its folder. */
  recording(name: string): string | null;
  /** Whose a log is that came in a bundle; "" for one of this data directory. */
  from(log: LogId): string;
};

/** Of this data directory alone. */
export function ownPast(store: RecordStore, home: string): Past {
  return {
    summaries: () => store.summaries(),
    logs: () => store.logs(),
    eventsOfType: store.eventsOfType,
    head: store.head,
    recording: (name) => {
      const file = inside(placesOf(home).recordings, name);
      return file !== null && existsSync(file) ? file : null;
    },
    from: () => "",
  };
}
