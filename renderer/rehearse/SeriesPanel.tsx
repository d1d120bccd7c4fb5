// The series of one runbook: where it stands, the trend, its runs, its steps, who took part. Owns: drawing. Takes the engine's view.
import { GitCompareArrows } from "lucide-react";
import type { ReactNode } from "react";
import type { RunId, SeriesView } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import { Button, EmptyState, formatDate, formatDuration, PanelHead, plural, Status } from "../design/index.ts";
import { PackButton } from "../moving/index.ts";
import { RunTable } from "./RunTable.tsx";
import { StepTable } from "./StepTable.tsx";
import { TrendChart } from "./TrendChart.tsx";
import { dueWords, measureWords, runName } from "./words.ts";

export function SeriesPanel({
  view,
  zone,
  picked,
  onPick,
  onCompare,
}: {
  view: SeriesView;
  zone: string;
  picked: RunId[];
  onPick(run: RunId, isPicked: boolean): void;
  onCompare(): void;
}) {
  const rehearsals = view.runs.filter(({ mode }) => mode === "rehearsal").length;
  const never = view.steps.filter(({ isInText, rehearsed }) => isInText && rehearsed === 0).length;
  return (
    <>
      <header className="series-head">
        <div>
          <h2>{view.title}</h2>
          <p className="dim">
            {plural(rehearsals, "rehearsal")}, {plural(view.runs.length - rehearsals, "live run")}
            {view.version === null ? "" : `, version ${view.version}`}
            {view.sha256 === null ? ", its file is not there any more" : ""}{" "}
            {view.sha256 === null ? null : <a href={routeHash({ view: "document", path: view.path })}>Read the text</a>}
          </p>
        </div>
        {view.sha256 === null ? null : <PackButton path={view.path} runs={view.runs.length} />}
        {view.drill === null ? null : <Due drill={view.drill} />}
      </header>
      {view.runs.length === 0 ? (
        <div className="rehearse-empty">
          <EmptyState title="Not run yet">
            The first rehearsal begins the series: how long each step takes, what fails, who took part, and recovery time and point where
            the runbook measures them.
          </EmptyState>
        </div>
      ) : (
        <>
          <div className="series-top">
            <section className="series-trend" aria-label="Trend">
              <div className="series-trend-head">
                <span>{view.trend.of === "rto" ? "Recovery time by run" : "Start to end by run"}</span>
                <span className="end">
                  {view.trend.targetMs === null
                    ? "no target"
                    : `dashed: ${view.trend.of === "rto" ? "target" : "planned"} ${formatDuration(view.trend.targetMs)}`}
                </span>
              </div>
              {view.trend.points.length === 0 ? <p className="mid">No run has come to an end yet.</p> : <TrendChart trend={view.trend} />}
              <Legend view={view} />
            </section>
            <Last view={view} zone={zone} />
          </div>
          <section aria-label="Runs">
            <PanelHead
              title="Runs"
              sub={picked.length === 0 ? "choose two to compare" : `${picked.length} of 2 chosen`}
              end={
                <Button
                  small
                  icon={<GitCompareArrows size={15} aria-hidden="true" />}
                  unavailable={picked.length === 2 ? null : "Choose two runs in the table first."}
                  onClick={onCompare}
                >
                  Compare
                </Button>
              }
            />
            <RunTable view={view} zone={zone} picked={picked} onPick={onPick} />
          </section>
        </>
      )}
      <section aria-label="Steps">
        <PanelHead title="Steps" sub={never === 0 ? "all of them rehearsed" : `${never} of ${view.steps.length} never rehearsed`} />
        <StepTable steps={view.steps} zone={zone} />
      </section>
      {view.people.length === 0 ? null : (
        <section aria-label="Who took part">
          <PanelHead title="Who took part" />
          <ul className="series-people">
            {view.people.map((one) => (
              <li key={one.id}>
                <b>{one.name}</b> <span className="dim">{tookPart(one)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const tookPart = ({ rehearsals, live }: { rehearsals: number; live: number }): string =>
  [rehearsals === 0 ? "" : plural(rehearsals, "rehearsal"), live === 0 ? "" : plural(live, "live run")].filter(Boolean).join(", ");

function Due({ drill }: { drill: NonNullable<SeriesView["drill"]> }) {
  const { state, word, detail } = dueWords(drill);
  return (
    <div className={`series-due ${drill.state}`}>
      <Status state={state} size={20} />
      <div>
        <b>{word}</b>
        <small>{detail}</small>
      </div>
    </div>
  );
}

function Legend({ view: { trend } }: { view: SeriesView }) {
  const said = [
    trend.points.some(({ mode }) => mode === "live") ? "square: live run" : "",
    trend.points.some(({ isForecast }) => isForecast) ? "dotted: forecast of the run under way" : "",
    trend.points.some(({ pace }) => pace !== "real") ? "broken ring: walked, played faster or compressed, so not comparable" : "",
  ].filter(Boolean);
  return said.length === 0 ? null : <p className="series-legend">{said.join(" · ")}</p>;
}

/** The last run that ended, in figures: recovery time and point where it measured them. */
function Last({ view, zone }: { view: SeriesView; zone: string }) {
  const last = view.runs.findLast(({ status, isPart }) => status === "finished" && !isPart);
  if (last === undefined) return null;
  const { recovery } = last;
  const hasClocks = recovery !== null && recovery.declared !== null;
  return (
    <section className="series-last" aria-label="Last run">
      <div className="series-trend-head">
        <span>Last: {runName(last)}</span>
        <span className="end">{formatDate(last.startedAt, zone)}</span>
      </div>
      <div className="series-tiles">
        {hasClocks ? (
          <>
            <Tile label="RTO, recovered" target={recovery.rto.targetMs} {...measureWords(recovery.rto)} />
            <Tile label="RPO, data lost" target={recovery.rpo.targetMs} {...measureWords(recovery.rpo)} />
          </>
        ) : null}
        <Tile
          label="Start to end"
          target={last.plannedMs}
          {...measureWords({
            ms: last.totalMs,
            targetMs: last.plannedMs,
            state: last.plannedMs === null ? "measured" : (last.totalMs ?? 0) <= last.plannedMs ? "met" : "missed",
          })}
        />
      </div>
    </section>
  );
}

function Tile({
  label,
  target,
  figure,
  detail,
  state,
}: {
  label: string;
  target: number | null;
  figure: string;
  detail: string;
  state: Parameters<typeof Status>[0]["state"];
}): ReactNode {
  return (
    <div className="series-tile">
      <div className="series-tile-label">
        <span>{label}</span>
        <span>{target === null ? "" : `target ${formatDuration(target)}`}</span>
      </div>
      <div className="series-tile-figure">
        <span className="mono">{figure}</span>
        <span className={state === "failed" ? "fail-text" : "mid"}>
          <Status state={state} size={14} /> {detail}
        </span>
      </div>
    </div>
  );
}
