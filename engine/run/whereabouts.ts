// Which log a run is in: its own, or that of the launch it belongs to. Owns: the look-up, from the events that start and end runs.
// Nothing is stored: a log is read again only when it has grown.
import type { LaunchId, LogId, RunId } from "../protocol/index.ts";
import type { Past } from "./past.ts";

export type RunPlace = { run: RunId; log: LogId; launch: LaunchId | null; isOver: boolean };

const TELLING = ["run.started", "run.finished", "run.aborted"];

export function createWhereabouts(store: Omit<Past, "recording" | "from">) {
  const known = new Map<LogId, { head: string; places: RunPlace[] }>();

  function inLaunch(log: LogId, launch: LaunchId): RunPlace[] {
    const { hash } = store.head(log);
    const before = known.get(log);
    if (before?.head === hash) return before.places;
    const places = new Map<string, RunPlace>();
    for (const { body } of store.eventsOfType(log, TELLING)) {
      const run = body.subject.run as RunId;
      if (body.type === "run.started") places.set(run, { run, log, launch, isOver: false });
      const place = places.get(run);
      if (place && body.type !== "run.started") place.isOver = true;
    }
    const found = [...places.values()];
    known.set(log, { head: hash, places: found });
    return found;
  }

  /** Every run of the record, those of launches too, in the order of their logs. */
  function all(): RunPlace[] {
    const launches = new Map(store.logs().map(({ log, genesis }) => [log, genesis["launch"]]));
    return store.summaries().flatMap((entry): RunPlace[] => {
      const launch = launches.get(entry.log);
      if (entry.kind === "launch") return typeof launch === "string" ? inLaunch(entry.log, launch as LaunchId) : [];
      return entry.kind === "run" && entry.run !== null
        ? [{ run: entry.run, log: entry.log, launch: null, isOver: entry.endedAt !== null }]
        : [];
    });
  }

  return { all, find: (run: RunId): RunPlace | null => all().find((place) => place.run === run) ?? null };
}
export type Whereabouts = ReturnType<typeof createWhereabouts>;
