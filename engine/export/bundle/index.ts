// The bundle: a BagIt 1.0 zip of a whole log with everything that proves it. Owns: what goes in, and in which order.
// Everything is first written below `part`, hashed as it goes out, then zipped: memory stays flat, half a bundle is never seen.
// Does not make reports (engine/export/report): they come in as bytes and lie below data/reports.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CanonicalValue, LogId, StoredEvent } from "../../protocol/index.ts";
import { closingLine, jcs, RecordError, signEnvelope } from "../../record/index.ts";
import type { ExportJob, Written } from "../index.ts";
import { pagesOf } from "../json.ts";
import { openOutput, writeWhole } from "../output.ts";
import { copyRecordings, createRecordingList, type FileEntry } from "../recordings.ts";
import { anchorsOf } from "./anchors.ts";
import { isSafePath, payloadPath } from "./paths.ts";
import { ROSTER_TYPES, rosterFiles } from "./roster.ts";
import { bagInfo, type Counts, verifyText } from "./texts.ts";
import { writeZip } from "./zip.ts";

export const BUNDLE_TYPE = "application/vnd.holdpoint.bundle.v1+json";
/** A report to lie below data/reports: `path` of letters, digits, `.`, `_`, `-` and `/`. */
export type Report = { path: string; bytes: Uint8Array };

/** In a bundle of the program the verifiers lie beside it (build/desktop.ts); in the source tree in their own folder. */
const VERIFIERS = new URL(import.meta.url.endsWith(".ts") ? "../verifiers/" : "./verifiers/", import.meta.url);

type Payload = { file: string | null; log: string; name: string; salt: string; seq: number };
type Part = { job: ExportJob; tree: string; files: FileEntry[]; payloads: Payload[]; signatures: string[] };

export async function writeBundle(job: ExportJob, reports: readonly Report[]): Promise<Written> {
  if (job.filter !== null)
    throw new RecordError(
      "invalid-params",
      "A bundle holds whole logs, so that they can be verified. For a part of a log choose csv or json.",
    );
  const { store, log, head } = job;
  const part: Part = { job, tree: join(job.part, "tree"), files: [], payloads: [], signatures: [] };
  const keep = async (path: string, content: string | Uint8Array) => void part.files.push(await writeWhole(part.tree, path, content));
  const anchors = await anchorsOf(store, log, head.seq);
  const recordings = createRecordingList();

  const signatures = await openOutput(part.tree, "data/signatures.ndjson");
  let signed = 0;
  await writeLog(part, job, "data/events.ndjson", async (event) => {
    recordings.see(event);
    if (event.body.type === "signoff.added") signed += 1;
    await extract(event, signatures.write);
  });
  const installSeq = log === store.install ? head.seq : anchors.installSeq;
  if (log !== store.install) {
    const event = installSeq === 0 ? undefined : store.events(store.install, { from: installSeq, limit: 1 })[0];
    if (event === undefined) throw new RecordError("record-damaged", "The install log is empty: there is nothing to say who this is.");
    const whole: ExportJob = { ...job, log: store.install, head: { seq: installSeq, hash: event.hash, at: event.body.ts_utc } };
    await writeLog(part, whole, "data/install.ndjson", (one) => extract(one, signatures.write));
  }
  part.files.push(await signatures.close());
  await keep("data/checkpoints.ndjson", anchors.lines.map((line) => `${line}\n`).join(""));
  const roster = rosterFiles(store, installSeq);
  await keep("data/roster.json", roster.roster);
  await keep("data/keys.json", roster.keys);

  const names = new Map(recordings.entries().map(([name], i) => [name, `${String(i + 1).padStart(4, "0")}-${plainName(name)}`]));
  const copied = await copyRecordings(recordings, job.recordingsDir, part.tree, "data/recordings", (name) => names.get(name)!);
  part.files.push(...copied.files);
  const there = new Set(copied.files.map(({ path }) => path));
  const recorded = [...names].map(([path, name]) => ({
    path,
    file: there.has(`data/recordings/${name}`) ? `data/recordings/${name}` : null,
  }));
  await keep("data/files.json", `${jcs({ v: 1, payloads: part.payloads, recordings: recorded })}\n`);
  for (const { path, bytes } of reports) {
    if (!isSafePath(path)) throw new RecordError("invalid-params", `A report cannot be called "${path}" in a bundle.`);
    await keep(`data/reports/${path}`, bytes);
  }

  const data = [...part.files];
  const counts: Counts = {
    events: head.seq,
    installEvents: installSeq,
    signatures: signed,
    recordings: recorded.length,
    payloads: part.payloads.length,
    checkpoints: anchors.lines.length,
    dataBytes: data.reduce((sum, { bytes }) => sum + bytes, 0),
    dataFiles: data.length,
  };
  await keep("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
  await keep("bag-info.txt", bagInfo(job, counts));
  await keep("VERIFY.md", verifyText(job));
  for (const name of ["verify.mjs", "verify.py"]) await keep(name, readFileSync(new URL(name, VERIFIERS)));
  await keep("manifest-sha256.txt", listOf(data));
  const manifest = await writeManifest(part, installSeq, copied.damaged);
  const tags = part.files.filter(({ path }) => !path.startsWith("data/"));
  await keep("tagmanifest-sha256.txt", listOf(tags));

  const zip = `${job.part}/bundle.zip`;
  const inOrder = [...part.files].sort((a, b) => rank(a.path) - rank(b.path) || byPath(a, b));
  await writeZip(part.tree, inOrder, `holdpoint-${log}`, head.at, zip);
  return {
    moves: [{ from: zip, to: job.out }],
    files: inOrder.map(({ path }) => path),
    bytes: statSync(zip).size,
    events: head.seq,
    sha256: manifest.sha256,
    damaged: copied.damaged,
  };
}

const byPath = (a: FileEntry, b: FileEntry): number => (a.path < b.path ? -1 : 1);
/** bagit.txt first, so that the first bytes say what the file is; then what people read; then the data. */
const rank = (path: string): number => (path === "bagit.txt" ? 0 : path.startsWith("data/") ? 2 : 1);
const listOf = (files: readonly FileEntry[]): string =>
  [...files]
    .sort(byPath)
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join("");
const plainName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, "-").slice(-80);

