// The way back: what undoes what a run has done, what it promises, and how it was kept.
// Owns: shapes. Which ways there are and what they undo is engine/run. Durations are milliseconds, moments ISO 8601 UTC.
import { z } from "zod";
import { RunId, StepId, Timestamp } from "./ids.ts";

/** What went wrong, as a person says it; procedures name the troubles that they are for. */
export const TROUBLES = ["critical-bug", "performance", "data", "security"] as const;
export const Trouble = z.enum(TROUBLES);
export type Trouble = z.infer<typeof Trouble>;

/** step: undoes one step and those undone by the same · run: undoes the whole run · emergency: the general one · procedure: chosen by its trouble. */
export const WayBackKind = z.enum(["step", "run", "emergency", "procedure"]);
export type WayBackKind = z.infer<typeof WayBackKind>;

const Named = z.object({ id: StepId, number: z.string(), title: z.string() });
/** A parameter that the way back takes, with the value it would take: of the run that is undone where it has one of this name. */
export const WayBackParam = z.object({
  name: z.string(),
  about: z.string(),
  value: z.string(),
  from: z.enum(["run", "default", "none"]),
  choices: z.array(z.string()),
});
export type WayBackParam = z.infer<typeof WayBackParam>;

export const WayBackCandidate = z.object({
  /** Unique within the view. */
  id: z.string(),
  kind: WayBackKind,
  /** Forward step that it is the way back of; of `kind: step` only. */
  step: StepId.nullable(),
  /** File that is run; null where steps of the run's own text are. */
  path: z.string().nullable(),
  title: z.string(),
  /** What is run, in this order, with the commands as they would be sent. */
  runs: z.array(Named.extend({ commands: z.array(z.string()), checks: z.array(z.string()) })),
  /** Forward steps that it undoes, and those begun that nothing of it undoes: they stay as they are. Both newest first. */
  undoes: z.array(Named),
  stays: z.array(Named),
  /** Promised time from the decision to verified recovery; null where nobody promised one. */
  targetMs: z.int().nullable(),
  /** Latest moment at which it still fits the window, its verification included; null without window or promise. */
  latest: Timestamp.nullable(),
  /** It is valid until then (`rollback-valid`, from the end of the step that it undoes); null for ever. */
  validUntil: Timestamp.nullable(),
  isExpired: z.boolean(),
  /** Why it is no longer offered, after a point of no return or because it cannot be run; "" where it is. */
  gone: z.string(),
  troubles: z.array(Trouble),
  params: z.array(WayBackParam),
  /** Secret parameters that are asked for before it starts. */
  secrets: z.array(z.string()),
});
export type WayBackCandidate = z.infer<typeof WayBackCandidate>;

export const WayBackView = z.object({
  run: RunId,
  candidates: z.array(WayBackCandidate),
  /** Ids of candidates by trouble, best first. */
  byTrouble: z.record(Trouble, z.array(z.string())),
  windowEnd: Timestamp.nullable(),
  /** Planned time of the verification, part of the latest moment. */
  verifyMs: z.int(),
});
export type WayBackView = z.infer<typeof WayBackView>;

/** How a way back went: `met` is null where no time was promised. */
export const WayBackMeasure = z.object({
  outcome: z.enum(["passed", "failed", "unknown"]),
  durationMs: z.int(),
  met: z.boolean().nullable(),
  at: Timestamp,
});
export type WayBackMeasure = z.infer<typeof WayBackMeasure>;

/** In the run that goes back: what it undoes. */
export const Undoes = z.object({
  run: RunId,
  kind: WayBackKind,
  title: z.string(),
  steps: z.array(StepId),
  decidedAt: Timestamp,
  targetMs: z.int().nullable(),
  measure: WayBackMeasure.nullable(),
});
export type Undoes = z.infer<typeof Undoes>;

/** In the run that is gone back from. deciding: decided, not started yet · refused: it could not start. */
export const UndoneBy = z.object({
  run: RunId.nullable(),
  kind: WayBackKind,
  title: z.string(),
  steps: z.array(StepId),
  by: z.string(),
  reason: z.string(),
  decidedAt: Timestamp,
  targetMs: z.int().nullable(),
  status: z.enum(["deciding", "refused", "running", "recovered", "not-recovered"]),
  because: z.string(),
  measure: WayBackMeasure.nullable(),
  /** A step was begun after the recovery: the run goes on, and this is what was. */
  isPast: z.boolean().optional(),
});
export type UndoneBy = z.infer<typeof UndoneBy>;

/** A way back that starts by itself at `endsAt` unless a person stops it. */
export const Countdown = z.object({ step: StepId, startedAt: Timestamp, endsAt: Timestamp, armedBy: z.string() });
export type Countdown = z.infer<typeof Countdown>;

const atRun = { run: RunId };
export const WAY_BACK_METHODS = {
  "run.wayBack": { params: z.strictObject(atRun), result: WayBackView },
} as const;
export const RollbackRequest = z.strictObject({
  ...atRun,
  kind: WayBackKind,
  step: StepId.optional(),
  path: z.string().min(1).max(4096).optional(),
  trouble: Trouble.optional(),
  reason: z.string().trim().max(2000).optional(),
  params: z.record(z.string(), z.string().max(100_000)).optional(),
  /** Those that this process does not know any more. */
  secrets: z.record(z.string(), z.string().max(100_000)).optional(),
});
export type RollbackRequest = z.infer<typeof RollbackRequest>;
