// "Did you mean": the nearest known word. Owns the distance; does not decide what is known.

/** Damerau-Levenshtein distance (optimal string alignment): a swapped pair counts as one slip. Bounded by the caller's short words. */
export function distance(a: string, b: string): number {
  const width = b.length + 1;
  let before: number[] = [];
  let above = Array.from({ length: width }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column < width; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, before[column - 2]! + 1);
      current.push(best);
    }
    before = above;
    above = current;
  }
  return above[width - 1]!;
}

/** The known word nearest to `word`, or null where none is near: at most a third of its letters may differ. */
export function nearest(word: string, known: Iterable<string>): string | null {
  if (word.length > 64) return null;
  const lower = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.min(3, Math.floor(word.length / 3))) + 1;
  for (const candidate of known) {
    if (candidate.length > 64 || Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const found = flat(candidate) === flat(lower) ? 0 : distance(lower, candidate.toLowerCase());
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

// `rollbackValid`, `rollback_valid` and `rollback-valid` are the same word to a person.
const flat = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, "");

/** `Did you mean "x"?` with a leading space, or "". */
export function didYouMean(word: string, known: Iterable<string>): string {
  const found = nearest(word, known);
  return found === null ? "" : ` Did you mean "${found}"?`;
}
