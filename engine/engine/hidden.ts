// What an instructor does in a rehearsal is nobody's to see before the debrief: at no door, in no list, in no export.
// Owns: which events those are. They stand in the record from the first moment, in its chain; here they are only not shown.
import { fail, type LogId, type Result } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";

/** What the team says and hears of it is no secret: `fault.noticed`, `instructor.hint`. */
const SECRET = [
  ...["instructor.briefed", "fault.injected", "fault.took_effect", "fault.failed", "fault.left_out", "fault.hinted"],
  ...["fault.cleared", "fault.undo_failed"],
];
const ENDS = ["run.finished", "run.aborted"];
const NONE: ReadonlySet<number> = new Set();

/** Runs of the log with an instructor that have not ended. */
function drillsUnderWay(store: RecordStore, log: LogId): Set<string> {
  const runs = new Set(store.eventsOfType(log, ["instructor.briefed"]).map(({ body }) => body.subject.run));
  if (runs.size > 0) for (const { body } of store.eventsOfType(log, ENDS)) runs.delete(body.subject.run);
  return runs;
}

/** Numbers of the log's events that are not shown now. */
export function hiddenIn(store: RecordStore, log: LogId): ReadonlySet<number> {
  const runs = drillsUnderWay(store, log);
  if (runs.size === 0) return NONE;
  return new Set(store.eventsOfType(log, SECRET).flatMap(({ body }) => (runs.has(body.subject.run) ? [body.seq] : [])));
}

/** Refuses to give away a log whole while a drill of it goes on; null where none does. */
export function drillUnderWay(store: RecordStore, log: LogId): Result<never> | null {
  if (drillsUnderWay(store, log).size === 0) return null;
  return fail(
    "conflict",
    "A rehearsal with an instructor is under way in this record, and whoever reads the record would see what is coming. End the rehearsal, then export.",
  );
}
