// The row above a record: of what, when, how it stands, whose. Owns: drawing.
import type { ReactNode } from "react";
import type { LogSummary } from "../../engine/protocol/index.ts";
import { FrameSituation, SituationCell } from "../app/index.ts";
import { formatClock, formatDate, formatSpent, plural, StatusWord, zoneWord } from "../design/index.ts";
import { logStatus } from "./words.ts";

export function RecordSituation({ summary, from }: { summary: LogSummary; from?: { label: string; value: ReactNode } }) {
  const status = logStatus(summary);
  const took = summary.endedAt === null ? null : Date.parse(summary.endedAt) - Date.parse(summary.openedAt);
  return (
    <FrameSituation label="About this record">
      <SituationCell label="Record of">
        <div className="situation-value">
          {summary.title} <span className="small">{summary.kind === "install" ? "" : `${summary.kind} ${summary.number}`}</span>
        </div>
      </SituationCell>
      <SituationCell label={`${formatDate(summary.openedAt)}, UTC`}>
        <div className="situation-value">
          <span className="mono">
            {formatClock(summary.openedAt)}
            {summary.endedAt === null ? "" : ` to ${formatClock(summary.endedAt)}`}
          </span>
          <span className="small">{took === null ? zoneWord(summary.openedAt) : formatSpent(took)}</span>
        </div>
      </SituationCell>
      {summary.kind === "install" ? null : (
        <SituationCell label="Status">
          <div className="situation-value">
            <StatusWord state={status.state} word={status.word} />
            {summary.mode === "rehearsal" ? <span className="small">rehearsal</span> : null}
          </div>
        </SituationCell>
      )}
      {from === undefined ? (
        <SituationCell label={summary.kind === "install" ? "Holds" : summary.kind === "launch" ? "Led by" : "Run by"}>
          <div className="situation-value">
            {summary.kind === "install" ? "people, settings, heads of all logs" : summary.operator || "nobody yet"}
            <span className="small">
              {plural(summary.events, "event")}
              {summary.solo ? ", SOLO" : ""}
            </span>
          </div>
        </SituationCell>
      ) : (
        <SituationCell label={from.label}>
          <div className="situation-value">{from.value}</div>
        </SituationCell>
      )}
    </FrameSituation>
  );
}
