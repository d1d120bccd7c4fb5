// When to try again after a lost connection. Pure.

/** First try at once (a reload of the host takes less), then doubling; a person waits at most this long, milliseconds. */
const FIRST_MS = 150;
const LONGEST_MS = 5_000;

/** Milliseconds before attempt number `attempt` (from 1). `jitter` in 0…1 spreads several windows. */
export function backoffMs(attempt: number, jitter: number): number {
  if (attempt <= 1) return 0;
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 2));
  return Math.round(base * (0.75 + 0.5 * jitter));
}
