// The class of a cluster as shape, word and colour. Owns: the drawings. Does not know which cluster is meant.
import type { ReactElement } from "react";
import type { ClusterClass } from "../../engine/protocol/index.ts";

export type ShownClass = ClusterClass | "none";
const drawings: Record<ShownClass, ReactElement> = {
  production: (
    <>
      <path d="M5 .9h6L15.1 5v6L11 15.1H5L.9 11V5z" fill="currentColor" />
      <path d="M8 4.2v4.6" stroke="var(--cut)" strokeWidth="2" strokeLinecap="round" />
      <circle cx="8" cy="11.5" r="1.2" fill="var(--cut)" />
    </>
  ),
  staging: <path d="M8 1.4L15 14H1z" fill="currentColor" />,
  sandbox: <rect x="2" y="2" width="12" height="12" rx="1" fill="none" stroke="currentColor" strokeWidth="2" />,
  local: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" />,
  none: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.4 2" />,
};
export const CLASS_WORDS: Record<ShownClass, string> = {
  production: "PRODUCTION",
  staging: "STAGING",
  sandbox: "SANDBOX",
  local: "LOCAL",
  none: "NO CLASS YET",
};

export function ClassGlyph({ of, size = 16 }: { of: ShownClass; size?: number }) {
  return (
    <svg className={`cls-${of}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {drawings[of]}
    </svg>
  );
}
export function ClassWord({ of }: { of: ShownClass }) {
  return <span className={`class-word cls-${of}`}>{CLASS_WORDS[of]}</span>;
}
