// Reads a bundle for showing: verifies it, then notes where each event, recording and report lies. Owns: the index of a bundle.
// Runs in a thread of its own (worker.ts). Every string in a bundle is somebody else's: shapes are checked, lengths bounded.
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync } from "node:fs";
import { type BundleView, EventBody, type LogId } from "../../protocol/index.ts";
import { type BundleReport, CannotRead, verifyBundle } from "../verifiers/verify.mjs";
import { directoryOf, type Place, readAt } from "./directory.ts";

/** More than this nobody reads in a window; the verifier has no such limit. */
export const MAX_EVENTS = 500_000;
/** An event with its data; evidence and recordings lie beside the log. Bytes. */
export const MAX_LINE = 8 * 1024 * 1024;
const MAX_SIGNATURES = 10_000;
const PIECE = 1 << 20;

export type BundleIndex = {
  bytes: number;
  mtimeMs: number;
  sha256: string;
  report: BundleReport;
  log: BundleView["log"];
  /** Of event seq − 1: where its line lies. */
  lines: Place[];
  /** Of event seq − 1: its hash, as the next line or the closing names it. */
  hashes: string[];
  /** By the name that events give: where it lies, and the hash that the log holds of it. */
  recordings: Record<string, Place & { sha256: string }>;
  reports: string[];
  signatures: BundleView["signatures"];
  closed: string;
};

type Told = Record<string, unknown>;
const isTold = (value: unknown): value is Told => typeof value === "object" && value !== null && !Array.isArray(value);
const textIn = (value: unknown, key: string): string => {
  const found = isTold(value) ? value[key] : undefined;
  return typeof found === "string" ? found.slice(0, 2000) : "";
};

/** Throws CannotRead where the file is no zip or cannot be read at all. */
export function readBundle(path: string, options: { fingerprint?: string } = {}): BundleIndex {
  const report = verifyBundle(path, options);
  const file = openSync(path, "r");
  try {
    const { size, mtimeMs } = fstatSync(file);
    const index: BundleIndex = {
      bytes: size,
      mtimeMs,
      sha256: hashOf(file, size),
      report: { ...report, source: path },
      log: null,
      lines: [],
      hashes: [],
      recordings: {},
      reports: [],
      signatures: [],
      closed: "",
    };
    // Where the container itself is not as the exporter writes it, two readers may see two things: nothing in it is shown.
    const container = report.problems.find(({ code }) => code.startsWith("zip-") && code !== "zip-time");
    if (container !== undefined) return { ...index, closed: `${container.message} Nothing in it is shown.` };
    return fill(index, file, directoryOf(file));
  } catch (error) {
    if (error instanceof RangeError) throw new CannotRead(`${path} cannot be read: ${error.message}`);
    throw error;
  } finally {
    closeSync(file);
  }
}

function hashOf(file: number, size: number): string {
  const digest = createHash("sha256");
  for (let at = 0; at < size; at += PIECE) digest.update(readAt(file, at, Math.min(PIECE, size - at)));
  return digest.digest("hex");
}

