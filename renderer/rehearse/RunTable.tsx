// The runs of a runbook, newest first. Owns: drawing, and the boxes that choose two. Live and rehearsal say so in words, shape and colour.
import { Drama } from "lucide-react";
import type { RunId, SeriesRun, SeriesView } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import { ClassGlyph, formatDate, formatDuration, formatMinute, formatSpent, Status, StatusWord, zoneWord } from "../design/index.ts";
import { faultsWords, measureWords, paceWords, resultWords, runName, WAY_WORDS } from "./words.ts";

export function RunTable({
  view,
  zone,
  picked,
  onPick,
}: {
  view: SeriesView;
  zone: string;
  picked: RunId[];
  onPick(run: RunId, isPicked: boolean): void;
}) {
  const hasClocks = view.runs.some(({ recovery }) => recovery !== null && recovery.declared !== null);
  const hasFaults = view.runs.some(({ hasInstructor }) => hasInstructor);
  return (
    <div className="series-scroll">
      <table className="table series-runs" aria-label={`Runs of ${view.title}`}>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Chosen to compare</span>
            </th>
            <th scope="col">Run</th>
            <th scope="col">Begun, {zoneWord(Date.now(), zone)}</th>
            <th scope="col">Result</th>
            {hasClocks ? (
              <>
                <th scope="col" className="num">
                  RTO
                </th>
                <th scope="col" className="num">
                  RPO
                </th>
              </>
            ) : null}
            <th scope="col" className="num">
              Total
            </th>
            <th scope="col">Steps</th>
            {hasFaults ? <th scope="col">Faults</th> : null}
            <th scope="col" className="wide">
              Who
            </th>
          </tr>
        </thead>
        <tbody>
          {view.runs.toReversed().map((run) => (
            <tr key={run.run} className={picked.includes(run.run) ? "picked" : ""}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Compare ${runName(run)}`}
                  checked={picked.includes(run.run)}
                  onChange={(event) => onPick(run.run, event.target.checked)}
                />
              </td>
              <td>
                <Name run={run} />
              </td>
              <td className="nowrap">
                {formatDate(run.startedAt, zone)} <span className="mono mid series-clock">{formatMinute(run.startedAt, zone)}</span>
              </td>
              <td className="quiet">
                <StatusWord {...resultWords(run)} size={14} />
              </td>
              {hasClocks ? (
                <>
                  <Measure
                    of={run.recovery?.declared == null ? null : run.recovery.rto}
                    pace={run.pace}
                    textMs={run.recovery?.rto.textMs === run.recovery?.rto.ms ? null : (run.recovery?.rto.textMs ?? null)}
                  />
                  <Measure of={run.recovery?.declared == null ? null : run.recovery.rpo} pace="real" textMs={null} />
                </>
              ) : null}
              <td className="num mono">{run.totalMs === null ? "" : formatSpent(run.totalMs)}</td>
              <td className="nowrap">
                <Counts run={run} />
              </td>
              {hasFaults ? <td className="mid">{faultsWords(run)}</td> : null}
              <td className="mid wide series-who">{run.people.map(({ name }) => name).join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Name({ run }: { run: SeriesRun }) {
  const to = run.endedAt === null ? routeHash({ view: "run", run: run.run }) : routeHash({ view: "record", log: run.log, seq: null });
  const pace = paceWords(run);
  return (
    <>
      <a href={to} className={run.mode === "rehearsal" ? "series-reh" : "series-live"}>
        {run.mode === "rehearsal" ? <Drama size={14} aria-hidden="true" /> : <ClassGlyph of={knownClass(run.clusterClass)} size={14} />}
        {runName(run)}
      </a>
      <div className="series-sub">
        {run.way === null ? (
          <span className="series-live-word">LIVE</span>
        ) : (
          <span>
            {WAY_WORDS[run.way]}
            {pace === "" ? "" : `, ${pace}`}
          </span>
        )}
        {run.isPart ? <span>part of the steps</span> : null}
        {run.cluster === null ? null : <span>{run.cluster}</span>}
        {run.solo ? <span className="chip">SOLO</span> : null}
      </div>
    </>
  );
}

type Measured = Parameters<typeof measureWords>[0];

/** A time that was walked, played faster or compressed meets no target: it is shown without its shape, and with what it would have been. */
function Measure({ of, pace, textMs }: { of: Measured | null; pace: SeriesRun["pace"]; textMs: number | null }) {
  if (of === null) return <td />;
  const { state, figure, detail } = measureWords(of);
  return (
    <td className="num nowrap" title={detail}>
      {of.ms === null ? (
        <span className="dim">{detail}</span>
      ) : (
        <span className={`series-measure ${pace === "real" ? state : "apart"}`}>
          {of.targetMs === null || pace !== "real" ? null : (
            <Status state={state} size={14} label={state === "failed" ? "missed" : "met"} />
          )}
          <span className="mono">{figure}</span>
        </span>
      )}
      {textMs === null ? null : <span className="series-text-time">{formatDuration(textMs)} uncompressed</span>}
    </td>
  );
}

function Counts({ run: { counts } }: { run: SeriesRun }) {
  const shown = [
    ["passed", counts.passed],
    ["failed", counts.failed],
    ["unknown", counts.unknown],
    ["skipped", counts.skipped],
    ["open", counts.notRun],
  ] as const;
  return (
    <span className="series-counts quiet">
      {shown
        .filter(([, n]) => n > 0)
        .map(([state, n]) => (
          <span key={state} title={`${n} ${state === "open" ? "not run" : state}`}>
            <Status state={state} size={14} label={state === "open" ? "not run" : state} /> {n}
          </span>
        ))}
    </span>
  );
}

export const knownClass = (name: string | null) =>
  name === "production" || name === "staging" || name === "sandbox" || name === "local" ? name : ("none" as const);
