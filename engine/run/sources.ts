// Which earlier runs can be replayed for a file, and how much of it each covers. Owns: that list, read from the record when it is asked for.
// Nothing is stored but what was read of a log that has not grown since.
import {
  fail,
  type LogId,
  ok,
  type RehearsalSource,
  type RehearsalView,
  type Result,
  type RunbookDocument,
  type RunId,
  type StoredEvent,
} from "../protocol/index.ts";
import { type Data, text } from "./fold-data.ts";
import type { Past as PastRuns } from "./past.ts";
import { givenIn, RECORDED_TYPES, type Recorded, readRecorded, recordedOf, takeFor } from "./recorded.ts";
import { createWhereabouts } from "./whereabouts.ts";

/** Runs offered at most, the newest first: a person chooses among the last rehearsals and the last night. */
const MOST = 40;
const TELLING = [...RECORDED_TYPES, "run.finished", "run.aborted"];

type Past = Omit<RehearsalSource, "same" | "changed" | "absent" | "playsMs" | "from"> & {
  path: string;
  sha256: string;
  way: string;
  recorded: Recorded;
};

export type Sources = (document: RunbookDocument, path: string) => RehearsalSource[];

export function createSources(store: PastRuns): Sources {
  const known = new Map<LogId, { head: string; runs: Past[] }>();

  function runsIn(log: LogId, head: string, number: number): Past[] {
    const before = known.get(log);
    if (before?.head === head) return before.runs;
    const runs = pastRuns(store.eventsOfType(log, TELLING), number);
    known.set(log, { head, runs });
    return runs;
  }

  return (document, path) => {
    const found: RehearsalSource[] = [];
    for (const { log, head, kind, number } of store.summaries().toReversed()) {
      if (found.length >= MOST) break;
      if (kind === "install") continue;
      for (const past of runsIn(log, head, number).toReversed()) {
        const isOfFile = past.path === path || past.sha256 === document.sha256 || isSameRunbook(past, document, path);
        if (!isOfFile || past.way === "walk" || past.way === "replay") continue;
        const covered = coverage(past.recorded, document);
        if (covered.same + covered.changed === 0) continue;
        const { path: _path, sha256: _sha256, way: _way, recorded: _recorded, ...told } = past;
        found.push({ ...told, ...covered, from: store.from(log) });
      }
    }
    return found;
  };
}

/** From another machine, or moved: the same file name and the same title. */
function isSameRunbook(past: Past, document: RunbookDocument, path: string): boolean {
  const name = (of: string) => of.split(/[/\\]/).at(-1);
  return past.title === document.title && name(past.path) === name(path);
}

export type Coverage = Pick<RehearsalSource, "same" | "changed" | "absent" | "playsMs">;
export type Chosen = { source: NonNullable<RehearsalView["source"]>; coverage: Coverage };

/** The run that a replay plays: over, and really run. `isWayBack`: its own text need not have been recorded then. */
export function chosenSource(store: PastRuns, document: RunbookDocument, run: RunId | undefined, isWayBack: boolean): Result<Chosen> {
  if (run === undefined) return fail("invalid-params", "A replay plays an earlier run: choose which one.");
  const place = createWhereabouts(store).find(run);
  const start = place && store.eventsOfType(place.log, ["run.started"]).find(({ body }) => body.subject.run === run)?.body;
  if (!place || !start) return fail("not-found", `There is no run ${run} in this data directory, so there is nothing to replay.`);
  const number = store.logs().find((entry) => entry.log === place.log)?.number ?? 0;
  if (!place.isOver) return fail("conflict", `Run ${number} is not over yet. Finish it, then replay it.`);
  const { data } = start;
  const way = text((data["rehearsal"] ?? {}) as Data, "way");
  if (way === "walk" || way === "replay")
    return fail("conflict", `Run ${number} was itself a ${way}: nothing was run in it, so it has no recordings of commands.`);
  const recorded = readRecorded(store, run);
  const covered = recorded === null ? { same: 0, changed: 0, absent: document.steps.length, playsMs: 0 } : coverage(recorded, document);
  if (!isWayBack && covered.same + covered.changed === 0)
    return fail(
      "conflict",
      `Run ${number} ran none of this file's steps, so nothing of it can be replayed here. Choose a run of this runbook.`,
    );
  const mode = start.subject.mode === "rehearsal" ? "rehearsal" : "live";
  return ok({ source: { run, number, startedAt: start.ts_utc, title: text(data, "title"), mode }, coverage: covered });
}

/** Of the steps that have a command: how many were recorded under this text, under another one, or not at all. */
function coverage(recorded: Recorded, document: RunbookDocument): Coverage {
  const counts = { same: 0, changed: 0, absent: 0, playsMs: 0 };
  for (const step of document.steps) {
    const commands = step.blocks.filter((block) => block.runnable);
    if (commands.length === 0) continue;
    const takes = commands.flatMap((block) => takeFor(recorded, step, { index: block.index, name: block.name }, 1) ?? []);
    if (takes.length === 0) counts.absent += 1;
    else if (recorded.texts.get(step.id) === step.sha256) counts.same += 1;
    else counts.changed += 1;
    for (const take of takes) counts.playsMs += take.durationMs ?? 0;
  }
  return counts;
}

/** Runs of one log that have begun, each with what it left. A run that is still going on is no source. */
function pastRuns(events: readonly StoredEvent[], number: number): Past[] {
  const byRun = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const list = byRun.get(event.body.subject.run);
    if (list) list.push(event);
    else byRun.set(event.body.subject.run, [event]);
  }
  return [...byRun].flatMap(([run, own]) => {
    const start = own.find(({ body }) => body.type === "run.started")?.body;
    const end = own.findLast(({ body }) => body.type === "run.finished" || body.type === "run.aborted")?.body;
    if (!start || !end || text(start.data, "kind") === "checks") return [];
    const { data } = start;
    const rehearsal = (data["rehearsal"] ?? {}) as Data;
    return [
      {
        run: run as RunId,
        number,
        mode: start.subject.mode === "rehearsal" ? ("rehearsal" as const) : ("live" as const),
        title: text(data, "title"),
        operator: start.actor.name,
        startedAt: start.ts_utc,
        endedAt: end.ts_utc,
        result: end.type === "run.aborted" ? "aborted" : text(end.data, "result"),
        ...givenIn(data),
        path: text(data, "path"),
        sha256: start.subject.plan_sha256,
        way: text(rehearsal, "way"),
        recorded: recordedOf(run, own),
      },
    ];
  });
}
