// Whose turn it is on a run: commands on one lane come one after the other, those on the whole run after and before everything.
// Owns: that order. A shell that takes long to open in one lane keeps no other lane waiting.
type Turns = { whole: Promise<unknown>; lanes: Map<string, Promise<unknown>> };

export function createTurns() {
  const runs = new Map<string, Turns>();
  const settled = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      () => undefined,
    );
  return {
    /** Calls `work` when it is its turn; `lane` null takes the whole run. */
    take<T>(run: string, lane: string | null, work: () => Promise<T>): Promise<T> {
      const turns = runs.get(run) ?? { whole: Promise.resolve(), lanes: new Map() };
      runs.set(run, turns);
      const before = lane === null ? [turns.whole, ...turns.lanes.values()] : [turns.whole, turns.lanes.get(lane)];
      const mine = Promise.all(before).then(work);
      if (lane === null) {
        turns.whole = settled(mine);
        turns.lanes.clear();
      } else turns.lanes.set(lane, settled(mine));
      return mine;
    },
  };
}
