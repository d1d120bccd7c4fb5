// A session without a shell: it shows what was recorded, or waits for a person's word. No process, no terminal of the system, no file is run.
// Owns: playing one block at a time at its pace, and refusing what is typed. Does not choose what plays: that comes with each block.
import type { Ports } from "../ports.ts";
import { type ShellKind, type TerminalId, TerminalToEngine, type Verdict } from "../protocol/index.ts";
import { endWords, type OpenBlock, openBlock } from "./block.ts";
import { createOutput } from "./output.ts";
import { createPlayhead, type Pace, type Playhead } from "./pace.ts";
import type { Redactor } from "./redactor.ts";
import type { Script, ScriptEnd } from "./script.ts";
import type { BlockToRun, ShellActivity, ShellSession } from "./types.ts";

/** What is typed is refused with a line of its own, at most so often, milliseconds. */
const REFUSE_EVERY_MS = 2_000;
/** Shown at once, a long output lets others have a turn after so many characters. */
const TURN_CHARS = 256 * 1_024;

export type PlayedOptions = {
  id: TerminalId;
  shell: ShellKind;
  redactor: Redactor;
  ports: Ports;
  pace: Pace;
  cols: number;
  rows: number;
  /** Said to whoever types. */
  refusal: string;
  onRecordingFailed?(error: Error): void;
  /** Something began to play, ended, or goes on at another pace. */
  onProgress?(): void;
};

export type PlayedSession = ShellSession & {
  /** How the block that is walked through ended; false where none waits for a word. */
  answer(verdict: Exclude<Verdict, "skipped">, because: string, value: string | null): boolean;
  /** It waits for a person's word. */
  isAsking(): boolean;
  /** What plays is shown to its end at once; false where nothing plays. */
  skip(): boolean;
  /** Recorded milliseconds shown, and all of them; null where nothing plays. */
  progress(): { playedMs: number; totalMs: number } | null;
};

type Showing = { open: OpenBlock; script: Script; head: Playhead; isWaiting: boolean };

