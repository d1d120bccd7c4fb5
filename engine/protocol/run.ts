// A run as it stands: the fold of its events, and what may be done next.
// Owns: shapes. The fold is engine/run. Durations are milliseconds, moments ISO 8601 UTC.
import { z } from "zod";
import { PinView } from "./cluster.ts";
import { GateState, SoakState } from "./gate.ts";
import { HandoverView, RunNote } from "./handover.ts";
import { ClusterName, LaunchId, LogId, Mode, RunId, Sha256, ShellKind, StepId, TerminalId, Timestamp, Verdict } from "./ids.ts";
import { RecoveryView } from "./recovery.ts";
import { BlockPlayed, RehearsalRequest, RehearsalView } from "./rehearsal.ts";
import { PlanFigures } from "./schedule.ts";
import { SignSubject } from "./signing.ts";
import { Countdown, Undoes, UndoneBy } from "./way-back.ts";
import { AttachedPayload, JobState, LoopState, ManualState, RecheckState } from "./work.ts";

/** A person's word beside a verdict; it never rewrites it. */
export const Judgement = z.object({ outcome: z.enum(["accepted", "rejected"]), by: z.string(), reason: z.string(), at: Timestamp });
export type Judgement = z.infer<typeof Judgement>;

export const BlockState = z.object({
  index: z.int(),
  status: z.enum(["todo", "running", "done"]),
  verdict: Verdict.nullable(),
  attempt: z.int(),
  startedAt: Timestamp.nullable(),
  durationMs: z.number().nullable(),
  exitCode: z.int().nullable(),
  pipeStatus: z.array(z.int()),
  /** Why this verdict, in words, e.g. "exit 3", "ended by Ctrl-C", "the shell is gone". */
  because: z.string(),
  bytes: z.int(),
  redactions: z.int(),
  /** The resolved, redacted text that was sent; null before the start. */
  resolved: z.string().nullable(),
  captured: z.string().nullable(),
  /** Only of a gate that has begun. */
  gate: GateState.optional(),
  /** Its end is unknown, and a read-only block was asked what it did: the last answer in this attempt. */
  recheck: RecheckState.optional(),
  /** Only of a job that has begun. */
  job: JobState.optional(),
  /** Only in a walk or a replay: nothing was run. */
  played: BlockPlayed.optional(),
});
export type BlockState = z.infer<typeof BlockState>;
export const CheckState = z.object({
  index: z.int(),
  confirmed: z.boolean(),
  by: z.string(),
  at: Timestamp.nullable(),
  value: z.string().nullable(),
  /** File or picture that it asked for. */
  attachment: AttachedPayload.optional(),
});
export const StepState = z.object({
  id: StepId,
  number: z.string(),
  title: z.string(),
  phase: z.array(z.string()),
  lane: z.string(),
  on: z.string(),
  /** todo: not begun · running: a block runs · open: begun, waits for a person (next block, check) · done. */
  status: z.enum(["todo", "running", "open", "done"]),
  verdict: Verdict.nullable(),
  judgement: Judgement.nullable(),
  attempt: z.int(),
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
  durationMs: z.number().nullable(),
  plannedMs: z.number().nullable(),
  reason: z.string(),
  because: z.string(),
  blocks: z.array(BlockState),
  checks: z.array(CheckState),
  shell: ShellKind.nullable(),
  terminal: TerminalId.nullable(),
  recording: z.string().nullable(),
  /** A key this version cannot honour yet (gate, sign-off, soak …): the run stops here and says so. */
  unsupported: z.array(z.string()),
  /** Failed or unknown, and gone past with a reason (`reason`); the verdict stands. */
  passedOver: z.boolean().optional(),
  /** Its wait after the commands, once that has begun. */
  soak: SoakState.optional(),
  /** Done in another place, and written down here. */
  manual: ManualState.optional(),
  /** Roles that must sign before this step goes on, and who has; a signature that something overtook is not among them. */
  signoff: z
    .object({
      roles: z.array(z.string()),
      signed: z.array(z.object({ role: z.string(), name: z.string(), at: Timestamp })),
      /** Signatures that something overtook, each with what; and the last rejection, where nobody has signed since. */
      stale: z.array(z.object({ role: z.string(), name: z.string(), at: Timestamp, because: z.string() })).optional(),
      rejected: z.object({ role: z.string(), name: z.string(), at: Timestamp, reason: z.string() }).nullable().optional(),
    })
    .optional(),
  /** Its cluster does not answer, and somebody asks to go past it: it waits for a second person's signature over `subject`. */
  skipProposed: z.object({ by: z.string(), reason: z.string(), at: Timestamp, subject: SignSubject }).optional(),
  /** Done under an earlier text: the run was amended since, and this step's text is another now. */
  earlierText: z.boolean().optional(),
  /** Was begun, and is no longer in the amended text. */
  removed: z.boolean().optional(),
  /** Undoes another step of this run: off the main path, may be run at any time. */
  wayBack: z.boolean().optional(),
  /** What undoes it, where it names one: promised time, and how long that is valid once the step has ended. */
  rollback: z
    .object({ name: z.string(), targetMs: z.int().nullable(), validUntil: Timestamp.nullable(), isExpired: z.boolean() })
    .optional(),
  /** Undone by that run, which was verified. */
  undone: z.object({ run: RunId }).optional(),
});
export type StepState = z.infer<typeof StepState>;

