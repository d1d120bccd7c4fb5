// One row per log. Owns: drawing and row keys. Takes logs.
import type { LogId, LogSummary, RunId } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import { ClassGlyph, fingerprintGroups, formatClock, formatCount, formatDate, formatSpent, StatusWord, zoneWord } from "../design/index.ts";
import { logStatus } from "./words.ts";

export function LogTable({
  logs,
  zone,
  activeRun,
  onOpen,
}: {
  logs: LogSummary[];
  zone: string;
  activeRun: RunId | null;
  onOpen(log: LogId): void;
}) {
  return (
    <table className="table log-table">
      <thead>
        <tr>
          <th className="num">No.</th>
          <th>Record of</th>
          <th>Where</th>
          <th>Status</th>
          <th className="wide">Opened, {zoneWord(Date.now(), zone)}</th>
          <th className="num wide">Took</th>
          <th className="num">Events</th>
          <th className="widest">Fingerprint</th>
        </tr>
      </thead>
      <tbody>
        {logs.map((log) => {
          const status = logStatus(log);
          return (
            <tr key={log.log} onClick={() => onOpen(log.log)}>
              <td className="num dim">{log.kind === "install" ? "" : log.number}</td>
              <td>
                <a href={routeHash({ view: "record", log: log.log, seq: null })} onClick={(event) => event.stopPropagation()}>
                  {log.title}
                </a>
                <div className="log-marks">
                  {log.kind === "launch" ? <span className="chip">launch</span> : null}
                  {log.operator === "" ? null : <span>{log.operator}</span>}
                  {log.mode === "rehearsal" ? <span className="chip reh-text">rehearsal</span> : null}{" "}
                  {log.solo ? <span className="chip">SOLO</span> : null}
                </div>
              </td>
              <td className="nowrap">
                {log.kind === "install" ? (
                  <span className="dim">people, settings, heads</span>
                ) : log.cluster === null ? (
                  <span className="dim">no cluster</span>
                ) : (
                  <span className="status-word">
                    <ClassGlyph of={knownClass(log.clusterClass)} size={14} /> {log.cluster}
                  </span>
                )}
              </td>
              <td className="quiet">
                <StatusWord state={status.state} word={log.run !== null && log.run === activeRun ? `${status.word}, open` : status.word} />
              </td>
              <td className="nowrap wide">
                {formatDate(log.openedAt, zone)} <span className="mono mid">{formatClock(log.openedAt, zone)}</span>
              </td>
              <td className="num mono mid wide">
                {log.endedAt === null ? "" : formatSpent(Date.parse(log.endedAt) - Date.parse(log.openedAt))}
              </td>
              <td className="num">{formatCount(log.events)}</td>
              <td className="mono dim nowrap widest">{fingerprintGroups(log.fingerprint).slice(0, 2).join(" ")}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const knownClass = (name: string | null) =>
  name === "production" || name === "staging" || name === "sandbox" || name === "local" ? name : ("none" as const);
