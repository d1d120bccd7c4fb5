// Series of runbooks and comparisons of runs, as methods: reading the logs, the files and what runs now, for engine/series to sum up.
// Owns: which logs are read and that none is read twice. The sums are engine/series; nothing is stored.

import { isInside, isMarkdown, realPath } from "../library/index.ts";
import { readRegularFile } from "../ports.ts";
import {
  type DrillEvery,
  fail,
  type LogId,
  ok,
  type ParsedParamsOf,
  type RecoveryView,
  type Result,
  type ResultOf,
  type RunId,
  type SeriesEntry,
  type StoredEvent,
} from "../protocol/index.ts";
import { placesOf, type RecordStore } from "../record/index.ts";
import { foldRun, recoveryView } from "../run/index.ts";
import {
  type ComparedInput,
  compareRuns,
  drillDue,
  type Outside,
  type RecoveryRow,
  type RunFacts,
  recoveryRow,
  runsIn,
  runsOf,
  seriesOf,
  TELLING,
  type Text,
  trendOf,
  urgency,
  viewsOf,
} from "../series/index.ts";
import type { Context } from "./context.ts";
import { readRunOutput } from "./run-output.ts";

type Rooms = Pick<Context, "store" | "ports" | "folders" | "library" | "runs" | "documents" | "home">;

/** What the recovery clocks of a run that is looked at from outside are made of. */
const OF_RECOVERY = [
  "run.started",
  "run.amended",
  "step.started",
  "disaster.declared",
  "recovery.measured",
  "recovery.verified",
  "run.finished",
  "run.aborted",
];

/** What was read of a log, until it grows. */
type Kept = { head: string; runs: RunFacts[]; recovery: Map<string, RecoveryView | null> };
const kept = new WeakMap<RecordStore, Map<LogId, Kept>>();

/** Every run on record, oldest log first; a log is read again only when it has grown. */
function readAll(store: RecordStore): { facts: RunFacts[]; recoveryOf(run: RunFacts): RecoveryView | null } {
  const known = kept.get(store) ?? new Map<LogId, Kept>();
  kept.set(store, known);
  const facts: RunFacts[] = [];
  for (const { log, kind } of store.logs()) {
    if (kind === "install") continue;
    const { hash } = store.head(log);
    let one = known.get(log);
    if (one?.head !== hash) {
      one = { head: hash, runs: runsIn(store.eventsOfType(log, TELLING)), recovery: new Map() };
      known.set(log, one);
    }
    facts.push(...one.runs);
  }
  return {
    facts,
    recoveryOf(run) {
      const of = known.get(run.log)!;
      const before = of.recovery.get(run.run);
      if (before !== undefined) return before;
      const view = run.measuresRecovery ? recoveryView(foldRun(store.eventsOfType(run.log, OF_RECOVERY), run.run)) : null;
      of.recovery.set(run.run, view);
      return view;
    },
  };
}

const numbersOf = (store: RecordStore) => new Map(store.logs().map(({ log, number }) => [log, number]));

type Read = ReturnType<typeof readAll>;

async function outsideOf(rooms: Rooms, read: Read, path: string, runs: readonly RunFacts[]): Promise<Outside> {
  const now = new Date(rooms.ports.clock.now()).toISOString();
  const forecasts = new Map<string, string | null>();
  for (const run of runs) {
    if (run.endedAt !== null) continue;
    const found = await rooms.runs.get(run.run);
    forecasts.set(run.run, found.ok ? found.value.view.header.forecastEnd : null);
  }
  const numbers = numbersOf(rooms.store);
  return {
    numberOf: ({ log }) => numbers.get(log) ?? 0,
    recoveryOf: read.recoveryOf,
    forecastOf: ({ run }) => forecasts.get(run) ?? null,
    learntOf: path === "" ? () => null : rooms.runs.learntOf(path, now),
    now,
  };
}

/** The file as it is now; null where it cannot be read any more: what is on record stays. */
async function textNow(rooms: Rooms, path: string): Promise<Text | null> {
  try {
    return await rooms.documents.parse(await readRegularFile(path), path);
  } catch {
    return null;
  }
}

export async function of(rooms: Rooms, params: ParsedParamsOf<"series.of">): Promise<Result<ResultOf<"series.of">>> {
  const path = realPath(params.path);
  const read = readAll(rooms.store);
  const runs = runsOf(read.facts, path);
  const isListed = isMarkdown(path) && rooms.folders.all().some((folder) => isInside(folder.path, path));
  // A file that nobody opened and nobody ran is not read about here.
  if (!isListed && runs.length === 0) return fail("not-found", `${path} is in no opened folder, and no run of it is on record.`);
  return ok(seriesOf(path, await textNow(rooms, path), runs, await outsideOf(rooms, read, path, runs)));
}

type Listed = { title: string; rtoMs: number | null; rpoMs: number | null; plannedMs: number | null; drill: DrillEvery | null };

