// What a job may not be at the same time. Owns: that rule. Pure; the job itself is jobs.ts.
import type { Block } from "../protocol/index.ts";

/** Why this job cannot be honoured; none where it can. */
export function jobProblems({ job, gate, background }: Block["options"]): string[] {
  if (job !== true) return [];
  return [...(gate === undefined ? [] : ["gate as a job"]), ...(background === true ? ["job in the background"] : [])];
}
