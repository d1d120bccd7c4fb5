// Exports of a log. Owns: exportLog, its checks, the event that follows. Formats are json.ts, csv.ts, bundle/, night/ and report/.
// The room never changes what it exports: the event of an export comes after the head that was exported.
import { basename } from "node:path";
import type { Actor, CanonicalValue, EventFilter, LogId, Result } from "../protocol/index.ts";
import { isFiltering, RecordError, type RecordStore } from "../record/index.ts";
import { type Report, writeBundle } from "./bundle/index.ts";
import { closeExport } from "./closing.ts";
import { writeCsv } from "./csv.ts";
import { writeJson } from "./json.ts";
import { writeNight } from "./night/index.ts";
import { type ReportFormat, type ReportSource, reportsOf, writeReport } from "./report/index.ts";

export type { Report } from "./bundle/index.ts";
export { type OpenBundle, openBundle } from "./bundle-view/index.ts";
export * from "./moving/index.ts";
export { exportRecovery, type RecoveryExportOptions } from "./recovery.ts";
export type { ReportSource } from "./report/index.ts";
export { exportSignoffs, type SignoffExportOptions, type SignoffFilter } from "./signoffs.ts";
export type ExportOptions = {
  /** `report`: the deployment report. */
  format: "json" | "csv" | "bundle" | "report" | ReportFormat;
  /**
   * Where to: a new folder; for csv also a path that ends in `.csv`, then recordings go to `NAME-recordings` beside it; for a
   * bundle, pdf, xlsx or md the file itself; for a deployment report a path that ends in `.md` or `.pdf`, its JSON twin goes beside it.
   */
  out: string;
  filter?: EventFilter;
  /** Folder that `data.recording` of the events is relative to. */
  recordingsDir: string;
  actor: Actor;
  /** Files for people (report PDF, tables) that a bundle takes along below data/reports. */
  reports?: Report[];
  /** What reports need of other rooms; without it there is no pdf, xlsx or md, and bundle and csv go without reports. */
  source?: ReportSource;
  /** Exports the log as it was at this event; its head by default. */
  upTo?: number;
};
export type Exported = {
  path: string;
  /** Relative to `path`, or to its folder where `path` is a file. */
  files: string[];
  bytes: number;
  /** Recordings missing, or without the hash on record. They are exported as they are, and the export says so. */
  damaged: string[];
};

/**
 * Exports a log. Fails with `already-exists` (nothing is overwritten), `not-found`, `disk-full`, `read-only`, or
 * `record-damaged` where the install key is missing. Same log, head, filter and exporter: same bytes.
 */
export async function exportLog(store: RecordStore, log: LogId, options: ExportOptions): Promise<Result<Exported>> {
  const { out, format, actor } = options;
  const filter = isFiltering(options.filter) ? options.filter : null;
  let head: ExportJob["head"];
  return closeExport(
    store,
    out,
    (part, key) => {
      store.checkpoint(log, "export");
      head = headAt(store, log, options.upTo);
      return write({ store, log, head, filter, recordingsDir: options.recordingsDir, actor, key, out, part }, options);
    },
    (written) => {
      const data: Record<string, CanonicalValue> = {
        format,
        out: basename(out),
        seq: head.seq,
        head: head.hash,
        events: written.events,
        files: written.files.length,
        sha256: written.sha256,
        filter: filter === null ? null : (filter as Record<string, CanonicalValue>),
        damaged: written.damaged,
      };
      store.append(log, { type: "record.exported", actor, data });
    },
  );
}

async function write(job: ExportJob, { format, source, reports = [] }: ExportOptions): Promise<Written> {
  switch (format) {
    case "json":
      return writeJson(job);
    case "csv":
      return writeCsv(job, source);
    case "bundle":
      return writeBundle(job, source === undefined || job.filter !== null ? reports : [...reports, ...(await reportsOf(job, source))]);
    default:
      if (source === undefined)
        throw new RecordError("invalid-params", `There is no ${format} of a log without what the launch says of it.`);
      return format === "report" ? writeNight(job, source) : writeReport(job, format, source);
  }
}

export type ExportJob = {
  store: RecordStore;
  log: LogId;
  head: { seq: number; hash: string; at: string };
  filter: EventFilter | null;
  recordingsDir: string;
  actor: Actor;
  key: NonNullable<RecordStore["signingKey"]>;
  out: string;
  /** Folder that everything is written to before it is moved: half an export is never seen. */
  part: string;
};
export type Written = {
  moves: { from: string; to: string }[];
  files: string[];
  bytes: number;
  events: number;
  /** Hash of the file that covers the others: the manifest, or the csv itself. */
  sha256: string;
  damaged: string[];
};

export function headAt(store: RecordStore, log: LogId, upTo: number | undefined): ExportJob["head"] {
  const { seq, hash } = store.head(log);
  const wanted = upTo ?? seq;
  if (wanted > seq || wanted < 0) throw new RecordError("not-found", `${log} has no event ${wanted}; it has ${seq}.`);
  const event = wanted === 0 ? null : store.events(log, { from: wanted, limit: 1 })[0]!;
  return { seq: wanted, hash: event?.hash ?? hash, at: event?.body.ts_utc ?? String(store.genesis(log)["opened_at"]) };
}
