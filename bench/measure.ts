// Small statistics for measured speed. Owns: arithmetic on samples. Measures nothing itself.

/** The q-quantile (0 to 1) of the samples, by linear interpolation between order statistics. Throws on no samples. */
export function quantile(samples: readonly number[], q: number): number {
  if (samples.length === 0) throw new Error("quantile of nothing");
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/**
 * How cost grows with size: the slope of log(cost) over log(size) by least squares. 1 is linear, 2 is quadratic.
 * `points` are [size, cost] with both above zero, at least two of them.
 */
export function growthExponent(points: readonly (readonly [number, number])[]): number {
  if (points.length < 2) throw new Error("growth needs two sizes");
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return over / under;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/**
 * Two ways of doing the same, turn by turn in one run, so that a slow moment of the machine falls on both.
 * Returns the samples of each in milliseconds; the first `warmUp` rounds are thrown away.
 */
export async function sideBySide(
  rounds: number,
  warmUp: number,
  ours: () => unknown,
  theirs: () => unknown,
): Promise<{ ours: number[]; theirs: number[] }> {
  const samples = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds + warmUp; round++) {
    const [first, second] = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const a = await timed(first);
    const b = await timed(second);
    if (round < warmUp) continue;
    samples.ours.push(round % 2 === 0 ? a : b);
    samples.theirs.push(round % 2 === 0 ? b : a);
  }
  return samples;
}
