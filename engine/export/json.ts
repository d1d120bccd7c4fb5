// The json export: a folder with events.ndjson (the authority), checkpoints, payloads, recordings and a signed manifest.
// Owns: what goes in. The line formats are the record's (events-format.ts), since its verifier reads them.
import { existsSync, readFileSync } from "node:fs";
import type { CanonicalValue, StoredEvent } from "../protocol/index.ts";
import { closingLine, type Manifest, manifestLine, matchesFilter, placesOf } from "../record/index.ts";
import type { ExportJob, Written } from "./index.ts";
import { openOutput, writeWhole } from "./output.ts";
import { copyRecordings, createRecordingList, type FileEntry } from "./recordings.ts";

/** Events read at once: a page is written, then the engine goes on with other work. */
const PAGE = 1_000;

export async function* pagesOf({ store, log, head }: ExportJob): AsyncGenerator<StoredEvent[]> {
  for (let from = 1; from <= head.seq; from += PAGE) {
    yield store.events(log, { from, limit: Math.min(PAGE, head.seq - from + 1) });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function writeJson(job: ExportJob): Promise<Written> {
  const recordings = createRecordingList();
  const withPayloads: StoredEvent[] = [];
  const events = await writeEvents(job, (event) => {
    recordings.see(event);
    if (event.body.payloads.length > 0) withPayloads.push(event);
  });
  const files: FileEntry[] = [events.file, await writeWhole(job.part, "checkpoints.ndjson", checkpointsOf(job))];
  const payloads: Manifest["payloads"] = [];
  for (const event of withPayloads) {
    for (const [i, { name }] of event.body.payloads.entries()) {
      const kept = job.store.payloadWithSalt(job.log, event.body.seq, name);
      if (kept === null || kept.bytes === null) continue; // erased; the verifier names it
      const path = `payloads/${String(event.body.seq).padStart(6, "0")}-${i}-${name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 60)}`;
      files.push(await writeWhole(job.part, path, kept.bytes));
      payloads.push({ seq: event.body.seq, name, path, salt: Buffer.from(kept.salt).toString("hex") });
    }
  }
  const copied = await copyRecordings(recordings, job.recordingsDir, job.part, "recordings");
  files.push(...copied.files);
  const manifest: Manifest = {
    v: 1,
    kind: "manifest",
    log: job.log,
    seq: job.head.seq,
    head: job.head.hash,
    exported_by: { op_id: job.actor.op_id, name: job.actor.name },
    files,
    payloads,
    damaged: copied.damaged,
  };
  const last = await writeWhole(job.part, "manifest.json", `${manifestLine(manifest, job.key)}\n`);
  return {
    moves: [{ from: job.part, to: job.out }],
    files: [...files.map(({ path }) => path), last.path],
    bytes: [...files, last].reduce((sum, { bytes }) => sum + bytes, 0),
    events: events.count,
    sha256: last.sha256,
    damaged: copied.damaged,
  };
}

async function writeEvents(job: ExportJob, see: (event: StoredEvent) => void): Promise<{ file: FileEntry; count: number }> {
  const { store, log, head, filter } = job;
  const genesis = store.genesis(log);
  const out = await openOutput(job.part, "events.ndjson");
  await out.write(`${store.genesisLine(log)}\n`);
  const hashes: string[] = [];
  let count = 0;
  for await (const page of pagesOf(job)) {
    let text = "";
    for (const event of page) {
      if (filter !== null && !matchesFilter(filter, event)) continue;
      see(event);
      text += `${event.line}\n`;
      count += 1;
      if (filter !== null) hashes.push(event.hash);
    }
    await out.write(text);
  }
  const partial = filter === null ? null : { filter: filter as Record<string, CanonicalValue>, total: head.seq, hashes };
  const closing = {
    v: 1,
    kind: "export",
    install_id: String(genesis["install_id"]),
    log,
    number: Number(genesis["number"]),
    events: count,
    seq: head.seq,
    head: head.hash,
    at: head.at,
    partial,
  } as const;
  await out.write(`${closingLine(closing, job.key)}\n`);
  return { file: await out.close(), count };
}

/** The sidecar's lines about this log up to the exported head, byte for byte. */
function checkpointsOf({ store, log, head }: ExportJob): string {
  const path = placesOf(store.home).sidecar;
  if (!existsSync(path)) return "";
  let out = "";
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (!line.includes(log)) continue;
    try {
      const heads = (JSON.parse(line) as { payload: { heads: { log: string; seq: number }[] } }).payload.heads;
      if (heads.some((one) => one.log === log && one.seq <= head.seq)) out += `${line}\n`;
    } catch {
      // a torn line anchors nothing; verifying the data directory names it
    }
  }
  return out;
}
