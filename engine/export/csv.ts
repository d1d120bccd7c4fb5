// The csv export: one row per event, RFC 4180, for spreadsheets and people. Owns: the columns.
// It proves nothing by itself: each row carries its event's hash, and the proof is the json export or the database.
import { basename } from "node:path";
import { stringify } from "csv-stringify/sync";
import type { StoredEvent } from "../protocol/index.ts";
import { matchesFilter } from "../record/index.ts";
import type { ExportJob, Written } from "./index.ts";
import { pagesOf } from "./json.ts";
import { openOutput, writeWhole } from "./output.ts";
import { copyRecordings, createRecordingList, type FileEntry } from "./recordings.ts";
import { besideEvents, type ReportSource } from "./report/index.ts";

type Cell = string | number;
type Row = Record<(typeof COLUMNS)[number], Cell>;

// Times are UTC. `verdict` is what the engine found, `judgement` a person's word beside it; neither replaces the other.
const COLUMNS = [
  "seq",
  "time_utc",
  "type",
  "run",
  "mode",
  "step",
  "attempt",
  "block",
  "cluster",
  "who_id",
  "who_name",
  "who_role",
  "verdict",
  "judgement",
  "judged_by",
  "judgement_reason",
  "outcome",
  "reason",
  "text",
  "because",
  "exit_code",
  "signal",
  "pipe_status",
  "duration_ms",
  "planned_ms",
  "principal",
  "output_bytes",
  "output_sha256",
  "recording",
  "recording_sha256",
  "corrects",
  "hash",
] as const;

const VERDICT_TYPES = new Set(["block.ended", "step.ended", "step.skipped"]);

type Judged = { outcome: string; by: string; reason: string };
/** Of each attempt of a step: what its end found, and what a person said of it, also later. Neither is ever rewritten. */
type Attempts = Map<string, { verdict: string; judged: Judged | null }>;
const attemptOf = ({ body }: StoredEvent): string => `${body.subject.run}\0${body.subject.step}\0${body.subject.attempt}`;

/** With a source, items and sign-offs go into tables of their own: beside the events in the folder, or as `NAME-items.csv`. */
export async function writeCsv(job: ExportJob, source?: ReportSource): Promise<Written> {
  const isFile = job.out.toLowerCase().endsWith(".csv");
  const attempts = await readAttempts(job);
  const recordings = createRecordingList();
  const out = await openOutput(job.part, "events.csv");
  // Formula escaping: a cell that a spreadsheet would run (= + - @ tab CR first) gets an apostrophe before it (OWASP).
  // Without `quoted_match` a lone CR would stand unquoted, which RFC 4180 forbids.
  const options = { record_delimiter: "windows", escape_formulas: true, quoted_match: /[\r\n]/, columns: [...COLUMNS] } as const;
  await out.write(stringify([], { ...options, header: true }));
  let events = 0;
  for await (const page of pagesOf(job)) {
    const rows: Row[] = [];
    for (const event of page) {
      if (job.filter !== null && !matchesFilter(job.filter, event)) continue;
      recordings.see(event);
      rows.push(rowOf(event, attempts));
    }
    events += rows.length;
    if (rows.length > 0) await out.write(stringify(rows, options));
  }
  const table = await out.close();
  const copied = await copyRecordings(recordings, job.recordingsDir, job.part, "recordings");
  const others: FileEntry[] = [];
  for (const { path, bytes } of source === undefined ? [] : await besideEvents(job, source))
    others.push(await writeWhole(job.part, path, bytes));
  const bytes = [table, ...others, ...copied.files].reduce((sum, file) => sum + file.bytes, 0);
  const rest = { bytes, events, sha256: table.sha256, damaged: copied.damaged };
  if (!isFile)
    return {
      ...rest,
      moves: [{ from: job.part, to: job.out }],
      files: [table.path, ...others.map(({ path }) => path), ...copied.files.map(({ path }) => path)],
    };
  const beside = `${job.out.slice(0, -4)}-recordings`;
  const moves = [{ from: `${job.part}/events.csv`, to: job.out }];
  if (copied.files.length > 0) moves.unshift({ from: `${job.part}/recordings`, to: beside });
  for (const { path } of others) moves.push({ from: `${job.part}/${path}`, to: `${job.out.slice(0, -4)}-${path}` });
  const name = basename(job.out);
  const names = copied.files.map(({ path }) => `${beside.split(/[\\/]/).at(-1)}${path.slice("recordings".length)}`);
  return { ...rest, moves, files: [name, ...others.map(({ path }) => `${name.slice(0, -4)}-${path}`), ...names] };
}

async function readAttempts(job: ExportJob): Promise<Attempts> {
  const attempts: Attempts = new Map();
  for await (const page of pagesOf(job)) {
    for (const event of page) {
      const { type, outcome, actor, reason } = event.body;
      const key = attemptOf(event);
      const known = attempts.get(key) ?? { verdict: "", judged: null };
      if (type === "step.ended") attempts.set(key, { ...known, verdict: outcome });
      if (type === "step.judged") attempts.set(key, { ...known, judged: { outcome, by: actor.name, reason } });
    }
  }
  return attempts;
}

const verdictOf = ({ body }: StoredEvent): string =>
  body.type === "step.skipped" ? "skipped" : VERDICT_TYPES.has(body.type) ? body.outcome : "";

function rowOf(event: StoredEvent, attempts: Attempts): Row {
  const { body, hash } = event;
  const { data, subject, actor } = body;
  const isEnd = body.type === "step.ended";
  const isJudgement = body.type === "step.judged";
  const attempt = isEnd || isJudgement ? attempts.get(attemptOf(event)) : undefined;
  const own: Judged | null = isJudgement ? { outcome: body.outcome, by: actor.name, reason: body.reason } : null;
  const judged = own ?? attempt?.judged ?? null;
  return {
    seq: body.seq,
    time_utc: body.ts_utc,
    type: body.type,
    run: subject.run,
    mode: subject.mode,
    step: subject.step,
    attempt: subject.attempt,
    block: cell(data["block"]),
    cluster: subject.cluster,
    who_id: actor.op_id,
    who_name: actor.name,
    who_role: actor.role,
    verdict: isJudgement ? (attempt?.verdict ?? "") : verdictOf(event),
    judgement: judged?.outcome ?? "",
    judged_by: judged?.by ?? "",
    judgement_reason: judged?.reason ?? "",
    outcome: body.outcome,
    reason: body.reason,
    text: cell(data["text"] ?? data["line"] ?? data["title"]),
    because: cell(data["because"]),
    exit_code: cell(data["exit_code"]),
    signal: cell(data["signal"]),
    pipe_status: cell(data["pipe_status"]),
    duration_ms: cell(data["duration_ms"]),
    planned_ms: cell(data["planned_ms"]),
    principal: cell(data["principal"]),
    output_bytes: cell(data["bytes"]),
    output_sha256: cell(data["output_sha256"]),
    recording: cell(data["recording"]),
    recording_sha256: cell(data["recording_sha256"]),
    corrects: body.corrects === 0 ? "" : body.corrects,
    hash,
  };
}

/** Text and numbers as they are, lists joined by spaces, anything deeper as JSON. */
function cell(value: unknown): Cell {
  if (value === null || value === undefined) return "";
  if (typeof value === "string" || typeof value === "number") return value;
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(" ");
  return JSON.stringify(value);
}
