// The clock of a replay: where it is, whether it runs, how fast. Pure but for the clock handed in.
// Owns: time. The screen is written by whoever asks `due`.
import { type CastEvent, indexAfter, type PlayableCast } from "./cast.ts";

export const SPEEDS = [1, 2, 4, 8, 16] as const;
export type Speed = (typeof SPEEDS)[number];

export type Playback = {
  /** Seconds since the start. */
  position(): number;
  isPlaying(): boolean;
  play(): void;
  pause(): void;
  /** Jumps; what has to be written anew is everything up to there, on a cleared screen. */
  seek(seconds: number): CastEvent[];
  setSpeed(speed: Speed): void;
  speed(): Speed;
  /** Events that became due since the last call; at the end it pauses by itself. */
  due(): CastEvent[];
};

/** `now` in milliseconds, rising. */
export function createPlayback(cast: PlayableCast, now: () => number): Playback {
  let at = 0;
  let next = 0;
  let startedAt: number | null = null;
  let speed: Speed = 1;
  const position = (): number => Math.min(cast.durationS, startedAt === null ? at : at + ((now() - startedAt) / 1000) * speed);
  const settle = (): void => {
    at = position();
    if (startedAt !== null) startedAt = now();
  };
  return {
    position,
    isPlaying: () => startedAt !== null,
    play: () => {
      if (startedAt === null) startedAt = now();
    },
    pause: () => {
      at = position();
      startedAt = null;
    },
    seek: (seconds) => {
      at = Math.max(0, Math.min(cast.durationS, seconds));
      if (startedAt !== null) startedAt = now();
      next = indexAfter(cast.events, at);
      return cast.events.slice(0, next);
    },
    setSpeed: (wanted) => {
      settle();
      speed = wanted;
    },
    speed: () => speed,
    due: () => {
      const until = position();
      const from = next;
      next = Math.max(next, indexAfter(cast.events, until));
      if (startedAt !== null && until >= cast.durationS) {
        at = cast.durationS;
        startedAt = null;
      }
      return cast.events.slice(from, next);
    },
  };
}