/** The one thing to do now. Exactly one per moment; the window draws it bottom right. */
export const NextAction = z.object({
  /** recheck: an unknown end can be looked at by a read-only block · gate: a gate or soak was interrupted, and a person says how it goes on · walk: a block is walked through, and a person says how it ended · way-back: a gate failed, and its step can be undone. */
  kind: z.enum([
    "run-step",
    "run-block",
    "confirm-check",
    "wait",
    "walk",
    "gate",
    "way-back",
    "recheck",
    "judge",
    "retry-or-skip",
    "resume",
    "finish",
    "blocked",
    "none",
  ]),
  step: StepId.nullable(),
  block: z.int().nullable(),
  check: z.int().nullable(),
  /** Bar's headline, second line, and the button's words ("" = no button). */
  say: z.string(),
  detail: z.string(),
  button: z.string(),
  after: z.string(),
  /** Needs the cluster's name typed (production danger, confirm=typed). */
  typed: z.string().nullable(),
  /** With `wait`: the command stands still, because its output cannot be written; it goes on by itself once the disk takes it. */
  isStalled: z.boolean().optional(),
  /** With `wait`: steps of other lanes that come first; nothing of this lane is under way. */
  needs: z.array(StepId).optional(),
  /** With `blocked`: what is signed before it goes on (`signoff.prepare` takes the subject), and the roles still wanted. */
  signs: z.object({ subject: SignSubject, roles: z.array(z.string()) }).optional(),
});
export type NextAction = z.infer<typeof NextAction>;

/** A lane: steps of different lanes may run side by side. `waiting`: for another lane, a cluster or a person's decision; `idle`: its action can be done now. */
export const LaneState = z.object({
  lane: z.string(),
  current: StepId.nullable(),
  next: StepId.nullable(),
  status: z.enum(["idle", "running", "waiting", "done"]),
  nextAction: NextAction,
});
export type LaneState = z.infer<typeof LaneState>;

