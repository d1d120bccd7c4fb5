// What a run keeps beside its verdicts: loops to be closed, values with their history, answers of rechecks, jobs, work done elsewhere.
// Owns: shapes. Durations are milliseconds, moments ISO 8601 UTC.
import { z } from "zod";
import { Timestamp } from "./ids.ts";

/** Something that must be undone: a freeze, a silence, elevated access. Opened and closed by steps that passed, or closed by hand. */
export const LoopState = z.object({
  name: z.string(),
  openedAt: Timestamp,
  openedBy: z.string(),
  /** Step that opened it. */
  step: z.string(),
  /** When it must be closed; null where nothing says. */
  by: Timestamp.nullable(),
  closedAt: Timestamp.nullable(),
  closedBy: z.string(),
  isOverdue: z.boolean(),
});
export type LoopState = z.infer<typeof LoopState>;

export const ValueFact = z.object({
  at: Timestamp,
  by: z.string(),
  /** start: with the run · given: for a placeholder, before a step · captured: from a command's output · changed: by hand, with a reason · again: a secret after a restart. */
  how: z.enum(["start", "given", "captured", "changed", "amended", "again"]),
  /** Null for a secret: it is recorded nowhere. */
  value: z.string().nullable(),
  reason: z.string(),
  /** Step that it was captured in or given for; "" for none. */
  step: z.string(),
});
export type ValueFact = z.infer<typeof ValueFact>;

/** A value of a run as it stands, and who set it to what before. */
export const ValueView = z.object({
  name: z.string(),
  kind: z.enum(["parameter", "placeholder", "captured", "secret"]),
  about: z.string(),
  /** Null for a secret, and for what has no value yet. */
  value: z.string().nullable(),
  /** What it must be, in words; "" for anything. */
  rule: z.string(),
  /** Why it cannot be changed now; "" where it can. */
  fixed: z.string(),
  /** Oldest first. */
  history: z.array(ValueFact),
});
export type ValueView = z.infer<typeof ValueView>;

/** What a read-only block answered about another one whose end is unknown. It never rewrites the verdict. */
export const RecheckState = z.object({
  /** Step and index of the block that asks. */
  step: z.string(),
  block: z.int(),
  isRunning: z.boolean(),
  /** Null while it runs, and where its last line is no answer. */
  answer: z.enum(["done", "not done", "partial"]).nullable(),
  because: z.string(),
  by: z.string(),
  at: Timestamp,
});
export type RecheckState = z.infer<typeof RecheckState>;

/** Bytes that a check or transcribed work carries; they are a payload of the event `seq`. */
export const AttachedPayload = z.object({ seq: z.int(), name: z.string(), mediaType: z.string(), bytes: z.int(), sha256: z.string() });
export type AttachedPayload = z.infer<typeof AttachedPayload>;

/** Work done in another place and written down here: printed as transcribed. */
export const ManualState = z.object({
  performedBy: z.string(),
  recordedBy: z.string(),
  /** When it is said to have been done, and when it was written down. */
  claimedAt: Timestamp,
  enteredAt: Timestamp,
  /** Where: a console, a vendor, paper. */
  place: z.string(),
  outcome: z.enum(["passed", "failed"]),
  value: z.string().nullable(),
  note: z.string(),
  attachment: AttachedPayload.nullable(),
});
export type ManualState = z.infer<typeof ManualState>;

/** A command that goes on without the window and without the engine. */
export const JobState = z.object({
  job: z.string(),
  /** running: attached · lost: its host is gone, and nobody knows the end · ended. */
  state: z.enum(["running", "lost", "ended"]),
  startedAt: Timestamp,
  /** How often it was attached again after a restart. */
  attached: z.int(),
});
export type JobState = z.infer<typeof JobState>;

/** A file as it is handed over. Its media type is read from the bytes, and only where they do not say is this one believed. */
export const HandedFile = z.strictObject({
  name: z.string().trim().min(1).max(200),
  mediaType: z.string().max(100),
  base64: z.string().max(28_000_000),
});
export type HandedFile = z.infer<typeof HandedFile>;
