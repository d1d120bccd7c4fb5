// The file under a recording: text gathered in memory, written in order to one descriptor, hashed as it goes.
// Owns: the descriptor, the queue, the errors of the disk. Does not know what the text means.
import { createHash, type Hash } from "node:crypto";
import { close as closeFd, closeSync, fdatasync, fstatSync, openSync, readSync, write as writeFd } from "node:fs";
import { promisify } from "node:util";

/** One buffer of this size is filled and written over and over, bytes: a step with 500 MB of output leaves no garbage behind. */
const BUFFER_BYTES = 256 * 1_024;
/** A refused write is tried again after this, milliseconds: a person may free the disk meanwhile. */
const RETRY_MS = 1_000;
const NEWLINE = 0x0a;
const HASH_READ_BYTES = 256 * 1_024;

export type FileQueue = {
  /** False when the file was there before. */
  readonly isNew: boolean;
  /** Last change of a file that was there before, milliseconds since 1970; 0 for a new one. */
  readonly changedAtMs: number;
  append(text: string): void;
  /** Starts writing what was gathered; does not wait. */
  write(): void;
  /** Characters gathered and not yet on their way. */
  gathered(): number;
  /** Characters gathered or on their way. */
  backlog(): number;
  /** Bytes written, on their way or gathered. */
  bytes(): number;
  drained(): Promise<void>;
  flush(): Promise<void>;
  onError(callback: (error: Error) => void): () => void;
  close(): Promise<{ sha256: string; bytes: number }>;
};

type Waiter = { resolve: () => void; reject: (error: Error) => void };

/** Opens at once. A disk that refuses even that is reported through `onError` and by `flush` and `close`; nothing is thrown here. */
export function createFileQueue(path: string): FileQueue {
  const hash = createHash("sha256");
  const listeners = new Set<(error: Error) => void>();
  let fd: number | null = null;
  let isNew = true;
  let changedAtMs = 0;
  let size = 0;
  // Text waits in `lines` (the first `lineAt` characters of the first one are encoded), bytes in `buffer` from `from` to `to`.
  let lines: string[] = [];
  let lineAt = 0;
  let lineChars = 0;
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let from = 0;
  let to = 0;
  let bufferChars = 0;
  const encoder = new TextEncoder();
  let isWriting = false;
  let isClosing = false;
  let failure: Error | null = null;
  let retry: NodeJS.Timeout | null = null;
  let drainWaiters: (() => void)[] = [];
  let flushWaiters: Waiter[] = [];

  const report = (error: unknown): void => {
    const isFirst = failure === null;
    failure = new Error(
      `${path}: the recording could not be written (${error instanceof Error ? error.message : String(error)}). Output of the step waits in memory and is written as soon as the disk takes it; free space or check the disk.`,
      { cause: error },
    );
    const waiting = flushWaiters;
    flushWaiters = [];
    for (const waiter of waiting) waiter.reject(failure);
    if (isFirst) for (const listener of [...listeners]) listener(failure);
  };

  try {
    const opened = openOrGoOn(path, hash);
    ({ fd, isNew, changedAtMs, size } = opened);
  } catch (error) {
    report(error);
  }

  const settle = (): void => {
    if (to > from || isWriting || lineChars > 0) return;
    const drains = drainWaiters;
    const flushes = flushWaiters;
    drainWaiters = [];
    flushWaiters = [];
    for (const done of drains) done();
    for (const waiter of flushes) waiter.resolve();
  };
  /** Fills the empty buffer with as much of the waiting text as it takes. */
  const fill = (): void => {
    let next = 0;
    from = 0;
    to = 0;
    bufferChars = 0;
    while (next < lines.length) {
      const line = lines[next]!;
      const { read, written } = encoder.encodeInto(lineAt === 0 ? line : line.slice(lineAt), buffer.subarray(to));
      to += written;
      bufferChars += read;
      lineAt += read;
      if (lineAt < line.length) break;
      lineAt = 0;
      next += 1;
    }
    lines = next === lines.length ? [] : lines.slice(next);
    lineChars -= bufferChars;
    hash.update(buffer.subarray(0, to));
    size += to;
  };
  const pump = (): void => {
    if (isWriting) return;
    if (to === from) fill();
    if (to === from) {
      settle();
      return;
    }
    if (fd === null) {
      try {
        fd = openSync(path, "ax", 0o600); // never over a file that appeared meanwhile: what waits has a header of its own
        failure = null;
      } catch (error) {
        report(error);
        again();
        return;
      }
    }
    isWriting = true;
    // No position: the descriptor is in append mode, so two parts of one file can never write over each other.
    writeFd(fd, buffer, from, to - from, null, (error, written) => {
      isWriting = false;
      if (error !== null) {
        report(error);
        again();
        return;
      }
      failure = null;
      from += written;
      if (from === to) bufferChars = 0;
      pump();
    });
  };
  const again = (): void => {
    if (retry !== null || isClosing) return;
    retry = setTimeout(() => {
      retry = null;
      pump();
    }, RETRY_MS);
  };
  const flush = (): Promise<void> =>
    new Promise((resolve, reject) => {
      flushWaiters.push({ resolve, reject });
      pump();
    });

  return {
    get isNew() {
      return isNew;
    },
    get changedAtMs() {
      return changedAtMs;
    },
    append(text) {
      lines.push(text);
      lineChars += text.length;
    },
    write: pump,
    gathered: () => lineChars,
    backlog: () => lineChars + bufferChars,
    bytes: () => lines.reduce((sum, line, index) => sum + Buffer.byteLength(index === 0 ? line.slice(lineAt) : line), size),
    drained: () =>
      new Promise((resolve) => {
        drainWaiters.push(resolve);
        pump();
      }),
    flush,
    onError(callback) {
      listeners.add(callback);
      if (failure !== null) callback(failure);
      return () => void listeners.delete(callback);
    },
    async close() {
      isClosing = true;
      if (retry !== null) clearTimeout(retry);
      retry = null;
      try {
        await flush();
        if (fd !== null) {
          await promisify(fdatasync)(fd);
        }
      } finally {
        const waiting = drainWaiters;
        drainWaiters = [];
        for (const done of waiting) done();
        const closed = fd;
        fd = null;
        if (closed !== null) await promisify(closeFd)(closed);
      }
      return { sha256: hash.digest("hex"), bytes: size };
    },
  };
}

function openOrGoOn(path: string, hash: Hash): { fd: number; isNew: boolean; changedAtMs: number; size: number } {
  try {
    return { fd: openSync(path, "ax", 0o600), isNew: true, changedAtMs: 0, size: 0 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const fd = openSync(path, "a+");
  const before = fstatSync(fd);
  const buffer = Buffer.allocUnsafe(HASH_READ_BYTES);
  for (let at = 0; at < before.size; ) {
    const read = readSync(fd, buffer, 0, Math.min(HASH_READ_BYTES, before.size - at), at);
    if (read === 0) throw new Error(`became shorter than ${before.size} bytes while it was read`);
    hash.update(buffer.subarray(0, read));
    at += read;
    if (at === before.size && buffer[read - 1] !== NEWLINE) {
      closeSync(fd);
      throw new Error("ends in half an event; closeAfterCrash repairs it");
    }
  }
  return { fd, isNew: before.size === 0, changedAtMs: before.mtimeMs, size: before.size };
}
