// Now, next, elapsed against plan, forecast end, Hold and Way back: the row that never scrolls away.
// Owns: their drawing. Does not act: it calls back.
import { Pause, Undo2 } from "lucide-react";
import type { RunHeader, StepState } from "../../engine/protocol/index.ts";
import { FrameSituation, SituationCell } from "../app/Frame.tsx";
import { useReadOnly } from "../app/read-only.ts";
import { useApp } from "../app/store.ts";
import {
  formatDuration,
  formatMinute,
  formatMoment,
  formatSpent,
  runStatus,
  Status,
  TwoLineButton,
  useNow,
  zoneWord,
} from "../design/index.ts";
import { endWords } from "../plan/index.ts";
import { waitsFor } from "./hold.ts";
import { alsoRunning } from "./lanes.ts";
import type { Arrangement } from "./layout.ts";
import type { StepGlyph } from "./outline-rows.ts";
import { progressOf, stepElapsedMs } from "./progress.ts";
import { latestWords } from "./wayback.ts";
import { VERDICT_WORDS } from "./words.ts";

type Props = {
  header: RunHeader;
  steps: StepState[];
  now: StepState | null;
  nowGlyph: StepGlyph;
  next: StepState | null;
  nextGlyph: StepGlyph;
  wayBack: string;
  zone: string;
  arrangement: Arrangement;
  onHold(): void;
  onHeld(): void;
  onWayBack(): void;
};

export function SituationBar(props: Props) {
  const { header } = props;
  const isOver = header.status === "finished" || header.status === "aborted";
  const readOnly = useReadOnly();
  const follows = useApp((app) => app.snapshot?.following !== undefined);
  return (
    <FrameSituation label="Situation">
      <NowCell {...props} />
      <SituationCell label="Next" className="run-next">
        <div className="situation-value">
          {props.next === null ? (
            <span className="mid">{isOver ? "The run has ended" : "Nothing after this"}</span>
          ) : (
            <>
              <Status state={props.nextGlyph} size={16} />
              <span className="run-number">{props.next.number}</span>
              <span className="run-title mid">{props.next.title}</span>
            </>
          )}
        </div>
      </SituationCell>
      <ElapsedCell {...props} />
      <ForecastCell {...props} />
      {isOver || follows ? null : (
        <div className="run-brakes">
          {header.status === "held" ? (
            <HeldButton header={header} unavailable={readOnly} onHeld={props.onHeld} />
          ) : (
            <TwoLineButton
              icon={<Pause size={20} aria-hidden="true" />}
              title="Hold"
              detail="F8"
              aria-keyshortcuts="F8"
              unavailable={readOnly}
              onClick={props.onHold}
            />
          )}
          <WayBackButton {...props} />
        </div>
      )}
    </FrameSituation>
  );
}

/** What it promises; below it, where there is a window, the latest moment for it. */
function WayBackButton({ header, wayBack, onWayBack }: Props) {
  const latest = latestWords(header.latestWayBack, useNow());
  return (
    <TwoLineButton
      className={latest?.isLate === true ? "run-back-late" : ""}
      icon={<Undo2 size={20} aria-hidden="true" />}
      title="Way back"
      detail={
        latest === null ? `F9, ${wayBack}` : `${wayBack}, ${latest.isLate ? "was due" : "by"} ${formatMinute(header.latestWayBack ?? "")}`
      }
      aria-label={`Way back, ${wayBack}${latest === null ? "" : `, ${latest.words} to fit the window`}. It asks once.`}
      aria-keyshortcuts="F9"
      onClick={onWayBack}
    />
  );
}

