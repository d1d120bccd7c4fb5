// Verifies an exported events file, and the folder it lies in where there is a manifest beside it.
// Owns: the order of it (events-format.ts says what the format is). Needs no database and no key of ours.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { VerifyReport } from "../../protocol/index.ts";
import { fingerprintOf } from "../chain.ts";
import { RecordError } from "../errors.ts";
import type { Closing } from "../events-format.ts";
import { parseSidecar } from "../sidecar.ts";
import { type AnchorCheck, createAnchorCheck, wantCheckpoints } from "./anchors-check.ts";
import { createChainCheck, type Walked } from "./chain-check.ts";
import { type Genesis, readClosing, readGenesis } from "./closing.ts";
import { checkFolder } from "./folder-check.ts";
import { bufferSource, fileSource, type LineSource, type RawLine } from "./lines.ts";
import { createOriginSearch, type OriginSearch } from "./origin.ts";
import { checkRecordings } from "./recordings-check.ts";
import { createFindings, type Findings, finish, type VerifyOptions } from "./report.ts";

export type Seen = { walked: Walked | null; publicKey: string; closing: Closing | null; originProved: boolean };

/**
 * Verifies `events.ndjson`, or the export folder that holds it. With `home`, also against that installation's checkpoints
 * and recordings. Lists all problems; throws RecordError `unreadable` only where there is no file.
 */
export function verifyEventsFile(path: string, options: VerifyOptions = {}): VerifyReport {
  const startedAt = performance.now();
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, "events.ndjson") : path;
  if (!existsSync(file)) throw new RecordError("unreadable", `${file} does not exist: there is nothing to verify.`);
  const folder =
    isFolder || (basename(file) === "events.ndjson" && existsSync(join(dirname(file), "manifest.json"))) ? dirname(file) : null;
  const beside = options.home ?? folder;
  const sidecar = beside === null ? null : join(beside, "checkpoints.ndjson");
  const findings = createFindings();
  const seen = check(fileSource(file), sidecar !== null && existsSync(sidecar) ? readFileSync(sidecar) : null, options, findings);
  if (seen.walked !== null) {
    checkRecordingsOf(seen.walked, folder, options, findings);
    if (folder !== null) checkFolder(folder, seen.walked, seen.publicKey, seen.closing, findings);
    else if (seen.walked.payloads.length > 0)
      findings.warning("payloads-elsewhere", `${seen.walked.payloads.length} payloads are not beside this file; they were not checked.`);
  }
  return report(findings, path, seen, startedAt);
}

/** The same for bytes in memory, without anything beside them but the checkpoints that are given. */
export function verifyEventsBytes(bytes: Buffer, options: VerifyOptions & { sidecar?: Uint8Array } = {}): VerifyReport {
  const startedAt = performance.now();
  const findings = createFindings();
  return report(findings, "memory", check(bufferSource(bytes), options.sidecar ?? null, options, findings), startedAt);
}

function report(findings: Findings, source: string, seen: Seen, startedAt: number): VerifyReport {
  const fingerprint = seen.walked === null ? null : fingerprintOf(seen.closing?.head ?? seen.walked.head.toString("hex"));
  return finish(findings, { source, sourceKind: "events", fingerprint, originProved: seen.originProved, startedAt });
}

function check(source: LineSource, sidecar: Uint8Array | null, options: VerifyOptions, findings: Findings): Seen {
  const seen: Seen = { walked: null, publicKey: "", closing: null, originProved: false };
  const lines = source.lines();
  const first = lines.next();
  if (first.done === true) {
    findings.problem("file-empty", "The file is empty.");
    return seen;
  }
  const genesis = readGenesis(first.value, findings);
  if (genesis === null) return seen;
  findings.counts.logs = 1;
  seen.publicKey = genesis.publicKey;
  seen.closing = readClosing(source.last(), genesis, findings);
  const partial = seen.closing?.partial ?? null;
  const anchors = createAnchorCheck(findings);
  if (sidecar !== null && partial === null) wantSidecar(sidecar, genesis, seen.closing, anchors, findings);
  if (seen.closing !== null && partial === null) anchors.want(genesis.log, seen.closing.seq, seen.closing.head, "the closing line", true);
  const search = createOriginSearch(options);
  const { walked, hashes } = walk(lines, genesis, seen.closing, anchors, search, findings);
  seen.walked = walked;
  findings.counts.events = walked.events;
  if (partial === null) anchors.close(walked, "The file");
  else checkPartial(seen.closing!, walked, hashes, findings);
  if (seen.closing !== null && seen.closing.events !== walked.events)
    findings.problem("count-differs", `The file has ${walked.events} events; its closing line says ${seen.closing.events}.`, genesis.log);
  seen.originProved = search.finish(genesis.publicKey, new Map([[genesis.log, walked.seq]]), genesis.log, findings);
  return seen;
}

