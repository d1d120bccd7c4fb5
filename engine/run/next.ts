// The one thing to do now in a lane, and the words for it. Owns: choice and wording, for somebody tired at 3 a.m. Between lanes primary.ts chooses.
// Pure: decides from the state, the plan and what this process knows; starts nothing.
import type { ClusterName, NextAction, StepState } from "../protocol/index.ts";
import { isAway } from "./away-state.ts";
import { holdPointOf, isReleased, openHoldPointBefore } from "./hold-points.ts";
import { foregroundOf, stepsIn } from "./lanes.ts";
import { canCome, uncovered, unmetNeeds } from "./needs.ts";
import { gateDecision, gateWait } from "./next-gates.ts";
import { needsTyping, type RunPlan, type StepAction, type StepPlan } from "./plan.ts";
import { isSettled, type RunState } from "./state.ts";
import { goneWords } from "./wayback.ts";

/** What is true only in this process: nothing of it is in the events. */
export type LiveFacts = {
  lane(name: string): LaneFacts;
  /** Why nothing may be dispatched although the record does not say so, e.g. a full disk. */
  problem: string | null;
  /** The terminal is not read, because the disk does not take what was read before. */
  isStalled: boolean;
  secretsWanted: string[];
  /** Placeholders of a step that have no value yet. */
  missing(step: string): string[];
  /** A hold point before the step that nobody has released, and the roles it still wants. */
  openHoldPointBefore(step: StepState): { title: string; missing: string[] } | null;
};

export type LaneFacts = {
  /** Step whose cluster is being proved right now. */
  checking: string | null;
  /** Step that waits for a cluster which does not answer, and that cluster. */
  waitingFor: { step: string; cluster: string } | null;
  /** Step that is between two of its events: its shell opens, its cluster is proved again, its recording is closed. */
  driving: string | null;
  runningOn: boolean;
};

export const NO_LANE_FACTS: LaneFacts = { checking: null, waitingFor: null, driving: null, runningOn: false };
export const NO_LIVE_FACTS: LiveFacts = {
  lane: () => NO_LANE_FACTS,
  problem: null,
  isStalled: false,
  secretsWanted: [],
  missing: () => [],
  openHoldPointBefore: () => null,
};

/** The step that a lane's next action is about: what runs or is open, else what a person must decide, else the next to run; null at its end. */
export function focusStep(state: RunState, lane: string): StepState | null {
  const foreground = foregroundOf(state, lane);
  if (foreground) return stepOf(state, foreground.step);
  const steps = stepsIn(state, lane);
  return (
    steps.find((step) => step.status === "open" || step.status === "running") ??
    steps.find((step) => step.status === "done" && !isSettled(step)) ??
    nextTodo(state, lane)
  );
}

/** First step of the main path that has not begun in the lane, and can be: one on a cluster that does not answer only where there is no other. */
export function nextTodo(state: RunState, lane: string, after?: string): StepState | null {
  const isTodo = (step: StepState) => step.lane === lane && step.status === "todo" && step.wayBack !== true && step.id !== after;
  // One whose cluster does not answer waits; those behind it do not wait for it.
  return state.steps.find((step) => isTodo(step) && !isAway(state, step)) ?? state.steps.find(isTodo) ?? null;
}

/** First action of the step that is still to be done in this attempt; null when all are. */
export function pendingAction(step: StepState, plan: StepPlan): StepAction | null {
  return (
    plan.actions.find((action) =>
      action.kind === "block" ? step.blocks[action.index]?.status === "todo" : step.checks[action.index]?.confirmed !== true,
    ) ?? null
  );
}

/** What must be typed for a block of this step: the context's name, or the step's id where it runs on no cluster. */
export function wordToType(state: RunState, step: StepState): string {
  return state.pins.get(step.on as ClusterName)?.context ?? step.id;
}

/** Only an undecided class is treated as production in a live run's guard by the caller; here production is what was classified so. */
export function isOnProduction(state: RunState, step: StepState): boolean {
  return state.pins.get(step.on as ClusterName)?.class === "production";
}

