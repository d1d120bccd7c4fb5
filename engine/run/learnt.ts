// What earlier runs of a file took over each of its steps: a projection of the record, read when a plan asks for it.
// Owns: the reading of logs, and how many attempts are enough; which ones teach is engine/series. Nothing is stored; a log is read again only when it has grown.
import type { LearntDuration, LogId } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import { quartiles } from "../schedule/index.ts";
import { runsIn as factsIn, LEARNING, learntFrom } from "../series/index.ts";

/**
 * Ends of steps that one question reads, newest runs first, until it has this many: of a runbook of 20 steps a hundred runs, of one of a
 * thousand the last two. Read once, some 20 µs each; more history changes no median.
 */
const MOST_READ = 2_000;
/** Attempts under this very text that make those under other texts unnecessary. */
const ENOUGH_OF_SAME = 3;

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
    const runs = factsIn(store.eventsOfType(log, LEARNING)).map((run): PastRun => {
      const samples = learntFrom(run).map(({ step, sha256, ms, endedAt }) => ({ step, sha256, ms: ms!, endedAt: endedAt! }));
      return { run: run.run, path: run.path, startedAt: run.startedAt, samples };
    });
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
