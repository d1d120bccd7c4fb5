// What a recorded answer of a measuring block means in a replay: the last write stands as far before this disaster as it stood before that one.
// Owns: that shift. Plays nothing.
import type { LiveRun, RunDeps } from "./deps.ts";
import { createWhereabouts } from "./whereabouts.ts";

/**
 * From the source's disaster to this one; where one of them was not declared, from its start to this start. Null for a run that plays
 * nothing, or whose source is not in this data directory any more.
 */
export function playedShift(deps: RunDeps, live: LiveRun): { shiftMs: number } | null {
  const { rehearsal, recovery, startedAt } = live.state;
  if (rehearsal?.way !== "replay" || rehearsal.source === null) return null;
  const { run } = rehearsal.source;
  const place = createWhereabouts(deps.store).find(run);
  const declared = place
    ? deps.store.eventsOfType(place.log, ["disaster.declared"]).findLast(({ body }) => body.subject.run === run)?.body
    : undefined;
  const claimed = declared?.data["at"];
  const then = declared === undefined ? null : typeof claimed === "string" && claimed !== "" ? claimed : declared.ts_utc;
  return then !== null && recovery?.declared
    ? { shiftMs: Date.parse(recovery.declared.at) - Date.parse(then) }
    : { shiftMs: Date.parse(startedAt) - Date.parse(rehearsal.source.startedAt) };
}