/** What a lane of a run that is not over asks for; null where nothing is left in it. */
export function laneAction(state: RunState, plan: RunPlan, live: LiveFacts, lane: string): NextAction | null {
  const focus = focusStep(state, lane);
  // Before what runs: with a nested shell open, the step typed into it is judged while the outer one goes on.
  const unknown = stepsIn(state, lane).find(
    (step) => step.status === "done" && step.verdict === "unknown" && !step.judgement && !isSettled(step),
  );
  if (unknown) return action({ ...unknownEnd(unknown, plan.byId.get(unknown.id), live), step: unknown, after: afterwards(state, unknown) });
  const busy = underWay(state, plan, live, lane, focus);
  if (busy) return busy;
  // A lane with nothing left asks for nothing while another one has something.
  if (!focus && state.steps.some((step) => step.wayBack !== true && !isSettled(step))) return null;
  if (live.problem !== null)
    return action({ kind: "resume", say: "The record cannot be written", detail: live.problem, button: "Try again and resume" });
  // A restart may have forgotten secrets: they are given with the resume, before anything goes on.
  const decision = focus && live.secretsWanted.length === 0 ? gateDecision(focus, plan) : null;
  if (focus && decision) return action({ ...decision, step: focus, after: decision.kind === "way-back" ? "" : afterwards(state, focus) });
  if (state.status === "held")
    return action({
      kind: "resume",
      step: focus,
      say: "The run is held",
      detail: `${state.hold?.reason ?? ""}${live.secretsWanted.length > 0 ? ` Give again: ${live.secretsWanted.join(", ")}.` : ""}`,
      button: "Resume",
      after: focus ? `Then ${named(focus)}: ${focus.title}` : "",
    });
  if (!focus) return null;
  const own = plan.byId.get(focus.id);
  if (!own)
    return action({ kind: "blocked", step: focus, say: `${named(focus)} is not in the file`, detail: "Abort the run and start it again." });
  if (focus.status === "done") return decide(state, focus);
  if (isAway(state, focus)) return awayAction(state, plan, focus, live);
  const obstacle = obstacleFor(state, plan, own, focus, live);
  if (obstacle) {
    const { say, detail, button, waits, needs } = obstacle;
    const more = waits ? { needs: needs ?? [] } : signsFor(state, plan, focus);
    return action({ kind: waits ? "wait" : "blocked", step: focus, say, detail, button, ...more, after: afterwards(state, focus) });
  }
  return within(state, own, focus);
}

/** What is done to a command: run, or in a rehearsal in which nothing is run, walked through or played. */
const VERBS = { sandbox: "Run", walk: "Walk", replay: "Play" } as const;
const verbOf = ({ rehearsal }: RunState): string => VERBS[rehearsal?.way ?? "sandbox"];

/** Nothing else of the lane can be done: its cluster does not answer. */
function awayAction(state: RunState, plan: RunPlan, step: StepState, live: LiveFacts): NextAction {
  const context = state.pins.get(step.on as ClusterName)?.context;
  const name = context === undefined || context === step.on ? step.on : `${step.on} (${context})`;
  const before = { step, say: `${named(step)} waits for cluster ${name}`, after: afterwards(state, step) };
  const proposed = state.skips.get(step.id);
  if (proposed)
    return action({
      ...before,
      kind: "blocked",
      say: `${named(step)}: a second person signs to go past it`,
      detail: `${proposed.name}: ${sentence(proposed.reason)} Cluster ${name} does not answer; once it does, the step can be run.`,
      signs: { subject: { kind: "skip", id: `${state.run}/${proposed.seq}` }, roles: ["a second person"] },
    });
  // What stands before it besides is said first: going past it is refused then.
  const own = plan.byId.get(step.id);
  const obstacle = own ? obstacleFor(state, plan, own, step, live) : null;
  if (obstacle && obstacle.button === "")
    return action({
      ...before,
      kind: obstacle.waits ? "wait" : "blocked",
      detail: `${sentence(obstacle.say)} ${obstacle.detail}`,
      ...signsFor(state, plan, step),
    });
  const signed = state.solo ? "a reason; the record says SOLO" : "a reason and a second person's signature";
  return action({
    ...before,
    kind: "blocked",
    detail: `It does not answer, and is asked every few seconds. The step can be started as soon as it does. Going past it takes ${signed}.`,
    button: "Skip with a reason",
  });
}

