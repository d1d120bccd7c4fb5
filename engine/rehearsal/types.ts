// The instructor of a rehearsal, as the run meets it: what to play instead, what is cut off, who is away.
// Owns: the shapes. Injects nothing. Durations are milliseconds.

/** What happens instead of what would have happened. `fault` is its id in the scenario. */
export type Override = { fault: string } & (
  | { kind: "fails"; output: string; exitCode: number }
  | { kind: "hangs"; output: string }
  | { kind: "reads"; value: string; exitCode: number }
  | { kind: "slow"; byMs: number }
);

/** `probe`: which look of a gate, from 1; null for a block that is no gate. */
export type Moment = { step: string; block: number; attempt: number; probe: number | null };

export type Instructor = {
  /** Asked just before a block or a look begins; giving one is the moment at which its fault is on record. */
  override(at: Moment): Override | null;
  /** Nothing reaches the cluster of this name now. */
  isCut(cluster: string): boolean;
  /** Nobody of this role answers now. */
  isAway(role: string): boolean;
  /** Ends every clock; what is injected stays as it is until it is undone. */
  close(): void;
};
