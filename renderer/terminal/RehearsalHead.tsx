// What stands over the terminal of a rehearsal: which way it is, that there is no shell, and how far a replay is, with its pace.
// Owns: the drawing, and asking for another pace. What plays is the engine's.
import { FastForward, Footprints, History, Pause, Play, SquareTerminal } from "lucide-react";
import type { RehearsalView, RunId } from "../../engine/protocol/index.ts";
import { callEngine, useApp, useReadOnly, useSiteZone } from "../app/index.ts";
import { formatDate, formatDuration, IconButton, SelectField, useNow } from "../design/index.ts";
import { playedBy, SPEEDS, speedWord } from "./pace.ts";

export const isPlayedView = (rehearsal: RehearsalView | null | undefined): rehearsal is RehearsalView =>
  rehearsal !== null && rehearsal !== undefined && rehearsal.way !== "sandbox";

export function RehearsalHead({ rehearsal }: { rehearsal: RehearsalView }) {
  const zone = useSiteZone();
  const { way, source } = rehearsal;
  return (
    <div className="panel-head rehearsal-head">
      {way === "replay" ? (
        <History size={16} aria-hidden="true" />
      ) : way === "walk" ? (
        <Footprints size={16} aria-hidden="true" />
      ) : (
        <SquareTerminal size={16} aria-hidden="true" />
      )}
      <h2>{WORDS[way]}</h2>
      <span className="rehearsal-what">
        {way === "walk" ? "no shell, no cluster: nothing is run" : null}
        {way === "replay"
          ? `no shell, no cluster: ${source === null ? "recorded" : `recorded ${formatDate(source.startedAt, zone)}`}`
          : null}
        {way === "sandbox" ? "a shell without a way to production" : null}
      </span>
      {source === null ? null : (
        <span className="end">
          {source.mode === "live" ? "live run" : "rehearsal"} {source.number}
        </span>
      )}
    </div>
  );
}

const WORDS = { walk: "Walk-through", replay: "Replay", sandbox: "Sandbox" } as const;

/** Progress and pace of what plays in the terminal in front; the pace is the run's. */
export function PlaybackBar({
  run,
  rehearsal,
  terminal,
  isOver,
}: {
  run: RunId;
  rehearsal: RehearsalView;
  terminal: string | null;
  isOver: boolean;
}) {
  const now = useNow(250);
  const readOnly = useReadOnly();
  const notify = useApp((app) => app.notify);
  const { speed, playing = [], isPaused = false } = rehearsal;
  if (rehearsal.way !== "replay" || isOver) return null;
  const plays = playing.find((one) => one.terminal === terminal) ?? playing[0];
  const played = plays === undefined ? 0 : playedBy(plays, speed, now);
  const share = plays === undefined || plays.totalMs === 0 ? 0 : Math.min(1, played / plays.totalMs);
  const ask = async (part: { speed?: number; isPaused?: boolean; skip?: boolean }): Promise<void> => {
    const result = await callEngine("run.playback", { run, ...part });
    if (!result.ok) notify("warn", result.error.message);
  };
  const isKnown = SPEEDS.some((one) => Number(one.value) === speed);
  return (
    <section className="playback" aria-label="Replay">
      <span className="mono playback-time">{plays === undefined ? "0:00" : formatDuration(played)}</span>
      <span
        className="playback-track"
        role="progressbar"
        aria-label="Of what plays"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <i style={{ inlineSize: `${share * 100}%` }} />
      </span>
      <span className="mono playback-time">{plays === undefined ? "" : formatDuration(plays.totalMs)}</span>
      {readOnly === null ? (
        <>
          <IconButton
            label={isPaused ? "Play on" : "Pause the replay"}
            disabled={plays === undefined && !isPaused}
            onClick={() => void ask({ isPaused: !isPaused })}
          >
            {isPaused ? <Play size={15} /> : <Pause size={15} />}
          </IconButton>
          <IconButton label="Skip to the end of this block" disabled={plays === undefined} onClick={() => void ask({ skip: true })}>
            <FastForward size={15} />
          </IconButton>
          <SelectField label="Speed" hideLabel value={String(speed)} onChange={(event) => void ask({ speed: Number(event.target.value) })}>
            {isKnown ? null : <option value={String(speed)}>{speedWord(speed)}</option>}
            {SPEEDS.map(({ value, word }) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </SelectField>
        </>
      ) : (
        <span>{isPaused ? "paused" : speedWord(speed)}</span>
      )}
    </section>
  );
}
