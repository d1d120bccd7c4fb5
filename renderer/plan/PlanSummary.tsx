// Drift in one line: planned end, forecast end, late or early in words and shape, what is left of the window; what decides, what cost.
// Owns: those words. Does not count: the figures are the engine's.
import type { PlanView } from "../../engine/protocol/index.ts";
import { formatDuration, formatSpent, Status, type StatusState } from "../design/index.ts";
import { at, costliestSteps, decidingSteps, driftWords, forecastAt, glyphOf, LATE_FROM_MS } from "./model.ts";
import type { ClockOf } from "./PlanChart.tsx";

const LISTED = 4;

/** How the end stands to plan and window: the window's end weighs more. */
export function endWords(driftMs: number | null, windowSlackMs: number | null): { state: StatusState; words: string; tone: string } | null {
  if (windowSlackMs !== null && windowSlackMs < 0)
    return { state: "failed", words: `${formatDuration(-windowSlackMs)} past window`, tone: "fail-text" };
  if (driftMs === null) return null;
  if (driftMs >= LATE_FROM_MS) return { state: "nearmiss", words: driftWords(driftMs), tone: "warn-text" };
  // A few seconds late are no lateness, and a tick beside the word "late" is read twice.
  return { state: "passed", words: driftMs > 0 ? "on plan" : driftWords(driftMs), tone: "" };
}

export function PlanSummary({ view, now, clock }: { view: PlanView; now: number; clock: ClockOf }) {
  const forecast = view.endedAt === null ? forecastAt(view, now) : at(view.endedAt);
  const drift = forecast === null || view.plannedEnd === null ? null : forecast - at(view.plannedEnd);
  const slack = forecast === null || view.window.end === null ? null : at(view.window.end) - forecast;
  const standing = endWords(drift, slack);
  const isOver = view.endedAt !== null;
  return (
    <dl className="plan-summary">
      <div>
        <dt>{view.isStarted ? "Begun" : "If it began at"}</dt>
        <dd>
          <b>{clock(view.start)}</b>
        </dd>
      </div>
      <div>
        <dt>Planned end</dt>
        <dd>
          <b>{view.plannedEnd === null ? "no plan" : clock(view.plannedEnd)}</b>
          {view.plannedEnd === null ? null : <span>after {formatDuration(at(view.plannedEnd) - at(view.start))}</span>}
          {view.saidMs === null || view.plannedEnd === null || view.saidMs === at(view.plannedEnd) - at(view.start) ? null : (
            <span title="The file plans this for the whole; its steps, lanes and needs come to what stands before.">
              the text says {formatDuration(view.saidMs)}
            </span>
          )}
        </dd>
      </div>
      {view.isStarted ? (
        <div>
          <dt>{isOver ? "Ended" : "Forecast end"}</dt>
          <dd>
            <b>{forecast === null ? "--:--" : clock(forecast)}</b>
            {standing === null ? null : (
              <span className={`plan-drift ${standing.tone}`}>
                <Status state={standing.state} size={16} /> {standing.words}
              </span>
            )}
          </dd>
        </div>
      ) : null}
      <div>
        <dt>Window</dt>
        <dd>
          {view.window.end === null ? (
            <span>none set</span>
          ) : (
            <>
              <b>to {clock(view.window.end)}</b>
              {slack === null || slack < 0 ? null : <span>{formatDuration(slack)} to spare</span>}
            </>
          )}
        </dd>
      </div>
    </dl>
  );
}

/** Which steps decide the end, and where the time went. */
export function PlanLists({ view, now, clock, onOpen }: { view: PlanView; now: number; clock: ClockOf; onOpen(index: number): void }) {
  const deciding = view.endedAt === null ? decidingSteps(view) : [];
  const costly = costliestSteps(view);
  const forecast = forecastAt(view, now);
  const indexOf = new Map(view.steps.map((step, index) => [step.id, index]));
  if (deciding.length === 0 && costly.length === 0) return null;
  return (
    <div className="plan-lists">
      {deciding.length === 0 ? null : (
        <section aria-label="Decides the end">
          <h3>
            Decides the end{" "}
            <small>{forecast === null ? "" : `${formatDuration(Math.max(0, forecast - now))} left on the critical path`}</small>
          </h3>
          <ul>
            {deciding.slice(0, LISTED).map((step) => (
              <li key={step.id}>
                <Status state={glyphOf(step)} size={14} />
                <button type="button" className="plan-go" onClick={() => onOpen(indexOf.get(step.id) ?? 0)}>
                  <span className="plan-number">{step.number}</span> {step.title}
                </button>
                <span className="num">
                  {step.fixedStart !== null && step.start === step.fixedStart ? `waits for ${clock(step.fixedStart)}, ` : ""}
                  {formatDuration(step.plannedMs)}
                </span>
              </li>
            ))}
            {deciding.length > LISTED ? <li className="dim">and {deciding.length - LISTED} more</li> : null}
          </ul>
        </section>
      )}
      {costly.length === 0 ? null : (
        <section aria-label="Where the time went">
          <h3>
            Where the time went <small>planned, actual</small>
          </h3>
          <ul>
            {costly.slice(0, LISTED).map((step) => (
              <li key={step.id}>
                <Status state={glyphOf(step)} size={14} />
                <button type="button" className="plan-go" onClick={() => onOpen(indexOf.get(step.id) ?? 0)}>
                  <span className="plan-number">{step.number}</span> {step.title}
                </button>
                <span className="num">{formatDuration(step.plannedMs)}</span>
                <span className="num warn-text">{formatSpent(step.actualMs ?? 0)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
