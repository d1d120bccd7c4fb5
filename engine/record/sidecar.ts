// The sidecar `checkpoints.ndjson`: heads signed by the installation, kept outside the database, so that a database cut,
// restored or rewritten is found out. Owns: its lines. Each carries the SHA-256 of the readable line before it.
// Does not decide when to write one, and does not compare it with a database.
import { closeSync, existsSync, fsync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { CanonicalValue } from "../protocol/index.ts";
import { type Envelope, type SigningKey, sha256Hex, signEnvelope } from "./chain.ts";
import { syncDirectory } from "./files.ts";
import { jcs, parseCanonical } from "./jcs.ts";

export const CHECKPOINT_TYPE = "application/vnd.holdpoint.checkpoint.v1+json";
const NO_LINE = "0".repeat(64);

export type Head = { log: string; number: number; seq: number; head: string };
export type Checkpoint = {
  v: 1;
  /** Counts readable lines from 1. */
  n: number;
  /** SHA-256 of the readable line before this one, without its newline; zeros for the first. */
  prev: string;
  install: string;
  at: string;
  why: string;
  heads: Head[];
};
/** One line as found: `checkpoint` is null where it cannot be read (torn by a power cut, or changed). */
export type SidecarLine = { lineNumber: number; text: string; envelope: Envelope | null; checkpoint: Checkpoint | null };

export function parseSidecar(bytes: Uint8Array): SidecarLine[] {
  const text = Buffer.from(bytes).toString("utf8"); // invalid bytes become U+FFFD and the line fails the strict parse or its signature
  const out: SidecarLine[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const value = parseCanonical(line);
    const checkpoint = asCheckpoint((value as { payload?: unknown } | null | undefined)?.payload);
    out.push({ lineNumber: i + 1, text: line, envelope: checkpoint === null ? null : (value as unknown as Envelope), checkpoint });
  }
  return out;
}

function asCheckpoint(value: unknown): Checkpoint | null {
  if (typeof value !== "object" || value === null) return null;
  const c = value as Record<string, unknown>;
  const isHead = (h: unknown): boolean => {
    const { log, number, seq, head } = (h ?? {}) as Record<string, unknown>;
    return typeof log === "string" && Number.isSafeInteger(number) && Number.isSafeInteger(seq) && /^[0-9a-f]{64}$/.test(String(head));
  };
  const fits =
    c["v"] === 1 &&
    Number.isSafeInteger(c["n"]) &&
    ["prev", "install", "at", "why"].every((key) => typeof c[key] === "string") &&
    Array.isArray(c["heads"]) &&
    c["heads"].every(isHead);
  return fits ? (value as Checkpoint) : null;
}

/** The file's bytes up to the last line about events of the install log that are not after `seq`. */
export function linesUpTo(bytes: Uint8Array, install: string, seq: number): string {
  const lines = Buffer.from(bytes).toString("utf8").split("\n").slice(0, -1); // what follows the last newline is being written
  const after = lines.findIndex((line) => (newestInstallSeq(parseSidecar(Buffer.from(line)), install) ?? 0) > seq);
  return (after < 0 ? lines : lines.slice(0, after)).map((line) => `${line}\n`).join("");
}

/** How far the lines reach in the install log; null where no line can be read. */
export function newestInstallSeq(lines: readonly SidecarLine[], install: string): number | null {
  const seqs = lines.flatMap((line) => line.checkpoint?.heads.filter((head) => head.log === install).map((head) => head.seq) ?? []);
  return seqs.length === 0 ? null : Math.max(...seqs);
}

/** What is wrong with the order of the lines: one cut out, changed or put in shows in the next one's `prev` and `n`. */
export function sidecarOrderProblems(lines: readonly SidecarLine[]): { lineNumber: number; message: string }[] {
  const out: { lineNumber: number; message: string }[] = [];
  let prev = NO_LINE;
  let n = 0;
  for (const { lineNumber, text, checkpoint } of lines) {
    if (checkpoint === null) continue;
    if (checkpoint.prev !== prev || checkpoint.n !== n + 1)
      out.push({
        lineNumber,
        message: `checkpoint ${checkpoint.n} does not follow the line before it: a line was removed, changed or put in`,
      });
    prev = sha256Hex(text);
    n = checkpoint.n;
  }
  return out;
}

export type Sidecar = {
  readonly lines: readonly SidecarLine[];
  /** Writes one signed line and flushes it before it returns. Throws what the file system throws. */
  append(key: SigningKey, checkpoint: NewCheckpoint): void;
  /** As append, but the flush goes on beside other work: appends that pass every hundredth event do not wait for it. */
  appendSoon(key: SigningKey, checkpoint: NewCheckpoint, onFailed: (error: Error) => void): void;
  close(): void;
};
export type NewCheckpoint = { install: string; at: string; why: string; heads: Head[] };

/** Opens the sidecar for appending, keeping whatever is in it. `lines` is what was there at opening. */
export function openSidecar(path: string): Sidecar {
  const isNew = !existsSync(path);
  const found = isNew ? Buffer.alloc(0) : readFileSync(path);
  const lines = parseSidecar(found);
  const last = lines.findLast((line) => line.checkpoint !== null);
  const file = openSync(path, "a", 0o600);
  if (isNew) syncDirectory(dirname(path));
  let prev = last === undefined ? NO_LINE : sha256Hex(last.text);
  let n = last?.checkpoint?.n ?? 0;
  let startsOnNewLine = found.length === 0 || found.at(-1) === 0x0a;
  let isClosed = false;
  function write(key: SigningKey, { install, at, why, heads }: NewCheckpoint): void {
    const checkpoint: Checkpoint = { v: 1, n: n + 1, prev, install, at, why, heads };
    const line = jcs(
      signEnvelope(CHECKPOINT_TYPE, checkpoint as unknown as { [key: string]: CanonicalValue }, key) as unknown as CanonicalValue,
    );
    const bytes = Buffer.from(`${startsOnNewLine ? "" : "\n"}${line}\n`);
    startsOnNewLine = false; // should the write stop half-way, the next line begins on its own
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    startsOnNewLine = true;
    prev = sha256Hex(line);
    n += 1;
  }
  return {
    lines,
    append(key, checkpoint) {
      write(key, checkpoint);
      fsyncSync(file);
    },
    appendSoon(key, checkpoint, onFailed) {
      write(key, checkpoint);
      fsync(file, (error) => {
        if (error !== null && !isClosed) onFailed(error); // closing flushes for itself
      });
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      try {
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
  };
}