export const RunStatus = z.enum(["active", "held", "finished", "aborted"]);
export const RunHeader = z.object({
  run: RunId,
  /** Its own, or that of the launch it is part of. */
  log: LogId,
  launch: LaunchId.nullable().optional(),
  /** Of a launch's automatic checks: goes on and finishes by itself. */
  isChecks: z.boolean().optional(),
  number: z.int(),
  mode: Mode,
  /** Only of a rehearsal. */
  rehearsal: RehearsalView.nullable().optional(),
  /** Recovery clocks; null for a run that has neither targets nor anything that measures one. */
  recovery: RecoveryView.nullable().optional(),
  title: z.string(),
  path: z.string(),
  version: z.string().nullable(),
  reviewed: z.string().nullable(),
  planSha256: Sha256,
  status: RunStatus,
  result: z.string(),
  hold: z.object({ by: z.string(), reason: z.string(), since: Timestamp }).nullable(),
  /** Who operates it now: who started it, or who took it over last. */
  operator: z.string(),
  operatorId: z.string().optional(),
  solo: z.boolean(),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  plannedMs: z.number().nullable(),
  forecastEnd: Timestamp.nullable(),
  /** Drift, planned end and window, by the schedule; `run.plan` has all of it. */
  plan: PlanFigures.optional(),
  clusters: z.array(PinView),
  needsCluster: z.boolean(),
  current: StepId.nullable(),
  next: StepId.nullable(),
  /** The one primary action: among what the lanes ask for, the oldest. */
  nextAction: NextAction,
  /** In the order of the file; one entry for a plain runbook. */
  lanes: z.array(LaneState).optional(),
  /** Run-on is under way: steps follow each other until the next hold. */
  runningOn: z.boolean(),
  runAllArmed: z.boolean(),
  events: z.int(),
  head: Sha256,
  fingerprint: z.string(),
  checkpointAt: Timestamp.nullable(),
  redactions: z.int(),
  recordedBytes: z.number(),
  terminals: z.array(z.object({ id: TerminalId, shell: ShellKind, lane: z.string(), cluster: z.string(), alive: z.boolean() })),
  /** Secret parameters that a restart has forgotten; `run.resume` takes them again. */
  secretsWanted: z.array(z.string()).optional(),
  /** What its steps opened and must be closed again; newest last. */
  loops: z.array(LoopState).optional(),
  /** This run goes back from another one. */
  undoes: Undoes.nullable().optional(),
  /** Ways back from this run, oldest first. */
  undoneBy: z.array(UndoneBy).optional(),
  /** Begun: from then on only what is marked for after it is offered. */
  pointOfNoReturn: z.object({ step: StepId, at: Timestamp, by: z.string() }).nullable().optional(),
  /** Latest moment at which the way back of all that was done still fits the window; null without window or promise. */
  latestWayBack: Timestamp.nullable().optional(),
  countdown: Countdown.nullable().optional(),
  /** An amendment on record that waits for a second person's signature over `subject`. */
  proposed: z.object({ by: z.string(), at: Timestamp, reason: z.string(), sha256: Sha256, subject: SignSubject }).nullable().optional(),
  /** A hand-over that waits for signatures. */
  handover: HandoverView.nullable().optional(),
  /** Hand-overs that were done, oldest first. */
  handovers: z.array(z.object({ from: z.string(), to: z.string(), at: Timestamp })).optional(),
  /** What was put on the timeline of a run outside any launch, newest last. */
  notes: z.array(RunNote).optional(),
});
export type RunHeader = z.infer<typeof RunHeader>;
export const RunView = z.object({ header: RunHeader, steps: z.array(StepState), values: z.record(z.string(), z.string()) });
export type RunView = z.infer<typeof RunView>;

export const StartRequest = z.object({
  path: z.string().min(1).max(4096),
  mode: Mode,
  /** Of a rehearsal; without it commands run in a sandbox, or with no cluster at all. */
  rehearsal: RehearsalRequest.optional(),
  /** Context per named cluster; empty for a runbook that needs none. */
  contexts: z.partialRecord(ClusterName, z.string().max(1000)),
  namespace: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
    .optional(),
  params: z.record(z.string(), z.string().max(100_000)),
  placeholders: z.record(z.string(), z.string().max(10_000)),
  /** Production only: the cluster's context name typed by hand. */
  typedCluster: z.string().max(1000).optional(),
  /** Reason for starting although preflight found blockers; recorded. */
  overrideReason: z.string().max(2000).optional(),
  /** Part of this launch: it is recorded in the launch's log, and runs on the launch's cluster unless another is given with a reason. */
  launch: LaunchId.optional(),
  /** The entry of the launch's plan that this run stands for; without it the first one of this path that has not been run. */
  planEntry: z.string().max(40).optional(),
});
export type StartRequest = z.infer<typeof StartRequest>;

/** What the file says now, against what the run pinned: each step by its source hash. */
export const Amendment = z.object({
  run: RunId,
  path: z.string(),
  /** Hash of the text in force, and of the file's. */
  from: Sha256,
  sha256: Sha256,
  isSame: z.boolean(),
  steps: z.array(
    z.object({
      id: StepId,
      number: z.string(),
      title: z.string(),
      change: z.enum(["same", "added", "removed", "changed"]),
      status: StepState.shape.status,
      verdict: Verdict.nullable(),
      /** The step as written in the text in force, and in the file; null where it is in one of them only, or is the same. */
      before: z.string().nullable().optional(),
      after: z.string().nullable().optional(),
    }),
  ),
  /** Why the run cannot take this text, in words; empty where it can. */
  blockers: z.array(z.string()),
  /** Signatures that it takes out of force. */
  stale: z.int(),
  /** On record and waiting for a second person's signature over `subject`, which puts it in force. */
  proposed: z.object({ by: z.string(), at: Timestamp, reason: z.string(), subject: SignSubject }).nullable(),
});
export type Amendment = z.infer<typeof Amendment>;
