// One block from its start to its outcome.
// Owns: collecting its output and turning its end into a verdict, once. Does not read the terminal nor know the shell.
import { createHash } from "node:crypto";
import type { Clock } from "../ports.ts";
import type { HandOver } from "./hand-over.ts";
import { exitWords, JUDGED_TAIL_CHARS, judge, signalOf } from "./judge.ts";
import type { ScriptEnd } from "./script.ts";
import type { BlockEndKind, BlockOutcome, BlockToRun, RunningBlock } from "./types.ts";

export type EndMark = { code: number; pipeStatus: number[]; cwd: string | null; reported: Record<string, string> };

export type OpenBlock = {
  readonly block: BlockToRun;
  readonly token: string;
  readonly blockId: string;
  readonly running: RunningBlock;
  readonly isEnded: boolean;
  /** As `running.ended` gives it, at once. */
  readonly outcome: BlockOutcome | null;
  begin(pid: number | null): void;
  /** Output as the program wrote it: judged, never stored. */
  raw(text: string): void;
  /** Output as it is kept. */
  kept(text: string): void;
  /** The authenticated end. `stopped` says why we ended it ourselves. */
  endByMark(mark: EndMark, extras: EndExtras): void;
  /** An end without a mark: never passed. */
  endWithout(kind: BlockEndKind, verdict: "failed" | "unknown", because: string, extras: EndExtras): void;
  /** An end as it was recorded, or as a person says it: judged already. */
  endAs(given: ScriptEnd, extras: EndExtras): void;
  stop: { kind: "timeout" | "cancelled"; because: string } | null;
};

export type EndExtras = { shellAlive: boolean; handOver: HandOver | null; invalidBytes: number; redactions: Record<string, number> };

export function openBlock(block: BlockToRun, token: string, blockId: string, clock: Clock): OpenBlock {
  const hash = createHash("sha256");
  let bytes = 0;
  let tail: string[] = [];
  let tailChars = 0;
  let beganNs: bigint | null = null;
  let accept: (value: { pid: number | null } | null) => void = () => {};
  let finish: (outcome: BlockOutcome) => void = () => {};
  const running: RunningBlock = {
    accepted: new Promise((resolve) => {
      accept = resolve;
    }),
    ended: new Promise((resolve) => {
      finish = resolve;
    }),
  };

  const text = () => {
    const whole = tail.join("");
    tail = [whole];
    return whole;
  };
  const end = (outcome: Omit<BlockOutcome, "durationMs" | "bytes" | "outputSha256">) => {
    if (open.isEnded) return;
    open.isEnded = true;
    accept(null);
    const durationMs = beganNs === null ? 0 : Number((clock.monotonicNs() - beganNs) / 1_000_000n);
    open.outcome = { ...outcome, durationMs, bytes, outputSha256: hash.digest("hex") };
    finish(open.outcome);
  };

  const open = {
    block,
    token,
    blockId,
    running,
    isEnded: false,
    outcome: null as BlockOutcome | null,
    stop: null as OpenBlock["stop"],
    begin(pid: number | null) {
      beganNs = clock.monotonicNs();
      accept({ pid });
    },
    raw(chunk: string) {
      // The prompt may be written behind the mark that announces it: it is no output, and must match and capture nothing.
      if (beganNs === null) return;
      tail.push(chunk);
      tailChars += chunk.length;
      // Twice what is looked at, so that joining happens once per megabyte and not per chunk.
      if (tailChars > 2 * JUDGED_TAIL_CHARS) {
        tail = [text().slice(-JUDGED_TAIL_CHARS)];
        tailChars = tail[0]!.length;
      }
    },
    kept(chunk: string) {
      bytes += Buffer.byteLength(chunk);
      hash.update(chunk);
    },
    endByMark({ code, pipeStatus, cwd, reported }: EndMark, extras: EndExtras) {
      const judged = judge({ exitCode: code, text: text(), match: block.match, expect: block.expect });
      const { lastLine, lastNumber, tail } = judged;
      const base = { exitCode: code, pipeStatus, cwd, reported, lastLine, lastNumber, tail, ...extras };
      if (open.stop !== null) {
        // We ended it: whatever its code says, it did not come to its own end.
        end({ ...base, verdict: "failed", kind: open.stop.kind, signal: signalOf(code), because: open.stop.because });
        return;
      }
      const signal = signalOf(code);
      end({ ...base, verdict: judged.verdict, kind: signal === null ? "exit" : "signal", signal, because: judged.because });
    },
    endWithout(kind: BlockEndKind, verdict: "failed" | "unknown", because: string, extras: EndExtras) {
      const { lastLine, lastNumber, tail } = judge({ exitCode: 0, text: text(), match: null, expect: null });
      end({
        verdict,
        kind,
        exitCode: null,
        signal: null,
        pipeStatus: [],
        because,
        cwd: null,
        reported: {},
        lastLine,
        lastNumber,
        tail,
        ...extras,
      });
    },
    endAs(given: ScriptEnd, extras: EndExtras) {
      const { verdict, kind, exitCode, signal, pipeStatus, lastLine: captured, probe, isRecorded, outputSha256 } = given;
      // More may be masked now than then; what else differs is another file than the one that was recorded.
      const isAsKept = !outputSha256 || Object.keys(extras.redactions).length > 0 || hash.copy().digest("hex") === outputSha256;
      const because = isAsKept ? given.because : `${given.because}; what was shown is not what the record holds: the recording was changed`;
      const shown = judge({ exitCode: 0, text: text(), match: null, expect: null });
      end({
        verdict,
        kind,
        exitCode,
        signal,
        pipeStatus,
        because,
        cwd: null,
        reported: {},
        lastLine: captured ?? shown.lastLine,
        lastNumber: shown.lastNumber,
        tail: shown.tail,
        ...extras,
        ...(probe === undefined ? {} : { asThen: probe }),
        ...(isRecorded === true ? { isRecorded } : {}),
      });
    },
  };
  return open;
}

/** Words for a shell that vanished: its process's own exit status is told, but no mark came, so nothing is known of the block. */
export function goneWords(code: number | null, signal: number | null): string {
  if (signal !== null && signal !== 0) return `the shell was ended by signal ${signal} before the block's end mark came`;
  return code === null || code === 0
    ? "the shell ended before the block's end mark came"
    : `the shell ended (${exitWords(code)}) before the block's end mark came`;
}

const COLOURS = { passed: "ok", failed: "fail", unknown: "warn", skipped: "dim" } as const;

/** The line under a block's output: how it ended and how long it took. */
export function endWords({ verdict, because, durationMs }: BlockOutcome): { text: string; colour: "ok" | "fail" | "warn" | "dim" } {
  const time =
    durationMs < 999.5
      ? `${Math.round(durationMs)} ms`
      : durationMs < 60_000
        ? `${(durationMs / 1000).toFixed(1)} s`
        : `${Math.floor(durationMs / 60_000)} min ${Math.round((durationMs % 60_000) / 1000)} s`;
  const head = verdict === "unknown" ? "unknown: " : "";
  return { text: `${head}${because} in ${time}`, colour: COLOURS[verdict] };
}
