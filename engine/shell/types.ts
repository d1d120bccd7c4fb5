// The shapes of the shell room. Owns: what other rooms give and get. Holds no code.
import type { Ports } from "../ports.ts";
import type { Expectation, ShellKind, TerminalFromEngine, TerminalId, Verdict } from "../protocol/index.ts";
import type { Survivor } from "./cancel.ts";
import type { HandOver } from "./hand-over.ts";
import type { Recording } from "./recording.ts";
import type { Redactor } from "./redactor.ts";
import type { ProbeThen, Script } from "./script.ts";

export type ShellOptions = {
  id: TerminalId;
  shell: ShellKind;
  cwd: string;
  /** The whole environment of the shell; nothing is added but TERM and what the integration needs. */
  environment: Record<string, string>;
  /** Set again after the operator's rc files, read-only where the shell can: KUBECONFIG and its like. */
  pinned: Record<string, string>;
  /** Private directory (0700, on tmpfs where there is one) in which this session makes its own. */
  runtimeDir: string;
  redactor: Redactor;
  ports: Ports;
  cols: number;
  rows: number;
  /** Directory and exported variables of the shell before. */
  inherited?: HandOver;
  /** Names of variables whose value is told with every prompt and every end. */
  report: string[];
  /** Names of commands of which it is told what they would run, and of variables of which it is told that they are set, just as often. */
  watched?: { commands: string[]; variables: string[] };
  /** Program and arguments that set its surroundings up and then become the shell: see confine.ts. */
  confined?: { file: string; args: string[] };
  /** Directory that is first on PATH once the operator's rc files have been read. */
  pathFirst?: string;
  /** Patterns (`AWS_*`) of exported variables that are taken away again once the operator's rc files have set them. */
  withdrawn?: string[];
  /** What an rc file set although it is pinned or withdrawn: the name, and of a pinned one the value (redacted). */
  onFromRc?(name: string, value: string): void;
  /** A line typed by hand, redacted, as the shell reports it. */
  onHandTyped?(line: string): void;
  /** The shell is gone; every byte of it has been read. */
  onClosed?(info: { code: number | null; signal: number | null }): void;
  /** The recording could not be written: stop dispatching. */
  onRecordingFailed?(error: Error): void;
};

/** starting, idle, hand (a hand-typed command runs), block, replaced (another program took the shell's process), gone. */
export type ShellActivity = "starting" | "idle" | "hand" | "block" | "replaced" | "gone";

/**
 * What a watched name is, as the shell itself resolves it. `text` is the path of a file ("" where there is none), or the body of an alias
 * or a function; `long` is one too long to be told, `set` a variable that is not empty. Other names are what such a body leads to.
 */
export type ResolvedCommand = { name: string; kind: "file" | "alias" | "function" | "long" | "set"; text: string };

export type ReportedState = { cwd: string; values: Record<string, string>; commands: ResolvedCommand[] };

export type ShellSession = {
  readonly id: TerminalId;
  readonly shell: ShellKind;
  /** Null where there is no process: what was recorded plays. */
  readonly pid: number | null;
  isAlive(): boolean;
  activity(): ShellActivity;
  /** Directory and reported variables as of the last prompt or end; null before the first. */
  reported(): ReportedState | null;
  /** The same as of the first prompt, before anything was run or typed. */
  reportedFirst(): ReportedState | null;
  /** Resolves when a block may be run, or false when that will not be (gone, replaced, or not within `limitMs`). */
  ready(limitMs: number): Promise<boolean>;
  /** This text is likely to be run next: begins its check, which `run` then need not wait for. */
  foresee(text: string): void;
  /** Runs one block. Only while `activity()` is idle, or `block` with `typeIntoNested`; throws otherwise: a bug of the caller. */
  run(block: BlockToRun): RunningBlock;
  /** What the operator types. */
  write(data: string): void;
  resize(cols: number, rows: number): void;
  /** Ends the running block and everything it started; the shell lives on. */
  cancel(): Promise<{ survivors: Survivor[] }>;
  attach(send: (message: TerminalFromEngine) => void): { receive(message: unknown): void; detach(): void };
  /** A line of ours in the view and the current recording. */
  announce(text: string, colour?: "dim" | "ok" | "fail" | "warn"): void;
  /** Ends the shell and whatever hangs on its terminal. */
  close(): Promise<void>;
};

export type BlockToRun = {
  label: string;
  /** Resolved, not redacted. */
  text: string;
  /** Then the text and the exports go through pipes and touch no file. */
  hasSecrets: boolean;
  recording: Recording;
  timeoutMs: number | null;
  match: RegExp | null;
  expect: Expectation | null;
  interpreter: string | null;
  cwd: string | null;
  /** Exported before the block: parameters and captures. Only what differs from the last block's is sent. */
  environment: Record<string, string>;
  /** Type the text into the program that the running block has open; a person judges. */
  typeIntoNested: boolean;
  /** What a played session shows instead of running anything; a shell never has one. */
  script?: Script;
};

/** walked: nothing was run, a person said how it ended. */
export type BlockEndKind = "walked" | "exit" | "signal" | "syntax" | "timeout" | "cancelled" | "shell-gone" | "replaced" | "nested";

export type BlockOutcome = {
  verdict: Verdict;
  kind: BlockEndKind;
  exitCode: number | null;
  signal: string | null;
  pipeStatus: number[];
  /** Why this verdict, in words. */
  because: string;
  durationMs: number;
  /** UTF-8 bytes and SHA-256 of the redacted output. */
  bytes: number;
  outputSha256: string;
  invalidBytes: number;
  redactions: Record<string, number>;
  cwd: string | null;
  reported: Record<string, string>;
  lastLine: string | null;
  lastNumber: number | null;
  /** The last of the output without escape codes, as the program wrote it: for judging only, never to be stored or shown. */
  tail: string;
  /** Whether the next block can run in this shell. */
  shellAlive: boolean;
  handOver: HandOver | null;
  /** What a gate made of it when it was recorded. */
  asThen?: ProbeThen;
  /** Played as it was recorded, by nobody else's words. */
  isRecorded?: boolean;
};

export type RunningBlock = {
  /** The shell has begun to run it; rejects never, resolves with null when it ended before it began (syntax, shell gone). */
  accepted: Promise<{ pid: number | null } | null>;
  ended: Promise<BlockOutcome>;
};
