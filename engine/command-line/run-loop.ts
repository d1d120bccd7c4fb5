// Drives a run as a person would: does the one next action, until a person is needed or the run is over.
// Owns: what `run` decides by itself (very little) and the exit code. The rules are the engine's.
import type { NextAction, Result, RunbookDocument, RunHeader, RunView, StepId, StepState } from "../protocol/index.ts";
import type { Door } from "./door.ts";
import { duration, EXIT, exitOf, type Output, safe } from "./output.ts";

export type LoopOptions = {
  document: RunbookDocument;
  /** Confirms plain checks, except on production. */
  isYes: boolean;
  /** What was given as --confirm-cluster. */
  typed: string | null;
  /** Run only these, in this order; empty runs all. */
  only: StepId[];
  /** What is said of every block that is walked through; null leaves it to a person. */
  walked: "passed" | "failed" | "unknown" | null;
  /** A block that runs longer is unknown, milliseconds. */
  timeoutMs: number;
};
/** A command that stands still because the disk is full has this long for somebody to make space, milliseconds. */
const STALLED_MS = 5_000;

/** A countdown on a terminal is said anew so often, milliseconds. */
const COUNT_MS = 1_000;

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
  const deadlines = new Map<string, { key: string; at: number }>();
  /** What stopped each lane, until something else is asked for there. */
  const stopped = new Map<string, { action: NextAction; end: LoopEnd }>();
  let stalledAt: number | null = null;
  let heldSaid: string | null = null;
  const end = (exitCode: number, say: string): LoopEnd => ({ exitCode, say });
  try {
    for (;;) {
      if (isInterrupted) return end(EXIT.interrupted, `Interrupted.${await stop(door, live, false)}`);
      if (isGone) return end(EXIT.waiting, "The Holdpoint that ran this is gone. What stands on record: holdpoint status.");
      const { header } = live;
      const turns = turnsOf(header);
      const due = turns.find(({ lane, action }) => action.kind !== "wait" && !isStopped(stopped.get(lane), action));
      if (due) {
        deadlines.delete(due.lane);
        const done = await act(door, live, options, due.action, due.lane);
        if (done !== null) stopped.set(due.lane, { action: due.action, end: done });
        // The same action again with nothing on record in between: wait for news rather than ask in a circle.
        const now = turnsOf(live.header).find(({ lane }) => lane === due.lane);
        if (done === null && now && sameAction(now.action, due.action) && live.header.events === header.events)
          await Promise.race([live.changed(), interrupted, gone]);
        continue;
      }
      const running = turns.filter(({ action }) => action.kind === "wait" && action.needs === undefined);
      if (running.length === 0) {
        const ends = turns.flatMap(({ lane, action }) => (isStopped(stopped.get(lane), action) ? stopped.get(lane)!.end : []));
        const left = ends.find((one) => one !== NOTHING_ASKED);
        if (left) return left;
        const waiting = turns.find(({ lane, action }) => action.kind === "wait" && chosen(live, options.only, action.step, lane) !== null);
        if (waiting) return end(EXIT.waiting, safe(joined(waiting.action)));
        // Nothing that was asked for is left in any lane.
        const reason = `only ${options.only.join(", ")} was asked for on the command line`;
        const finished = await door.call("run.finish", { run: header.run, reason });
        if (!finished.ok) return end(exitOf(finished.error), safe(finished.error.message));
        live.put(finished.value);
        continue;
      }
      for (const { lane, action } of running) {
        const key = `${action.step}/${action.block}/${header.lanes?.find((one) => one.lane === lane)?.current ?? header.current}`;
        // A gate and a soak say themselves when they are over.
        if (endOf(live, action) !== null) deadlines.set(lane, { key: "", at: Number.POSITIVE_INFINITY });
        else if (deadlines.get(lane)?.key !== key) deadlines.set(lane, { key, at: Date.now() + options.timeoutMs });
      }
      output.progress(`${running.map(({ action }) => `${leftWords(endOf(live, action))}${safe(action.say)}`).join("; ")} …`);
      const first = running[0]!.action;
      const held = header.status === "held" ? (header.hold?.reason ?? null) : null;
      if (held !== null && held !== heldSaid) output.say(`The run is held; ${safe(first.say.replace(/^S/, "s"))}. ${safe(held)}`);
      heldSaid = held;
      const isStalled = running.some(({ action }) => action.isStalled === true);
      stalledAt = isStalled ? (stalledAt ?? Date.now()) : null;
      const [lane, { at }] = running.map((one) => [one.lane, deadlines.get(one.lane)!] as const).toSorted((a, b) => a[1].at - b[1].at)[0]!;
      const timer = after(Math.min(at, stalledAt === null ? Number.POSITIVE_INFINITY : stalledAt + STALLED_MS) - Date.now());
      const tick = after(running.some(({ action }) => endOf(live, action) !== null) ? COUNT_MS : Number.POSITIVE_INFINITY, "tick");
      const reason = await Promise.race([live.changed(), interrupted, gone, timer.passed, tick.passed]);
      timer.clear();
      tick.clear();
      if (reason !== "late") continue;
      if (stalledAt !== null)
        return end(
          EXIT.waiting,
          `${safe(first.say)}. It was ended, and its end is unknown.${await stop(door, live, true)} Free space where ${safe(door.home)} lies; the next start of Holdpoint puts the step on record as unknown, for a person to judge.`,
        );
      const { action } = running.find((one) => one.lane === lane)!;
      const survivors = await stop(door, live, action.block !== null, turns.length > 1 ? lane : null);
      const late =
        action.block === null
          ? end(EXIT.cluster, `${safe(action.say)}: it did not answer in time. ${safe(action.detail)}`)
          : end(EXIT.waiting, `${safe(action.say)}, longer than --timeout: its end is unknown.${survivors}`);
      // Other lanes go on as far as they come; what this one asks for now is a person's.
      const now = turnsOf(live.header).find((one) => one.lane === lane);
      if (turns.length === 1 || !now || now.action.kind === "wait") return late;
      stopped.set(lane, { action: now.action, end: late });
    }
  } finally {
    output.progress("");
    live.stop();
  }
}

