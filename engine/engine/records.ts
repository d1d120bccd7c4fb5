// Reading, verifying, exporting and copying the record, as methods.
// Owns: where exports go, and the event that each act leaves. The formats are engine/export, the checks engine/record.
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { exportLog, exportRecovery, exportSignoffs } from "../export/index.ts";
import { fail, type LogId, ok, type ParsedParamsOf, type Result, type ResultOf, type StoredEvent } from "../protocol/index.ts";
import { backupInWorker, placesOf, verifyInWorker } from "../record/index.ts";
import type { Who } from "../run/index.ts";
import type { Context } from "./context.ts";
import { drillUnderWay, hiddenIn } from "./hidden.ts";
import type { RecordingPlace } from "./playbacks.ts";
import { createReportSource } from "./report-source.ts";
import { recoveryRows } from "./series.ts";

/** A recording longer than this is shown from its beginning; the file is whole. Bytes: what a window can replay at ease. */
const SHOWN_BYTES = 8_000_000;
/** Events after this one in which the hash of a recording that was still open is looked for. */
const LOOK_AHEAD = 500;

function known(context: Context, log: LogId): Result<null> {
  if (context.store.logs().some((entry) => entry.log === log)) return ok(null);
  return fail("not-found", `The record has no log ${log}.`);
}

export function events(
  context: Context,
  { log, filter, offset, limit }: ParsedParamsOf<"record.events">,
): Result<ResultOf<"record.events">> {
  const found = known(context, log);
  return found.ok ? ok(context.rows.page(log, filter, offset, limit)) : found;
}

export function event(context: Context, { log, seq }: ParsedParamsOf<"record.event">): Result<StoredEvent> {
  const found = known(context, log);
  if (!found.ok) return found;
  if (hiddenIn(context.store, log).has(seq)) return fail("not-found", `Event ${seq} of log ${log} is the instructor's until the debrief.`);
  const [stored] = context.store.events(log, { from: seq, limit: 1 });
  return stored ? ok(stored) : fail("not-found", `Log ${log} has no event ${seq}.`);
}

export async function recording(
  context: Context,
  { log, seq }: ParsedParamsOf<"record.recording">,
): Promise<Result<ResultOf<"record.recording">>> {
  const stored = event(context, { log, seq });
  if (!stored.ok) return stored;
  const path = textOf(stored.value, "recording");
  if (path === "") return fail("not-found", `Event ${seq} of log ${log} has no recording.`);
  const file = resolve(placesOf(context.home).recordings, path);
  const wanted = recordedHash(context, log, stored.value, path);
  try {
    const hash = createHash("sha256");
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
    const { text, truncated } = await beginning(file);
    return ok({ cast: text, truncated, hashMatches: wanted !== "" && hash.digest("hex") === wanted });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return fail(
      "unreadable",
      `The recording ${file} cannot be read (${(error as NodeJS.ErrnoException).code}). The record still holds its hash.`,
    );
  }
}

/** Where the recording lies that an event names. */
export function recordingPlace(context: Context, log: LogId, seq: number): Result<RecordingPlace> {
  const found = known(context, log);
  if (!found.ok) return found;
  const stored = event(context, { log, seq });
  if (!stored.ok) return stored;
  const path = textOf(stored.value, "recording");
  if (path === "") return fail("not-found", `Event ${seq} of log ${log} has no recording.`);
  const { recordings } = placesOf(context.home);
  return ok({ path: resolve(recordings, path), at: 0, size: null, sha256: recordedHash(context, log, stored.value, path) });
}

/** The hash stands in the event that closed the recording: this one, or the end of the step attempt. */
function recordedHash(context: Context, log: LogId, stored: StoredEvent, path: string): string {
  const own = textOf(stored, "recording_sha256");
  if (own !== "") return own;
  const later = context.store.events(log, { from: stored.body.seq + 1, limit: LOOK_AHEAD });
  const closing = later.find((one) => textOf(one, "recording") === path && textOf(one, "recording_sha256") !== "");
  return closing ? textOf(closing, "recording_sha256") : "";
}

const textOf = ({ body }: StoredEvent, key: string): string => (typeof body.data[key] === "string" ? (body.data[key] as string) : "");

async function beginning(file: string): Promise<{ text: string; truncated: boolean }> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, SHOWN_BYTES));
    await handle.read(bytes, 0, bytes.length, 0);
    const text = bytes.toString("utf8");
    // Cut at a line, so that every line is a whole event of the cast.
    return size <= SHOWN_BYTES ? { text, truncated: false } : { text: text.slice(0, text.lastIndexOf("\n") + 1), truncated: true };
  } finally {
    await handle.close();
  }
}

