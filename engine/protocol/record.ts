// The record: what an event is, byte for byte, and what verifying says.
// Owns: shapes. The chain itself is engine/record.
import { z } from "zod";
import { LogId, Mode, RunId, Sha256, StepId, Timestamp } from "./ids.ts";

export const Actor = z.object({
  /** Operator id, or `os:NAME` for an unauthenticated operating-system account, or `engine`. */
  op_id: z.string(),
  name: z.string(),
  role: z.string(),
  session: z.string(),
  on_behalf_of: z.string(),
});
export type Actor = z.infer<typeof Actor>;
export const Device = z.object({ install: z.string(), host: z.string(), os_user: z.string(), app: z.string() });
/** What the event is about; "" / 0 where it does not apply, so that every body has the same keys. */
export const Subject = z.object({
  launch: z.string(),
  run: z.string(),
  mode: z.string(),
  plan_sha256: z.string(),
  step: z.string(),
  attempt: z.int(),
  cluster: z.string(),
});
export type Subject = z.infer<typeof Subject>;

/** JSON restricted to what RFC 8785 (JCS) can hash without doubt: no fractions, safe integers only. */
export type CanonicalValue = string | boolean | null | number | CanonicalValue[] | { [key: string]: CanonicalValue };

/** Bytes bound to an event by hash and kept beside it, so that they can be erased later while the chain holds. */
export const PayloadRef = z.object({
  name: z.string(),
  media_type: z.string(),
  bytes: z.int(),
  commitment: Sha256,
});
export type PayloadRef = z.infer<typeof PayloadRef>;

export const EventBody = z.object({
  v: z.literal(1),
  log: LogId,
  seq: z.int().min(1),
  prev: Sha256,
  type: z.string(),
  ts_utc: Timestamp,
  tz: z.string(),
  tz_off_min: z.int(),
  /** Monotonic nanoseconds as a decimal string (it may pass 2^53), comparable within one `boot` only. */
  mono_ns: z.string().regex(/^\d+$/),
  boot: z.string(),
  actor: Actor,
  device: Device,
  subject: Subject,
  /** passed, failed, unknown, skipped, accepted, rejected … or "". */
  outcome: z.string(),
  reason: z.string(),
  data: z.record(z.string(), z.unknown()),
  payloads: z.array(PayloadRef),
  /** seq of the event this one corrects, or 0. */
  corrects: z.int(),
});
export type EventBody = z.infer<typeof EventBody>;
/** An event as stored: body, its exact bytes as text, and its hash. */
export const StoredEvent = z.object({ hash: Sha256, line: z.string(), body: EventBody });
export type StoredEvent = z.infer<typeof StoredEvent>;

export const LogSummary = z.object({
  log: LogId,
  kind: z.enum(["run", "launch", "install"]),
  run: RunId.nullable(),
  /** Of a launch's log: the runs in it, in order. */
  runs: z.array(RunId).optional(),
  title: z.string(),
  path: z.string(),
  mode: Mode.nullable(),
  /** Number in the install log, without gaps from 1; 0 for the install log itself. */
  number: z.int(),
  openedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  events: z.int(),
  head: Sha256,
  fingerprint: z.string(),
  status: z.string(),
  cluster: z.string().nullable(),
  clusterClass: z.string().nullable(),
  operator: z.string(),
  solo: z.boolean(),
});
export type LogSummary = z.infer<typeof LogSummary>;

export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  log: z.string().nullable(),
  seq: z.int().nullable(),
});
export type Problem = z.infer<typeof Problem>;
export const VerifyVerdict = z.enum(["VERIFIED", "VERIFIED WITH WARNINGS", "NOT VERIFIED", "OPEN"]);
export const VerifyReport = z.object({
  verdict: VerifyVerdict,
  source: z.string(),
  sourceKind: z.enum(["database", "events", "bundle"]),
  logs: z.int(),
  events: z.int(),
  recordings: z.int(),
  checkpoints: z.int(),
  fingerprint: z.string().nullable(),
  problems: z.array(Problem),
  warnings: z.array(Problem),
  /** Events after the last anchor, protected only by the chain. */
  unanchored: z.int(),
  notProved: z.array(z.string()),
  /** Runs that are rehearsals, and whether the record holds no other: then each line of a report on it says so. */
  rehearsals: z.array(z.string()).optional(),
  isRehearsal: z.boolean().optional(),
  durationMs: z.number(),
});
export type VerifyReport = z.infer<typeof VerifyReport>;

export const EventFilter = z.object({
  text: z.string().max(200).optional(),
  type: z.string().max(100).optional(),
  step: StepId.optional(),
  actor: z.string().max(100).optional(),
  outcome: z.string().max(40).optional(),
});
export type EventFilter = z.infer<typeof EventFilter>;
/** One row of the record's table; the whole body is asked for by seq. */
export const EventRow = z.object({
  seq: z.int(),
  ts: Timestamp,
  type: z.string(),
  what: z.string(),
  who: z.string(),
  outcome: z.string(),
  hash: Sha256,
  step: z.string(),
  attempt: z.int(),
});
export type EventRow = z.infer<typeof EventRow>;
