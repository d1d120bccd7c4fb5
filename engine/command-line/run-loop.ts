// Drives a run as a person would: does the one next action, until a person is needed or the run is over.
// Owns: what `run` decides by itself (very little) and the exit code. The rules are the engine's.
import type { NextAction, Result, RunbookDocument, RunHeader, RunView, StepId, StepState } from "../protocol/index.ts";
import type { Door } from "./door.ts";
import { EXIT, exitOf, type Output, safe } from "./output.ts";

export type LoopOptions = {
  document: RunbookDocument;
  /** Confirms plain checks, except on production. */
  isYes: boolean;
  /** What was given as --confirm-cluster. */
  typed: string | null;
  /** Run only these, in this order; empty runs all. */
  only: StepId[];
  /** A block that runs longer is unknown, milliseconds. */
  timeoutMs: number;
};
/** A command that stands still because the disk is full has this long for somebody to make space, milliseconds. */
const STALLED_MS = 5_000;

export type LoopEnd = { exitCode: number; say: string };

/** How a run goes on: its newest header and steps, and a wait for the next news. */
type Live = { header: RunHeader; steps: Map<string, StepState>; changed(): Promise<void>; put(header: RunHeader): void; stop(): void };

function follow(door: Door, view: RunView): Live {
  let wake: () => void = () => {};
  let news = false;
  const live: Live = {
    header: view.header,
    steps: new Map(view.steps.map((step) => [step.id, step])),
    async changed() {
      if (!news) await new Promise<void>((resolve) => (wake = resolve));
      news = false;
    },
    put(header) {
      if (header.events >= live.header.events) live.header = header;
    },
    stop: () => unsubscribe(),
  };
  const ring = () => {
    news = true;
    wake();
  };
  const unsubscribe = door.subscribe((event, payload) => {
    if (event !== "run.changed") return;
    const change = payload as { header: RunHeader; steps: StepState[] };
    if (change.header.run !== view.header.run) return;
    live.put(change.header);
    for (const step of change.steps) live.steps.set(step.id, step);
    ring();
  });
  door.onGone(ring);
  return live;
}

/** Runs to the end or to the first thing that needs a person. `isInterrupted` is asked after every piece of news. */
export async function runLoop(
  door: Door,
  output: Output,
  view: RunView,
  options: LoopOptions,
  interrupted: Promise<void>,
): Promise<LoopEnd> {
  const live = follow(door, view);
  let isInterrupted = false;
  void interrupted.then(() => {
    isInterrupted = true;
  });
  let isGone = false;
  const gone = new Promise<void>((resolve) => door.onGone(resolve));
  void gone.then(() => {
    isGone = true;
  });
  let deadline = null as { key: string; at: number } | null;
  let stalledAt: number | null = null;
  let heldSaid: string | null = null;
  const end = (exitCode: number, say: string): LoopEnd => ({ exitCode, say });
  try {
    for (;;) {
      if (isInterrupted) return end(EXIT.interrupted, `Interrupted.${await stop(door, live, false)}`);
      if (isGone) return end(EXIT.waiting, "The Holdpoint that ran this is gone. What stands on record: holdpoint status.");
      const { header } = live;
      const action = header.nextAction;
      if (action.kind === "wait") {
        const key = `${action.step}/${action.block}/${header.current}`;
        if (deadline?.key !== key) deadline = { key, at: Date.now() + options.timeoutMs };
        output.progress(`${safe(action.say)} …`);
        const held = header.status === "held" ? (header.hold?.reason ?? null) : null;
        if (held !== null && held !== heldSaid) output.say(`The run is held; ${safe(action.say.replace(/^S/, "s"))}. ${safe(held)}`);
        heldSaid = held;
        stalledAt = action.isStalled === true ? (stalledAt ?? Date.now()) : null;
        const timer = after(Math.min(deadline.at, stalledAt === null ? Number.POSITIVE_INFINITY : stalledAt + STALLED_MS) - Date.now());
        const reason = await Promise.race([live.changed(), interrupted, gone, timer.passed]);
        timer.clear();
        if (reason !== "late") continue;
        const survivors = await stop(door, live, action.block !== null);
        if (stalledAt !== null)
          return end(
            EXIT.waiting,
            `${safe(action.say)}. It was ended, and its end is unknown.${survivors} Free space where ${safe(door.home)} lies; the next start of Holdpoint puts the step on record as unknown, for a person to judge.`,
          );
        if (action.block === null) return end(EXIT.cluster, `${safe(action.say)}: it did not answer in time. ${safe(action.detail)}`);
        return end(EXIT.waiting, `${safe(action.say)}, longer than --timeout: its end is unknown.${survivors}`);
      }
      deadline = null;
      const done = await act(door, live, options, action);
      if (done !== null) return done;
      // The same action again with nothing on record in between: wait for news rather than ask in a circle.
      if (sameAction(live.header.nextAction, action) && live.header.events === header.events)
        await Promise.race([live.changed(), interrupted, gone]);
    }
  } finally {
    output.progress("");
    live.stop();
  }
}