export function openPlayedSession(options: PlayedOptions): PlayedSession {
  const { ports, pace } = options;
  let activity: ShellActivity = "idle";
  let showing: Showing | null = null;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let isBehind = false;
  let wake: () => void = () => {};
  const output = createOutput({
    redactor: options.redactor,
    cols: options.cols,
    rows: options.rows,
    onFailed: (error) => options.onRecordingFailed?.(error),
    pause: () => {
      isBehind = true;
    },
    resume: () => {
      isBehind = false;
      wake();
    },
  });
  output.onReply(() => {}); // a recorded program asked its terminal something; nobody is there to be told
  const unsubscribe = pace.onChange(() => options.onProgress?.());

  const extras = () => ({ shellAlive: activity !== "gone", handOver: null, invalidBytes: 0, redactions: output.takeHits() });
  /** Nothing more is shown of the block; `end` puts its outcome. */
  const leave = (now: Showing, end: (open: OpenBlock) => void): void => {
    if (now.open.isEnded) return;
    now.head.stop();
    output.endRecording();
    end(now.open);
    const { outcome } = now.open;
    if (outcome !== null) {
      const { text, colour } = endWords(
        outcome.kind === "walked" ? { ...outcome, because: `${outcome.verdict}, walked through` } : outcome,
      );
      output.announce(text, colour);
    }
    showing = null;
    if (activity === "block") activity = "idle";
    options.onProgress?.();
  };
  const endAs = (now: Showing, given: ScriptEnd): void => leave(now, (open) => open.endAs(given, extras()));

  const show = async (now: Showing): Promise<void> => {
    const { open, script, head } = now;
    let since = 0;
    const { delayMs } = script;
    if (delayMs > 0) await head.reach(delayMs);
    now.isWaiting = script.end === "word";
    options.onProgress?.();
    for await (const { atMs, text } of script.pieces) {
      await head.reach(delayMs + atMs);
      while (isBehind && !open.isEnded)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (open.isEnded) return;
      open.raw(text);
      output.push(text);
      since += text.length;
      if (since < TURN_CHARS) continue;
      since = 0;
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (open.isEnded) return;
    }
    if (script.end === "word" || script.end === "never") return;
    await head.reach(delayMs + script.totalMs);
    if (!open.isEnded) endAs(now, script.end);
  };
  const refuse = (data: string): void => {
    // Arrow keys, and what the window's own terminal answers to a recorded program.
    if (data.startsWith("\u001b")) return;
    const at = performance.now();
    if (at - refusedAt < REFUSE_EVERY_MS) return;
    refusedAt = at;
    output.announce(options.refusal, "warn");
  };

  const session: PlayedSession = {
    id: options.id,
    shell: options.shell,
    pid: null,
    isAlive: () => activity !== "gone",
    activity: () => activity,
    reported: () => null,
    reportedFirst: () => null,
    ready: async () => activity === "idle",
    foresee: () => {},
    run(block: BlockToRun) {
      if (activity !== "idle" || showing !== null) throw new Error(`the player is not idle but ${activity}`);
      const { script } = block;
      if (script === undefined) throw new Error("a played session was given a block without anything to play");
      const open = openBlock(block, "", "", ports.clock);
      const head = createPlayhead(ports.clock, pace, script.speed);
      const now: Showing = { open, script, head, isWaiting: false };
      showing = now;
      activity = "block";
      output.takeHits();
      output.announce(block.label);
      if (script.note !== "") output.announce(script.note, "warn");
      open.begin(null);
      output.record(block.recording, (text) => open.kept(text));
      if (script.end === "never" && block.timeoutMs !== null) endInTime(now, block.timeoutMs);
      void show(now).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        leave(now, () => open.endWithout("replaced", "unknown", `its recording cannot be played: ${message}`, extras()));
      });
      options.onProgress?.();
      return open.running;
    },
    write: refuse,
    resize: (cols, rows) => output.resize(cols, rows),
    async cancel() {
      const now = showing;
      if (now !== null) leave(now, (open) => open.endWithout("cancelled", "failed", "cancelled by hand; nothing was run", extras()));
      return { survivors: [] };
    },
    attach(send) {
      const view = output.attach(send);
      return {
        receive(message) {
          const parsed = TerminalToEngine.safeParse(message);
          if (!parsed.success) return;
          if (parsed.data.type === "input") refuse(parsed.data.data);
          else if (parsed.data.type === "resize") session.resize(parsed.data.cols, parsed.data.rows);
          else view.receive(parsed.data);
        },
        detach: view.detach,
      };
    },
    announce: (text, colour) => output.announce(text, colour),
    async close() {
      if (activity === "gone") return;
      await session.cancel();
      activity = "gone";
      unsubscribe();
      output.closed("the run is over");
    },
    answer(verdict, because, value) {
      const now = showing;
      if (now === null || !now.isWaiting) return false;
      endAs(now, {
        verdict,
        kind: "walked",
        exitCode: null,
        signal: null,
        pipeStatus: [],
        because,
        ...(value === null ? {} : { lastLine: value }),
      });
      return true;
    },
    isAsking: () => showing?.isWaiting === true,
    skip() {
      if (showing === null || typeof showing.script.end === "string") return false;
      showing.head.skip();
      options.onProgress?.();
      return true;
    },
    progress() {
      if (showing === null || typeof showing.script.end === "string") return null;
      const totalMs = showing.script.delayMs + showing.script.totalMs;
      return { playedMs: Math.min(totalMs, showing.head.played()), totalMs };
    },
  };

  /** What hangs is ended when its own time is over, as a shell would end it. */
  const endInTime = (now: Showing, timeoutMs: number): void => {
    const timer = setTimeout(
      () =>
        leave(now, (open) => open.endWithout("timeout", "failed", `not ended within ${timeoutMs / 1000} s; ended by Holdpoint`, extras())),
      timeoutMs,
    );
    void now.open.running.ended.then(() => clearTimeout(timer));
  };
  return session;
}
