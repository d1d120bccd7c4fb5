// The table of recovery measurements across all runs: what teams otherwise keep by hand, out of the record. Owns: filter, formats, its event.
// The figures of a run are given (engine/series); which head they were read at stands beside them.
import { basename, join } from "node:path";
import type { Actor, Result } from "../protocol/index.ts";
import { fingerprintOf, type RecordStore } from "../record/index.ts";
import type { RecoveryRow } from "../series/index.ts";
import { closeExport } from "./closing.ts";
import { type Exported, headAt, type Written } from "./index.ts";
import { writeWhole } from "./output.ts";
import { tableCsv } from "./report/csv.ts";
import { makeInWorker } from "./report/in-worker.ts";
import { recoveryMarkdown, recoveryTable } from "./report/recovery.ts";
import { type Span, within } from "./span.ts";

/** `from` and `to`: a day (YYYY-MM-DD, UTC, `to` inclusive) or a moment; of the declaration, else of the start. */
export type RecoveryExportOptions = {
  format: "csv" | "xlsx" | "md" | "json";
  out: string;
  filter: Span;
  actor: Actor;
  /** Oldest first, of every run that names a target or measures one. */
  rows: readonly RecoveryRow[];
};
export type RecoveryModel = {
  installId: string;
  filter: Span;
  exporter: { id: string; name: string; role: string };
  rows: (RecoveryRow & { head: { seq: number; fingerprint: string } })[];
  /** Of all runs, before the filter. */
  total: number;
  /** Latest head of the logs that the rows stand in; ISO 8601. */
  at: string;
};

/** Fails as exportLog does; `invalid-params` for a date that is none. */
export async function exportRecovery(store: RecordStore, options: RecoveryExportOptions): Promise<Result<Exported>> {
  const { out, format, filter, actor } = options;
  let model: RecoveryModel;
  return closeExport(
    store,
    out,
    async (part) => {
      store.checkpoint(store.install, "export");
      model = modelOf(store, options);
      const name = `recovery.${format}`;
      const file = await writeWhole(part, name, await bytesOf(model, format));
      const written: Written = {
        moves: [{ from: join(part, name), to: out }],
        files: [basename(out)],
        bytes: file.bytes,
        events: model.rows.length,
        sha256: file.sha256,
        damaged: [],
      };
      return written;
    },
    (written) => {
      const given = Object.fromEntries(Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined));
      store.append(store.install, {
        type: "record.exported",
        actor,
        data: {
          format,
          out: basename(out),
          what: "recovery",
          runs: model.rows.length,
          total: model.total,
          filter: given,
          sha256: written.sha256,
          damaged: [],
        },
      });
    },
  );
}

function modelOf(store: RecordStore, { rows, filter, actor }: RecoveryExportOptions): RecoveryModel {
  const isWithin = within(filter);
  const meant = rows.filter((row) => isWithin(row.declaredAt ?? row.startedAt));
  const heads = meant.map((row) => headAt(store, row.log as never, undefined));
  const at = heads.map((head) => head.at).sort();
  return {
    installId: store.installId,
    filter,
    exporter: { id: actor.op_id, name: actor.name, role: actor.role },
    rows: meant.map((row, i) => ({ ...row, head: { seq: heads[i]!.seq, fingerprint: fingerprintOf(heads[i]!.hash) } })),
    total: rows.length,
    at: at.at(-1) ?? String(store.genesis(store.install)["opened_at"]),
  };
}

async function bytesOf(model: RecoveryModel, format: RecoveryExportOptions["format"]): Promise<Uint8Array> {
  switch (format) {
    case "csv":
      return tableCsv(recoveryTable(model));
    case "xlsx":
      return makeInWorker({ kind: "recovery-workbook", model });
    case "md":
      return Buffer.from(recoveryMarkdown(model), "utf8");
    case "json":
      return Buffer.from(`${JSON.stringify({ v: 1, kind: "holdpoint.recovery-measurements", ...model }, null, 2)}\n`, "utf8");
    default:
      return format satisfies never;
  }
}
