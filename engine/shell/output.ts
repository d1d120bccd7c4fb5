// Where a shell's output goes: through the redactor, then to the recording and the views.
// Owns: that nothing unredacted reaches a disk, that a view never waits long, that disk and screen can slow the shell down.
import type { Recording } from "./recording.ts";
import type { Redactor } from "./redactor.ts";
import { createViews } from "./views.ts";

/** A view waits at most this long for text that might become a secret (SHELL.md); the recording waits until it is decided. */
const VIEW_WAIT_MS = 50;
/** Characters that disk or screen parser may be behind before the terminal is paused, and at which it goes on. */
const PAUSE_BEHIND_CHARS = 4 << 20;
const RESUME_BEHIND_CHARS = 1 << 20;
const LOOK_AGAIN_MS = 10;
/**
 * Rules are drawn no longer than this: the eye has to find the time at their end, and a shell opens wider than the column of the
 * window (58 at 1440 pixels) that is fitted to it a moment later, where a longer rule would wrap. Columns.
 */
const MOST_COLUMNS = 56;
/** Bright black, not dim: a theme can give it the contrast that small text needs. */
const COLOURS = { dim: "\x1b[90m", ok: "\x1b[32m", fail: "\x1b[31m", warn: "\x1b[33m" };

export type OutputOptions = {
  redactor: Redactor;
  cols: number;
  rows: number;
  pause(): void;
  resume(): void;
  onFailed(error: Error): void;
};

export type Output = ReturnType<typeof createOutput>;

export function createOutput({ redactor, cols, rows, pause, resume, onFailed }: OutputOptions) {
  const views = createViews({ cols, rows });
  const stream = redactor.stream();
  let recording: Recording | null = null;
  let onKept: (text: string) => void = () => {};
  let waiting: NodeJS.Timeout | null = null;
  let isPaused = false;
  let width = cols;
  /** Whether output of a block stands on the current line, after which one of ours needs a line of its own. */
  let isLineOpen = false;
  let counted: Record<string, number> = {};

  const keep = (text: string) => {
    if (text === "" || recording === null) return;
    recording.output(text);
    onKept(text);
    isLineOpen = !text.endsWith("\n");
  };
  const take = (decided: string) => {
    keep(decided);
    // What a view was shown early it is not shown twice; where that became a secret, its replacement follows the part seen.
    const forView = stream.viewText();
    if (forView !== "") views.output(forView);
  };

  const waitForDecision = () => {
    if (stream.pendingText() === "") {
      if (waiting !== null) clearTimeout(waiting);
      waiting = null;
      return;
    }
    waiting ??= setTimeout(() => {
      waiting = null;
      const early = stream.earlyText();
      if (early !== "") views.output(early);
    }, VIEW_WAIT_MS);
  };

  const behind = () => Math.max(views.backlog(), recording?.backlog() ?? 0);
  const slowDown = () => {
    if (isPaused || behind() < PAUSE_BEHIND_CHARS) return;
    isPaused = true;
    pause();
    const look = setInterval(() => {
      if (behind() > RESUME_BEHIND_CHARS) return;
      clearInterval(look);
      isPaused = false;
      resume();
    }, LOOK_AGAIN_MS);
  };

  return {
    push(text: string) {
      take(stream.push(text));
      waitForDecision();
      slowDown();
    },
    /** From here on output is kept in `to`; returns what puts the recording before back. */
    record(to: Recording, kept: (text: string) => void): () => void {
      take(stream.flush());
      const before = { recording, onKept };
      recording = to;
      onKept = kept;
      to.onError(onFailed);
      return () => {
        take(stream.flush());
        // The shell this one was typed into can end first: then its recording is closed, and nothing is put back.
        if (recording !== to) return;
        recording = before.recording;
        onKept = before.onKept;
      };
    },
    endRecording() {
      take(stream.flush());
      recording = null;
      onKept = () => {};
    },
    /** Redactions since the last call, per rule. */
    takeHits(): Record<string, number> {
      const now = stream.hits();
      const since: Record<string, number> = {};
      for (const [rule, count] of Object.entries(now)) {
        const more = count - (counted[rule] ?? 0);
        if (more > 0) since[rule] = more;
      }
      counted = { ...now };
      return since;
    },
    /** A line of ours, in the views alone: recordings hold what programs printed and nothing else. */
    announce(text: string, colour: "dim" | "ok" | "fail" | "warn" = "dim") {
      take(stream.flush());
      const words = text.replace(/[\x00-\x1f\x7f]/g, " ");
      const time = new Date().toISOString().slice(11, 19);
      const rule = "─".repeat(Math.max(2, Math.min(MOST_COLUMNS, width) - words.length - 15));
      // At the start of a line it takes the prompt's place; elsewhere it begins a new one.
      views.output(`${isLineOpen ? "\r\n" : "\r\x1b[K"}${COLOURS[colour]}── ${words} ${rule} ${time}\x1b[0m\r\n`, true);
      isLineOpen = false;
    },
    attach: views.attach,
    resize(newCols: number, newRows: number) {
      width = newCols;
      views.resize(newCols, newRows);
      recording?.resize(newCols, newRows);
    },
    closed(reason: string) {
      take(stream.flush());
      views.closed(reason);
    },
    onReply: views.onReply,
  };
}
