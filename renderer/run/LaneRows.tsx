// What the other lanes of a run ask for or do, one row each, above the one primary action.
// Owns: their drawing. Does not act: it calls back. A run with one lane has none of it.
import { Square } from "lucide-react";
import type { LaneState, NextAction, StepState } from "../../engine/protocol/index.ts";
import { Button, formatDuration, Status, useNow } from "../design/index.ts";
import { actionIcon, keepKeys } from "./action-look.tsx";
import { signWords } from "./away.ts";
import { useArmed } from "./primary.ts";
import { stepElapsedMs } from "./progress.ts";

type Props = {
  lanes: LaneState[];
  steps: StepState[];
  isReadOnly: boolean;
  /** An act is under way, or the engine is not reached. */
  isBusy: boolean;
  isGuarded: boolean;
  onAct(action: NextAction): void;
  onSkip(step: string): void;
  onStop(step: string): void;
};

export function LaneRows(props: Props) {
  if (props.lanes.length === 0) return null;
  return (
    <ul className="run-lanes" aria-label="Other lanes">
      {props.lanes.map((lane) => (
        <LaneRow key={lane.lane} {...props} lane={lane} />
      ))}
    </ul>
  );
}

function LaneRow({ lane: { lane, nextAction: action, status }, steps, isReadOnly, isBusy, isGuarded, ...on }: Props & { lane: LaneState }) {
  const isArmed = useArmed(action);
  const step = steps.find((one) => one.id === action.step);
  const isReady = isArmed && !isBusy;
  const signs = action.signs !== undefined;
  const button = signs ? signWords(action) : action.button;
  return (
    <li data-lane={lane}>
      <Status state={actionIcon(action)} size={16} {...(status === "running" ? { label: "running" } : {})} />
      <span className="chip">{lane}</span>
      <span className="run-lane-say">
        <b>{action.say}</b>
        {action.detail === "" ? null : <span>{action.detail}</span>}
      </span>
      {step?.status === "running" ? <Since step={step} /> : null}
      {isReadOnly ? null : action.kind === "wait" ? (
        action.block !== null && action.step !== null ? (
          <Button
            small
            icon={<Square size={14} aria-hidden="true" />}
            aria-label={`Lane ${lane}: Stop block`}
            onClick={() => on.onStop(action.step!)}
          >
            Stop block
          </Button>
        ) : null
      ) : button === "" ? null : (
        <Button
          small
          className={isReady ? "" : "arming"}
          aria-disabled={!isReady}
          aria-label={`Lane ${lane}${step === undefined ? "" : `, step ${step.number}`}: ${button}`}
          onKeyDown={keepKeys(isGuarded)}
          onKeyUp={keepKeys(isGuarded)}
          onClick={() => {
            if (!isReady) return;
            if (action.kind === "blocked" && !signs) on.onSkip(action.step ?? "");
            else on.onAct(action);
          }}
        >
          {action.kind === "blocked" && !signs ? `${button}…` : button}
        </Button>
      )}
    </li>
  );
}

function Since({ step }: { step: StepState }) {
  const elapsed = stepElapsedMs(step, useNow());
  return elapsed === null ? null : <span className="mono accent-text">{formatDuration(elapsed)}</span>;
}
