// One shell in one PTY: what it is doing, what it prints, who sees it.
// Owns: the order of marks, the way of the bytes (decoder → marks → redactor → recording and views), back-pressure, closing.
// Does not know runs or clusters.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fail, ok, type Result, TerminalToEngine } from "../protocol/index.ts";
import { findShell } from "./available.ts";
import { endWords, goneWords, type OpenBlock, openBlock } from "./block.ts";
import { type BlockFiles, findNul, findSyntaxProblem, type SyntaxProblem, writeBlockFiles } from "./block-files.ts";
import { endDescendants, type Survivor } from "./cancel.ts";
import { createDecoder } from "./decoder.ts";
import { DIALECTS } from "./dialects.ts";
import { openHandOverPipe } from "./hand-over.ts";
import { createMarkCutter } from "./marks.ts";
import { createOutput } from "./output.ts";
import { programOf, ticksNow } from "./processes.ts";
import { openPty } from "./pty.ts";
import type { BlockToRun, ReportedState, ResolvedCommand, RunningBlock, ShellActivity, ShellOptions, ShellSession } from "./types.ts";

/** How often the shell's process is looked at while a block runs: `exec sh` shows nothing in the stream. */
const LOOK_AT_PROGRAM_MS = 500;
/** rc files with slow tools in them (version managers, completions) are real life; after this long the shell is not coming. */
const START_LIMIT_MS = 30_000;
/** A shell that is at its prompt takes a typed line at once; if not, somebody left it in a mode of its own. */
const ACCEPT_LIMIT_MS = 10_000;
/** The hand-over is written before the end mark, so it is normally there already. */
const HAND_OVER_LIMIT_MS = 2_000;
/** After cancelling, a shell that does not come back to its prompt hangs in itself and has to go. */
const CANCEL_LIMIT_MS = 3_000;
const INTERRUPT_AGAIN_MS = 500;
/** Behind its end mark a shell is at its prompt, or ended, at once; one that is neither has lost its prompt command. */
const SETTLE_LIMIT_MS = 10_000;
/** Text typed into a nested program is followed this long, or until it has been silent for the shorter time. */
const NESTED_WATCH_MS = 10_000;
const NESTED_SILENCE_MS = 1_000;

/** `isTyped`: its line is in the terminal, and only the shell's own mark says what becomes of it. */
type SentBlock = OpenBlock & { files: BlockFiles; sinceTicks: number; isTyped: boolean };

