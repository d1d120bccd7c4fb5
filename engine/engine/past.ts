// The record's own runs and those that were unpacked here, as one past to replay. Owns: joining the two, and which unpacked runs count.
// Nothing of another installation enters the database: it is read where it was unpacked.
import { join } from "node:path";
import { type MovedRun, type MovedRuns, readMoved } from "../export/index.ts";
import type { LogId } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import { ownPast, type Past } from "../run/index.ts";

export const movedFolder = (home: string): string => join(home, "rehearsals");

export type JoinedPast = Past & { moved(): MovedRuns[] /** Looks at the folder anew. */; refresh(): void };

export function createPast(store: RecordStore, home: string): JoinedPast {
  const own = ownPast(store, home);
  let found: MovedRuns[] | null = null;
  const moved = (): MovedRuns[] => {
    found ??= readMoved(movedFolder(home), headsOnRecord(store));
    return found;
  };
  /** A run that was packed here and came back is this record's own. */
  const guests = (): MovedRun[] => {
    const known = new Set<string>(store.logs().map(({ log }) => log));
    const once = new Map(moved().flatMap(({ runs }) => runs.map((run) => [run.log, run] as const)));
    return [...once.values()].filter(({ log }) => !known.has(log));
  };
  const guest = (log: LogId): MovedRun | undefined => guests().find((one) => one.log === log);
  return {
    moved,
    refresh: () => {
      found = null;
    },
    summaries: () => [
      ...guests().map(({ log, number, head, ...run }) => {
        const ends = run.eventsOfType(["run.finished", "run.aborted"]);
        const isLaunch = typeof run.genesis()["launch"] === "string";
        return {
          log,
          number,
          head,
          kind: isLaunch ? ("launch" as const) : ("run" as const),
          run: isLaunch ? null : (run.runs[0] ?? null),
          runs: run.runs,
          endedAt: ends.at(-1)?.body.ts_utc ?? null,
        };
      }),
      ...own.summaries(),
    ],
    logs: () => [...guests().map((run) => ({ log: run.log, number: run.number, genesis: run.genesis() })), ...own.logs()],
    eventsOfType: (log, types) => guest(log)?.eventsOfType(types) ?? own.eventsOfType(log, types),
    head: (log) => {
      const run = guest(log);
      return run === undefined ? own.head(log) : { seq: run.seq, hash: run.head, fingerprint: "" };
    },
    recording: (name) => {
      const mine = own.recording(name);
      if (mine !== null) return mine;
      for (const run of guests()) {
        const file = run.recording(name);
        if (file !== null) return file;
      }
      return null;
    },
    from: (log) => {
      const run = guest(log);
      return run === undefined ? "" : `${run.packedBy}, ${run.install}`;
    },
  };
}

/** Heads of the logs that were unpacked here, as this record says: what was changed on the disk since is not played. */
function headsOnRecord(store: RecordStore): Map<string, string> {
  const heads = new Map<string, string>();
  for (const { body } of store.eventsOfType(store.install, ["rehearsal.unpacked"]))
    for (const run of Array.isArray(body.data["runs"]) ? (body.data["runs"] as { log?: unknown; head?: unknown }[]) : [])
      if (typeof run.log === "string" && typeof run.head === "string") heads.set(run.log, run.head);
  return heads;
}
