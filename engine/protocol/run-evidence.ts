// A whole run, live or rehearsed, that speaks for an item: what of it the record binds. Owns: the shape.
// Moments ISO 8601 UTC, durations milliseconds.
import { z } from "zod";
import { LogId, RunId, Sha256, Timestamp } from "./ids.ts";
import { RehearsalWay } from "./rehearsal.ts";

export const RunSource = z.object({
  run: RunId,
  number: z.int(),
  /** The log that the run is in, and in it the event that ended the run. */
  log: LogId,
  seq: z.int(),
  hash: Sha256,
  title: z.string(),
  path: z.string(),
  planSha256: z.string(),
  mode: z.enum(["live", "rehearsal"]),
  /** Only of a rehearsal; a live run is neither played nor compressed. */
  way: RehearsalWay.nullable(),
  compress: z.number(),
  speed: z.number(),
  /** `passed`, `failed`, `aborted` …, as its last event says. */
  result: z.string(),
  startedAt: Timestamp,
  endedAt: Timestamp,
  clusters: z.array(z.object({ context: z.string(), clusterClass: z.string() })),
  /** Everybody who ran it: executors of the item that it speaks for. */
  ranBy: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Null for a run that measured no recovery. */
  recovery: z
    .object({
      declaredAt: Timestamp.nullable(),
      verifiedAt: Timestamp.nullable(),
      rtoMs: z.int().nullable(),
      rtoTextMs: z.int().nullable(),
      rtoTargetMs: z.int().nullable(),
      rpoMs: z.int().nullable(),
      rpoTargetMs: z.int().nullable(),
      missing: z.array(z.string()),
    })
    .nullable(),
});
export type RunSource = z.infer<typeof RunSource>;
