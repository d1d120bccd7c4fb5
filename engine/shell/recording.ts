// One recording on disk: asciicast v3 (docs.asciinema.org/manual/asciicast/v3), written as the output comes.
// Owns: the file, the order and timing of its events, flushing, its hash, and its repair after a crash.
// Does not redact: what comes in is already safe to store. Never writes an `i` event: input is not recorded here.
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Clock } from "../ports.ts";
import { createFileQueue } from "./recording-file.ts";

/** A crash loses at most this much of the recording, milliseconds (SHELL.md, Recordings). */
export const FLUSH_EVERY_MS = 1_000;
/** Characters of events gathered before they are written at once; one write per 64 KB keeps system calls rare. */
export const FLUSH_AT_CHARS = 64 * 1_024;
/** Output that follows within this time joins the event before it: a busy command would else store one event per read, milliseconds. */
const JOIN_WITHIN_MS = 10;

export type RecordingOptions = { cols: number; rows: number; title: string; env: Record<string, string>; clock: Clock };
export type Recording = {
  readonly path: string;
  /** Text as the terminal shows it, redacted already. */
  output(text: string): void;
  marker(label: string): void;
  resize(cols: number, rows: number): void;
  /** Size of the file once everything handed over so far is written, in bytes (still growing until `close`). */
  readonly bytes: number;
  /** Characters not yet handed to the operating system: the session pauses the PTY when this grows. */
  backlog(): number;
  /** Resolves when nothing waits to be written (at once when nothing does), or when the recording was closed. */
  drained(): Promise<void>;
  /** Hands everything so far to the operating system. Rejects with the disk's error. */
  flush(): Promise<void>;
  /** Called with every new error of the disk; one that happened before is told at once. Writing is tried again every second, nothing is dropped. */
  onError(callback: (error: Error) => void): () => void;
  /** Ends the file (`x` event with the exit code; none for null) and syncs it. Hash (SHA-256, hex) and size are of the whole file. Rejects when the disk refuses. */
  close(exitCode: number | null): Promise<{ sha256: string; bytes: number }>;
};

/** Makes the file (0600, never over an existing one), or goes on with it when it exists: a further block of the same attempt. */
export function openRecording(path: string, options: RecordingOptions): Recording {
  const { clock } = options;
  const nowUs = () => Number(clock.monotonicNs() / 1_000n);
  const file = createFileQueue(path);
  let last = nowUs();
  // Of the file's own line before this part: its last change is the moment of its last event, within a flush.
  let leadSeconds = 0;
  let joined = "";
  let joinedAtUs = 0;
  let timer: NodeJS.Timeout | null = null;
  let closing: Promise<{ sha256: string; bytes: number }> | null = null;

  if (file.isNew) {
    const header = {
      version: 3,
      term: { cols: options.cols, rows: options.rows },
      timestamp: Math.floor(clock.now() / 1_000),
      title: options.title,
      env: options.env,
    };
    file.append(`${JSON.stringify(header)}\n`);
  } else {
    leadSeconds = Math.max(0, (clock.now() - file.changedAtMs) / 1_000);
  }

  const event = (atUs: number, code: "o" | "r" | "m" | "x", data: string): void => {
    // Differences of one running count, so that rounding never adds up over a long step.
    const seconds = Math.max(0, atUs - last) / 1e6 + leadSeconds;
    last = Math.max(last, atUs);
    leadSeconds = 0;
    file.append(`[${seconds.toFixed(6)}, "${code}", ${JSON.stringify(data)}]\n`);
  };
  const settle = (): void => {
    if (joined === "") return;
    const text = joined;
    joined = "";
    event(joinedAtUs, "o", text);
  };
  const write = (): void => {
    settle();
    file.write();
  };
  const soon = (): void => {
    if (joined.length + file.gathered() >= FLUSH_AT_CHARS) {
      write();
    } else if (timer === null) {
      timer = setTimeout(() => {
        timer = null;
        write();
      }, FLUSH_EVERY_MS);
    }
  };
  const refuseClosed = (): void => {
    if (closing !== null) throw new Error(`${path}: the recording is closed; output after the end of a step belongs to no recording`);
  };

  return {
    path,
    output(text) {
      refuseClosed();
      if (text === "") return;
      const at = nowUs();
      if (joined !== "" && (at - joinedAtUs > JOIN_WITHIN_MS * 1_000 || joined.length > FLUSH_AT_CHARS)) settle();
      if (joined === "") joinedAtUs = at;
      joined += text;
      soon();
    },
    marker(label) {
      refuseClosed();
      settle();
      event(nowUs(), "m", label);
      soon();
    },
    resize(cols, rows) {
      refuseClosed();
      settle();
      event(nowUs(), "r", `${cols}x${rows}`);
      soon();
    },
    get bytes() {
      settle();
      return file.bytes();
    },
    backlog: () => joined.length + file.backlog(),
    drained: () => {
      write();
      return file.drained();
    },
    flush: () => {
      write();
      return file.flush();
    },
    onError: (callback) => file.onError(callback),
    close(exitCode) {
      if (closing !== null) return closing;
      settle();
      if (exitCode !== null) event(nowUs(), "x", String(exitCode));
      if (timer !== null) clearTimeout(timer);
      timer = null;
      closing = file.close();
      return closing;
    },
  };
}

/** Bytes read at once when a file is hashed or searched backwards; small enough for any memory. */
const READ_BYTES = 256 * 1_024;
const NEWLINE = 0x0a;

/**
 * After a crash: cuts off what is not a whole event at the end (half a line, or zeros a lost power supply left) and hashes the rest.
 * Rejects when the file cannot be read or written. Nothing else of the file is changed.
 */
export async function closeAfterCrash(path: string): Promise<{ sha256: string; bytes: number; repaired: boolean }> {
  const handle = await open(path, "r+");
  try {
    const { size } = await handle.stat();
    const keep = wholeEvents(path, size);
    if (keep < size) {
      await handle.truncate(keep);
      await handle.sync();
    }
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let at = 0; at < keep; ) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(READ_BYTES, keep - at), at);
      if (bytesRead === 0)
        throw new Error(`${path}: ended at byte ${at} of ${keep} while it was read; something else writes to this recording`);
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return { sha256: hash.digest("hex"), bytes: keep, repaired: keep < size };
  } finally {
    await handle.close();
  }
}

/** Length of the file up to its last line that is whole: ends in a newline and is JSON. */
function wholeEvents(path: string, size: number): number {
  const fd = openSync(path, "r");
  try {
    let end = size;
    while (end > 0) {
      const lineEnd = lastNewline(fd, end);
      if (lineEnd === 0) return 0;
      const lineStart = lastNewline(fd, lineEnd - 1);
      if (isJson(readRange(fd, lineStart, lineEnd))) return lineEnd;
      end = lineStart;
    }
    return 0;
  } finally {
    closeSync(fd);
  }
}

/** Offset after the last newline before `end`; 0 when there is none. */
function lastNewline(fd: number, end: number): number {
  for (let to = end; to > 0; ) {
    const from = Math.max(0, to - READ_BYTES);
    const found = readRange(fd, from, to).lastIndexOf(NEWLINE);
    if (found >= 0) return from + found + 1;
    to = from;
  }
  return 0;
}

function readRange(fd: number, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, from + filled);
    if (read === 0) throw new Error(`recording became shorter than ${fstatSync(fd).size} bytes while it was read`);
    filled += read;
  }
  return buffer;
}

function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString("utf8"));
    return true;
  } catch {
    return false; // not whole: that is what this function is asked
  }
}