/** Checkpoints about this log. Those past a closing that counts only say that the log went on after the export. */
function wantSidecar(sidecar: Uint8Array, genesis: Genesis, closing: Closing | null, anchors: AnchorCheck, findings: Findings): void {
  const until = closing?.seq ?? Number.POSITIVE_INFINITY;
  let later = 0;
  const about = parseSidecar(sidecar).map((line) => {
    if (line.checkpoint === null) return line;
    const mine = line.checkpoint.heads.filter((head) => head.log === genesis.log);
    const heads = mine.filter((head) => head.seq <= until);
    later = Math.max(later, ...mine.map((head) => head.seq));
    return { ...line, checkpoint: { ...line.checkpoint, heads } };
  });
  wantCheckpoints(about, genesis.publicKey, anchors, findings, "checkpoints.ndjson");
  if (later > until)
    findings.warning("log-went-on", `The log had ${later} events later; this export holds it up to event ${until}.`, genesis.log, until);
}

function walk(
  lines: Iterable<RawLine>,
  genesis: Genesis,
  closing: Closing | null,
  anchors: AnchorCheck,
  search: OriginSearch,
  findings: Findings,
): { walked: Walked; hashes: string[] } {
  const partial = closing?.partial ?? null;
  const chain = createChainCheck(genesis.log, genesis.hash, "the file", findings, partial !== null);
  const hashes: string[] = [];
  anchors.saw(genesis.log, 0, genesis.hash);
  search.saw(genesis.log, 0, genesis.hash);
  const take = (line: RawLine) => {
    const { body, hash } = chain.push(line.bytes);
    const seq = body?.seq ?? chain.walked.seq;
    anchors.saw(genesis.log, seq, hash);
    search.saw(genesis.log, seq, hash);
    if (partial !== null) hashes.push(hash.toString("hex"));
  };
  // One line is held back: the last is the closing, wherever it is not plainly an event.
  let held: RawLine | null = null;
  for (const line of lines) {
    if (held !== null) take(held);
    held = line;
  }
  if (held === null || !held.isEnded) findings.problem("file-cut", "The file does not end with a whole line: it was cut.", genesis.log);
  if (held !== null && closing === null && held.bytes.includes('"mono_ns":')) take(held);
  return { walked: chain.walked, hashes };
}

/** A filtered export: its lines must be exactly those that the closing lists by hash, in the log's order. */
function checkPartial(closing: Closing, walked: Walked, hashes: readonly string[], findings: Findings): void {
  const { partial } = closing;
  if (partial === null) return;
  const listed = new Set(partial.hashes);
  const found = new Set(hashes);
  for (const [i, hash] of hashes.entries())
    if (!listed.has(hash))
      findings.problem(
        "event-changed",
        `Line ${i + 2} is not one of the events that the closing line lists: changed or put in.`,
        closing.log,
      );
  const removed = partial.hashes.filter((hash) => !found.has(hash)).length;
  if (removed > 0)
    findings.problem(
      "events-removed",
      `${removed} of the events that the closing line lists are not here: removed or changed.`,
      closing.log,
    );
  if (hashes.join() !== partial.hashes.join() && removed === 0 && found.size === hashes.length)
    findings.problem("out-of-order", "The events are not in the order that the closing line lists.", closing.log);
  findings.warning(
    "partial",
    `This is a filtered export: ${walked.events} of ${partial.total} events. What was left out cannot be judged from it.`,
    closing.log,
  );
}

function checkRecordingsOf(walked: Walked, folder: string | null, options: VerifyOptions, findings: Findings): void {
  const beside = folder ?? options.home;
  if (beside !== undefined) checkRecordings(walked.recordings, join(beside, "recordings"), findings);
  for (const [recording, seq] of walked.unbound)
    findings.warning(
      "recording-unbound",
      `The recording ${recording}, begun by event ${seq}, is bound by no hash: the step never ended, or still runs.`,
      walked.log,
      seq,
    );
  if (beside === undefined && walked.recordings.length > 0)
    findings.warning(
      "recordings-elsewhere",
      `${new Set(walked.recordings.map((ref) => ref.path)).size} recordings are not beside this file; they were not checked.`,
    );
}
