// What a played session shows for one block: text at its moments, and how that ends.
// Owns: the shapes. Reads no recording, waits for nothing.
import type { Verdict } from "../protocol/index.ts";
import type { BlockEndKind } from "./types.ts";

/** Output at `atMs` of recorded time, counted from the block's beginning. */
export type Piece = { atMs: number; text: string };

/** How the block ended when it was recorded, or how an instructor has it end. */
export type ScriptEnd = {
  verdict: Exclude<Verdict, "skipped">;
  kind: BlockEndKind;
  exitCode: number | null;
  signal: string | null;
  pipeStatus: number[];
  because: string;
  /** Its captured value, where there was one; else the last line of what was shown is it. */
  lastLine?: string;
  /** SHA-256 of the output that the record holds; what was shown is compared with it. */
  outputSha256?: string;
  probe?: ProbeThen;
  /** It is what was recorded: a moment that it prints is one of then, and not of now. */
  isRecorded?: boolean;
};

/** What a gate made of a look when it was recorded. */
export type ProbeThen = {
  verdict: Exclude<Verdict, "skipped">;
  because: string;
  value: number | null;
  samples: number | null;
  isWarn: boolean;
};

export type Script = {
  /** Line of ours before it, "" for none. */
  note: string;
  /** Nothing is shown, and nobody is asked, before this has passed, milliseconds of recorded time. */
  delayMs: number;
  pieces: AsyncIterable<Piece> | Iterable<Piece>;
  /** From its beginning to its end, milliseconds of recorded time. */
  totalMs: number;
  /** word: a person says how it ended · never: it hangs until it is stopped, or its time is over. Read when the pieces are at their end. */
  end: ScriptEnd | "word" | "never";
  /** Recorded milliseconds to one of playing time for this script alone; the session's own pace without it. */
  speed?: number;
};
