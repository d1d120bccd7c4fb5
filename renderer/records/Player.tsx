// Replays a recording in a terminal of its own: play, seek, speed, marks. Opens at the end, where the outcome stands.
// Owns: one xterm and its reel. Nothing typed into it goes anywhere; the recording itself stays with the engine.
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { PlaybackState } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import { formatBytes, formatDuration, Menu, Notice } from "../design/index.ts";
import { themeFrom } from "../terminal/theme.ts";
import { createReel, type Reel, type Sheet, SPEEDS, type Speed } from "./reel.ts";

/** Keys move by this much, seconds. */
const STEP_S = 5;
/** Cancels a sequence in progress and clears; it comes in order after what was written before. */
const START_AFRESH = "\u0018\u001bc";

export function Player({ state, fontSize, theme }: { state: PlaybackState; fontSize: number; theme: "dark" | "light" }) {
  const host = useRef<HTMLDivElement>(null);
  const held = useRef<{ terminal: Terminal; reel: Reel; isTouched: boolean } | null>(null);
  const [position, setPosition] = useState(0);
  const [shownAt, setShownAt] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(1);
  const [failure, setFailure] = useState("");
  const { playback, durationS, isComplete } = state;

  useEffect(() => {
    if (host.current === null) return;
    const terminal = new Terminal({
      fontFamily: '"HP Mono", ui-monospace, monospace',
      fontSize,
      lineHeight: 1.25,
      scrollback: 10_000,
      disableStdin: true,
      cursorBlink: false,
      // A link in a recording is somebody else's word: shown, never opened.
      linkHandler: { activate: () => undefined },
      theme: themeFrom(host.current),
    });
    terminal.open(host.current);
    const reel = createReel({
      source: {
        seek: (at) => callEngine("playback.seek", { playback, at }),
        read: (next, nextAt) => callEngine("playback.read", { playback, next, nextAt }),
      },
      sheet: sheetOf(terminal),
      now: () => performance.now(),
      onShown: setShownAt,
      onFailed: (message) => {
        setFailure(message);
        setPlaying(false);
      },
    });
    held.current = { terminal, reel, isTouched: false };
    setPlaying(false);
    setFailure("");
    return () => {
      held.current = null;
      reel.close();
      terminal.dispose();
    };
  }, [playback, fontSize]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new size of the letters is a new terminal, which has to be shown anew
  useEffect(() => {
    const now = held.current;
    if (now === null) return;
    now.reel.reach(durationS, isComplete);
    if (now.isTouched) return;
    now.reel.seek(durationS);
    setPosition(durationS);
  }, [durationS, isComplete, playback, fontSize]);

  useEffect(() => {
    void theme; // the colours that themeFrom reads change with it
    if (held.current !== null && host.current !== null) held.current.terminal.options.theme = themeFrom(host.current);
  }, [theme]);

  useEffect(() => {
    if (!isPlaying) return;
    let frame = 0;
    const tick = (): void => {
      const now = held.current;
      if (now === null) return;
      now.reel.tick();
      setPosition(now.reel.position());
      if (!now.reel.isPlaying()) setPlaying(false);
      else frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  const seek = (seconds: number): void => {
    const now = held.current;
    if (now === null) return;
    now.isTouched = true;
    now.reel.seek(seconds);
    setPosition(now.reel.position());
  };
  const toggle = (): void => {
    const now = held.current;
    if (now === null) return;
    if (now.reel.isPlaying()) {
      now.reel.pause();
      setPlaying(false);
      return;
    }
    if (now.reel.position() >= durationS) seek(0);
    now.isTouched = true;
    now.reel.play();
    setPlaying(true);
  };
  const total = Math.max(durationS, 0.001);
  return (
    <div className="player">
      {failure === "" ? null : <Notice kind="warn">{failure}</Notice>}
      {isComplete ? null : (
        <p className="player-note" role="status">
          Reading the recording: {formatBytes(state.readBytes)} of {formatBytes(state.bytes)}. What is read can be played.
        </p>
      )}
      {state.broken > 0 ? <p className="player-note">{state.broken} unreadable lines were left out.</p> : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1) */}
      <section className="player-screen" tabIndex={0} aria-label="Replayed terminal" data-shown-at={shownAt ?? undefined}>
        <div ref={host} />
      </section>
      <div className="player-bar">
        <button type="button" className="player-play" onClick={toggle} aria-label={isPlaying ? "Pause" : "Play"}>
          {isPlaying ? <Pause size={17} /> : <Play size={17} />}
        </button>
        <span className="mono">{formatDuration(position * 1000)}</span>
        <div className="player-track">
          <div className="player-fill" style={{ width: `${(position / total) * 100}%` }} />
          {state.marks.map((mark, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks of one recording never change order
            <i key={index} style={{ left: `${(mark.at / total) * 100}%` }} title={`${formatDuration(mark.at * 1000)} ${mark.label}`} />
          ))}
          <input
            type="range"
            aria-label="Position"
            aria-valuetext={`${formatDuration(position * 1000)} of ${formatDuration(durationS * 1000)}`}
            min={0}
            max={total}
            step="any"
            value={position}
            onChange={(event) => seek(Number(event.target.value))}
            onKeyDown={(event) => {
              const by = event.key === "ArrowRight" ? STEP_S : event.key === "ArrowLeft" ? -STEP_S : 0;
              if (by === 0) return;
              event.preventDefault();
              seek(position + by);
            }}
          />
        </div>
        <span className="mono">{formatDuration(durationS * 1000)}</span>
        <Menu
          items={SPEEDS.map((one) => ({
            id: String(one),
            label: `${one} ×`,
            checked: one === speed,
            onSelect: () => {
              setSpeed(one);
              held.current?.reel.setSpeed(one);
            },
          }))}
          trigger={
            <button type="button" className="btn small" aria-label={`Speed ${one(speed)}`}>
              {one(speed)}
            </button>
          }
        />
      </div>
    </div>
  );
}

const one = (speed: Speed): string => `${speed} ×`;

/** Everything goes through the terminal's own queue: a size that was set at once would meet text of the size before. */
function sheetOf(terminal: Terminal): Sheet {
  let pending = 0;
  const write = (text: string, then: () => void = () => undefined): void => {
    pending += text.length;
    terminal.write(text, () => {
      pending -= text.length;
      then();
    });
  };
  return {
    renew(cols, rows, screen, shown) {
      write(START_AFRESH, () => terminal.resize(cols, rows));
      write(screen, shown);
    },
    write: (text) => write(text),
    resize: (cols, rows) => write("", () => terminal.resize(cols, rows)),
    pending: () => pending,
  };
}
