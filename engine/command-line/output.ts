// What a command says and where: data on standard output, words for people on standard error.
// Owns: colour, --json, exit codes. Every command ends through `Ended`, never by process.exit in the middle of work.
import { writeSync } from "node:fs";
import { stripVTControlCharacters, styleText } from "node:util";
import type { ErrorCode, Failure } from "../protocol/index.ts";

/** Exit codes of `run`, and of everything else as far as they apply (CLI.md). */
export const EXIT = { ok: 0, failed: 1, usage: 2, waiting: 3, cluster: 4, interrupted: 130 } as const;

/** Ends a command with a code; the words were said already, or are in `failure`. */
export class Ended extends Error {
  readonly exitCode: number;
  readonly failure: Failure | null;
  constructor(exitCode: number, failure: Failure | null = null) {
    super(failure?.message ?? `exit ${exitCode}`);
    this.exitCode = exitCode;
    this.failure = failure;
  }
}

const CLUSTER_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["cluster-differs", "cluster-unreachable", "cluster-invalid"]);

/** The exit code that goes with a refusal of the engine. */
export function exitOf(failure: Failure): number {
  if (CLUSTER_CODES.has(failure.code)) return EXIT.cluster;
  if (failure.code === "confirmation-needed" || failure.code === "unsupported-step" || failure.code === "not-trusted") return EXIT.waiting;
  // Nothing is wrong with what was asked: somebody makes space, and it is asked again.
  if (failure.code === "disk-full") return EXIT.waiting;
  // The engine went away before it answered: whether it was done is unknown, and a person looks.
  if ((failure.details as { isGone?: boolean } | undefined)?.isGone === true) return EXIT.waiting;
  return EXIT.usage;
}

export const ended = (failure: Failure): Ended => new Ended(exitOf(failure), failure);
export const usage = (message: string): Ended => new Ended(EXIT.usage, { code: "invalid-params", message });

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta";

/** Colour only where a person reads it: the stream is a terminal, NO_COLOR is unset or empty (no-color.org), TERM is not dumb. */
export function colours(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): (style: Style, text: string) => string {
  const isPlain = stream.isTTY !== true || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return (style, text) => (isPlain ? text : styleText(style, text, { validateStream: false }));
}

/** Text from outside (titles, contexts, errors) for a terminal: no control character may move the cursor or set a title. */
export function safe(text: string): string {
  return stripVTControlCharacters(text).replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "�");
}

export type Output = {
  isJson: boolean;
  /** People's words: a line on standard error. */
  say(line: string): void;
  /** The command's product for people; with --json it goes to standard error too. */
  line(line: string): void;
  /** One JSON value on a line of standard output. */
  json(value: unknown): void;
  /** A line that is overwritten by the next: on a terminal only, and never with --json. "" clears it. */
  progress(line: string): void;
  paint(style: Style, text: string): string;
};

export function createOutput(isJson: boolean, env: NodeJS.ProcessEnv = process.env): Output {
  const product = isJson ? process.stderr : process.stdout;
  const hasProgress = process.stderr.isTTY === true && !isJson && env["TERM"] !== "dumb";
  let isProgressShown = false;
  const clear = () => {
    if (isProgressShown) process.stderr.write("\r\x1b[K");
    isProgressShown = false;
  };
  return {
    isJson,
    say(line) {
      clear();
      process.stderr.write(`${line}\n`);
    },
    line(line) {
      clear();
      product.write(`${line}\n`);
    },
    json: (value) => writeAll(1, `${JSON.stringify(value)}\n`),
    progress(line) {
      if (!hasProgress) return;
      clear();
      if (line === "") return;
      process.stderr.write(line.slice(0, Math.max(10, (process.stderr.columns ?? 80) - 1)));
      isProgressShown = true;
    },
    paint: colours(product, env),
  };
}

/** A reader that has closed its end (`| head`) is no failure: the work goes on, only the words are not heard. */
let isHeard = true;
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  let at = 0;
  while (isHeard && at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EPIPE") isHeard = false;
      // A pipe that somebody else set to non-blocking and that is full: its reader is slow, so wait for it.
      else if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      else throw error;
    }
  }
}

/** `1.2 s`, `3 min 05 s`: as short as a person needs it. */
export function duration(ms: number | null): string {
  if (ms === null) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** Columns padded to their widest cell; widths counted without colour. */
export function table(rows: string[][]): string[] {
  const width = (cell: string | undefined) => stripVTControlCharacters(cell ?? "").length;
  const widest = (at: number) => Math.max(...rows.map((row) => width(row[at])));
  const fill = (cell: string, at: number) => cell + " ".repeat(widest(at) - width(cell));
  return rows.map((row) => row.map(fill).join("  ").trimEnd());
}
