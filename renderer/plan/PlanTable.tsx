// The plan as a table: planned, actual, forecast, slack, drift and where each planned duration comes from. On paper with boxes to tick.
// Owns: rows and words. Times are the engine's; a row is drawn again only where its step changed.
import { memo, useState } from "react";
import type { PlanStep, PlanView } from "../../engine/protocol/index.ts";
import { Button, formatDuration, formatSpent, STATUS_WORDS, Status } from "../design/index.ts";
import { driftWords, glyphOf, LATE_FROM_MS, sourceWords } from "./model.ts";
import type { ClockOf } from "./PlanChart.tsx";

/** Drawn at once; more are a second's work for the window, and are asked for. On paper all are printed. */
const SHOWN_ROWS = 1000;

export const PlanTable = memo(function PlanTable({
  view,
  clock,
  zoneWords,
  isPaper,
  chosen,
  onOpen,
}: {
  view: PlanView;
  clock: ClockOf;
  zoneWords: string;
  isPaper: boolean;
  chosen: number | null;
  onOpen(index: number): void;
}) {
  const [isWhole, setWhole] = useState(false);
  const rows = isWhole || isPaper ? view.steps : view.steps.slice(0, SHOWN_ROWS);
  return (
    <>
      <table className={`plan-table ${isPaper ? "paper" : ""}`} aria-label={`Plan of ${view.title}, times in ${zoneWords}`}>
        <thead>
          <tr>
            {isPaper ? <th scope="col">Done</th> : null}
            <th scope="col">Step</th>
            <th scope="col">Lane</th>
            <th scope="col">Planned, {zoneWords}</th>
            <th scope="col">Duration</th>
            <th scope="col">Actual</th>
            {isPaper ? null : <th scope="col">Forecast</th>}
            <th scope="col">Slack</th>
            <th scope="col">Drift</th>
            {isPaper ? <th scope="col">Begun, ended, by</th> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((step, index) => (
            <Row key={step.id} step={step} index={index} clock={clock} isPaper={isPaper} isChosen={chosen === index} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
      {rows.length < view.steps.length ? (
        <p className="plan-more">
          <Button onClick={() => setWhole(true)}>Show all {view.steps.length} steps</Button>
        </p>
      ) : null}
    </>
  );
});

type RowProps = { step: PlanStep; index: number; clock: ClockOf; isPaper: boolean; isChosen: boolean; onOpen(index: number): void };
const Row = memo(function Row({ step, index, clock, isPaper, isChosen, onOpen }: RowProps) {
  const glyph = glyphOf(step);
  const range = (from: string | null, to: string | null) =>
    from === null ? "" : to === null ? `${clock(from)} to …` : `${clock(from)} to ${clock(to)}`;
  const isDone = step.status === "done" && step.actualEnd !== null && step.actualEnd === step.end;
  const title = (
    <>
      <span className="plan-number">{step.number}</span> {step.title}
    </>
  );
  return (
    <tr className={`${isChosen ? "chosen" : ""} ${step.isCritical ? "critical" : ""}`}>
      {isPaper ? (
        <td>
          <span className={`plan-box ${isDone ? "ticked" : ""}`}>{isDone ? "✓" : ""}</span>
        </td>
      ) : null}
      <th scope="row">
        <span className="plan-step">
          <Status state={glyph} size={14} label={step.isOff ? "Does not apply" : STATUS_WORDS[glyph]} />
          {isPaper ? (
            <span>{title}</span>
          ) : (
            <button type="button" className="plan-go" onClick={() => onOpen(index)}>
              {title}
            </button>
          )}
          {step.isCritical ? <span className="plan-critical">critical</span> : null}
          {step.signoff.length === 0 ? null : <span className="chip">hold point: {step.signoff.join(", ")}</span>}
          {step.isWayBack ? <span className="chip">way back</span> : null}
          {step.isOptional ? <span className="chip">optional</span> : null}
          {step.isOff ? <span className="chip">does not apply</span> : null}
        </span>
      </th>
      <td data-head="lane">{step.lane}</td>
      <td className="num" data-head="planned">
        {range(step.plannedStart, step.plannedEnd)}
        {step.fixedStart === null ? null : <span className="plan-note">not before {clock(step.fixedStart)}</span>}
      </td>
      <td className="num" data-head="takes">
        {step.isWayBack ? "" : formatDuration(step.plannedMs)}
        <span className="plan-note">{sourceWords(step)}</span>
      </td>
      <td className="num" data-head="actual">
        {range(step.actualStart, step.actualEnd)}
        {step.actualMs === null ? null : <span className="plan-note">took {formatSpent(step.actualMs)}</span>}
      </td>
      {isPaper ? null : (
        <td className="num" data-head="forecast">
          {isDone ? "" : range(step.start, step.end)}
        </td>
      )}
      <td className="num" data-head="slack">
        {step.slackMs === null ? "" : step.slackMs === 0 ? "none" : formatDuration(step.slackMs)}
      </td>
      <td className="num" data-head="drift">
        {step.driftMs === null ? "" : <span className={step.driftMs >= LATE_FROM_MS ? "warn-text" : ""}>{driftWords(step.driftMs)}</span>}
      </td>
      {isPaper ? (
        <td className="plan-blank">
          <i />
          <i />
          <i />
        </td>
      ) : null}
    </tr>
  );
});
