// Above the primary action: a countdown that can be stopped, the time of a way back against its promise, and the way between the two runs.
// Owns: its drawing. Null where the run has nothing to do with a way back.
import { Undo2 } from "lucide-react";
import type { RunHeader, UndoneBy } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import { Button, formatDuration, formatSpent, Status, useNow } from "../design/index.ts";

type Props = { header: RunHeader; isReadOnly: boolean; isBusy: boolean; onStopCountdown(): void };

export function WayBackBand(props: Props) {
  const { countdown, undoes, undoneBy } = props.header;
  if (countdown) return <CountdownBand {...props} countdown={countdown} />;
  if (undoes) return <Going undoes={undoes} />;
  const last = undoneBy?.at(-1);
  // Once the run goes on, what was gone back is the record's.
  return last && last.isPast !== true ? <Gone last={last} /> : null;
}

function CountdownBand({ countdown, isReadOnly, isBusy, onStopCountdown }: Props & { countdown: NonNullable<RunHeader["countdown"]> }) {
  const left = Math.max(0, Math.ceil((Date.parse(countdown.endsAt) - useNow()) / 1000));
  return (
    <section className="run-back-band fail" aria-label="Automatic way back">
      <Status state="failed" size={20} label="Counting down" />
      <b className="run-back-big" role="timer">
        {left}
      </b>
      <span className="grow">
        <b role="alert">Going back by itself, unless somebody stops it</b>
        <small>Seconds left. Armed by {countdown.armedBy} with the step. Stop it to decide yourself.</small>
      </span>
      {isReadOnly ? null : (
        <Button kind="accent" disabled={isBusy} onClick={onStopCountdown}>
          Stop the countdown
        </Button>
      )}
    </section>
  );
}

/** Large: how long since the decision, against what was promised. */
function Going({ undoes }: { undoes: NonNullable<RunHeader["undoes"]> }) {
  const now = useNow();
  const { measure, targetMs } = undoes;
  const spent = measure?.durationMs ?? Math.max(0, now - Date.parse(undoes.decidedAt));
  const isLate = targetMs !== null && spent > targetMs;
  const share = targetMs === null || targetMs === 0 ? 0 : Math.min(1, spent / targetMs);
  const isDone = measure?.outcome === "passed";
  return (
    <section
      className={`run-back-band ${isLate || measure?.met === false ? "fail" : isDone ? "ok" : ""}`}
      aria-label="Time of the way back"
    >
      {isDone ? <Status state={isLate ? "nearmiss" : "passed"} size={20} /> : <Undo2 size={20} aria-hidden="true" />}
      <b className="run-back-big">{measure === null ? formatDuration(spent) : formatSpent(spent)}</b>
      <span className="grow">
        <b>
          {measure === null ? "Since the decision" : isDone ? "Recovered, verified" : "Ended without a verified recovery"}
          {targetMs === null ? "" : `, promised under ${formatDuration(targetMs)}`}
          {isLate ? `, late by ${formatSpent(spent - targetMs)}` : isDone && targetMs !== null ? ", in time" : ""}
        </b>
        {targetMs === null ? null : (
          <span className="progress" aria-hidden="true">
            <i style={{ width: `${share * 100}%` }} />
          </span>
        )}
      </span>
      <a className="run-launch" href={routeHash({ view: "run", run: undoes.run })}>
        <Undo2 size={14} aria-hidden="true" />
        <span>The run it undoes</span>
      </a>
    </section>
  );
}

function Gone({ last }: { last: UndoneBy }) {
  const now = useNow();
  const { measure, status, targetMs, run } = last;
  const spent = measure?.durationMs ?? Math.max(0, now - Date.parse(last.decidedAt));
  const isWell = status === "recovered";
  const words = {
    deciding: "The way back is starting",
    refused: "The way back could not start",
    running: "Going back",
    recovered: "Gone back",
    "not-recovered": "Gone back without a verified recovery",
  }[status];
  const late =
    targetMs !== null && spent > targetMs ? `, late by ${formatSpent(spent - targetMs)}` : measure?.met === true ? ", in time" : "";
  return (
    <section
      className={`run-back-band ${isWell && late !== "" && measure?.met === true ? "ok" : isWell ? "" : status === "running" ? "" : "fail"}`}
      aria-label="Way back"
    >
      <Undo2 size={20} aria-hidden="true" />
      {status === "refused" ? null : <b className="run-back-big">{measure === null ? formatDuration(spent) : formatSpent(spent)}</b>}
      <span className="grow">
        <b>
          {words}: {last.title}
          {targetMs === null ? "" : `, promised under ${formatDuration(targetMs)}`}
          {late}
        </b>
        <small>
          {status !== "refused" && last.reason.endsWith(`decided by ${last.by}`)
            ? last.reason.charAt(0).toUpperCase() + last.reason.slice(1)
            : `Decided by ${last.by}: ${status === "refused" ? last.because : last.reason}`}
        </small>
      </span>
      {run === null ? null : (
        <a className="run-launch" href={routeHash({ view: "run", run })}>
          <Undo2 size={14} aria-hidden="true" />
          <span>{status === "running" ? "To the way back" : "Its run"}</span>
        </a>
      )}
    </section>
  );
}
