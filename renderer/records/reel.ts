// The clock of a replay, and what of the recording is at hand: where it is, whether it runs, how fast, what comes next.
// Owns: time, the queue of events, and that a jump asked for later wins. Pure but for what is handed in: the engine, the sheet, the clock.
import type { PlaybackPiece, PlaybackScreen } from "../../engine/protocol/index.ts";

export const SPEEDS = [1, 2, 4, 8, 16] as const;
export type Speed = (typeof SPEEDS)[number];

/** Read ahead at least this much of the recording at the speed it plays, seconds of the clock on the wall. */
const AHEAD_S = 3;
/** …but no more than this, characters: what a terminal draws in a tenth of a second on a slow machine, twice. */
const AHEAD_CHARS = 512 * 1_024;
/** Not yet drawn by the terminal: past this nothing more is handed to it, so that a jump never waits for long. Characters. */
const MOST_PENDING = 64 * 1_024;
/** Output that comes faster than it can be drawn is jumped over once the screen is so late, seconds of the clock on the wall. */
const LATE_S = 0.5;

type Answer<T> = { ok: true; value: T } | { ok: false; error: { code: string; message: string } };
export type ReelSource = {
  seek(at: number): Promise<Answer<PlaybackScreen>>;
  read(next: number, nextAt: number): Promise<Answer<PlaybackPiece>>;
};
/** What is drawn on. Everything reaches it in order. */
export type Sheet = {
  /** Cleared, in this size, with this on it; `shown` is called when it is drawn. */
  renew(cols: number, rows: number, screen: string, shown: () => void): void;
  write(text: string): void;
  resize(cols: number, rows: number): void;
  /** Characters handed over and not yet drawn. */
  pending(): number;
};
export type Reel = {
  /** Seconds since the beginning. */
  position(): number;
  isPlaying(): boolean;
  play(): void;
  pause(): void;
  seek(seconds: number): void;
  setSpeed(speed: Speed): void;
  speed(): Speed;
  /** The recording is known up to here, and whether that is its end. */
  reach(durationS: number, isComplete: boolean): void;
  /** Draws what has become due; at the end it pauses by itself. Called in every frame while it plays. */
  tick(): void;
  close(): void;
};

export function createReel(options: {
  source: ReelSource;
  sheet: Sheet;
  /** Milliseconds, rising. */
  now(): number;
  /** A jump has been drawn; the moment it shows. */
  onShown(at: number): void;
  onFailed(message: string): void;
}): Reel {
  const { source, sheet, now, onShown, onFailed } = options;
  let at = 0;
  let startedAt: number | null = null;
  let speed: Speed = 1;
  let durationS = 0;
  let isComplete = false;
  let queue: PlaybackPiece["events"] = [];
  let queuedChars = 0;
  let place: { next: number; nextAt: number; isEnd: boolean } | null = null;
  /** Everything up to this moment is on the screen or in the queue. */
  let knownTo = 0;
  let wanted: number | null = null;
  let isSeeking = false;
  let isReading = false;
  let generation = 0;
  let isClosed = false;

  const position = (): number => Math.min(durationS, startedAt === null ? at : at + ((now() - startedAt) / 1_000) * speed);
  const settle = (): void => {
    at = position();
    if (startedAt !== null) startedAt = now();
  };
  const pause = (): void => {
    at = position();
    startedAt = null;
  };
  const failed = (message: string): void => {
    pause();
    if (!isClosed) onFailed(message);
  };

  async function jump(): Promise<void> {
    if (isSeeking) return; // the newest is taken when this one is here
    isSeeking = true;
    while (wanted !== null && !isClosed) {
      const to = wanted;
      wanted = null;
      generation += 1;
      const answer = await source.seek(to);
      if (isClosed) return;
      if (!answer.ok) {
        failed(answer.error.message);
        break;
      }
      const { screen, cols, rows, next, nextAt } = answer.value;
      queue = [];
      queuedChars = 0;
      place = { next, nextAt, isEnd: false };
      knownTo = answer.value.at;
      sheet.renew(cols, rows, screen, () => onShown(answer.value.at));
    }
    isSeeking = false;
  }

  async function fetchMore(): Promise<void> {
    if (isReading || isSeeking || place === null || place.isEnd) return;
    if (queuedChars >= AHEAD_CHARS || knownTo > position() + AHEAD_S * speed) return;
    isReading = true;
    const mine = generation;
    const answer = await source.read(place.next, place.nextAt);
    isReading = false;
    if (isClosed || mine !== generation) return;
    if (!answer.ok) return failed(answer.error.message);
    const { events, next, nextAt, isEnd } = answer.value;
    for (const event of events) {
      queue.push(event);
      queuedChars += event[2].length;
    }
    // What is not complete grows: its end so far is no end.
    place = { next, nextAt, isEnd: isEnd && isComplete };
    knownTo = place.isEnd ? durationS : Math.max(knownTo, nextAt);
  }

  function drawDue(until: number): void {
    let text = "";
    let taken = 0;
    const flush = (): void => {
      if (text !== "") sheet.write(text);
      text = "";
    };
    for (const [moment, kind, data] of queue) {
      if (moment > until || sheet.pending() + text.length > MOST_PENDING) break;
      taken += 1;
      queuedChars -= data.length;
      if (kind === "o") text += data;
      else {
        flush();
        const [cols, rows] = data.split("x").map(Number) as [number, number];
        sheet.resize(cols, rows);
      }
    }
    flush();
    if (taken > 0) queue.splice(0, taken);
  }

  return {
    position,
    isPlaying: () => startedAt !== null,
    play: () => {
      if (startedAt === null) startedAt = now();
      void fetchMore();
    },
    pause,
    seek: (seconds) => {
      at = Math.max(0, Math.min(durationS, seconds));
      if (startedAt !== null) startedAt = now();
      wanted = at;
      void jump();
    },
    setSpeed: (next) => {
      settle();
      speed = next;
    },
    speed: () => speed,
    reach: (seconds, isEnd) => {
      settle();
      durationS = seconds;
      isComplete = isEnd;
    },
    tick: () => {
      if (startedAt === null || isSeeking) return;
      const until = position();
      drawDue(until);
      void fetchMore();
      const isDrawn = place?.isEnd === true && queue.length === 0;
      // What should stand on the screen by now, and does not: the next event at hand, or what was not even read.
      if (!isDrawn && until - (queue[0]?.[0] ?? knownTo) > LATE_S * speed) {
        wanted = until;
        void jump();
        return;
      }
      if (isComplete && until >= durationS && isDrawn) {
        at = durationS;
        startedAt = null;
      }
    },
    close: () => {
      isClosed = true;
      startedAt = null;
    },
  };
}