function NowCell({ header, steps, now, nowGlyph, arrangement }: Props) {
  const clock = useNow();
  const isTight = arrangement === "medium";
  const elapsed = now === null ? null : stepElapsedMs(now, clock);
  const waits = waitsFor(header);
  const isTrouble = now !== null && now.status !== "running" && (now.verdict === "failed" || now.verdict === "unknown");
  return (
    <SituationCell
      label={
        isTight && now !== null ? (
          <TightTime now={now} elapsed={elapsed} isTrouble={isTrouble} lanes={inLane(header, now, true)} />
        ) : isTight && waits !== null ? (
          "Now, waits for"
        ) : (
          <>Now{now === null ? "" : inLane(header, now)}</>
        )
      }
      className="run-now"
    >
      <div className="situation-value">
        {now === null && waits !== null ? (
          <>
            <Status state="signoff" size={18} />
            <b className="run-title run-waits">
              <span className={isTight ? "visually-hidden" : ""}>Waits for </span>
              {waits}
            </b>
          </>
        ) : now === null ? (
          <>
            {header.status === "active" ? null : <Status state={runStatus(header.status, header.result).state} size={18} />}
            <span className={header.status === "aborted" ? "fail-text" : "mid"}>{restWords(header, steps)}</span>
          </>
        ) : (
          <>
            <Status state={nowGlyph} size={18} />
            <span className="run-number">{now.number}</span>
            <span className="run-title">{now.title}</span>
            <span className="run-clock" hidden={isTight}>
              {isTrouble ? <b className={now.verdict === "failed" ? "fail-text" : "warn-text"}>{VERDICT_WORDS[now.verdict!]}</b> : null}
              {elapsed === null ? null : (
                <>
                  {isTrouble ? <span className="small"> at </span> : null}
                  <span className={isTrouble ? "small" : "mono accent-text"}>
                    {now.durationMs === null ? formatDuration(elapsed) : formatSpent(elapsed)}
                  </span>
                </>
              )}
              {now.plannedMs === null || isTrouble ? null : (
                <span className="small">
                  {elapsed === null ? "planned" : " of"} {formatDuration(now.plannedMs)}
                </span>
              )}
            </span>
          </>
        )}
      </div>
    </SituationCell>
  );
}

/** Which lane the step is in, and which others run beside it; "" for a plain runbook. */
function inLane(header: RunHeader, now: StepState, isTight = false): string {
  if ((header.lanes ?? []).length < 2) return "";
  const others = alsoRunning(header, now.lane);
  return ` in ${now.lane}${others.length === 0 ? "" : `${isTight ? ", also" : ", running too:"} ${others.join(", ")}`}`;
}

/** What stands under "Now" when no step is under way. */
function restWords(header: RunHeader, steps: StepState[]): string {
  if (header.status === "finished") return header.result === "" ? "Finished" : `Finished, ${header.result}`;
  if (header.status === "aborted") return runStatus(header.status).word;
  const rejected = header.status === "held" ? steps.find((step) => step.status === "todo" && step.signoff?.rejected) : undefined;
  if (rejected?.signoff?.rejected) return `Hold point ${rejected.number} rejected by ${rejected.signoff.rejected.name}`;
  const path = steps.filter((step) => step.wayBack !== true);
  const done = path.filter((step) => step.status === "done").length;
  if (done === 0) return "Not begun";
  return done === path.length ? "All steps done" : `Between steps, ${done} of ${path.length} done`;
}

/** Where the cell is narrow, the time stands in its label. */
function TightTime({ now, elapsed, isTrouble, lanes }: { now: StepState; elapsed: number | null; isTrouble: boolean; lanes: string }) {
  return (
    <>
      Now{" "}
      {isTrouble && now.verdict !== null ? (
        <b className={now.verdict === "failed" ? "fail-text" : "warn-text"}>{VERDICT_WORDS[now.verdict].toLowerCase()} at </b>
      ) : null}
      {elapsed === null ? "" : now.durationMs === null ? formatDuration(elapsed) : formatSpent(elapsed)}
      {now.plannedMs === null || isTrouble ? "" : `${elapsed === null ? "planned" : " of"} ${formatDuration(now.plannedMs)}`}
      {lanes}
    </>
  );
}

function ElapsedCell({ header, steps, arrangement }: Props) {
  const now = useNow();
  const progress = progressOf(header, steps, now);
  const { plannedMs, byPlanMs } = progress;
  if (header.undoes) return <BackCell undoes={header.undoes} now={now} />;
  return (
    <SituationCell
      label={plannedMs === null ? "Elapsed, no plan" : `Elapsed${arrangement === "wide" ? ", plan" : " of"} ${formatDuration(plannedMs)}`}
      className="run-elapsed"
    >
      <div className="situation-value">
        <span className="run-big">{header.endedAt === null ? formatDuration(progress.elapsedMs) : formatSpent(progress.elapsedMs)}</span>
        {byPlanMs === null || byPlanMs < 1000 ? null : <span className="small run-push">plan at {formatDuration(byPlanMs)}</span>}
      </div>
      {plannedMs === null ? null : (
        <div className="progress" aria-hidden="true">
          <i style={{ width: `${progress.elapsedShare * 100}%` }} />
          <u style={{ left: `calc(${progress.byPlanShare * 100}% - 1px)` }} />
        </div>
      )}
    </SituationCell>
  );
}

