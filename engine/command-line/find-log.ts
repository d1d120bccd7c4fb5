// Which log a person means by RUN: its number, the run's id, the log's id, or "latest".
// Owns: that look-up.
import type { LogSummary } from "../protocol/index.ts";
import { usage } from "./output.ts";

/** The log, or the command ends with what there is. The install log is `install`. */
export function findLog(logs: LogSummary[], wanted: string): LogSummary {
  if (wanted === "latest") {
    const latest = logs.filter((log) => log.kind !== "install").sort((a, b) => b.number - a.number)[0];
    if (latest !== undefined) return latest;
  }
  const found = logs.find(
    (log) =>
      log.log === wanted ||
      log.run === wanted ||
      log.runs?.some((run) => run === wanted) ||
      (log.kind === "install" ? wanted === "install" : String(log.number) === wanted.replace(/^#/, "")),
  );
  if (found !== undefined) return found;
  throw usage(`There is no run or launch "${wanted}". \`holdpoint status\` lists them with their numbers.`);
}
