// A recording on its way to a window: opened by the event that names it, then asked for by moment and by piece.
// Owns: shapes and methods. The reading is engine/shell/playback. Moments are seconds from the recording's beginning.
import { z } from "zod";
import { BundleId } from "./bundle.ts";
import { LogId } from "./ids.ts";

/** Names an open recording until it is closed, forgotten for newer ones, or the engine ends. */
export const PlaybackId = z.string().min(1).max(40);
const Seconds = z.number().min(0).max(1e12);
const Offset = z.int().min(0);

export const PlaybackState = z.object({
  playback: PlaybackId,
  /** Of the whole recording, and of what has been read so far: everything up to there can be sought. */
  bytes: z.number(),
  readBytes: z.number(),
  isComplete: z.boolean(),
  /** As far as it has been read. */
  durationS: z.number(),
  /** Moment of the beginning, milliseconds since 1970; null where the recording does not say. */
  startedAt: z.number().nullable(),
  marks: z.array(z.object({ at: z.number(), label: z.string() })),
  /** Lines that were no events, and were left out. */
  broken: z.int(),
  exitStatus: z.int().nullable(),
  /** Against the hash on record; null until all is read, and for a recording that is still being written. */
  hashMatches: z.boolean().nullable(),
});
export type PlaybackState = z.infer<typeof PlaybackState>;

/** The screen as it stood at a moment, and where what comes after it lies. */
export const PlaybackScreen = z.object({
  /** The moment shown: the one asked for, or the last that has been read. */
  at: z.number(),
  cols: z.int(),
  rows: z.int(),
  /** What a terminal that was reset and given this size has to be written. */
  screen: z.string(),
  /** Of the first event that is not on this screen, and the moment of the one before it: both are given back to read on. */
  next: Offset,
  nextAt: z.number(),
});
export type PlaybackScreen = z.infer<typeof PlaybackScreen>;

export const PlaybackPiece = z.object({
  /** Moment, `o` for output or `r` for a new size as `COLSxROWS`, and the text. Markers are in the state. */
  events: z.array(z.tuple([z.number(), z.enum(["o", "r"]), z.string()])),
  next: Offset,
  nextAt: z.number(),
  /** Nothing comes after it, as far as the recording has been read. */
  isEnd: z.boolean(),
});
export type PlaybackPiece = z.infer<typeof PlaybackPiece>;

const of = { playback: PlaybackId };
export const PLAYBACK_METHODS = {
  /** Of the event `seq`, of a log or of an open bundle. Answers at once; the recording is read in a thread of its own. */
  "playback.open": {
    params: z.strictObject({ log: LogId.optional(), bundle: BundleId.optional(), seq: z.int().min(1) }),
    result: PlaybackState,
  },
  "playback.state": { params: z.strictObject(of), result: PlaybackState },
  "playback.seek": { params: z.strictObject({ ...of, at: Seconds }), result: PlaybackScreen },
  "playback.read": { params: z.strictObject({ ...of, next: Offset, nextAt: Seconds }), result: PlaybackPiece },
  "playback.close": { params: z.strictObject(of), result: z.null() },
} as const;
