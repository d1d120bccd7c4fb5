// What a record can be handed on as, and what each is for. Pure. Owns: the words; the engine writes the files.
import type { LogSummary, ParamsOf } from "../../engine/protocol/index.ts";

export type ExportFormat = ParamsOf<"record.export">["format"];
export type FormatWords = { id: ExportFormat; label: string; hint: string; button: string };

export const PRIMARY_FORMAT: ExportFormat = "bundle";

const ALL: (FormatWords & { canFilter: boolean })[] = [
  {
    id: "bundle",
    label: "Bundle",
    hint: "Everything in one file, with recordings and two verifiers that need nothing but themselves.",
    button: "Export bundle",
    canFilter: false,
  },
  {
    id: "report",
    label: "Deployment report",
    hint: "The morning’s report, computed from the record: phases, values, downtime, way back, lessons. PDF, with its figures as JSON.",
    button: "Export deployment report",
    canFilter: false,
  },
  { id: "pdf", label: "Report, PDF", hint: "The report on pages, for reading and for the file.", button: "Export report", canFilter: true },
  {
    id: "json",
    label: "Events, JSON",
    hint: "Events, checkpoints, manifest and recordings in a folder, to be checked with holdpoint verify.",
    button: "Export events",
    canFilter: true,
  },
  { id: "csv", label: "Table, CSV", hint: "One row per event, for a spreadsheet.", button: "Export table", canFilter: true },
  {
    id: "xlsx",
    label: "Workbook, XLSX",
    hint: "Items, sign-offs, steps, commands and events as sheets.",
    button: "Export workbook",
    canFilter: true,
  },
  {
    id: "md",
    label: "File with results, Markdown",
    hint: "The file as it was, its boxes ticked and results added.",
    button: "Export file",
    canFilter: false,
  },
];

/** A part of a log proves nothing by itself, so a filtered one goes out as events or as a table alone. */
export function formatsFor(kind: LogSummary["kind"], isFiltered: boolean): FormatWords[] {
  // The installation has no file to write results into, and deployed nothing.
  return ALL.filter((one) => (one.canFilter || !isFiltered) && !((one.id === "md" || one.id === "report") && kind === "install"));
}

/** What the word under a finished export says. */
export const AFTER_WORDS: Record<ExportFormat, string> = {
  bundle: "Check it anywhere: the verifiers lie in it.",
  json: "Check it anywhere with holdpoint verify.",
  report: "Pages for the change record, every figure computed; the record itself is the bundle.",
  pdf: "Pages for reading; the record itself is the bundle.",
  xlsx: "Tables for reading; the record itself is the bundle.",
  md: "A file for reading; the record itself is the bundle.",
  csv: "A table for reading; the record itself is the bundle.",
};
