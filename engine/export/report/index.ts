// Reports of a log for people: pdf, xlsx, csv of items and sign-offs, md. Owns: which files each format makes.
// Reports prove nothing; they name the head that does. What other rooms know is handed in as a ReportSource.
import { basename } from "node:path";
import type { StoredEvent } from "../../protocol/index.ts";
import { RecordError } from "../../record/index.ts";
import type { Report } from "../bundle/index.ts";
import type { ExportJob, Written } from "../index.ts";
import { nightReports } from "../night/index.ts";
import { writeWhole } from "../output.ts";
import { tableCsv } from "./csv.ts";
import { debriefTable } from "./debriefs.ts";
import { makeInWorker } from "./in-worker.ts";
import { checklistMarkdown, runbookMarkdown } from "./markdown.ts";
import { type ReportModel, type ReportSource, readModel } from "./model.ts";
import { itemsTable, signoffsTable, timelineTable } from "./tables.ts";

export type { ReportSource } from "./model.ts";
export const REPORT_FORMATS = ["pdf", "xlsx", "md"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** One file at `out`. Throws RecordError `invalid-params` where the log has no text to write results into. */
export async function writeReport(job: ExportJob, format: ReportFormat, source: ReportSource): Promise<Written> {
  const { model, all } = await readModel(job, source);
  const bytes =
    format === "pdf"
      ? await makeInWorker({ kind: "pdf", model })
      : format === "xlsx"
        ? await makeInWorker({ kind: "workbook", model })
        : await makeMarkdown(job, model, all, source);
  const file = await writeWhole(job.part, `report.${format}`, bytes);
  return {
    moves: [{ from: `${job.part}/report.${format}`, to: job.out }],
    files: [basename(job.out)],
    bytes: file.bytes,
    events: model.events.length,
    sha256: file.sha256,
    damaged: [],
  };
}

/** What a bundle takes along: the report, the timeline and the tables. */
export async function reportsOf(job: ExportJob, source: ReportSource): Promise<Report[]> {
  const { model, all } = await readModel(job, source);
  const reports: Report[] = [
    { path: "report.pdf", bytes: await makeInWorker({ kind: "pdf", model }) },
    { path: "timeline.csv", bytes: tableCsv(timelineTable(model)) },
    { path: "tables.xlsx", bytes: await makeInWorker({ kind: "workbook", model }) },
  ];
  if (model.signatures.length > 0 || model.kind === "launch")
    reports.push({ path: "signoffs.csv", bytes: tableCsv(signoffsTable(model.signatures)) });
  if (model.kind === "launch") reports.push({ path: "items.csv", bytes: tableCsv(itemsTable(model)) });
  if (model.debriefs.length > 0) reports.push({ path: "faults.csv", bytes: tableCsv(debriefTable(model.debriefs)) });
  if (model.kind === "launch") reports.push(...(await nightReports(job, model, all, source)));
  return reports;
}

/** Beside the events of a csv export: items and sign-offs, where the log has any. */
export async function besideEvents(job: ExportJob, source: ReportSource): Promise<Report[]> {
  const { model } = await readModel(job, source);
  const reports: Report[] = [];
  if (model.kind === "launch") reports.push({ path: "items.csv", bytes: tableCsv(itemsTable(model)) });
  if (model.debriefs.length > 0) reports.push({ path: "faults.csv", bytes: tableCsv(debriefTable(model.debriefs)) });
  if (model.kind === "launch" || model.signatures.length > 0)
    reports.push({ path: "signoffs.csv", bytes: tableCsv(signoffsTable(model.signatures)) });
  return reports;
}

async function makeMarkdown(job: ExportJob, model: ReportModel, all: readonly StoredEvent[], source: ReportSource): Promise<Uint8Array> {
  if (job.filter !== null) throw new RecordError("invalid-params", "A file with its results has all of them: export md without a filter.");
  const textOf = (seq: number, name: string): Uint8Array => {
    const bytes = job.store.payload(job.log, seq, name);
    if (bytes === null) throw new RecordError("not-found", `The text of event ${seq} was erased; the record still holds its hash.`);
    return bytes;
  };
  if (model.kind === "launch") {
    const adopted = all.findLast((event) => event.body.type === "checklist.adopted");
    if (adopted === undefined)
      throw new RecordError("invalid-params", "This launch has taken no checklist: there is no file to write results into.");
    return checklistMarkdown(model, textOf(adopted.body.seq, "checklist"));
  }
  const run = model.runs[0];
  if (run === undefined) throw new RecordError("invalid-params", "This log holds no run: there is no file to write results into.");
  const bytes = textOf(run.seq, "plan");
  return runbookMarkdown(model, run, await source.parse(bytes, run.path), bytes);
}
