// The hold line: two solid, two dashed lines, as painted on a taxiway; the stop is on the solid side.
// Owns: the sign of the app and of every hold point. Does not decide where one stands.

/** `state`: passed or far away (quiet), next to come, or standing on it now. Decoration: the step beside it carries the words. */
export function HoldLine({ state = "quiet" }: { state?: "quiet" | "next" | "on" }) {
  return (
    <div className={`hold-line ${state === "quiet" ? "" : state}`} aria-hidden="true">
      <i />
      <i />
      <b />
      <b />
    </div>
  );
}

export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 22 22" aria-hidden="true">
      <path d="M1 4.5h20M1 9h20" stroke="currentColor" strokeWidth="2" />
      <path d="M1 13.5h20M1 18h20" stroke="currentColor" strokeWidth="2" strokeDasharray="4.4 3.4" />
    </svg>
  );
}
