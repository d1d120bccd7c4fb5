// The same fault in earlier rehearsals of the same file: how soon it was noticed then. Owns: finding them, newest first.
import type { Debrief, Result, RunId } from "../protocol/index.ts";
import type { LiveRun } from "./deps.ts";
import type { RunPlace } from "./whereabouts.ts";

/** As many as a card shows; each is folded from its log. */
const MOST_EARLIER = 3;
/** Rehearsals looked at for that: a file that is rehearsed every night must not make its debrief slow. */
const MOST_LOOKED = 12;

export async function withEarlier(
  made: Debrief,
  live: LiveRun,
  places: readonly RunPlace[],
  open: (run: RunId) => Promise<Result<LiveRun>>,
  debriefOf: (live: LiveRun) => Result<Debrief>,
): Promise<Debrief> {
  const before = places.filter((place) => place.isOver && place.run < live.run).reverse();
  const found: Debrief[] = [];
  for (const place of before.slice(0, MOST_LOOKED)) {
    const opened = await open(place.run);
    if (!opened.ok || opened.value.state.path !== live.state.path || opened.value.state.rehearsal?.hasInstructor !== true) continue;
    const other = debriefOf(opened.value);
    if (other.ok && sameDrill(other.value, made)) found.push(other.value);
    if (found.length === MOST_EARLIER) break;
  }
  return {
    ...made,
    faults: made.faults.map((fault) => ({
      ...fault,
      earlier: found.flatMap(({ run, number, startedAt, faults }) => {
        const same = faults.find((one) => one.name === fault.name && one.injected !== null);
        return same ? [{ run, number, at: startedAt, noticedAfterMs: same.noticed?.afterMs ?? null }] : [];
      }),
    })),
  };
}

/** Names of made-up faults say nothing across seeds. */
const sameDrill = (a: Debrief, b: Debrief): boolean =>
  a.scenario.file === b.scenario.file && (a.scenario.file !== "" || a.scenario.seed === b.scenario.seed);
