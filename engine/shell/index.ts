// Running commands in a real shell. Owns: the public names of this room.
export { shellsAvailable } from "./available.ts";
export type { Survivor } from "./cancel.ts";
export { type Cast, readCast } from "./cast.ts";
export { type CastPart, piecesOf } from "./cast-stream.ts";
export { type Confinement, confine, type Hiding } from "./confine.ts";
export type { HandOver } from "./hand-over.ts";
export { attachJob, type Job, type JobEnd, type JobOutcome, jobFolder, startJob } from "./job.ts";
export { exitWords, judge } from "./judge.ts";
export { createPace, type Pace } from "./pace.ts";
export { type FilmSource, openPlayback } from "./playback/index.ts";
export { openPlayedSession, type PlayedSession } from "./played.ts";
export { listProcesses, type ProcessInfo } from "./processes.ts";
export { closeAfterCrash, openRecording, type Recording } from "./recording.ts";
export { createRedactor, type Known, type Redactor } from "./redactor.ts";
export type { Piece, ProbeThen, Script, ScriptEnd } from "./script.ts";
export { openShellSession } from "./session.ts";
export type {
  BlockEndKind,
  BlockOutcome,
  BlockToRun,
  ReportedState,
  ResolvedCommand,
  RunningBlock,
  ShellActivity,
  ShellOptions,
  ShellSession,
} from "./types.ts";
