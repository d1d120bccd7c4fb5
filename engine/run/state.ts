// A run as its events leave it. Owns: the shape and its empty form.
// Does not hold what lives only in this process (shells, pins, timers): that is live.ts.

import type {
  ClusterName,
  Countdown,
  HandoverView,
  LoopState,
  Mode,
  PinView,
  RehearsalView,
  RunHeader,
  RunNote,
  StepState,
  Undoes,
  UndoneBy,
  ValueFact,
} from "../protocol/index.ts";
import type { RecoveryFacts } from "./recovery-state.ts";

/** A signature of the run's own subjects, as its log has it. */
export type RunSignature = {
  id: string;
  seq: number;
  kind: string;
  /** Step of a hold point; hash of an amendment's text. */
  about: string;
  role: string;
  operator: string;
  name: string;
  meaning: string;
  at: string;
  reason: string;
  isStale: boolean;
  staleBecause: string;
};

/** How a rehearsal is practised. `sourceLog` and the times of the source stand in its start, so that they need no other log. */
export type RehearsalFacts = RehearsalView & { seed: string | null; scenario: { title: string; sha256: string } | null };

/** `told`: that it is overdue stands on record. */
export type LoopFact = Omit<LoopState, "isOverdue"> & { told: boolean };

export type RunState = {
  run: string;
  log: string;
  /** "" for a run outside any launch. */
  launch: string;
  /** Automatic checks of a launch's items: each step for itself. */
  isChecks: boolean;
  mode: Mode;
  /** Only of a rehearsal, as its start has it. */
  rehearsal: RehearsalFacts | null;
  /** Null for a text that promises and measures no recovery, until somebody declares a disaster. */
  recovery: RecoveryFacts | null;
  title: string;
  path: string;
  version: string | null;
  reviewed: string | null;
  planSha256: string;
  operator: string;
  /** "" where nobody was signed in when it was started. */
  operatorId: string;
  solo: boolean;
  startedAt: string;
  endedAt: string | null;
  plannedMs: number | null;
  status: RunHeader["status"];
  result: string;
  hold: RunHeader["hold"];
  steps: StepState[];
  /** Position in `steps` by step id. */
  positions: Map<string, number>;
  pins: Map<ClusterName, PinView>;
  /** Parameters (never secret ones), placeholders and captured values, by name. */
  values: Record<string, string>;
  placeholders: Record<string, string>;
  /** Who set which value to what, oldest first; of a secret that it was set, never to what. */
  valueFacts: Map<string, ValueFact[]>;
  secretNames: Set<string>;
  loops: LoopFact[];
  namespace: string | null;
  runAllArmed: boolean;
  /** Blocks that are running now, oldest first; more than one with a nested shell or a background block. */
  running: { step: string; block: number; isBackground: boolean; recording: string }[];
  /** Steps whose `when` did not hold: a `needs` on one of these is no obstacle. */
  notApplicable: Set<string>;
  /** By step: asked to be gone past while its cluster does not answer. */
  skips: Map<string, { seq: number; step: string; cluster: string; reason: string; by: string; name: string; at: string }>;
  /** A text that waits for a second person's signature. */
  proposal: { seq: number; sha256: string; by: string; name: string; reason: string; at: string } | null;
  /** Hash of each step's text, and how many blocks and checks the text in force has where the step was done under an earlier one. */
  texts: Map<string, string>;
  shapes: Map<string, { blocks: number; checks: number }>;
  signatures: RunSignature[];
  /** A hand-over that waits for signatures; `last` is what had happened last when it was summed up. */
  handover: (Omit<HandoverView, "signed" | "subject"> & { last: number }) | null;
  handovers: { from: string; to: string; at: string }[];
  notes: RunNote[];
  /** seq of the last event that makes an earlier summary untrue. */
  happened: number;
  /** seq of `run.started`, and of what ended, skipped or judged each step last. */
  startedSeq: number;
  endSeqs: Map<string, number>;
  /** Operator ids of who started, confirmed or skipped something in each step. */
  executors: Map<string, Set<string>>;
  events: number;
  head: string;
  redactions: number;
  recordedBytes: number;
  /** Goes back from another run; of its text only these steps, in this order (null: all). */
  undoes: Undoes | null;
  only: string[] | null;
  /** Ways back from this run, oldest first. */
  undoneBy: UndoneBy[];
  countdown: Countdown | null;
};

export function emptyRunState(): RunState {
  return {
    run: "",
    log: "",
    launch: "",
    isChecks: false,
    mode: "live",
    rehearsal: null,
    recovery: null,
    title: "",
    path: "",
    version: null,
    reviewed: null,
    planSha256: "",
    operator: "",
    operatorId: "",
    solo: false,
    startedAt: "",
    endedAt: null,
    plannedMs: null,
    status: "active",
    result: "",
    hold: null,
    steps: [],
    positions: new Map(),
    pins: new Map(),
    values: {},
    placeholders: {},
    valueFacts: new Map(),
    secretNames: new Set(),
    loops: [],
    namespace: null,
    runAllArmed: false,
    running: [],
    notApplicable: new Set(),
    skips: new Map(),
    proposal: null,
    texts: new Map(),
    shapes: new Map(),
    signatures: [],
    handover: null,
    handovers: [],
    notes: [],
    happened: 0,
    startedSeq: 0,
    endSeqs: new Map(),
    executors: new Map(),
    events: 0,
    head: "",
    redactions: 0,
    recordedBytes: 0,
    undoes: null,
    only: null,
    undoneBy: [],
    countdown: null,
  };
}

/** Done, and nobody has to decide anything about it any more. */
export function isSettled(step: StepState): boolean {
  if (step.status !== "done") return false;
  if (step.removed === true) return true;
  if (step.verdict === "passed" || step.verdict === "skipped" || step.passedOver === true) return true;
  return step.verdict === "unknown" && step.judgement?.outcome === "accepted";
}

/** Gone back from, the recovery verified, and nothing begun since: what is left of it is not done any more. */
export function isRecovered(state: RunState): boolean {
  const last = state.undoneBy.at(-1);
  return last?.status === "recovered" && last.isPast !== true;
}

/** The run as a whole was gone back from: it rests there, or something that was undone was never done again. */
export const isRolledBack = (state: RunState): boolean => isRecovered(state) || state.steps.some((step) => step.undone !== undefined);

/** What `needs` asks for: passed, or unknown and accepted by a person, or not applicable by its own `when`. */
export function satisfiesNeed(state: RunState, step: StepState): boolean {
  if (state.notApplicable.has(step.id)) return true;
  return step.status === "done" && (step.verdict === "passed" || (step.verdict === "unknown" && step.judgement?.outcome === "accepted"));
}