/** In a thread of its own, as long as it takes: other calls, terminals and runs go on. */
export async function verify(
  context: Context,
  who: Who,
  { log }: ParsedParamsOf<"record.verify">,
): Promise<Result<ResultOf<"record.verify">>> {
  if (log !== undefined) {
    const found = known(context, log);
    if (!found.ok) return found;
  }
  const report = await verifyInWorker("database", placesOf(context.home).database, { home: context.home });
  context.store.append(log ?? context.store.install, {
    type: "record.verified",
    actor: who.actor,
    outcome: report.verdict,
    data: {
      verdict: report.verdict,
      logs: report.logs,
      events: report.events,
      problems: report.problems.length,
      warnings: report.warnings.length,
    },
  });
  return ok(report);
}

export async function exported(
  context: Context,
  who: Who,
  params: ParsedParamsOf<"record.export">,
): Promise<Result<ResultOf<"record.export">>> {
  const found = known(context, params.log);
  if (!found.ok) return found;
  const drill = drillUnderWay(context.store, params.log);
  if (drill !== null) return drill;
  const out = placeFor(
    context,
    params.out,
    params.log,
    { csv: ".csv", bundle: ".zip", json: "", report: "-report.pdf" }[params.format as string] ?? `.${params.format}`,
  );
  if (!out.ok) return out;
  return exportLog(context.store, params.log, {
    format: params.format,
    out: out.value,
    ...(params.filter === undefined ? {} : { filter: params.filter }),
    recordingsDir: placesOf(context.home).recordings,
    actor: who.actor,
    source: createReportSource(context),
  });
}

export async function signoffsExported(
  context: Context,
  who: Who,
  { format, out, ...given }: ParsedParamsOf<"record.exportSignoffs">,
): Promise<Result<ResultOf<"record.exportSignoffs">>> {
  // A bundle holds whole logs; a table of signatures holds nothing of a drill.
  const drill = format === "bundle" ? context.store.logs().map(({ log }) => drillUnderWay(context.store, log)) : [];
  const underWay = drill.find((one) => one !== null);
  if (underWay) return underWay;
  const place = placeFor(context, out, "signoffs", format === "bundle" ? ".zip" : `.${format}`);
  if (!place.ok) return place;
  const filter = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return exportSignoffs(context.store, {
    format,
    out: place.value,
    filter,
    recordingsDir: placesOf(context.home).recordings,
    actor: who.actor,
    source: createReportSource(context),
  });
}

export async function recoveryExported(
  context: Context,
  who: Who,
  { format, out, ...filter }: ParsedParamsOf<"record.exportRecovery">,
): Promise<Result<ResultOf<"record.exportRecovery">>> {
  const place = placeFor(context, out, "recovery", `.${format}`);
  if (!place.ok) return place;
  return exportRecovery(context.store, { format, out: place.value, filter, actor: who.actor, rows: recoveryRows(context) });
}

/** Where an export goes: the path asked for, which must be absolute, or a new name in the data directory. */
export function placeFor(context: Context, wanted: string | undefined, name: string, ending: string): Result<string> {
  if (wanted !== undefined)
    return isAbsolute(wanted)
      ? ok(wanted)
      : fail("invalid-params", `Export to an absolute path: ${wanted} depends on where Holdpoint was started.`);
  const stamp = new Date(context.ports.clock.now()).toISOString().replaceAll(/[:.]/g, "-");
  const folder = join(context.home, "exports");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return ok(join(folder, `${name}-${stamp}${ending}`));
}

/** Copied and verified in a thread of its own. */
export async function backup(
  context: Context,
  who: Who,
  { out }: ParsedParamsOf<"record.backup">,
): Promise<Result<ResultOf<"record.backup">>> {
  if (out !== undefined && !isAbsolute(out))
    return fail("invalid-params", `Copy to an absolute path: ${out} depends on where Holdpoint was started.`);
  const stamp = new Date(context.ports.clock.now()).toISOString().replaceAll(/[:.]/g, "-");
  const { backups, database, sidecar } = placesOf(context.home);
  if (out === undefined) mkdirSync(backups, { recursive: true, mode: 0o700 });
  const { store } = context;
  store.checkpoint(store.install, "backup");
  const made = await backupInWorker(database, out ?? join(backups, `backup-${stamp}.db`), sidecar);
  store.append(store.install, { type: "backup.made", actor: who.actor, data: { path: made.path, bytes: made.bytes, sha256: made.sha256 } });
  return ok({ path: made.path, bytes: made.bytes, report: await verifyInWorker("database", made.path) });
}

export function auditorView(context: Context, who: Who, { log }: ParsedParamsOf<"record.auditorView">): Result<null> {
  const found = known(context, log);
  if (!found.ok) return found;
  context.store.append(context.store.install, { type: "record.viewed", actor: who.actor, data: { log } });
  return ok(null);
}
