// Recordings open for playing, as methods. Owns: which are open, and which file and hash an event's recording has.
// The reading is engine/shell/playback, in a thread per recording.
import { statSync } from "node:fs";
import { cannotRead, fail, ok, type ParsedParamsOf, type PlaybackState, type Result, type ResultOf } from "../protocol/index.ts";
import { openPlayback } from "../shell/index.ts";
import { recordingPlace as placeInBundle } from "./bundles.ts";
import type { Context } from "./context.ts";
import { recordingPlace as placeInRecord } from "./records.ts";

/** Two windows with two recordings side by side each; every one is a thread with its own pictures. */
const KEPT = 4;

/** Where a recording's bytes lie, and the hash on record; "" while it is still being written. */
export type RecordingPlace = { path: string; at: number; size: number | null; sha256: string };
type Kept = { film: ReturnType<typeof openPlayback>; sha256: string };

const open = new WeakMap<Context, Map<string, Kept>>();
const opened = (context: Context): Map<string, Kept> => {
  const found = open.get(context) ?? new Map<string, Kept>();
  open.set(context, found);
  return found;
};

export async function openForPlaying(
  context: Context,
  { log, bundle, seq }: ParsedParamsOf<"playback.open">,
): Promise<Result<ResultOf<"playback.open">>> {
  if ((log === undefined) === (bundle === undefined))
    return fail("invalid-params", "A recording is opened from a log or from a bundle: give one of the two.");
  const place = log !== undefined ? placeInRecord(context, log, seq) : placeInBundle(context, bundle!, seq);
  if (!place.ok) return place;
  const { path, at, sha256 } = place.value;
  let size: number;
  let stamp: { size: number; mtimeMs: number } | null;
  try {
    const file = statSync(path);
    size = place.value.size ?? file.size;
    stamp = sha256 === "" ? null : { size: file.size, mtimeMs: file.mtimeMs };
  } catch (error) {
    return cannotRead(path, error);
  }
  const film = openPlayback({ path, at, size, stamp });
  const playback = context.ports.ids.next();
  const kept = opened(context);
  kept.set(playback, { film, sha256 });
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT && oldest !== undefined) close(context, { playback: oldest });
  const first = await state(context, { playback });
  if (!first.ok) close(context, { playback });
  return first;
}

function known(context: Context, playback: string): Result<Kept> {
  const kept = opened(context);
  const found = kept.get(playback);
  if (found === undefined) return fail("not-found", "This recording is not open any more. Choose its event again.");
  // The one asked for last is forgotten last.
  kept.delete(playback);
  kept.set(playback, found);
  return ok(found);
}

export async function state(context: Context, { playback }: { playback: string }): Promise<Result<PlaybackState>> {
  const found = known(context, playback);
  if (!found.ok) return found;
  const { film, sha256: wanted } = found.value;
  const read = await film.state();
  if (!read.ok) return read;
  const { sha256, ...told } = read.value;
  return ok({ playback, ...told, hashMatches: sha256 === null || wanted === "" ? null : sha256 === wanted });
}

export async function seek(
  context: Context,
  { playback, at }: ParsedParamsOf<"playback.seek">,
): Promise<Result<ResultOf<"playback.seek">>> {
  const found = known(context, playback);
  return found.ok ? found.value.film.seek(at) : found;
}

export async function read(
  context: Context,
  { playback, next, nextAt }: ParsedParamsOf<"playback.read">,
): Promise<Result<ResultOf<"playback.read">>> {
  const found = known(context, playback);
  return found.ok ? found.value.film.read(next, nextAt) : found;
}

export function close(context: Context, { playback }: { playback: string }): Result<null> {
  const kept = opened(context);
  kept.get(playback)?.film.close();
  kept.delete(playback);
  return ok(null);
}

/** With the engine. */
export function closeAll(context: Context): void {
  for (const playback of [...opened(context).keys()]) close(context, { playback });
}