/** A read-only block looks first, where there is one; what it answers stands beside the judgement. */
function unknownEnd(step: StepState, plan: StepPlan | undefined, live: LiveFacts): Omit<Spoken, "step"> {
  const say = `How did ${named(step)} end?`;
  // Where nothing was run there is nothing to look at.
  const block = step.blocks.find((one) => one.verdict === "unknown" && one.played === undefined && plan?.rechecks.has(one.index));
  if (block?.recheck?.isRunning === true)
    return {
      kind: "wait",
      block: block.index,
      say: `Looking what ${named(step)} did`,
      detail: "A read-only command looks; it changes no verdict.",
    };
  if (block && block.recheck === undefined && live.secretsWanted.length === 0 && live.problem === null)
    return {
      kind: "recheck",
      block: block.index,
      say,
      detail: `${sentence(step.because)} A read-only command can look: done, not done, or partial. It changes no verdict.`,
      button: "Look first",
    };
  const looked = block?.recheck === undefined ? "Look" : `The recheck: ${block.recheck.answer ?? block.recheck.because}. Look yourself`;
  return { kind: "judge", say, detail: `${sentence(step.because)} ${looked}, then accept or reject it with a reason.`, button: "Judge" };
}

/** What the lane is doing by itself; null where it does nothing. */
function underWay(state: RunState, plan: RunPlan, live: LiveFacts, lane: string, focus: StepState | null): NextAction | null {
  const now = live.lane(lane);
  const foreground = foregroundOf(state, lane);
  // A command whose end could not be recorded runs no longer, although no event says so: then the record is what needs a person.
  if (foreground && focus && (now.driving !== null || live.problem === null)) {
    if (live.isStalled)
      return action({
        kind: "wait",
        step: focus,
        block: foreground.block,
        say: `${named(focus)} stands still: the disk does not take its output`,
        detail: "Nothing is lost yet: the output waits in memory and the command in the terminal. Free space, and it goes on by itself.",
        after: afterwards(state, focus),
        isStalled: true,
      });
    const gate = gateWait(focus, plan.byId.get(focus.id), foreground.block);
    if (gate) return action({ ...gate, step: focus, after: afterwards(state, focus) });
    const count = plan.byId.get(focus.id)?.step.blocks.filter((block) => block.runnable).length ?? 0;
    const part = count > 1 ? `, command ${foreground.block + 1} of ${count}` : "";
    const played = focus.blocks[foreground.block]?.played;
    if (played?.way === "walk")
      return action({
        kind: "walk",
        step: focus,
        block: foreground.block,
        say: `${named(focus)}: how would it end?${part === "" ? "" : ` (${part.slice(2)})`}`,
        detail: "Nothing is run. Read the command, do what you would do, then say how it ended.",
        button: "Passed",
        after: afterwards(state, focus),
      });
    return action({
      kind: "wait",
      step: focus,
      block: foreground.block,
      say: `${named(focus)} is ${played === undefined ? "running" : "playing"}${part}`,
      detail: now.runningOn ? "The steps after it follow by themselves until one needs you." : focus.title,
      after: afterwards(state, focus),
    });
  }
  const soak = focus && gateWait(focus, undefined, null);
  if (focus && soak) return action({ ...soak, step: focus, after: afterwards(state, focus) });
  // What waits for a cluster keeps no other step of its lane from being started.
  if (now.waitingFor && focus && focus.id !== now.waitingFor.step && focus.status === "todo" && !isAway(state, focus)) return null;
  if (now.waitingFor)
    return action({
      kind: "wait",
      step: stepOf(state, now.waitingFor.step),
      say: `Waiting for cluster ${now.waitingFor.cluster}`,
      detail: "It does not answer. The step starts as soon as it does; cancel or hold to stop waiting.",
    });
  if (now.checking) {
    const step = stepOf(state, now.checking);
    return action({
      kind: "wait",
      step,
      say: `Checking the cluster for ${named(step)}`,
      detail: "Server, certificate, user and identity are compared.",
    });
  }
  const driven = now.driving === null ? null : stepOf(state, now.driving);
  if (!driven) return null;
  return action({
    kind: "wait",
    step: driven,
    say: `${named(driven)} is ${driven.status === "todo" || driven.status === "done" ? "starting" : "under way"}`,
    detail: driven.title,
    after: afterwards(state, driven),
  });
}

/** `waits`: what it waits for comes by itself, or by what is asked for in another lane. */
export type Obstacle = { say: string; detail: string; button: string; waits?: boolean; needs?: StepState["id"][] };

