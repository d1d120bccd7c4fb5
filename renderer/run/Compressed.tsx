// That a wait of a rehearsal is shorter than its text asks for, said where it is counted. Owns: those words.
import { formatDuration } from "../design/index.ts";

/** Of a rehearsal: what the text asks for, so that nobody takes the short wait for it. */
export const Compressed = ({ textMs, by }: { textMs: number; by: number }) => (
  <span className="gate-compressed">
    compressed by {by}, {formatDuration(textMs)} in the text
  </span>
);
