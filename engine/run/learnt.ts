// What earlier runs of a file took over each of its steps: a projection of the record, read when a plan asks for it.
// Owns: which attempts count, and the reading of logs. Nothing is stored; a log is read again only when it has grown.
import type { LearntDuration, LogId, StoredEvent } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import { quartiles } from "../schedule/index.ts";

/**
 * Ends of steps that one question reads, newest runs first, until it has this many: of a runbook of 20 steps a hundred runs, of one of a
 * thousand the last two. Read once, some 20 µs each; more history changes no median.
 */
const MOST_READ = 2_000;
/** Attempts under this very text that make those under other texts unnecessary. */
const ENOUGH_OF_SAME = 3;
const TELLING = ["run.started", "run.amended", "step.started", "step.ended"];

/** One attempt that passed, as a whole. */
type Sample = { step: string; sha256: string; ms: number; endedAt: string };
type PastRun = { run: string; path: string; startedAt: string; samples: Sample[] };

export type Learnt = {
  /** `before`: ISO moment; what ended later is left out, so that the plan of a run stays what it was when it started. */
  of(path: string, before: string): (step: { id: string; sha256: string }) => LearntDuration | null;
  /** Reads ahead what `of` will want, a log at a time between other work, so that nobody waits for it. */
  warm(path: string, before: string): void;
};

export function createLearnt(store: RecordStore): Learnt {
  const known = new Map<LogId, { head: string; runs: PastRun[] }>();

  function runsIn(log: LogId, head: string): PastRun[] {
    const before = known.get(log);
    if (before?.head === head) return before.runs;
    const runs = pastRuns(store.eventsOfType(log, TELLING));
    known.set(log, { head, runs });
    return runs;
  }

  /** Earlier runs of the file, the newest logs first, one log at a time. */
  function* pieces(path: string, before: string): Generator<PastRun[]> {
    let read = 0;
    for (const { log, head, kind, path: its, openedAt } of store.summaries().toReversed()) {
      if (read >= MOST_READ) return;
      if (openedAt >= before || !(kind === "launch" || (kind === "run" && its === path))) continue;
      const mine = runsIn(log, head).filter((run) => run.path === path && run.startedAt < before);
      for (const run of mine) read += run.samples.length;
      yield mine;
    }
  }

  return {
    of(path, before) {
      const byStep = new Map<string, Sample[]>();
      for (const run of [...pieces(path, before)].flat())
        for (const sample of run.samples) {
          if (sample.endedAt >= before) continue;
          const list = byStep.get(sample.step);
          if (list) list.push(sample);
          else byStep.set(sample.step, [sample]);
        }
      return ({ id, sha256 }) => {
        const all = byStep.get(id) ?? [];
        const same = all.filter((sample) => sample.sha256 === sha256);
        const used = same.length >= ENOUGH_OF_SAME ? same : all;
        const spread = quartiles(used.map((sample) => sample.ms));
        return spread && { ...spread, n: used.length, sameText: same.length };
      };
    },
    warm(path, before) {
      const reading = pieces(path, before);
      const next = (): void => {
        try {
          if (reading.next().done !== true) setImmediate(next);
        } catch {
          // The record was closed meanwhile: who asks for a plan then hears of it.
        }
      };
      setImmediate(next);
    },
  };
}

/** Attempts that passed, with the text they were made under. A single block run again says nothing of the step; a failure is over too soon. */
function pastRuns(events: readonly StoredEvent[]): PastRun[] {
  const runs = new Map<string, PastRun & { texts: Map<string, string>; isPart: Set<string> }>();
  for (const { body } of events) {
    const { data, subject } = body;
    if (body.type === "run.started") {
      const path = typeof data["path"] === "string" ? data["path"] : "";
      runs.set(subject.run, { run: subject.run, path, startedAt: body.ts_utc, samples: [], texts: new Map(), isPart: new Set() });
    }
    const run = runs.get(subject.run);
    if (!run) continue;
    if (Array.isArray(data["steps"]))
      for (const step of data["steps"] as Record<string, unknown>[]) run.texts.set(String(step["id"]), String(step["sha256"]));
    if (body.type === "step.started") {
      if (typeof data["only_block"] === "number") run.isPart.add(subject.step);
      else run.isPart.delete(subject.step);
    }
    const ms = data["duration_ms"];
    if (body.type === "step.ended" && body.outcome === "passed" && typeof ms === "number" && !run.isPart.has(subject.step))
      run.samples.push({ step: subject.step, sha256: run.texts.get(subject.step) ?? "", ms, endedAt: body.ts_utc });
  }
  return [...runs.values()].map(({ run, path, startedAt, samples }) => ({ run, path, startedAt, samples }));
}