/** Headline and second line as one sentence after the other. */
export const joined = ({ say, detail }: NextAction): string => (detail === "" ? say : `${say}${/[.?!]$/.test(say) ? "" : "."} ${detail}`);

const sameAction = (a: NextAction, b: NextAction) => a.kind === b.kind && a.step === b.step && a.block === b.block && a.check === b.check;

function after(ms: number): { passed: Promise<"late">; clear(): void } {
  let timer: NodeJS.Timeout | null = null;
  const passed = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), Math.max(0, ms));
  });
  return { passed, clear: () => timer !== null && clearTimeout(timer) };
}

/** How long the engine may take to end a block and its descendants, milliseconds; it kills after half of this. */
const STOP_LIMIT_MS = 15_000;

/** Ends what runs and waits until that is on record. `giveUp`: patience is over, so the end is unknown and not "failed, by Ctrl-C". */
async function stop(door: Door, live: Live, giveUp: boolean): Promise<string> {
  const stopped = await door.call("run.cancel", { run: live.header.run, giveUp });
  const limit = after(STOP_LIMIT_MS);
  while (live.header.nextAction.kind === "wait" && (await Promise.race([live.changed(), limit.passed])) !== "late");
  limit.clear();
  const left = stopped.ok ? stopped.value.survivors : [];
  return left.length === 0 ? "" : ` Still running: ${left.map((one) => `${one.pid} ${safe(one.command)}`).join(", ")}.`;
}

/** Does one action. Null: go on; else the end. */
async function act(door: Door, live: Live, options: LoopOptions, action: NextAction): Promise<LoopEnd | null> {
  const { run } = live.header;
  const waits = (exitCode: number): LoopEnd => ({
    exitCode,
    say: safe(joined(action)),
  });
  const take = (result: Result<RunHeader>): LoopEnd | null => {
    if (!result.ok) return { exitCode: exitOf(result.error), say: safe(result.error.message) };
    live.put(result.value);
    return null;
  };
  const typed = options.typed === null ? {} : { typed: options.typed };
  switch (action.kind) {
    case "run-step": {
      const next = options.only.length === 0 ? action.step : chosen(live, options.only, action.step);
      if (next === null)
        return take(await door.call("run.finish", { run, reason: `only ${options.only.join(", ")} was asked for on the command line` }));
      if (action.typed !== null && next === action.step && options.typed !== action.typed) return waits(EXIT.waiting);
      if (action.button === "Mark done") return waits(EXIT.waiting); // done by hand: nobody is here to do it
      const reason = next === action.step ? {} : { reason: "named by --step on the command line" };
      return take(await door.call("run.step", { run, step: next, ...typed, ...reason }));
    }
    case "run-block":
      if (action.step === null || action.block === null || (action.typed !== null && options.typed !== action.typed))
        return waits(EXIT.waiting);
      return take(await door.call("run.block", { run, step: action.step, block: action.block, ...typed }));
    case "confirm-check": {
      const step = options.document.steps.find((one) => one.id === action.step);
      const check = step?.checks[action.check ?? -1];
      if (
        step === undefined ||
        check === undefined ||
        !options.isYes ||
        check.value !== null ||
        isProduction(live.header, step.directive.on)
      )
        return waits(EXIT.waiting);
      return take(await door.call("run.check", { run, step: step.id, check: check.index, value: "confirmed by --yes" }));
    }
    case "finish":
      return take(await door.call("run.finish", { run }));
    case "judge":
      return waits(live.header.clusters.some((pin) => pin.state === "differs") ? EXIT.cluster : EXIT.waiting);
    case "retry-or-skip":
      return waits(action.step !== null && live.steps.get(action.step)?.verdict === "failed" ? EXIT.failed : EXIT.waiting);
    case "resume":
      return waits(live.header.clusters.some((pin) => pin.state !== "proved" && pin.state !== "unproved") ? EXIT.cluster : EXIT.waiting);
    case "blocked":
      return waits(EXIT.waiting);
    case "none":
      return { exitCode: resultOf(live), say: "" };
    case "wait":
      return null;
    default:
      return action.kind satisfies never;
  }
}

/** The next of the named steps that is not done; one that is open comes first. */
function chosen(live: Live, only: StepId[], focus: StepId | null): StepId | null {
  if (focus !== null && only.includes(focus)) return focus;
  return only.find((id) => live.steps.get(id)?.status !== "done") ?? null;
}

const isProduction = (header: RunHeader, on: string): boolean =>
  header.clusters.some((pin) => pin.name === on && pin.class === "production");

/** A finished run passes only if nothing in it failed or is unknown; a skipped step has its reason on record. */
function resultOf(live: Live): number {
  const verdicts = [...live.steps.values()].map((step) =>
    step.verdict === "unknown" && step.judgement?.outcome === "accepted" ? "passed" : step.verdict,
  );
  if (live.header.status === "aborted" || verdicts.includes("failed")) return EXIT.failed;
  return verdicts.includes("unknown") ? EXIT.waiting : EXIT.ok;
}