/** Starts a shell with our integration behind the operator's rc files. `shell-missing` where it is not installed or not supported. */
export async function openShellSession(options: ShellOptions): Promise<Result<ShellSession>> {
  const dialect = DIALECTS[options.shell];
  const file = findShell(options.shell, options.environment);
  if (dialect === null || file === null) {
    const why = dialect === null ? "this version has no integration for it" : "it is not installed, or not on PATH";
    return fail(
      "shell-missing",
      `No ${options.shell} could be started: ${why}. Steps in that language cannot run; install it, or mark the step for another shell.`,
    );
  }
  const { ports, redactor } = options;
  const nonce = Buffer.from(ports.ids.random(9)).toString("base64url");
  const folder = join(options.runtimeDir, `shell-${ports.ids.next()}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pipe = openHandOverPipe(join(folder, "hand-over"));
  const environment: Record<string, string> = {
    ...options.environment,
    ...options.inherited?.environment,
    ...options.pinned,
    TERM: "xterm-256color",
    HOLDPOINT: "1",
  };
  const watched = options.watched ?? { commands: [], variables: [] };
  const { pathFirst = "", withdrawn = [] } = options;
  const facts = { nonce, fifo: pipe.path, reported: options.report, pinned: options.pinned, pathFirst, withdrawn, watched };
  const started = dialect.start(folder, facts, environment);

  let activity: ShellActivity = "starting";
  let current: SentBlock | null = null;
  let nested: { open: OpenBlock; touch(): void } | null = null;
  /** Our typed line and its echo stand between the prompt and the block; they are no output. */
  let isSending = false;
  /** Half a line may stand at the prompt: it has to be cleared before ours is typed. */
  let isDirty = false;
  let isMuted = false;
  let state: ReportedState | null = null;
  let firstState: ReportedState | null = null;
  let serial = 0;
  let exported: Record<string, string> = {};
  let program: string | null = null;
  const idleWaiters = new Set<() => void>();

  const decoder = createDecoder();
  const cutter = createMarkCutter(nonce);
  const output = createOutput({
    redactor,
    cols: options.cols,
    rows: options.rows,
    onFailed: (error) => options.onRecordingFailed?.(error),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
  });

  const wake = () => {
    for (const waiter of [...idleWaiters]) waiter();
  };
  const extras = (shellAlive: boolean) => ({
    shellAlive,
    handOver: null,
    invalidBytes: decoder.invalidBytes() - invalidBefore,
    redactions: output.takeHits(),
  });
  let invalidBefore = 0;

  const setState = (fields: string[]) => {
    const [cwd = "", ...values] = fields;
    state = {
      cwd,
      values: Object.fromEntries(options.report.map((name, index) => [name, values[index] ?? ""])),
      commands: values.slice(options.report.length).flatMap(resolvedOf),
    };
    firstState ??= state;
    return state;
  };

  const onText = (text: string) => {
    if (isSending) return;
    // Behind the end mark come the prompt and its hooks: no output of the block.
    if (ending === null) current?.raw(text);
    nested?.open.raw(text);
    nested?.touch();
    output.push(text);
  };

  const onMark = (fields: string[]) => {
    const [kind, ...rest] = fields;
    switch (kind) {
      case "C":
        if (current === null || rest[0] !== current.token) return;
        isSending = false;
        output.announce(current.block.label);
        current.begin(pty.pid);
        output.record(current.block.recording, (text) => current?.kept(text));
        return;
      case "X":
      case "D": {
        const open = current;
        // A token that is not this block's decides nothing.
        if (open === null || rest[1] !== open.token || open.isEnded) return;
        const [code = "", , pipeStatus = "", ...told] = rest;
        const reported = setState(told);
        const mark = {
          code: Number.parseInt(code, 10),
          pipeStatus: pipeStatus.split(" ").filter(Boolean).map(Number),
          cwd: reported.cwd,
          reported: reported.values,
        };
        isSending = false;
        output.endRecording();
        // `exit N` gives its mark from the exit trap; the process is gone a moment later, and only then is the end whole.
        ending = { open, mark, isLastWords: kind === "X" };
        const settle = setTimeout(() => ending?.open === open && pty.kill("SIGKILL"), SETTLE_LIMIT_MS);
        void open.running.ended.then(() => clearTimeout(settle));
        return;
      }
      case "A":
        setState(rest);
        program ??= programOf(pty.pid);
        if (ending !== null) return endByMark(true);
        if (activity === "block" && !isSending && current !== null && !current.isEnded) return endAtPrompt(current);
        if (activity === "gone" || activity === "replaced" || (activity === "block" && !isSending)) return;
        if (activity !== "block") activity = "idle";
        wake();
        return;
      case "S":
        if (activity === "idle" && !isSending) activity = "hand";
        return;
      case "E": {
        const line = options.shell === "bash" ? (rest[0] ?? "").replace(/^\s*\d+\*?\s+/, "") : (rest[0] ?? "");
        if (line.trim() !== "") options.onHandTyped?.(redactor.redactText(line));
        return;
      }
      case "R":
        options.onFromRc?.(rest[0] ?? "", redactor.redactText(rest[1] ?? ""));
        return;
      default:
        return;
    }
  };

  /** `isLastWords`: said by a shell that ends, in the middle of its block or behind it. */
  let ending: { open: OpenBlock; mark: Parameters<OpenBlock["endByMark"]>[0]; isLastWords: boolean } | null = null;
  const endByMark = (shellAlive: boolean, handOver: Awaited<ReturnType<typeof pipe.take>> = null) => {
    const was = ending;
    ending = null;
    if (was === null) return;
    was.open.endByMark(was.mark, { ...extras(shellAlive), handOver });
    sayEnd(was.open);
    leaveBlock();
  };
  /** The shell asks for the next line and no end mark came: it was started anew in its own place, or its integration was taken away. */
  const endAtPrompt = (open: OpenBlock) => {
    activity = "replaced";
    output.endRecording();
    const because = "the shell is back at its prompt without the block's end mark: it was started anew, or its integration was removed";
    open.endWithout("replaced", "unknown", because, extras(false));
    sayEnd(open);
    leaveBlock();
  };
  const sayEnd = ({ outcome }: OpenBlock) => {
    if (outcome === null) return;
    const { text, colour } = endWords(outcome);
    output.announce(text, colour);
  };
  const leaveBlock = () => {
    current?.files.remove();
    current = null;
    nested?.open.endWithout("nested", "unknown", "the program it was typed into has ended; its own end is not known", extras(true));
    nested = null;
    if (activity === "block") activity = "idle";
    wake();
  };

  const pty = openPty(
    {
      ...(options.confined === undefined
        ? { file, args: started.args }
        : { file: options.confined.file, args: [...options.confined.args, file, ...started.args] }),
      cwd: options.inherited?.cwd ?? options.cwd,
      environment: { ...environment, ...started.environment },
      cols: options.cols,
      rows: options.rows,
    },
    (bytes) => {
      for (const piece of cutter.push(decoder.push(bytes))) {
        if (piece.type === "text") onText(piece.text);
        else onMark(piece.fields);
      }
    },
    ({ code, signal }) => void onGone(code, signal),
  );

  const onGone = async (code: number, signal: number | null) => {
    onText(cutter.flush() + decoder.flush());
    const wasReplaced = activity === "replaced";
    activity = "gone";
    if (ending !== null) {
      const { open, mark, isLastWords } = ending;
      const handOver = await pipe.take(HAND_OVER_LIMIT_MS);
      // A signal that can be handled lets a shell say its last words, with the status of the command before: the rest was not run.
      // fish has no status there at all; the process's own is the block's, but nobody said a success.
      const isCut = isLastWords && open.stop === null && (signal !== null || (Number.isNaN(mark.code) && code === 0));
      if (Number.isNaN(mark.code)) mark.code = signal === null ? code : 128 + signal;
      if (isCut) {
        ending = null;
        open.endWithout("shell-gone", "unknown", goneWords(code, signal), { ...extras(false), handOver });
        sayEnd(open);
      } else endByMark(false, handOver);
    } else if (current !== null && !current.isEnded) {
      output.endRecording();
      current.endWithout("shell-gone", "unknown", goneWords(code, signal), extras(false));
      sayEnd(current);
    }
    leaveBlock();
    output.closed(
      wasReplaced
        ? "the program that replaced the shell has ended"
        : signal === null
          ? `the shell ended (exit ${code})`
          : `the shell was ended by signal ${signal}`,
    );
    pipe.close();
    rmSync(folder, { recursive: true, force: true });
    wake();
    options.onClosed?.({ code, signal });
  };

  const ready = (limitMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      const look = () => {
        if (activity === "idle" || activity === "gone" || activity === "replaced") done(activity === "idle");
      };
      const done = (isReady: boolean) => {
        clearTimeout(timer);
        idleWaiters.delete(look);
        resolve(isReady);
      };
      const timer = setTimeout(() => done(false), limitMs);
      idleWaiters.add(look);
      look();
    });

  const watchProgram = (open: OpenBlock) => {
    const timer = setInterval(() => {
      if (open.isEnded) return clearInterval(timer);
      const now = programOf(pty.pid);
      if (program === null || now === null || now === program || isSending) return;
      clearInterval(timer);
      activity = "replaced";
      output.endRecording();
      const name = now.split("\0")[1] ?? "another program";
      open.endWithout(
        "replaced",
        "unknown",
        `the shell's process became another program (${name}), so the block's end cannot be known`,
        extras(false),
      );
      sayEnd(open);
      leaveBlock();
    }, LOOK_AT_PROGRAM_MS);
  };

  /** Begun before its block where that is foreseen: starting the process that checks takes longer than all else at a block's start. */
  let checked: { text: string; problem: Promise<SyntaxProblem | null> } | null = null;
  const check = (text: string): Promise<SyntaxProblem | null> => {
    if (checked?.text !== text) checked = { text, problem: findSyntaxProblem(file, dialect, text, environment) };
    return checked.problem;
  };

  const send = async (open: SentBlock, text: string) => {
    const problem = findNul(open.block.text) ?? (await check(text));
    // Asked for once more, a problem is looked at anew: the process may have failed for a reason of its own.
    if (problem !== null) checked = null;
    if (problem !== null && !open.isEnded) {
      const where = problem.line === null ? "" : ` on line ${problem.line} of the block`;
      open.endWithout(
        "syntax",
        "failed",
        `${options.shell} cannot parse it${where}: ${redactor.redactText(problem.message)}; nothing was run`,
        extras(true),
      );
      output.announce(open.block.label);
      sayEnd(open);
      leaveBlock();
      return;
    }
    if (open.isEnded) return;
    if (isDirty) {
      // Ctrl-C leaves whatever mode the line editor is in; our line is typed only at a fresh prompt.
      isSending = true;
      activity = "starting";
      pty.write("\x03");
      const isBack = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), ACCEPT_LIMIT_MS);
        idleWaiters.add(function once() {
          idleWaiters.delete(once);
          clearTimeout(timer);
          resolve(true);
        });
      });
      if (!isBack || open.isEnded) return notAccepted(open);
    }
    isDirty = false;
    isSending = true;
    activity = "block";
    open.isTyped = true;
    pty.write(` . ${dialect.quote(open.files.outer)}\r`);
    const timer = setTimeout(() => isSending && notAccepted(open), ACCEPT_LIMIT_MS);
    void open.running.accepted.then(() => clearTimeout(timer));
  };

  const notAccepted = (open: OpenBlock) => {
    isSending = false;
    if (open.isEnded) return;
    open.endWithout(
      "shell-gone",
      "unknown",
      "the shell did not take the block at its prompt; look at the terminal",
      extras(activity !== "gone"),
    );
    leaveBlock();
  };

  const typeIntoNested = (block: BlockToRun, outer: OpenBlock): RunningBlock => {
    const open = openBlock(block, "", "", ports.clock);
    let limit: NodeJS.Timeout | undefined;
    let silence: NodeJS.Timeout | undefined;
    const end = () => {
      clearTimeout(limit);
      clearTimeout(silence);
      if (nested?.open === open) nested = null;
      open.endWithout(
        "nested",
        "unknown",
        "typed into the program that the step before has open; nothing marks its end there, so a person judges",
        extras(true),
      );
    };
    nested = {
      open,
      touch() {
        if (silence === undefined) return;
        clearTimeout(silence);
        silence = setTimeout(end, NESTED_SILENCE_MS);
      },
    };
    // Typed before the block that opens the program has begun, the text would be a command of the outer shell.
    void outer.running.accepted.then((begun) => {
      if (open.isEnded) return;
      if (begun === null) return end();
      limit = setTimeout(end, NESTED_WATCH_MS);
      silence = setTimeout(end, NESTED_SILENCE_MS);
      open.begin(pty.pid);
      const recordingBefore = output.record(block.recording, (text) => open.kept(text));
      void open.running.ended.then(() => recordingBefore());
      pty.write(block.text.replace(/\r?\n/g, "\r").replace(/\r*$/, "\r"));
    });
    return open.running;
  };

  const session: ShellSession = {
    id: options.id,
    shell: options.shell,
    pid: pty.pid,
    isAlive: () => activity !== "gone",
    activity: () => activity,
    reported: () => state,
    reportedFirst: () => firstState,
    ready,
    foresee: (text) => void check(text),
    run(block) {
      if (block.typeIntoNested) {
        if (activity !== "block" || nested !== null || current === null)
          throw new Error("nothing is open that the block could be typed into");
        return typeIntoNested(block, current);
      }
      if (activity !== "idle" || current !== null) throw new Error(`the shell is not at its prompt but ${activity}`);
      const token = Buffer.from(ports.ids.random(18)).toString("base64url");
      const blockId = ports.ids.next();
      const changed = Object.fromEntries(Object.entries(block.environment).filter(([name, value]) => exported[name] !== value));
      exported = { ...exported, ...block.environment };
      const files = writeBlockFiles(dialect, {
        folder,
        serial: ++serial,
        token,
        blockId,
        text: block.text,
        exports: changed,
        cwd: block.cwd,
        interpreter: block.interpreter,
        hasSecrets: block.hasSecrets,
      });
      const open = Object.assign(openBlock(block, token, blockId, ports.clock), { files, sinceTicks: ticksNow(), isTyped: false });
      current = open;
      activity = "block";
      invalidBefore = decoder.invalidBytes();
      output.takeHits();
      void send(open, block.interpreter === null ? block.text : "");
      void open.running.accepted.then((begun) => {
        if (begun === null) return;
        watchProgram(open);
        if (block.timeoutMs === null) return;
        const timer = setTimeout(() => {
          open.stop ??= { kind: "timeout", because: `not ended within ${block.timeoutMs! / 1000} s; ended by Holdpoint` };
          void session.cancel();
        }, block.timeoutMs);
        void open.running.ended.then(() => clearTimeout(timer));
      });
      return open.running;
    },
    write(data) {
      if (isMuted) return;
      if (activity === "idle") isDirty = true;
      if (data.includes("\r") && activity === "idle") isDirty = false;
      pty.write(data);
    },
    resize(cols, rows) {
      pty.resize(cols, rows);
      output.resize(cols, rows);
    },
    async cancel() {
      const open = current;
      if (open === null) return { survivors: [] };
      open.stop ??= { kind: "cancelled", because: "cancelled by hand" };
      if (!open.isTyped) {
        open.endWithout("cancelled", "failed", `${open.stop.because} before it began; nothing was run`, extras(true));
        sayEnd(open);
        leaveBlock();
        return { survivors: [] };
      }
      // An interrupt before the shell has begun it would reach the line editor and leave the block neither run nor ended.
      await open.running.accepted;
      let survivors: Survivor[] = [];
      const end = performance.now() + CANCEL_LIMIT_MS;
      do {
        if (open.isEnded) break;
        // Between two commands the terminal belongs to neither, and an interrupt is lost there: it is given again.
        survivors = await endDescendants(pty.pid, open.blockId, open.sinceTicks, () => pty.write("\x03"));
        const again = performance.now() + INTERRUPT_AGAIN_MS;
        while (!open.isEnded && performance.now() < again) await new Promise((resolve) => setTimeout(resolve, 20));
      } while (performance.now() < end);
      // A loop of the shell's own that ignores the interrupt: only the shell itself can be ended.
      if (!open.isEnded) pty.kill("SIGKILL");
      return { survivors };
    },
    attach(send) {
      const view = output.attach(send);
      return {
        receive(message) {
          const parsed = TerminalToEngine.safeParse(message);
          if (!parsed.success) return;
          if (parsed.data.type === "input") session.write(parsed.data.data);
          else if (parsed.data.type === "resize") session.resize(parsed.data.cols, parsed.data.rows);
          else view.receive(parsed.data);
        },
        detach: view.detach,
      };
    },
    announce: (text, colour) => output.announce(text, colour),
    async close() {
      if (activity === "gone") return;
      const open = current;
      if (open !== null) await endDescendants(pty.pid, open.blockId, open.sinceTicks, () => pty.write("\x03"));
      pty.kill("SIGHUP");
      const end = performance.now() + CANCEL_LIMIT_MS;
      while (session.isAlive() && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (performance.now() > end - CANCEL_LIMIT_MS / 2) pty.kill("SIGKILL");
      }
    },
  };

  output.onReply((data) => pty.write(data));
  if (!(await ready(START_LIMIT_MS))) {
    isMuted = true;
    const became = programOf(pty.pid)?.split("\0")[1];
    await session.close();
    return fail(
      "shell-missing",
      `${file} did not come to its prompt within ${START_LIMIT_MS / 1000} s${became === undefined ? "" : ` (its process is now ${became})`}. ` +
        "Its rc files may wait for something or start another program; try the shell by hand, then start the run again.",
    );
  }
  return ok(session);
}

/** `name=kind:text`, as the integration tells what a watched name is. */
function resolvedOf(field: string): ResolvedCommand[] {
  const match = /^([^=]+)=(file|alias|function|long|set):(.*)$/s.exec(field);
  return match === null ? [] : [{ name: match[1]!, kind: match[2] as ResolvedCommand["kind"], text: match[3]! }];
}
