// Recovery time and point beside the terminal, live against their targets. Owns: the two tiles, and the strip where there is little room.
// Measures nothing: the engine does, from events and a probe's output.
import { Timer } from "lucide-react";
import { useState } from "react";
import type { RunHeader, StepState } from "../../engine/protocol/index.ts";
import { Button, useNow } from "../design/index.ts";
import { type Clock, clockNotes, rpoClock, rtoClock } from "./clocks.ts";
import { DeclareDialog } from "./DeclareDialog.tsx";
import "./recovery.css";

type Props = {
  header: RunHeader;
  steps: readonly StepState[];
  zone: string;
  isReadOnly: boolean;
  /** One line, for windows without a column of their own for it. */
  isStrip?: boolean;
};

/** Nothing for a run that has nothing to do with recovery. */
export function RecoveryClocks({ header, steps, zone, isReadOnly, isStrip = false }: Props) {
  const now = useNow();
  const [isDeclaring, setDeclaring] = useState(false);
  const view = header.recovery ?? null;
  if (view === null) return null;
  const isOver = header.status === "finished" || header.status === "aborted";
  const numberOf = (id: string): string => steps.find((one) => one.id === id)?.number ?? id;
  const rto = rtoClock(view, now, header.endedAt, numberOf);
  const rpo = rpoClock(view, isOver);
  const notes = clockNotes(view, header.rehearsal);
  const canDeclare = !isOver && !isReadOnly && view.verified === null && (view.keys.verified !== null || view.keys.lastWrite.length > 0);
  const declare = canDeclare ? (
    <Button small kind={view.declared === null ? "plain" : "ghost"} onClick={() => setDeclaring(true)}>
      {view.declared === null ? "Declare now…" : "Moment…"}
    </Button>
  ) : null;
  const dialog = isDeclaring ? <DeclareDialog header={header} zone={zone} onClose={() => setDeclaring(false)} /> : null;
  if (isStrip)
    return (
      <section className="recovery-strip" aria-label="Recovery clocks" title={notes.join(". ")}>
        <Timer size={15} aria-hidden="true" />
        <StripClock clock={rto} />
        <StripClock clock={rpo} />
        {declare}
        {dialog}
      </section>
    );
  return (
    <section className="recovery" aria-label="Recovery clocks">
      <div className="panel-head">
        <Timer size={16} aria-hidden="true" />
        <h2>Recovery clocks</h2>
        <span className="end">
          <span title="From the record: ends of steps, and what a probe printed">measured, not typed</span>
          {declare}
        </span>
      </div>
      <div className="recovery-tiles">
        <Tile clock={rto} />
        <Tile clock={rpo} />
      </div>
      {notes.map((note) => (
        <p key={note} className="recovery-note">
          {note}
        </p>
      ))}
      {dialog}
    </section>
  );
}

function Tile({ clock }: { clock: Clock }) {
  return (
    <div className={`recovery-tile ${clock.tone}`}>
      <div className="recovery-labels">
        <span>{clock.label}</span>
        <span>{clock.target}</span>
      </div>
      <div className="recovery-figures">
        <b>{clock.value}</b>
        <span>{clock.aside}</span>
      </div>
      <Track clock={clock} />
    </div>
  );
}

/** One line has room for the target alone; how far past it a clock is comes first. */
function stripWords({ target, aside, tone }: Clock): string {
  if (target === "" || tone === "idle" || tone === "missed") return aside;
  return target.replace("target", "of");
}

function StripClock({ clock }: { clock: Clock }) {
  const [word = ""] = clock.label.split(",");
  return (
    <span className={`recovery-strip-clock ${clock.tone}`} title={`${clock.label}, ${clock.target}, ${clock.aside}`}>
      <span>{word}</span>
      <b>{clock.value}</b>
      <span className="recovery-strip-aside">{stripWords(clock)}</span>
      <Track clock={clock} />
    </span>
  );
}

/** The words beside it say the same; the track is for the eye alone. */
function Track({ clock }: { clock: Clock }) {
  return (
    <div className="recovery-track" aria-hidden="true">
      <i style={{ width: `${clock.filled * 100}%` }} />
      {clock.mark === null ? null : <b style={{ left: `${clock.mark * 100}%` }} />}
    </div>
  );
}