/** Why the step may not begin, in words; null when it may. What is not honoured yet is never passed by. */
export function obstacleFor(state: RunState, run: RunPlan, plan: StepPlan, step: StepState, live: LiveFacts): Obstacle | null {
  if (plan.unsupported.length > 0)
    return {
      say: `${named(step)} cannot be run by this version`,
      detail: `It uses ${plan.unsupported.join(", ")}. Do it by hand and skip it with a reason, or abort.`,
      button: "Skip with a reason",
    };
  if (step.status !== "todo") return null;
  const gone = step.wayBack === true ? goneWords(state, run, [step.id]) : "";
  if (gone !== "") return { say: `${named(step)} is no way back any more`, detail: `It is ${gone}.`, button: "" };
  const before = uncovered(state, plan).filter((one) => one.lane !== step.lane || isAway(state, one));
  if (before.length > 0)
    return {
      say: `${named(step)} is a hold point: ${list(before.map(named))} before it ${before.length === 1 ? "comes" : "come"} first`,
      detail: "It is signed when every step before it is done, those of other lanes too.",
      button: "",
      needs: before.map((one) => one.id),
      waits: canCome(
        state,
        run,
        step,
        before.map((one) => one.id),
      ),
    };
  const held = holdPointObstacle(state, run, plan, step, live);
  if (held) return held;
  const unmet = unmetNeeds(state, plan);
  if (unmet.length > 0 && canCome(state, run, step, unmet)) {
    const needed = unmet.map((id) => stepOf(state, id)).filter((one) => one !== null);
    return {
      say: `${named(step)} waits for ${list(needed.map((one) => `step ${one.number}`))}`,
      detail: `It begins when ${list(needed.map((one) => `“${one.title}” (${one.lane})`))} ${needed.length === 1 ? "has" : "have"} passed.`,
      button: "",
      waits: true,
      needs: needed.map((one) => one.id),
    };
  }
  if (unmet.length > 0)
    return {
      say: `${named(step)} needs ${unmet.map((id) => `“${state.steps[state.positions.get(id) ?? -1]?.title ?? id}”`).join(" and ")}`,
      detail: "A needed step must have passed, or its unknown end been accepted. Run it again, or skip this one with a reason.",
      button: "Skip with a reason",
    };
  const missing = live.missing(step.id);
  if (missing.length > 0)
    return {
      say: `${named(step)} has no value for ${missing.map((name) => `<${name}>`).join(", ")}`,
      detail: "A placeholder is filled before the step starts. Give it with the step, or skip the step with a reason.",
      button: "Skip with a reason",
    };
  return null;
}

/** What is to be signed before the step goes on, for a window that can put it before a person. */
function signsFor(state: RunState, plan: RunPlan, step: StepState): Pick<NextAction, "signs"> {
  const before = openHoldPointBefore(state, plan, step);
  const own = before ?? plan.byId.get(step.id);
  const point = own && (before || step.status === "todo") ? holdPointOf(state, own) : null;
  if (!own || point === null || isReleased(point)) return {};
  return { signs: { subject: { kind: "holdpoint", id: `${state.run}/${own.step.id}` }, roles: point.missing } };
}

