// Who looks at which run now. Owns: that, in memory alone; nothing of it is recorded.
// A window says it again and again; one that says nothing any more is forgotten.
import type { Looker, RunId } from "../protocol/index.ts";

/** A window says it every 20 seconds (renderer/follow); after two that are missing it is gone. */
const FORGOTTEN_MS = 50_000;
/** Windows kept in mind; the oldest goes first. */
const MOST = 2000;

type Look = { run: RunId; id: string; name: string; follows: boolean; at: number };

/** `now` in milliseconds, monotonic. */
export function createLookers(deps: { now(): number; told(run: RunId, lookers: Looker[]): void }) {
  const looks = new Map<string, Look>();

  function of(run: RunId): Looker[] {
    const people = new Map<string, Looker>();
    for (const look of looks.values()) {
      if (look.run !== run) continue;
      const key = `${look.follows} ${look.id} ${look.name}`;
      const before = people.get(key);
      people.set(key, { id: look.id, name: look.name, follows: look.follows, count: (before?.count ?? 0) + 1 });
    }
    return [...people.values()].sort((a, b) => Number(a.follows) - Number(b.follows) || (a.name < b.name ? -1 : 1));
  }
  const forget = (): Set<RunId> => {
    const touched = new Set<RunId>();
    const limit = deps.now() - FORGOTTEN_MS;
    for (const [key, look] of looks)
      if (look.at < limit || looks.size > MOST) {
        looks.delete(key);
        touched.add(look.run);
      }
    return touched;
  };

  /** One window of a caller looks at `run`, or at none. Tells where that changes who looks. */
  function look(window: string, run: RunId | null, who: { id: string; name: string; follows: boolean }): Looker[] {
    const touched = forget();
    const before = looks.get(window);
    looks.delete(window);
    if (run !== null) looks.set(window, { run, ...who, at: deps.now() });
    if (before?.run !== run || before?.id !== who.id || before?.name !== who.name) {
      if (before) touched.add(before.run);
      if (run !== null) touched.add(run);
    }
    for (const one of touched) deps.told(one, of(one));
    return run === null ? [] : of(run);
  }
  return { look };
}
export type Lookers = ReturnType<typeof createLookers>;
