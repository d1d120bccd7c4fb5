// A bundle opened for reading, as an auditor does a month later. Owns: shapes and methods. Read by engine/export/bundle-view.
// Nothing of a bundle enters the database, except the event that it was viewed; every string in it is somebody else's.
import { z } from "zod";
import { LogId, Timestamp } from "./ids.ts";
import { EventFilter, EventRow, StoredEvent, VerifyReport } from "./record.ts";

/** Names an open bundle until it is closed or the engine ends; made here, says nothing of the file. */
export const BundleId = z.string().min(1).max(40);
export const BundleSignature = z.object({
  seq: z.int(),
  at: z.string(),
  name: z.string(),
  title: z.string(),
  role: z.string(),
  onBehalfOf: z.string(),
  meaning: z.string(),
  statement: z.string(),
  subject: z.string(),
  /** "" while it counts, else why not any more. */
  stale: z.string(),
});
export const BundleView = z.object({
  bundle: BundleId,
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  report: VerifyReport,
  /** What the log says of itself; null where there is none to read. */
  log: z
    .object({
      log: LogId,
      kind: z.enum(["run", "launch", "install"]),
      number: z.int(),
      title: z.string(),
      mode: z.string(),
      status: z.string(),
      solo: z.boolean(),
      cluster: z.string(),
      clusterClass: z.string(),
      install: z.string(),
      openedAt: Timestamp,
      /** Moment of the last event, not of the export. */
      headAt: z.string(),
      exportedBy: z.string(),
      events: z.int(),
      fingerprint: z.string(),
    })
    .nullable(),
  recordings: z.int(),
  /** Reports for people that lie in the bundle, by name. */
  reports: z.array(z.string()),
  signatures: z.array(BundleSignature),
  /** Why the events cannot be shown, in words; "" where they can. */
  closed: z.string(),
});
export type BundleView = z.infer<typeof BundleView>;

const at = { bundle: BundleId };
export const BUNDLE_METHODS = {
  /** Verified anew at every opening, in a thread of its own, by the verifier that lies in every bundle. Leaves record.viewed. */
  "bundle.open": {
    /** `fingerprint`: of a head of the log, known from elsewhere; with it the report says where the record comes from. */
    params: z.strictObject({ path: z.string().min(1).max(4096), fingerprint: z.string().trim().min(1).max(60).optional() }),
    result: BundleView,
  },
  "bundle.events": {
    params: z.strictObject({ ...at, filter: EventFilter, offset: z.int().min(0), limit: z.int().min(1).max(1000) }),
    result: z.object({ rows: z.array(EventRow), matching: z.int(), total: z.int() }),
  },
  "bundle.event": { params: z.strictObject({ ...at, seq: z.int().min(1) }), result: StoredEvent },
  "bundle.close": { params: z.strictObject(at), result: z.null() },
} as const;
