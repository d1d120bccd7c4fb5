// The debrief of a rehearsal: what was injected, when it was noticed, what was done, how long it took; and saying "I see a fault".
// Owns: shapes and methods. The figures are engine/rehearsal. Durations are milliseconds, moments ISO 8601 UTC.
import { z } from "zod";
import { Diagnostic } from "./document.ts";
import { RunId, StepId, Timestamp } from "./ids.ts";
import { RehearsalWay } from "./rehearsal.ts";
import { RunHeader } from "./run.ts";

export const FaultKind = z.enum(["fails", "hangs", "reads", "slow", "cut", "away", "commands", "scale-down", "stop"]);
export type FaultKind = z.infer<typeof FaultKind>;

/** What showed that it was noticed: said, or what somebody did where it was. */
export const NoticeHow = z.enum(["said", "held", "judged", "cancelled", "retried", "went back", "skipped", "gate"]);
export type NoticeHow = z.infer<typeof NoticeHow>;

const Deed = z.object({ seq: z.int(), at: Timestamp, by: z.string(), how: NoticeHow, text: z.string() });
export type Deed = z.infer<typeof Deed>;
const Named = z.object({ id: StepId, number: z.string(), title: z.string() });

export const DebriefFault = z.object({
  name: z.string(),
  title: z.string(),
  kind: FaultKind,
  /** Where it showed; null where that was no one step. */
  step: Named.nullable(),
  /** When it was to come, in words. */
  moment: z.string(),
  /** What it was, in words: the output, the value, the command, who was away. */
  what: z.string(),
  /** met: it came · never: its moment did not come · left-out: it could not be brought about, for `because`. */
  state: z.enum(["met", "never", "left-out"]),
  because: z.string(),
  /** real: something was broken · played: shown instead of what would have come. Null where it did not come. */
  how: z.enum(["played", "real"]).nullable(),
  /** `elapsedMs` from the run's start. */
  injected: z.object({ seq: z.int(), at: Timestamp, elapsedMs: z.int() }).nullable(),
  noticed: Deed.extend({ afterMs: z.int() }).nullable(),
  /** The step passed, was gone past or gone back from; or a person accepted it. */
  handled: z.object({ seq: z.int(), at: Timestamp, afterMs: z.int(), words: z.string() }).nullable(),
  cleared: z.object({ seq: z.int(), at: Timestamp, why: z.string() }).nullable(),
  hint: z.object({ text: z.string(), afterMs: z.int(), given: z.object({ seq: z.int(), at: Timestamp }).nullable() }).nullable(),
  /** What people did where it was, from when it came until it was handled; oldest first. */
  deeds: z.array(Deed),
  expected: z.string(),
  /** The same fault in earlier rehearsals of this file, newest first; null where nobody noticed it. */
  earlier: z.array(z.object({ run: RunId, number: z.int(), at: Timestamp, noticedAfterMs: z.int().nullable() })),
});
export type DebriefFault = z.infer<typeof DebriefFault>;

export const Debrief = z.object({
  run: RunId,
  number: z.int(),
  title: z.string(),
  way: RehearsalWay,
  compress: z.number(),
  startedAt: Timestamp,
  endedAt: Timestamp,
  result: z.string(),
  /** Its title as the scenario has it, and the seed of one that was made up. `sha256` of the scenario's file, else of the schedule. */
  scenario: z.object({ title: z.string(), file: z.string(), seed: z.string().nullable(), sha256: z.string() }),
  faults: z.array(DebriefFault),
  /** "I see a fault" where none was. */
  falseAlarms: z.array(Deed),
  figures: z.object({
    planned: z.int(),
    injected: z.int(),
    noticed: z.int(),
    handled: z.int(),
    hinted: z.int(),
    /** Of those that were noticed; null where none was. */
    medianNoticeMs: z.int().nullable(),
    slowestNoticeMs: z.int().nullable(),
  }),
});
export type Debrief = z.infer<typeof Debrief>;

/** Files of this kind stand beside the runbook that they are for. */
export const SCENARIO_FILE = /\.scenario\.ya?ml$/i;

/** A scenario file beside a runbook. */
export const ScenarioFile = z.object({ file: z.string(), title: z.string(), faults: z.int(), diagnostics: z.array(Diagnostic) });
export type ScenarioFile = z.infer<typeof ScenarioFile>;

export const DEBRIEF_METHODS = {
  /** "I see a fault": on record for everybody. It never says whether there is one. */
  "run.notice": {
    params: z.strictObject({ run: RunId, step: StepId.optional(), text: z.string().trim().max(2000) }),
    result: RunHeader,
  },
  /** `conflict` before the run has ended, `not-found` for a run without an instructor. */
  "run.debrief": { params: z.strictObject({ run: RunId }), result: Debrief },
  "rehearsal.scenarios": { params: z.strictObject({ path: z.string().min(1).max(4096) }), result: z.array(ScenarioFile) },
};
