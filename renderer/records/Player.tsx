// Replays a recording in a terminal of its own: play, seek, speed, marks. Opens at the end, where the outcome stands.
// Owns: one xterm and its clock. Nothing typed into it goes anywhere.
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { Pause, Play } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { formatDuration, Menu, Notice } from "../design/index.ts";
import { themeFrom } from "../terminal/theme.ts";
import { type CastEvent, readPlayable, sizeOf } from "./cast.ts";
import { createPlayback, type Playback, SPEEDS, type Speed } from "./playback.ts";

/** Keys move by this much, seconds. */
const STEP_S = 5;

export function Player({
  cast: text,
  truncated,
  fontSize,
  theme,
}: {
  cast: string;
  truncated: boolean;
  fontSize: number;
  theme: "dark" | "light";
}) {
  const cast = useMemo(() => readPlayable(text), [text]);
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<{ terminal: Terminal; playback: Playback } | null>(null);
  const [position, setPosition] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(1);

  useEffect(() => {
    if (cast === null || host.current === null) return;
    const terminal = new Terminal({
      cols: cast.cols,
      rows: cast.rows,
      fontFamily: '"HP Mono", ui-monospace, monospace',
      fontSize,
      lineHeight: 1.25,
      scrollback: 10_000,
      disableStdin: true,
      cursorBlink: false,
      theme: themeFrom(host.current),
    });
    terminal.open(host.current);
    const playback = createPlayback(cast, () => performance.now());
    screen.current = { terminal, playback };
    write(terminal, playback.seek(cast.durationS));
    setPosition(cast.durationS);
    setPlaying(false);
    return () => {
      screen.current = null;
      terminal.dispose();
    };
  }, [cast, fontSize]);

  useEffect(() => {
    void theme; // the colours that themeFrom reads change with it
    const held = screen.current;
    if (held !== null && host.current !== null) held.terminal.options.theme = themeFrom(host.current);
  }, [theme]);

  useEffect(() => {
    if (!isPlaying) return;
    let frame = 0;
    const tick = (): void => {
      const held = screen.current;
      if (held === null) return;
      write(held.terminal, held.playback.due());
      setPosition(held.playback.position());
      if (!held.playback.isPlaying()) setPlaying(false);
      else frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  if (cast === null)
    return (
      <Notice kind="warn">This recording cannot be read: its first line is no asciicast header. The export has the file as it is.</Notice>
    );

  const seek = (seconds: number): void => {
    const held = screen.current;
    if (held === null) return;
    const events = held.playback.seek(seconds);
    held.terminal.reset();
    held.terminal.resize(cast.cols, cast.rows);
    write(held.terminal, events);
    setPosition(held.playback.position());
  };
  const toggle = (): void => {
    const held = screen.current;
    if (held === null) return;
    if (held.playback.isPlaying()) {
      held.playback.pause();
      setPlaying(false);
      return;
    }
    if (held.playback.position() >= cast.durationS) seek(0);
    held.playback.play();
    setPlaying(true);
  };
  const marks = cast.events.filter((event) => event.kind === "m");
  const total = Math.max(cast.durationS, 0.001);
  return (
    <div className="player">
      {truncated ? <p className="player-note">Only the beginning is shown here; the export has all of it.</p> : null}
      {cast.broken > 0 ? <p className="player-note">{cast.broken} unreadable lines were left out.</p> : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1) */}
      <section className="player-screen" tabIndex={0} aria-label="Replayed terminal">
        <div ref={host} />
      </section>
      <div className="player-bar">
        <button type="button" className="player-play" onClick={toggle} aria-label={isPlaying ? "Pause" : "Play"}>
          {isPlaying ? <Pause size={17} /> : <Play size={17} />}
        </button>
        <span className="mono">{formatDuration(position * 1000)}</span>
        <div className="player-track">
          <div className="player-fill" style={{ width: `${(position / total) * 100}%` }} />
          {marks.map((mark, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks of one recording never change order
            <i key={index} style={{ left: `${(mark.at / total) * 100}%` }} title={`${formatDuration(mark.at * 1000)} ${mark.data}`} />
          ))}
          <input
            type="range"
            aria-label="Position"
            aria-valuetext={`${formatDuration(position * 1000)} of ${formatDuration(cast.durationS * 1000)}`}
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
        <span className="mono">{formatDuration(cast.durationS * 1000)}</span>
        <Menu
          items={SPEEDS.map((one) => ({
            id: String(one),
            label: `${one} ×`,
            checked: one === speed,
            onSelect: () => {
              setSpeed(one);
              screen.current?.playback.setSpeed(one);
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

function write(terminal: Terminal, events: readonly CastEvent[]): void {
  let output = "";
  const flush = (): void => {
    if (output !== "") terminal.write(output);
    output = "";
  };
  for (const event of events) {
    if (event.kind === "o") output += event.data;
    else if (event.kind === "r") {
      const size = sizeOf(event.data);
      if (size === null) continue;
      flush();
      terminal.resize(size.cols, size.rows);
    }
  }
  flush();
}
