// The last runs, newest first; the one under way leads back to itself, the others to their records.
// Owns: drawing.
import type { LogSummary, RunId } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import { ClassGlyph, EmptyState, formatDay, formatMinute, PanelHead, StatusWord, zoneWord } from "../design/index.ts";
import { logStatus } from "../records/words.ts";

/** As many as leave the clusters in view at 900 px. */
const SHOWN = 5;

export function RecentRuns({
  runs,
  activeRun,
  zone,
  toRecords,
}: {
  runs: LogSummary[];
  activeRun: RunId | null;
  zone: string;
  toRecords: string;
}) {
  return (
    <section aria-label="Recent runs">
      <PanelHead title="Recent runs" end={runs.length === 0 ? undefined : <a href={toRecords}>All records</a>} />
      <div className="side-body">
        {runs.length === 0 ? (
          <EmptyState title="No run yet">
            A run executes one runbook, pinned to one text and one cluster, and leaves a record. The practice run makes the first one.
          </EmptyState>
        ) : (
          <ul className="recent quiet">
            {runs.slice(0, SHOWN).map((log) => {
              const isActive = activeRun !== null && (log.run === activeRun || log.runs?.includes(activeRun) === true);
              const status = logStatus(log);
              return (
                <li key={log.log}>
                  <a href={isActive ? routeHash({ view: "run", run: activeRun }) : routeHash({ view: "record", log: log.log, seq: null })}>
                    <span className="recent-title">
                      <b>{log.title}</b>
                      <span className="dim">
                        {log.kind} {log.number}
                      </span>
                    </span>
                    <StatusWord state={status.state} size={14} word={isActive ? `${status.word}, open` : status.word} />
                    <span className="recent-sub dim">
                      {formatDay(log.openedAt, zone)}, {formatMinute(log.openedAt, zone)} {zoneWord(log.openedAt, zone)}, {log.operator}
                    </span>
                    <span className="recent-where dim">
                      {log.mode === "rehearsal" ? (
                        "rehearsal"
                      ) : log.cluster === null ? (
                        "no cluster"
                      ) : (
                        <>
                          {log.kind === "launch" && log.clusterClass === null ? null : (
                            <ClassGlyph of={knownClass(log.clusterClass)} size={12} />
                          )}{" "}
                          {log.cluster}
                        </>
                      )}
                    </span>
                  </a>
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </section>
  );
}

const knownClass = (name: string | null) =>
  name === "production" || name === "staging" || name === "sandbox" || name === "local" ? name : ("none" as const);
