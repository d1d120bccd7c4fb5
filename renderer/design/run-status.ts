// The sign of a whole run: one shape, word and colour, wherever it stands (band, situation, outline, library, records, palette).
// Owns: the mapping. Does not decide the status: the engine did.
import type { StatusState } from "./Status.tsx";

export type Shown = { state: StatusState; word: string };

/** How a finished run ended where it did not end well; the words are the engine's. */
const BAD_ENDS: Record<string, StatusState> = { failed: "failed", unknown: "unknown", incomplete: "skipped" };

/** `status` as a run's header and a log's summary give it, and the result where it is known. */
export function runStatus(status: string, result = ""): Shown {
  const bad = status === "finished" ? BAD_ENDS[result] : undefined;
  if (bad !== undefined) return { state: bad, word: `Finished, ${result}` };
  switch (status) {
    case "active":
      return { state: "running", word: "Under way" };
    case "held":
      return { state: "held", word: "Held" };
    case "finished":
      return { state: "passed", word: "Finished" };
    case "aborted":
      return { state: "failed", word: "Aborted" };
    default:
      return { state: "open", word: status === "" ? "Open" : status.charAt(0).toUpperCase() + status.slice(1).replaceAll("_", " ") };
  }
}
