// Sign-off records across launches: by date, launch and signer, as a table, a report, or with the bundles they stand in.
// Owns: which logs are looked at, what a filter means, the event that follows. How it is set is report/signoffs.ts.
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Actor, LogId, Result, StoredEvent } from "../protocol/index.ts";
import { fingerprintOf, RecordError, type RecordStore, sha256Hex } from "../record/index.ts";
import { type Report, writeBundle } from "./bundle/index.ts";
import { writeZip } from "./bundle/zip.ts";
import { closeExport } from "./closing.ts";
import { type Exported, type ExportJob, headAt, type Written } from "./index.ts";
import { pagesOf } from "./json.ts";
import { writeWhole } from "./output.ts";
import type { FileEntry } from "./recordings.ts";
import { tableCsv } from "./report/csv.ts";
import { makeInWorker } from "./report/in-worker.ts";
import { type ReportSource, reportsOf } from "./report/index.ts";
import { type SignatureRow, signaturesOf } from "./report/signatures.ts";
import { signoffsReadme, signoffTables } from "./report/signoffs.ts";
import { within } from "./span.ts";

/** `from` and `to`: a day (YYYY-MM-DD, UTC, `to` inclusive) or a moment. `launch`: its id. `signer`: an operator's id, or their name. */
export type SignoffFilter = { from?: string; to?: string; launch?: string; signer?: string };
export type SignoffExportOptions = {
  format: "csv" | "xlsx" | "pdf" | "bundle";
  out: string;
  filter: SignoffFilter;
  actor: Actor;
  recordingsDir: string;
  source: ReportSource;
};
export type LookedAt = {
  log: LogId;
  kind: string;
  number: number;
  title: string;
  head: ExportJob["head"] & { fingerprint: string };
  solo: boolean;
  all: number;
  meant: number;
};
export type SignoffsModel = {
  installId: string;
  filter: SignoffFilter;
  exporter: { id: string; name: string; role: string };
  logs: LookedAt[];
  /** Of all logs looked at, and those that the filter means. */
  total: number;
  signatures: SignatureRow[];
  /** Latest head of the logs looked at; ISO 8601. */
  at: string;
};

/** Fails as exportLog does; `invalid-params` for a date that is none and a launch that is not on record. */
export async function exportSignoffs(store: RecordStore, options: SignoffExportOptions): Promise<Result<Exported>> {
  const { out, format, filter, actor } = options;
  let model: SignoffsModel;
  return closeExport(
    store,
    out,
    async (part, key) => {
      store.checkpoint(store.install, "export");
      const jobOf = (log: LogId): ExportJob => ({
        store,
        log,
        head: headAt(store, log, undefined),
        filter: null,
        recordingsDir: options.recordingsDir,
        actor,
        key,
        out,
        part,
      });
      const jobs = store
        .logs()
        .filter((one) => one.kind !== "install")
        .map(({ log }) => jobOf(log));
      model = await readSignoffs(store, jobs, options);
      return write(model, jobs, options, part);
    },
    (written) => {
      const data = {
        format,
        out: basename(out),
        what: "signoffs",
        signatures: model.signatures.length,
        total: model.total,
        logs: model.logs.map(({ log, head }) => ({ log, seq: head.seq, head: head.hash })),
        filter: { ...filter },
        files: written.files.length,
        sha256: written.sha256,
        damaged: written.damaged,
      };
      store.append(store.install, { type: "record.exported", actor, data });
    },
  );
}