type Turn = { lane: string; action: NextAction };

/** What each lane asks for; of a run with one lane, and at the end of all lanes, the one action of the run. */
function turnsOf({ lanes = [], nextAction }: RunHeader): Turn[] {
  const open = lanes.filter((one) => one.nextAction.kind !== "none");
  if (lanes.length < 2 || open.length === 0) return [{ lane: "", action: nextAction }];
  // In the order of the file, but for the primary action, which is what a person would do first.
  return open
    .map(({ lane, nextAction: action }) => ({ lane, action }))
    .toSorted((a, b) => Number(sameAction(b.action, nextAction)) - Number(sameAction(a.action, nextAction)));
}

const isStopped = (before: { action: NextAction } | undefined, action: NextAction): boolean =>
  before !== undefined && sameAction(before.action, action);

/** Headline and second line as one sentence after the other. */
export const joined = ({ say, detail }: NextAction): string => (detail === "" ? say : `${say}${/[.?!]$/.test(say) ? "" : "."} ${detail}`);

const sameAction = (a: NextAction, b: NextAction) => a.kind === b.kind && a.step === b.step && a.block === b.block && a.check === b.check;

/** Never, for an infinite time. */
function after<W extends string = "late">(ms: number, word = "late" as W): { passed: Promise<W>; clear(): void } {
  let timer: NodeJS.Timeout | null = null;
  const passed = new Promise<W>((resolve) => {
    if (Number.isFinite(ms)) timer = setTimeout(() => resolve(word), Math.max(0, ms));
  });
  return { passed, clear: () => timer !== null && clearTimeout(timer) };
}

