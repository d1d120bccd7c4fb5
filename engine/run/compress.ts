// The waits of a compressed rehearsal: times of the text divided by a factor that stands in the run's start. Owns that division.
// A live run is never compressed, whatever its events say.
import type { CanonicalValue } from "../protocol/index.ts";
import type { LiveRun } from "./deps.ts";
import type { RunState } from "./state.ts";

/** A wait shorter than this is none: the clocks of two slow cores would say nothing. Milliseconds. */
const LEAST_MS = 50;

export const compressionOf = ({ state }: Pick<LiveRun, "state"> | { state: RunState }): number =>
  state.mode === "rehearsal" ? Math.max(1, state.rehearsal?.compress ?? 1) : 1;

/** The time that is kept for a time of the text, whole milliseconds, rounded half up. */
export const compressed = (textMs: number, factor: number): number =>
  factor === 1 ? textMs : Math.max(Math.min(LEAST_MS, textMs), Math.floor(textMs / factor + 0.5));

/** What the record holds beside the times that are kept; nothing where they are those of the text. */
export const compressedData = (factor: number, text: Record<string, CanonicalValue>): Record<string, CanonicalValue> =>
  factor === 1 ? {} : { ...text, compress: String(factor) };