export async function list(rooms: Rooms): Promise<Result<ResultOf<"series.list">>> {
  const read = readAll(rooms.store);
  const listed = new Map<string, Listed>();
  for (const { entries } of await rooms.library.all(false))
    for (const { kind, path, title, rtoMs = null, rpoMs = null, plannedMs, drill = null } of entries)
      if (kind === "runbook") listed.set(path, { title, rtoMs, rpoMs, plannedMs, drill });
  const ran = read.facts.filter(({ isChecks, path }) => !isChecks && path !== "").map(({ path }) => path);
  const entries: SeriesEntry[] = [];
  for (const path of new Set([...listed.keys(), ...ran])) {
    const runs = runsOf(read.facts, path);
    const text = listed.get(path) ?? null;
    const outside = await outsideOf(rooms, read, "", runs);
    const rehearsals = runs.filter(({ mode }) => mode === "rehearsal");
    const last = rehearsals.at(-1);
    entries.push({
      path,
      title: text?.title ?? runs.at(-1)?.title ?? path,
      isListed: text !== null,
      rehearsals: rehearsals.length,
      live: runs.length - rehearsals.length,
      last:
        last === undefined
          ? null
          : { run: last.run, number: outside.numberOf(last), way: last.way, at: last.startedAt, status: last.status, result: last.result },
      drill: drillDue(text?.drill ?? null, runs, outside.now),
      rtoMs: text?.rtoMs ?? null,
      rpoMs: text?.rpoMs ?? null,
      trend: trendOf(text, runs, outside),
    });
  }
  const latest = ({ last }: SeriesEntry): string => last?.at ?? "";
  return ok(
    entries.sort(
      (a, b) =>
        urgency(a.drill) - urgency(b.drill) || (latest(a) > latest(b) ? -1 : latest(a) < latest(b) ? 1 : a.title < b.title ? -1 : 1),
    ),
  );
}

const COMPARED = ["block.started", "block.ended", "step.ended", "step.skipped", "step.judged"];

export async function compare(rooms: Rooms, { a, b }: ParsedParamsOf<"run.compare">): Promise<Result<ResultOf<"run.compare">>> {
  if (a === b) return fail("invalid-params", "A run is compared with another one, not with itself.");
  const read = readAll(rooms.store);
  const sides: ComparedInput[] = [];
  for (const run of [a, b]) {
    const side = await sideOf(rooms, read, run);
    if (!side.ok) return side;
    sides.push(side.value);
  }
  return ok(compareRuns(sides[0]!, sides[1]!));
}

async function sideOf(rooms: Rooms, read: Read, run: RunId): Promise<Result<ComparedInput>> {
  const facts = read.facts.find((one) => one.run === run);
  if (facts === undefined) return fail("not-found", `There is no run ${run} on record.`);
  const outside = await outsideOf(rooms, read, "", []);
  const all = runsOf(read.facts, facts.path);
  const view = viewsOf(all.includes(facts) ? all : [facts], outside).find((one) => one.run === run)!;
  const own = (event: StoredEvent): boolean => event.body.subject.run === run;
  const texts = rooms.store.eventsOfType(facts.log, ["run.started", "run.amended"]).filter(own);
  const inForce = texts.findLast(({ body }) => body.subject.plan_sha256 === facts.planSha256) ?? texts[0];
  const bytes = inForce === undefined ? null : rooms.store.payload(facts.log, inForce.body.seq, "plan");
  const document = bytes === null ? null : await rooms.documents.parse(bytes, facts.path);
  const lines =
    bytes === null
      ? []
      : Buffer.from(bytes)
          .toString("utf8")
          .split(/\r\n|\n|\r/);
  return ok({
    view,
    facts,
    events: rooms.store.eventsOfType(facts.log, COMPARED).filter(own),
    textOf: (id) => {
      const step = document?.steps.find((one) => one.id === id);
      return step === undefined
        ? null
        : lines
            .slice(step.line - 1, step.endLine)
            .join("\n")
            .trimEnd();
    },
  });
}

export async function compareOutput(
  rooms: Rooms,
  { a, b, step }: ParsedParamsOf<"run.compareOutput">,
): Promise<Result<ResultOf<"run.compareOutput">>> {
  const { recordings } = placesOf(rooms.home);
  const [one, other] = await Promise.all([a, b].map((run) => readRunOutput(rooms.store, recordings, { run, step })));
  return ok({
    a: one!.ok ? one!.value.text : null,
    b: other!.ok ? other!.value.text : null,
    whyA: one!.ok ? "" : one!.error.message,
    whyB: other!.ok ? "" : other!.error.message,
  });
}

/** One line per run that names a target of recovery or measures one, oldest first. */
export function recoveryRows({ store }: Pick<Rooms, "store">): RecoveryRow[] {
  const { facts, recoveryOf } = readAll(store);
  const numbers = numbersOf(store);
  return facts
    .filter(({ isChecks }) => !isChecks)
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
    .flatMap((run) => {
      const recovery = recoveryOf(run);
      return recovery === null ? [] : [recoveryRow(run, recovery, numbers.get(run.log) ?? 0)];
    });
}