function holdPointObstacle(state: RunState, run: RunPlan, plan: StepPlan, step: StepState, live: LiveFacts): Obstacle | null {
  const before = live.openHoldPointBefore(step);
  if (before) {
    const point = openHoldPointBefore(state, run, step)?.step;
    // It is asked for in its own lane, and not before what it covers is done.
    const isElsewhere = point !== undefined && point.directive.lane !== step.lane && canCome(state, run, step, [point.id]);
    return {
      say: `${named(step)} waits for the hold point before it`,
      detail: `“${before.title}” is released by ${list(before.missing)} signing. No reason goes past a hold point.`,
      button: "",
      ...(isElsewhere ? { waits: true, needs: [point.id] } : {}),
    };
  }
  const own = holdPointOf(state, plan);
  if (own === null || isReleased(own)) return null;
  const signed = own.signed.map((one) => `${one.name} as ${one.role}`);
  return {
    say: `${named(step)} is a hold point: ${list(own.missing)} must sign`,
    detail: `${step.title}${signed.length === 0 ? "" : `. Signed by ${list(signed)}`}. Who executed what comes before does not sign.`,
    button: "",
  };
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

function decide(state: RunState, step: StepState): NextAction {
  const rejected = step.verdict === "unknown";
  return action({
    kind: "retry-or-skip",
    step,
    say: rejected ? `${named(step)} was rejected` : `${named(step)} failed`,
    detail: rejected ? `${step.judgement?.by ?? ""}: ${step.judgement?.reason ?? ""}` : sentence(step.because),
    button: "Retry",
    after: afterwards(state, step),
  });
}

function within(state: RunState, plan: StepPlan, step: StepState): NextAction {
  const pending = pendingAction(step, plan);
  const after = afterwards(state, step);
  if (step.status === "todo") {
    const first = pending?.kind === "block" ? pending.block : null;
    const typed = first && needsTyping(first, isOnProduction(state, step)) ? wordToType(state, step) : null;
    return action({
      kind: "run-step",
      step,
      say: `Next: ${named(step)}`,
      detail: step.title,
      button: first ? `${verbOf(state)} step` : "Start step",
      after,
      typed,
    });
  }
  if (!pending)
    return action({
      kind: "run-step",
      step,
      say: `${named(step)} has nothing to run`,
      detail: "Do what the text says, then mark it done.",
      button: "Mark done",
      after,
    });
  if (pending.kind === "check")
    return action({
      kind: "confirm-check",
      step,
      check: pending.index,
      say: "Confirm what you see",
      detail: pending.check.text,
      button: pending.check.value === null ? "Confirm" : "Enter and confirm",
      after,
    });
  const typed = needsTyping(pending.block, isOnProduction(state, step)) ? wordToType(state, step) : null;
  return action({
    kind: "run-block",
    step,
    block: pending.index,
    say: typed ? `Type ${typed} to ${verbOf(state).toLowerCase()} this command` : `${named(step)}: the next command`,
    detail: pending.block.name ?? firstLine(pending.block.commands),
    button: `${verbOf(state)} command`,
    after,
    typed,
  });
}

/** What the one word of a finished run means, for a person. */
export const RESULT_WORDS: Record<string, string> = {
  passed: "Every step passed.",
  accepted: "Every step passed, or its unknown end was accepted by name.",
  "passed with skips": "What was run passed; some steps were skipped with a reason.",
  failed: "A failed step was gone past.",
  unknown: "The end of a step stayed unknown.",
  incomplete: "Some steps were not done.",
  "rolled back": "It was gone back from, and the recovery was verified.",
};

export function finishAction(state: RunState): NextAction {
  const counts = [
    [state.steps.filter((step) => step.verdict === "passed").length, "passed"],
    [state.steps.filter((step) => step.verdict === "unknown" && step.judgement?.outcome === "accepted").length, "accepted"],
    [state.steps.filter((step) => step.verdict === "skipped").length, "skipped"],
    [state.steps.filter((step) => step.passedOver === true).length, "failed or unknown and passed over"],
  ] as const;
  return action({
    kind: "finish",
    say: "All steps are done",
    detail: `${counts
      .filter(([count]) => count > 0)
      .map(([count, word]) => `${count} ${word}`)
      .join(", ")}.`,
    button: "Finish the run",
    after: "The record is closed and can be exported.",
  });
}

type Spoken = Partial<Omit<NextAction, "step">> & { kind: NextAction["kind"]; say: string; step?: StepState | null };
export function action(given: Spoken): NextAction {
  return {
    kind: given.kind,
    step: given.step?.id ?? null,
    block: given.block ?? null,
    check: given.check ?? null,
    say: given.say,
    detail: given.detail ?? "",
    button: given.button ?? "",
    after: given.after ?? "",
    typed: given.typed ?? null,
    ...(given.isStalled === true ? { isStalled: true } : {}),
    ...(given.needs === undefined ? {} : { needs: given.needs }),
    ...(given.signs === undefined ? {} : { signs: given.signs }),
  };
}

function afterwards(state: RunState, step: StepState): string {
  const next = nextTodo(state, step.lane, step.id);
  if (next && isAway(state, next)) return `Then ${named(next)}, which waits for cluster ${next.on}`;
  if (next) return `Then ${named(next)}: ${next.title}`;
  const isElsewhere = state.steps.some((one) => one.lane !== step.lane && one.wayBack !== true && !isSettled(one));
  return isElsewhere ? `Then lane ${step.lane} is done` : "Then the run can be finished";
}

const stepOf = (state: RunState, id: string): StepState | null => state.steps[state.positions.get(id) ?? -1] ?? null;
const named = (step: StepState | null): string => (step ? `Step ${step.number}` : "the step");
const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
const sentence = (text: string): string =>
  text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
