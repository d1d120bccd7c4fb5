// Checkpoints of a running store: when one is due, what it says, and what the sidecar says about the database at opening.
// Owns: the counters and the words for the screen. The file's lines are sidecar.ts; reading them back is verify.
import type { Ports } from "../ports.ts";
import type { LogId } from "../protocol/index.ts";
import { ENGINE_ACTOR, type NewEvent } from "./body.ts";
import { envelopeProblem, type SigningKey } from "./chain.ts";
import { asRecordError } from "./errors.ts";
import { CHECKPOINT_TYPE, type Head, type Sidecar, type SidecarLine } from "./sidecar.ts";
import type { LogEntry } from "./store.ts";

/** RECORDS.md: a checkpoint every 60 s while something was recorded, and every 100 events. */
export const CHECKPOINT_EVERY_MS = 60_000;
export const CHECKPOINT_EVERY_EVENTS = 100;

type Seen = { seq: number; head: string; at: string; line: SidecarLine };

/** For each log of the sidecar: its furthest head and its newest one (they differ after an old database was put back). */
function headsOf(lines: readonly SidecarLine[]): Map<string, { furthest: Seen; newest: Seen }> {
  const out = new Map<string, { furthest: Seen; newest: Seen }>();
  for (const line of lines) {
    for (const { log, seq, head } of line.checkpoint?.heads ?? []) {
      const seen: Seen = { seq, head, at: line.checkpoint!.at, line };
      const furthest = out.get(log)?.furthest;
      out.set(log, { furthest: furthest !== undefined && furthest.seq >= seq ? furthest : seen, newest: seen });
    }
  }
  return out;
}

/**
 * What the sidecar knows and the database does not have, in words for the screen; null where the database extends it.
 * `hashAt` gives a log's hash (hex) at a seq, the genesis hash at 0, null where it has none.
 */
export function sidecarProblem(
  lines: readonly SidecarLine[],
  publicKey: string,
  logs: readonly LogEntry[],
  hashAt: (log: LogId, seq: number) => string | null,
): string | null {
  if (lines.every((line) => line.checkpoint === null) && (logs.length > 1 || (logs[0]?.events ?? 0) > 1))
    return "The checkpoints (checkpoints.ndjson) are gone (removed, emptied or cut): events cut from the end of the record can no longer be noticed up to now. Put the file back from a backup, then verify the record.";
  const said: string[] = [];
  const install = logs[0]?.log;
  const first = lines.find((line) => line.checkpoint !== null)?.checkpoint?.heads.find((head) => head.log === install);
  // The first line is written right after install.created, so a later one means that the file was begun anew.
  if (first !== undefined && first.seq > 1)
    said.push(`checkpoints.ndjson begins at event ${first.seq} of the install log: what came before is gone`);
  for (const [log, heads] of headsOf(lines)) {
    for (const seen of new Set([heads.furthest, heads.newest])) {
      const wrong = envelopeProblem(seen.line.envelope, CHECKPOINT_TYPE, publicKey);
      if (wrong !== null) said.push(`line ${seen.line.lineNumber} of checkpoints.ndjson does not count: ${wrong}`);
      const entry = logs.find((one) => one.log === log);
      if (entry === undefined) said.push(`${log} is missing, it had ${seen.seq} events at ${seen.at}`);
      else if (entry.events < seen.seq)
        said.push(`${name(entry)} ends at event ${entry.events}, it had ${seen.seq} at ${seen.at}: ${seen.seq - entry.events} are missing`);
      else if (hashAt(entry.log, seen.seq) !== seen.head)
        said.push(`event ${seen.seq} of ${name(entry)} is not the one that was there at ${seen.at}`);
    }
  }
  if (said.length === 0) return null;
  const more = said.length > 3 ? ` (and ${said.length - 3} more)` : "";
  return `The record does not extend its checkpoints: ${said.slice(0, 3).join("; ")}${more}. An old copy was put back, events were removed, or the disk lost them. Recording goes on; verify the record and keep this data directory for whoever looks into it.`;
}

const name = (entry: LogEntry): string => (entry.number === 0 ? "the install log" : `run log ${entry.number}`);

export type Anchors = {
  /** Counts appended events and writes a checkpoint when one is due. */
  appended(log: LogId, events: number): void;
  /** Writes a checkpoint now if anything moved since the last; never throws: what failed becomes `problem`. */
  checkpoint(why: string): void;
  last(log: LogId): { seq: number; at: string } | null;
  problem(): string | null;
};

type AnchorDeps = {
  ports: Ports;
  sidecar: Sidecar;
  key: SigningKey | null;
  installId: string;
  install: LogId;
  head(log: LogId): { seq: number; hash: string };
  numberOf(log: LogId): number;
  appendToInstall(events: NewEvent[]): void;
};

export function createAnchors(deps: AnchorDeps, moved: Set<LogId>): Anchors {
  const last = new Map<LogId, { seq: number; at: string }>();
  for (const [log, heads] of headsOf(deps.sidecar.lines)) last.set(log as LogId, { seq: heads.newest.seq, at: heads.newest.at });
  let pending = 0;
  let isWriting = false;
  let problem: string | null = null;

  function write(why: string): void {
    const { key, install } = deps;
    if (key === null) return; // said on screen since opening
    const runs = [...moved].filter((log) => log !== install);
    const heads: Head[] = runs.map((log) => headOf(log));
    const events = heads
      .filter(({ seq }) => seq > 0) // at 0 the log's own log.opened already carries its genesis hash
      .map(({ log, seq, head }): NewEvent => ({ type: "log.head", actor: ENGINE_ACTOR, data: { log, seq, head } }));
    if (events.length > 0) deps.appendToInstall(events);
    heads.push(headOf(install));
    const at = new Date(deps.ports.clock.now()).toISOString();
    const line = { install: deps.installId, at, why, heads };
    if (why === "events" || why === "timer") deps.sidecar.appendSoon(key, line, failed);
    else deps.sidecar.append(key, line);
    for (const { log, seq } of heads) last.set(log as LogId, { seq, at });
    moved.clear();
    pending = 0;
  }

  /** The events themselves are on the disk; only their anchor is late. It is tried again at the next chance. */
  function failed(error: unknown): void {
    pending = 0;
    problem = `The last checkpoint could not be written, so the newest events are protected by the chain alone. ${asRecordError(error, "checkpoints.ndjson").message}`;
  }

  const headOf = (log: LogId): Head => {
    const { seq, hash } = deps.head(log);
    return { log, number: deps.numberOf(log), seq, head: hash };
  };

  function checkpoint(why: string): void {
    if (isWriting || moved.size === 0) return;
    isWriting = true;
    try {
      write(why);
      problem = null;
    } catch (error) {
      failed(error);
    } finally {
      isWriting = false;
    }
  }

  return {
    appended(log, events) {
      moved.add(log);
      pending += events;
      if (pending >= CHECKPOINT_EVERY_EVENTS) checkpoint("events");
    },
    checkpoint,
    last: (log) => last.get(log) ?? null,
    problem: () => problem,
  };
}