function fill(index: BundleIndex, file: number, places: Map<string, Place>): BundleIndex {
  const events = places.get("data/events.ndjson");
  if (events === undefined) return { ...index, closed: "There is no log in it: data/events.ndjson is missing." };
  index.reports = [...places.keys()].filter((path) => path.startsWith("data/reports/")).map((path) => path.slice("data/reports/".length));
  const hashes: Record<string, string> = {};
  const staleBy = new Map<string, string>();
  const signed: { id: string; row: BundleView["signatures"][number] }[] = [];
  let genesis: Told = {};
  let closing: Told = {};
  let last = { at: "", title: "", status: "", mode: "", cluster: "", clusterClass: "" };
  let number = 0;
  for (const place of linesOf(file, events)) {
    number += 1;
    const value = place.size > MAX_LINE ? undefined : parsed(readAt(file, place.at, place.size));
    if (number === 1) {
      genesis = isTold(value) ? value : {};
      continue;
    }
    if (isTold(value) && isTold(value["payload"])) {
      closing = value["payload"]; // the last line, signed
      continue;
    }
    if (index.lines.length >= MAX_EVENTS) return { ...index, closed: `It has more than ${MAX_EVENTS} events, too many for a window.` };
    const body = EventBody.safeParse(value);
    if (!body.success || body.data.seq !== index.lines.length + 1)
      return { ...index, closed: `Line ${number} of its log is not the event that belongs there.`, lines: [], hashes: [] };
    const { data, type, seq, prev, ts_utc } = body.data;
    if (seq > 1) index.hashes.push(prev);
    index.lines.push(place);
    const recording = textIn(data, "recording");
    if (recording !== "" && textIn(data, "recording_sha256") !== "") hashes[recording] = textIn(data, "recording_sha256");
    last = tell(last, type, body.data);
    last.at = ts_utc;
    if (type === "signoff.added" && signed.length < MAX_SIGNATURES)
      signed.push({ id: textIn(data, "signature"), row: signatureOf(body.data) });
    if (type === "signoff.invalidated") staleBy.set(textIn(data, "signature"), textIn(data, "why") || body.data.reason);
    if (type === "signoff.withdrawn") staleBy.set(textIn(data, "signature"), `taken back: ${body.data.reason}`);
  }
  index.hashes.push(textIn(closing, "head"));
  index.signatures = signed.map(({ id, row }) => ({ ...row, stale: staleBy.get(id) ?? "" }));
  for (const { path, at } of recordingsOf(file, places)) index.recordings[path] = { ...at, sha256: hashes[path] ?? "" };
  const kind = textIn(genesis, "kind");
  const openedAt = textIn(genesis, "opened_at");
  const manifest = manifestOf(file, places);
  if (index.report.fingerprint === null || !/^(log|install)-/.test(textIn(genesis, "log"))) return index;
  index.log = {
    log: textIn(genesis, "log") as LogId,
    kind: kind === "launch" || kind === "install" ? kind : "run",
    number: Number.isSafeInteger(genesis["number"]) ? (genesis["number"] as number) : 0,
    title: last.title || textIn(genesis, "name") || textIn(genesis, "title") || textIn(genesis, "log"),
    mode: last.mode || textIn(genesis, "mode"),
    status: last.status,
    solo: genesis["solo"] === true,
    cluster: last.cluster,
    clusterClass: last.clusterClass,
    install: textIn(genesis, "install_id"),
    openedAt,
    headAt: last.at,
    exportedBy: textIn(manifest["exported_by"], "name") || textIn(manifest["exported_by"], "op_id"),
    events: index.lines.length,
    fingerprint: index.report.fingerprint,
  };
  return index;
}

type Last = { at: string; title: string; status: string; mode: string; cluster: string; clusterClass: string };
/** The few events that say what the log is of and how it stands. */
function tell(last: Last, type: string, { data, subject }: EventBody): Last {
  switch (type) {
    case "run.started":
      return subject.launch === "" ? { ...last, title: textIn(data, "title"), mode: textIn(data, "mode"), status: "active" } : last;
    case "run.held":
    case "run.aborted":
    case "run.finished":
      return subject.launch === "" ? { ...last, status: type.slice(4) } : last;
    case "run.resumed":
      return subject.launch === "" ? { ...last, status: "active" } : last;
    case "cluster.pinned":
      return { ...last, cluster: textIn(data, "context"), clusterClass: textIn(data, "class") };
    case "launch.state":
      return { ...last, status: textIn(data, "to") };
    case "launch.closed":
      return { ...last, status: "closed" };
    default:
      return last;
  }
}

function signatureOf({ seq, ts_utc, data, outcome }: EventBody): BundleView["signatures"][number] {
  const subject = data["subject"];
  return {
    seq,
    at: ts_utc,
    name: textIn(data, "name"),
    title: textIn(data, "title"),
    role: textIn(data, "role"),
    onBehalfOf: textIn(data, "on_behalf_of"),
    meaning: outcome,
    statement: textIn(data, "statement"),
    subject: [textIn(subject, "kind"), textIn(subject, "id")].filter((part) => part !== "").join(" "),
    stale: "",
  };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

const smallFile = (file: number, place: Place | undefined): unknown =>
  place === undefined || place.size > MAX_LINE ? undefined : parsed(readAt(file, place.at, place.size));

function manifestOf(file: number, places: Map<string, Place>): Told {
  const envelope = smallFile(file, places.get("manifest.dsse.json"));
  return isTold(envelope) && isTold(envelope["payload"]) ? envelope["payload"] : {};
}

function recordingsOf(file: number, places: Map<string, Place>): { path: string; at: Place }[] {
  const index = smallFile(file, places.get("data/files.json"));
  const listed = isTold(index) && Array.isArray(index["recordings"]) ? index["recordings"] : [];
  return listed.flatMap((one) => {
    const at = places.get(textIn(one, "file"));
    const path = textIn(one, "path");
    return at === undefined || path === "" ? [] : [{ path, at }];
  });
}

/** Where each line lies, without its end; read in pieces so that memory stays flat. */
function* linesOf(file: number, { at, size }: Place): Generator<Place> {
  let start = at;
  for (let from = at; from < at + size; from += PIECE) {
    const piece = readAt(file, from, Math.min(PIECE, at + size - from));
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, end + 1)) {
      yield { at: start, size: from + end - start };
      start = from + end + 1;
    }
  }
  if (start < at + size) yield { at: start, size: at + size - start };
}