/** A way back is timed from its decision, against its promise. */
function BackCell({ undoes: { measure, decidedAt, targetMs }, now }: { undoes: NonNullable<RunHeader["undoes"]>; now: number }) {
  const spent = measure?.durationMs ?? Math.max(0, now - Date.parse(decidedAt));
  const isLate = targetMs !== null && spent > targetMs;
  return (
    <SituationCell label={targetMs === null ? "Since the decision" : `Promised under ${formatDuration(targetMs)}`} className="run-elapsed">
      <div className="situation-value">
        <span className={`run-big ${isLate ? "fail-text" : ""}`}>{measure === null ? formatDuration(spent) : formatSpent(spent)}</span>
        <span className={`small run-push ${isLate ? "fail-text" : ""}`}>
          {isLate ? `late by ${formatSpent(spent - targetMs)}` : measure?.met === true ? "in time" : "since the decision"}
        </span>
      </div>
      {targetMs === null ? null : (
        <div className="progress" aria-hidden="true">
          <i style={{ width: `${Math.min(1, spent / targetMs) * 100}%` }} />
        </div>
      )}
    </SituationCell>
  );
}

function ForecastCell({ header, steps, zone, arrangement }: Props) {
  const now = useNow();
  const isTight = arrangement !== "wide";
  if (header.endedAt !== null)
    return (
      <SituationCell label="Ended" className="run-forecast">
        <div className="situation-value" title={formatMoment(header.endedAt, zone)}>
          <span className="run-big">{formatMinute(header.endedAt)}</span>
          <span className="small">
            UTC
            {zoneWord(header.endedAt, zone) === "UTC" ? "" : `, ${formatMinute(header.endedAt, zone)} ${zoneWord(header.endedAt, zone)}`}
          </span>
        </div>
      </SituationCell>
    );
  const { lateMs, forecastEnd: end, windowSlackMs } = progressOf(header, steps, now);
  const isHeld = header.status === "held";
  const windowEnd = header.plan?.windowEnd ?? null;
  const standing = endWords(lateMs, windowSlackMs);
  const window = windowEnd === null ? "" : `, window to ${formatMinute(windowEnd)} UTC`;
  const label = !isTight ? `Forecast end${window}` : windowEnd === null ? "Forecast end, UTC" : `End, to ${formatMinute(windowEnd)}, UTC`;
  return (
    <SituationCell label={label} className="run-forecast">
      <div className="situation-value" {...(end === null ? {} : { title: formatMoment(end, zone) })}>
        {isHeld || end === null ? (
          <>
            <span className="run-big dim">--:--</span>
            <span className="small">{isHeld ? "on hold" : "no plan"}</span>
          </>
        ) : (
          <>
            <span className="run-big">{formatMinute(end)}</span>
            <span className="small" hidden={isTight || windowEnd !== null}>
              UTC{zone === "UTC" ? "" : `, ${formatMinute(end, zone)} ${zoneWord(end, zone)}`}
            </span>
            {standing === null ? null : (
              <span className={`small run-late ${standing.tone}`}>
                <Status state={standing.state} size={14} /> {standing.words}
              </span>
            )}
          </>
        )}
      </div>
    </SituationCell>
  );
}

function HeldButton({ header, unavailable, onHeld }: { header: RunHeader; unavailable: string | null; onHeld(): void }) {
  const now = useNow();
  const since = header.hold ? Math.max(0, now - Date.parse(header.hold.since)) : 0;
  return (
    <TwoLineButton
      className="run-held"
      unavailable={unavailable}
      icon={<Pause size={20} aria-hidden="true" />}
      title="Held"
      detail={`for ${formatDuration(since)}`}
      aria-label={`Held for ${formatDuration(since)}. Who holds, why, and how to go on.`}
      onClick={onHeld}
    />
  );
}
