// The soak of a step: how long it still waits, how it can be ended early, and what interrupted it.
// Owns: its drawing. The engine counts; what is drawn here is reckoned from its last word.
import { Timer } from "lucide-react";
import type { SoakState } from "../../engine/protocol/index.ts";
import { Button, formatClock, formatDuration, useNow } from "../design/index.ts";
import { Compressed } from "./Compressed.tsx";
import { type GateActs, StandsStill } from "./GateChart.tsx";

type Props = { soak: SoakState; isQuiet: boolean; onEnd(): void } & Pick<GateActs, "onGoOn" | "onJudge">;

export function SoakBar({ soak, isQuiet, onEnd, onGoOn, onJudge }: Props) {
  const now = useNow();
  const isSoaking = soak.state === "soaking";
  const elapsed = Math.min(soak.ms, soak.elapsedMs + (isSoaking ? Math.max(0, now - Date.parse(soak.elapsedAt)) : 0));
  return (
    <section className="gate soak" aria-label="Soak">
      <div className="gate-head">
        <Timer size={16} aria-hidden="true" />
        <b>Soak</b>
        {isSoaking ? (
          <span>
            <b className="gate-left">{formatDuration(soak.ms - elapsed)}</b> of {formatDuration(soak.ms)} left, until{" "}
            {formatClock(soak.endsAt ?? soak.elapsedAt)} UTC
          </span>
        ) : (
          <span>{soakWords(soak, elapsed)}</span>
        )}
        {soak.text === undefined ? null : <Compressed textMs={soak.text.ms} by={soak.text.compress} />}
        {isQuiet || soak.state === "done" ? null : (
          <Button small kind="ghost" className="end" onClick={onEnd}>
            End early…
          </Button>
        )}
      </div>
      <div className="soak-track" aria-hidden="true">
        <i style={{ width: `${(elapsed / Math.max(1, soak.ms)) * 100}%` }} />
      </div>
      {isSoaking ? (
        <p className="gate-words">When it is over, the step has passed and the run goes on. It is ended early only with a reason.</p>
      ) : null}
      {soak.state === "interrupted" ? (
        <StandsStill
          what="soak"
          because={soak.interruptedBecause}
          since={soak.elapsedAt}
          isQuiet={isQuiet}
          onGoOn={onGoOn}
          onJudge={onJudge}
        />
      ) : null}
      {soak.gaps.length === 0 ? null : (
        <ul className="gate-gaps">
          {soak.gaps.map((gap) => (
            <li key={gap.from}>
              Not watched for {formatDuration(gap.ms)} from {formatClock(gap.from)} UTC: {gap.why}
              {gap.acceptedBy === "" ? "" : `. Accepted by ${gap.acceptedBy}`}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function soakWords(soak: SoakState, elapsed: number): string {
  if (soak.early !== null)
    return `ended after ${formatDuration(elapsed)} of ${formatDuration(soak.ms)} by ${soak.early.by}: ${soak.early.reason}`;
  if (soak.state === "done" && soak.endedAt !== null) return `waited ${formatDuration(soak.ms)}, to the end`;
  return `${formatDuration(elapsed)} of ${formatDuration(soak.ms)} are known to have passed`;
}