async function readSignoffs(
  store: RecordStore,
  jobs: readonly ExportJob[],
  { filter, actor, source }: SignoffExportOptions,
): Promise<SignoffsModel> {
  const isMeant = readFilter(filter);
  if (filter.launch !== undefined && !jobs.some(({ log }) => store.genesis(log)["launch"] === filter.launch))
    throw new RecordError("invalid-params", `There is no launch ${filter.launch} on record.`);
  const logs: LookedAt[] = [];
  const signatures: SignatureRow[] = [];
  let total = 0;
  for (const job of jobs) {
    const genesis = store.genesis(job.log);
    if (filter.launch !== undefined && genesis["launch"] !== filter.launch) continue;
    const events: StoredEvent[] = [];
    for await (const page of pagesOf(job)) events.push(...page);
    const fingerprint = fingerprintOf(job.head.hash);
    const signed = events.some((event) => event.body.type === "signoff.added");
    const launch = signed ? await source.launch(job.log, events, { at: Date.parse(job.head.at), fingerprint }) : null;
    const title = String(launch?.header.facts.name ?? genesis["name"] ?? genesis["title"] ?? "");
    const number = Number(genesis["number"]);
    const categories = new Map(launch?.categories.map((one) => [one.key, one.title]) ?? []);
    const rows = signaturesOf(events, { log: job.log, number, title, categories });
    const meant = rows.filter(isMeant);
    total += rows.length;
    signatures.push(...meant);
    logs.push({
      log: job.log,
      kind: String(genesis["kind"]),
      number,
      title,
      head: { ...job.head, fingerprint },
      solo: genesis["solo"] === true,
      all: rows.length,
      meant: meant.length,
    });
  }
  const at =
    logs
      .map(({ head }) => head.at)
      .sort()
      .at(-1) ?? String(store.genesis(store.install)["opened_at"]);
  return {
    installId: store.installId,
    filter,
    exporter: { id: actor.op_id, name: actor.name, role: actor.role },
    logs,
    total,
    signatures,
    at,
  };
}

function readFilter({ from, to, signer }: SignoffFilter): (row: SignatureRow) => boolean {
  const isWithin = within({ from, to });
  return (row) => isWithin(row.at) && (signer === undefined || row.opId === signer || row.name === signer);
}

async function write(model: SignoffsModel, jobs: readonly ExportJob[], options: SignoffExportOptions, part: string): Promise<Written> {
  const { format, out } = options;
  if (format === "bundle") return writeAll(model, jobs, options, part);
  const bytes =
    format === "pdf"
      ? await makeInWorker({ kind: "signoffs-pdf", model })
      : format === "xlsx"
        ? await makeInWorker({ kind: "signoffs-workbook", model })
        : tableCsv(signoffTables(model).find((one) => one.name === "Sign-offs")!);
  const file = await writeWhole(part, `signoffs.${format}`, bytes);
  return {
    moves: [{ from: join(part, `signoffs.${format}`), to: out }],
    files: [basename(out)],
    bytes: file.bytes,
    events: model.signatures.length,
    sha256: file.sha256,
    damaged: [],
  };
}

/** The tables and the report, and the whole bundle of every log that a signature stands in: each can be verified by itself. */
async function writeAll(
  model: SignoffsModel,
  jobs: readonly ExportJob[],
  { source, out }: SignoffExportOptions,
  part: string,
): Promise<Written> {
  const tree = join(part, "tree");
  const files: FileEntry[] = [];
  const damaged: string[] = [];
  const tables = signoffTables(model);
  const reports: Report[] = [
    { path: "README.md", bytes: Buffer.from(signoffsReadme(model), "utf8") },
    { path: "signoffs.pdf", bytes: await makeInWorker({ kind: "signoffs-pdf", model }) },
    { path: "signoffs.csv", bytes: tableCsv(tables.find((one) => one.name === "Sign-offs")!) },
    { path: "signoffs.xlsx", bytes: await makeInWorker({ kind: "signoffs-workbook", model }) },
  ];
  for (const { path, bytes } of reports) files.push(await writeWhole(tree, path, bytes));
  for (const { log, number, meant } of model.logs) {
    const job = jobs.find((one) => one.log === log);
    if (meant === 0 || job === undefined) continue;
    const name = `bundles/${String(number).padStart(4, "0")}-${log}.zip`;
    const own: ExportJob = { ...job, part: join(part, "one"), out: join(tree, name) };
    const made = await writeBundle(own, await reportsOf(own, source));
    mkdirSync(join(tree, "bundles"), { recursive: true });
    for (const { from, to } of made.moves) renameSync(from, to);
    rmSync(own.part, { recursive: true, force: true });
    damaged.push(...made.damaged);
    files.push({ path: name, bytes: made.bytes, sha256: "" });
  }
  const list = files
    .filter(({ sha256 }) => sha256 !== "")
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join("");
  const zip = join(part, "signoffs.zip");
  await writeZip(tree, files, "holdpoint-signoffs", model.at, zip);
  return {
    moves: [{ from: zip, to: out }],
    files: files.map(({ path }) => path),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    events: model.signatures.length,
    sha256: sha256Hex(list),
    damaged,
  };
}