/** When the gate or the soak that the action waits for will be over, milliseconds since 1970; null where it waits for neither. */
function endOf(live: Live, { step, block }: NextAction): number | null {
  const state = step === null ? undefined : live.steps.get(step);
  const gate = block === null ? undefined : state?.blocks[block]?.gate;
  const at = gate?.state === "probing" ? gate.endsAt : state?.soak?.state === "soaking" ? state.soak.endsAt : null;
  return at === null || at === undefined ? null : Date.parse(at);
}

const leftWords = (at: number | null): string => (at === null ? "" : `${duration(Math.max(0, at - Date.now()))} left: `);

/** How long the engine may take to end a block and its descendants, milliseconds; it kills after half of this. */
const STOP_LIMIT_MS = 15_000;

/** Ends what runs, of one lane or of all, and waits until that is on record. `giveUp`: patience is over, so the end is unknown and not "failed, by Ctrl-C". */
async function stop(door: Door, live: Live, giveUp: boolean, lane: string | null = null): Promise<string> {
  const stopped = await door.call("run.cancel", { run: live.header.run, giveUp, ...(lane === null ? {} : { lane }) });
  const limit = after(STOP_LIMIT_MS);
  const isRunning = () =>
    turnsOf(live.header).some(
      (turn) => turn.action.kind === "wait" && turn.action.needs === undefined && (lane === null || turn.lane === lane),
    );
  while (isRunning() && (await Promise.race([live.changed(), limit.passed])) !== "late");
  limit.clear();
  const left = stopped.ok ? stopped.value.survivors : [];
  return left.length === 0 ? "" : ` Still running: ${left.map((one) => `${one.pid} ${safe(one.command)}`).join(", ")}.`;
}

/** Nothing of what was asked for is left in the lane. */
const NOTHING_ASKED: LoopEnd = { exitCode: EXIT.ok, say: "" };

/** Does one action of a lane ("" for the run's only one). Null: go on; else what stops it. */
async function act(door: Door, live: Live, options: LoopOptions, action: NextAction, lane: string): Promise<LoopEnd | null> {
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
  // What stops a lane of which nothing was asked for stops nothing.
  if (lane !== "" && action.kind === "blocked" && options.only.length > 0 && chosen(live, options.only, action.step, lane) === null)
    return NOTHING_ASKED;
  switch (action.kind) {
    case "run-step": {
      const next = options.only.length === 0 ? action.step : chosen(live, options.only, action.step, lane);
      if (next === null) return NOTHING_ASKED;
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
    // Looking is safe, but what it finds is for a person to judge.
    case "recheck":
    case "judge":
      return waits(live.header.clusters.some((pin) => pin.state === "differs") ? EXIT.cluster : EXIT.waiting);
    case "retry-or-skip":
      return waits(action.step !== null && live.steps.get(action.step)?.verdict === "failed" ? EXIT.failed : EXIT.waiting);
    case "resume":
      return waits(live.header.clusters.some((pin) => pin.state !== "proved" && pin.state !== "unproved") ? EXIT.cluster : EXIT.waiting);
    // Whether what was interrupted counts, or begins again, is a person's to say; so is the way back.
    case "gate":
      return waits(EXIT.waiting);
    case "way-back":
      return waits(EXIT.failed);
    case "blocked":
      return waits(EXIT.waiting);
    case "none":
      return { exitCode: resultOf(live), say: "" };
    // Nothing is run: what it would have done is a person's to say.
    case "walk":
      if (action.step === null || action.block === null || options.walked === null) return waits(EXIT.waiting);
      return take(
        await door.call("run.walked", { run, step: action.step, block: action.block, outcome: options.walked, note: "said by --walked" }),
      );
    case "wait":
      return null;
    default:
      return action.kind satisfies never;
  }
}

/** The next of the named steps of the lane that is not done; one that is open comes first. */
function chosen(live: Live, only: StepId[], focus: StepId | null, lane: string): StepId | null {
  if (focus !== null && only.includes(focus)) return focus;
  return only.find((id) => live.steps.get(id)?.status !== "done" && (lane === "" || live.steps.get(id)?.lane === lane)) ?? null;
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