/** A whole log: genesis, events, closing line; its payloads beside it. */
async function writeLog(part: Part, job: ExportJob, path: string, see: (event: StoredEvent) => Promise<void>): Promise<void> {
  const { store, log, head, key } = job;
  const out = await openOutput(part.tree, path);
  await out.write(`${store.genesisLine(log)}\n`);
  for await (const page of pagesOf(job)) {
    await out.write(page.map(({ line }) => `${line}\n`).join(""));
    for (const event of page) {
      await see(event);
      await writePayloads(part, log, event);
    }
  }
  const genesis = store.genesis(log);
  const closing = {
    v: 1,
    kind: "export",
    install_id: store.installId,
    log,
    number: Number(genesis["number"]),
    events: head.seq,
    seq: head.seq,
    head: head.hash,
    at: head.at,
    partial: null,
  } as const;
  await out.write(`${closingLine(closing, key)}\n`);
  part.files.push(await out.close());
}

async function writePayloads(part: Part, log: LogId, { body }: StoredEvent): Promise<void> {
  for (const [i, { name, media_type }] of body.payloads.entries()) {
    const kept = part.job.store.payloadWithSalt(log, body.seq, name);
    if (kept === null) continue; // the verifiers name it
    const salt = Buffer.from(kept.salt).toString("hex");
    const file = kept.bytes === null ? null : payloadPath(log === part.job.log, body.seq, i, name, media_type);
    if (file !== null) part.files.push(await writeWhole(part.tree, file, kept.bytes!));
    part.payloads.push({ file, log, name, salt, seq: body.seq });
  }
}

/** The signatures that an event carries, one line each, as they stand in it. */
async function extract({ body }: StoredEvent, write: (text: string) => Promise<void>): Promise<void> {
  const data = body.data as Record<string, CanonicalValue>;
  const isSignoff = body.type === "signoff.added" || body.type === "signoff.withdrawn";
  const roster = ROSTER_TYPES.includes(body.type) ? data["envelopes"] : undefined;
  const envelopes = isSignoff ? [data["envelope"] ?? null] : Array.isArray(roster) ? roster : [];
  for (const envelope of envelopes) await write(`${jcs({ envelope, log: body.log, seq: body.seq })}\n`);
}

/** The signed manifest covers every file but itself and the tag manifest, which covers it. */
async function writeManifest(part: Part, installSeq: number, damaged: string[]): Promise<FileEntry> {
  const { store, log, head, actor, key } = part.job;
  const install =
    log === store.install
      ? null
      : { log: store.install, seq: installSeq, head: store.events(store.install, { from: installSeq, limit: 1 })[0]!.hash };
  const files = [...part.files].sort(byPath).map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
  const payload = {
    v: 1,
    kind: "bundle",
    install_id: store.installId,
    log,
    seq: head.seq,
    head: head.hash,
    at: head.at,
    install_log: install,
    exported_by: { op_id: actor.op_id, name: actor.name },
    filter: null,
    files,
    damaged,
  };
  const line = jcs(signEnvelope(BUNDLE_TYPE, payload, key) as unknown as CanonicalValue);
  const entry = await writeWhole(part.tree, "manifest.dsse.json", `${line}\n`);
  part.files.push(entry);
  return entry;
}
