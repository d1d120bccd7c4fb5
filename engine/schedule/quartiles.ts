// Middle and spread of what earlier runs took. Owns: the sums. Pure.

/** Quartiles by linear interpolation between ranks (as spreadsheets do); whole milliseconds. Null for none. */
export function quartiles(samples: readonly number[]): { p25Ms: number; medianMs: number; p75Ms: number } | null {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => {
    const rank = share * (sorted.length - 1);
    const low = sorted[Math.floor(rank)]!;
    const high = sorted[Math.ceil(rank)]!;
    return Math.round(low + (high - low) * (rank - Math.floor(rank)));
  };
  return { p25Ms: at(0.25), medianMs: at(0.5), p75Ms: at(0.75) };
}
