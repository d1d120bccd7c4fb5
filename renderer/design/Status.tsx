// The status vocabulary: twelve shapes in five colours, always with the word (or a label for a count).
// Owns: the drawings. Does not decide which state something is in.
import type { ReactElement } from "react";

export type StatusState =
  | "passed"
  | "failed"
  | "unknown"
  | "skipped"
  | "running"
  | "held"
  | "signoff"
  | "stale"
  | "waived"
  | "na"
  | "open"
  | "nearmiss";

export const STATUS_WORDS: Record<StatusState, string> = {
  passed: "Passed",
  failed: "Failed",
  unknown: "Unknown",
  skipped: "Skipped",
  running: "Running",
  held: "Held",
  signoff: "Waiting for sign-off",
  stale: "Stale",
  waived: "Waived",
  na: "n/a",
  open: "Not started",
  nearmiss: "Near-miss",
};

const line = { fill: "none", stroke: "currentColor", strokeLinecap: "round", strokeLinejoin: "round" } as const;
const cut = { fill: "none", stroke: "var(--cut)", strokeLinecap: "round", strokeLinejoin: "round" } as const;

const drawings: Record<StatusState, ReactElement> = {
  passed: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M4.9 8.2l2.2 2.2 4.1-4.6" {...cut} strokeWidth="1.9" />
    </>
  ),
  failed: (
    <>
      <path d="M5 .9h6L15.1 5v6L11 15.1H5L.9 11V5z" fill="currentColor" />
      <path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" {...cut} strokeWidth="1.9" />
    </>
  ),
  unknown: (
    <>
      <path d="M8 .9L15.1 8 8 15.1.9 8z" {...line} strokeWidth="1.5" />
      <path d="M6.5 6.6c0-.9.7-1.5 1.5-1.5s1.5.6 1.5 1.4c0 1-1.5 1.1-1.5 2.2" {...line} strokeWidth="1.4" />
      <circle cx="8" cy="10.9" r=".9" fill="currentColor" />
    </>
  ),
  skipped: (
    <>
      <circle cx="8" cy="8" r="6.3" {...line} strokeWidth="1.4" />
      <path d="M5 5.6L7.4 8 5 10.4M8.6 5.6L11 8l-2.4 2.4" {...line} strokeWidth="1.4" />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="6.3" {...line} strokeOpacity=".3" strokeWidth="2" />
      <path d="M8 1.7A6.3 6.3 0 1 1 1.9 9.6" {...line} strokeWidth="2.2" />
      <circle cx="8" cy="8" r="2.2" fill="currentColor" />
    </>
  ),
  held: (
    <>
      <rect x="1" y="1" width="14" height="14" rx="3" fill="currentColor" />
      <path d="M6 5v6M10 5v6" {...cut} strokeWidth="2" />
    </>
  ),
  signoff: (
    <>
      <path d="M1 2.6h14M1 6.2h14" fill="none" stroke="currentColor" strokeWidth="1.9" />
      <path d="M1 9.8h14M1 13.4h14" fill="none" stroke="currentColor" strokeWidth="1.9" strokeDasharray="3 2.5" />
    </>
  ),
  stale: (
    <>
      <circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.6 1.9" />
      <path d="M5.2 8.2l2 2 3.6-4.2" {...line} strokeWidth="1.5" />
    </>
  ),
  waived: (
    <>
      <path d="M3.2 15V1.4" {...line} strokeWidth="1.7" />
      <path d="M3.6 2.1h10.2l-3 3.3 3 3.3H3.6z" fill="currentColor" />
    </>
  ),
  na: (
    <>
      <circle cx="8" cy="8" r="6.3" {...line} strokeWidth="1.4" />
      <path d="M3.8 12.2l8.4-8.4" {...line} strokeWidth="1.4" />
    </>
  ),
  open: <circle cx="8" cy="8" r="5.2" {...line} strokeWidth="1.5" />,
  nearmiss: (
    <>
      <path d="M8 2L15 14.2H1z" {...line} strokeWidth="1.5" />
      <path d="M8 6.4v3.4" {...line} strokeWidth="1.6" />
      <circle cx="8" cy="11.9" r=".95" fill="currentColor" />
    </>
  ),
};

/** The shape alone. `label` names it for a screen reader; without one it is decoration beside a word. */
export function Status({ state, size = 16, label }: { state: StatusState; size?: 14 | 16 | 18 | 20 | 26; label?: string }) {
  if (label === undefined)
    return (
      <svg className={`status st-${state}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
        {drawings[state]}
      </svg>
    );
  return (
    <svg className={`status st-${state}`} width={size} height={size} viewBox="0 0 16 16" role="img" aria-label={label}>
      {drawings[state]}
    </svg>
  );
}

/** Shape and word; `word` replaces the state's own ("Written", "Ready"). */
export function StatusWord({ state, size = 16, word }: { state: StatusState; size?: 14 | 16 | 18 | 20 | 26; word?: string }) {
  return (
    <span className={`status-word st-${state}`}>
      <Status state={state} size={size} />
      <span>{word ?? STATUS_WORDS[state]}</span>
    </span>
  );
}
