// The one door: every method with its params and result, every event with its payload.
// Owns: the tables. The engine parses params once, in handle(); the window imports types from here alone.
import { z } from "zod";
import { BUNDLE_METHODS } from "./bundle.ts";
import { ContextEntry, ContextProbe, Finding, WatchedObject } from "./cluster.ts";
import { DEBRIEF_METHODS } from "./debrief.ts";
import { Diagnostic, RunbookDocument } from "./document.ts";
import { LaunchAlarm } from "./duty.ts";
import { FOLLOW_METHODS } from "./follow.ts";
import { HANDOVER_SHAPES, handoverParams, Looker, noteParams } from "./handover.ts";
import { ClusterClass, ClusterName, LaunchId, LogId, OperatorId, Reason, RunId, StepId, TerminalId } from "./ids.ts";
import { LAUNCH_METHODS } from "./launch.ts";
import { AppSnapshot, LibraryFolder, Settings } from "./library.ts";
import { LINK_METHODS } from "./link.ts";
import { MOVING_METHODS } from "./moving.ts";
import { Password, PEOPLE_METHODS, SessionView } from "./people.ts";
import { PLAYBACK_METHODS } from "./playback.ts";
import { EventFilter, EventRow, LogSummary, StoredEvent, VerifyReport } from "./record.ts";
import { declareParams } from "./recovery.ts";
import { PlaybackParams, REHEARSAL_METHODS, WalkedParams } from "./rehearsal.ts";
import { Amendment, RunHeader, RunView, StartRequest, StepState } from "./run.ts";
import { SCHEDULE_METHODS } from "./schedule.ts";
import { SERIES_METHODS } from "./series.ts";
import { SIGNING_METHODS } from "./signing.ts";
import { RollbackRequest, WAY_BACK_METHODS } from "./way-back.ts";
import { HandedFile, ValueView } from "./work.ts";

export * from "./bundle.ts";
export * from "./cluster.ts";
export * from "./debrief.ts";
export * from "./document.ts";
export * from "./duty.ts";
export * from "./errors.ts";
export * from "./follow.ts";
export * from "./gate.ts";
export * from "./handover.ts";
export * from "./ids.ts";
export * from "./launch.ts";
export * from "./launch-plan.ts";
export * from "./library.ts";
export * from "./link.ts";
export * from "./moving.ts";
export * from "./people.ts";
export * from "./playback.ts";
export * from "./record.ts";
export * from "./recovery.ts";
export * from "./rehearsal.ts";
export * from "./run.ts";
export * from "./run-evidence.ts";
export * from "./schedule.ts";
export * from "./series.ts";
export * from "./signing.ts";
export * from "./terminal.ts";
export * from "./watch.ts";
export * from "./way-back.ts";
export * from "./work.ts";

const none = z.strictObject({});
const path = z.string().min(1).max(4096);
const atStep = { run: RunId, step: StepId };
/** Values for placeholders that a step still lacks; recorded before it starts. */
const placeholders = z.record(z.string(), z.string().max(10_000)).optional();

export const METHODS = {
  // app and settings
  "app.snapshot": { params: none, result: AppSnapshot },
  "settings.set": { params: z.strictObject({ change: Settings.partial() }), result: Settings },
  // host: answered by the desktop shell before the engine is asked, and only where `host.canPickFolder` / `host.canRevealFile` say so;
  // any other door answers `not-found`
  "host.pick": { params: z.strictObject({ kind: z.enum(["file", "folder"]) }), result: z.string().nullable() },
  "host.reveal": { params: z.strictObject({ path }), result: z.null() },
  // people
  "people.createFirst": {
    params: z.strictObject({ id: OperatorId, name: z.string().trim().min(1).max(100), password: Password }),
    result: SessionView,
  },
  "people.signIn": { params: z.strictObject({ id: OperatorId, password: z.string().min(1).max(1024) }), result: SessionView },
  "people.signOut": { params: none, result: z.null() },
  "people.lock": { params: none, result: z.null() },
  /** Tells the engine that a person is there; the idle lock counts from the last one. */
  "people.stir": { params: none, result: z.null() },
  ...PEOPLE_METHODS,
  // library and documents
  "library.openFolder": { params: z.strictObject({ path }), result: LibraryFolder },
  "library.closeFolder": { params: z.strictObject({ path }), result: z.null() },
  "library.rescan": { params: none, result: z.array(LibraryFolder) },
  "library.trust": { params: z.strictObject({ folder: path, trusted: z.boolean() }), result: z.null() },
  "document.open": {
    params: z.strictObject({ path }),
    result: z.object({
      path: z.string(),
      folder: z.string(),
      trusted: z.boolean(),
      builtIn: z.boolean(),
      document: RunbookDocument,
      /** Signatures in force of those who reviewed exactly this text for production. */
      reviews: z
        .array(z.object({ name: z.string(), title: z.string(), role: z.string(), at: z.string(), statement: z.string() }))
        .optional(),
    }),
  },
  ...LINK_METHODS,
  /** All findings in the text: the document's own diagnostics, lint, and what walks round the cluster pin; each once, by line. */
  "document.findings": { params: z.strictObject({ path }), result: z.array(Diagnostic) },
  // clusters
  "cluster.contexts": { params: none, result: z.array(ContextEntry) },
  "cluster.probe": { params: z.strictObject({ context: z.string().min(1).max(1000) }), result: ContextProbe },
  /** Sets the class of the identity that the context leads to; once set it decides colour and guard. */
  "cluster.classify": { params: z.strictObject({ context: z.string().min(1).max(1000), class: ClusterClass }), result: ContextProbe },
  "cluster.watch": { params: z.strictObject({ run: RunId, cluster: ClusterName }), result: z.array(WatchedObject) },
  // runs
  "run.preflight": { params: StartRequest, result: z.array(Finding) },
  "run.start": { params: StartRequest, result: RunView },
  "run.get": { params: z.strictObject({ run: RunId }), result: z.object({ view: RunView, document: RunbookDocument }) },
  /** `reason` is needed where the step is not the next one; it is recorded. */
  "run.step": {
    params: z.strictObject({
      ...atStep,
      typed: z.string().max(1000).optional(),
      nested: z.boolean().optional(),
      reason: z.string().max(2000).optional(),
      placeholders,
    }),
    result: RunHeader,
  },
  "run.block": {
    params: z.strictObject({
      ...atStep,
      block: z.int().min(0),
      typed: z.string().max(1000).optional(),
      nested: z.boolean().optional(),
      reason: z.string().max(2000).optional(),
      placeholders,
    }),
    result: RunHeader,
  },
  /** Runs on, step after step, until something needs a person. */
  "run.on": { params: z.strictObject({ run: RunId }), result: RunHeader },
  /** Arms run-on for this run on production. */
  "run.arm": { params: z.strictObject({ run: RunId, typed: z.string().max(1000) }), result: RunHeader },
  "run.check": {
    params: z.strictObject({ ...atStep, check: z.int().min(0), value: z.string().max(10_000).optional(), file: HandedFile.optional() }),
    result: RunHeader,
  },
  /** A step done in another place, written down here: it is transcribed. One with commands ends unknown, for a person to judge. */
  "run.manual": {
    params: z.strictObject({
      ...atStep,
      performedBy: z.string().trim().min(1).max(200),
      place: z.string().max(200),
      claimedAt: z.string().max(40),
      outcome: z.enum(["passed", "failed"]),
      value: z.string().max(10_000).optional(),
      note: Reason,
      file: HandedFile.optional(),
    }),
    result: RunHeader,
  },
  /** The file of a check or of transcribed work, by its event. */
  "run.payload": {
    params: z.strictObject({ run: RunId, seq: z.int().min(1) }),
    result: z.object({ mediaType: z.string(), base64: z.string() }),
  },
  // rehearsals
  ...REHEARSAL_METHODS,
  /** How a block ended that was walked through: nothing was run, a person says it. */
  "run.walked": { params: WalkedParams, result: RunHeader },
  /** Speed, pause and skipping of what plays in a replay. */
  "run.playback": { params: PlaybackParams, result: RunHeader },
  "run.retry": {
    params: z.strictObject({ ...atStep, reason: z.string().max(2000).optional(), typed: z.string().max(1000).optional() }),
    result: RunHeader,
  },
  "run.skip": { params: z.strictObject({ ...atStep, reason: Reason }), result: RunHeader },
  "run.judge": { params: z.strictObject({ ...atStep, outcome: z.enum(["accepted", "rejected"]), reason: Reason }), result: RunHeader },
  /** `giveUp`: the caller's patience is over; the block is ended all the same, but its end is unknown and not "failed, by Ctrl-C". */
  "run.cancel": {
    params: z.strictObject({
      run: RunId,
      giveUp: z.boolean().optional(),
      /** Only what runs in this lane, or in this step's lane; without them all lanes. */
      lane: z.string().max(200).optional(),
      step: StepId.optional(),
    }),
    result: z.object({ survivors: z.array(z.object({ pid: z.int(), command: z.string() })) }),
  },
  "run.hold": { params: z.strictObject({ run: RunId, reason: Reason }), result: RunHeader },
  /** `secrets` gives secret parameters again after a restart: they are recorded nowhere. */
  "run.resume": {
    params: z.strictObject({
      run: RunId,
      reason: z.string().max(2000).optional(),
      secrets: z.record(z.string(), z.string().max(100_000)).optional(),
    }),
    result: RunHeader,
  },
  /** Goes on with a gate or a soak (`block` null) that was interrupted: from its start, or on, which needs a reason from a person. */
  "run.gate": {
    params: z.strictObject({
      ...atStep,
      block: z.int().min(0).nullable(),
      go: z.enum(["continue", "restart"]),
      reason: z.string().max(2000).optional(),
    }),
    result: RunHeader,
  },
  /** Every value of the run: what it is, who set it, and what it was before. Secrets without their value. */
  "run.values": { params: z.strictObject({ run: RunId }), result: z.array(ValueView) },
  /** Changes a parameter (a secret too) or a placeholder, between steps only. */
  "run.value": {
    params: z.strictObject({ run: RunId, name: z.string().min(1).max(200), value: z.string().max(100_000), reason: Reason }),
    result: RunHeader,
  },
  /** Looks what a block did whose end is unknown, with the read-only block that it names. The verdict stays. */
  "run.recheck": { params: z.strictObject({ ...atStep, block: z.int().min(0) }), result: RunHeader },
  /** Closes by hand what a step opened. */
  "run.closeLoop": { params: z.strictObject({ run: RunId, name: z.string().min(1).max(200), reason: Reason }), result: RunHeader },
  "run.endSoak": { params: z.strictObject({ ...atStep, reason: Reason }), result: RunHeader },
  /** What the file says now; with a reason it is proposed, and in force as soon as a second person has signed it. */
  "run.amend": { params: z.strictObject({ run: RunId, reason: Reason.optional() }), result: Amendment },
  "run.abort": { params: z.strictObject({ run: RunId, reason: Reason }), result: RunHeader },
  "run.finish": { params: z.strictObject({ run: RunId, reason: z.string().max(2000).optional() }), result: RunHeader },
  /** Text without a language, run as shell by an explicit act, recorded as such. */
  "run.asShell": { params: z.strictObject({ ...atStep, block: z.int().min(0), reason: Reason, placeholders }), result: RunHeader },
  // the way back
  ...WAY_BACK_METHODS,
  /** Decides it and starts it: one confirmation. Answers with the header of the run that goes back. */
  "run.rollback": { params: RollbackRequest, result: RunHeader },
  /** Stops the countdown of a way back that would start by itself. */
  "run.stopRollback": { params: z.strictObject({ run: RunId }), result: RunHeader },
  /** Proposes to hand the run over; in force when the giver and then the taker have signed `header.handover.subject`. */
  "run.handOver": { params: handoverParams, result: RunHeader },
  /** On the run's own timeline; a run of a launch has the launch's (`launch.note`). */
  "run.note": { params: noteParams, result: RunHeader },
  /** Starts the recovery clocks by hand, or moves the moment; `conflict` once the recovery is verified. */
  "run.declare": { params: declareParams, result: RunHeader },
  ...DEBRIEF_METHODS,
  ...HANDOVER_SHAPES,
  ...FOLLOW_METHODS,
  // plan and actual
  ...SCHEDULE_METHODS,
  // what earlier runs of a file taught, and the difference between two
  ...SERIES_METHODS,
  // launches
  ...LAUNCH_METHODS,
  ...SIGNING_METHODS,
  // record
  "record.logs": { params: none, result: z.array(LogSummary) },
  "record.events": {
    params: z.strictObject({ log: LogId, filter: EventFilter, offset: z.int().min(0), limit: z.int().min(1).max(1000) }),
    result: z.object({ rows: z.array(EventRow), matching: z.int(), total: z.int() }),
  },
  "record.event": { params: z.strictObject({ log: LogId, seq: z.int().min(1) }), result: StoredEvent },
  "record.recording": {
    params: z.strictObject({ log: LogId, seq: z.int().min(1) }),
    result: z.object({ cast: z.string(), truncated: z.boolean(), hashMatches: z.boolean() }),
  },
  "record.verify": { params: z.strictObject({ log: LogId.optional() }), result: VerifyReport },
  "record.export": {
    params: z.strictObject({
      log: LogId,
      /** `report`: the deployment report, as .pdf or .md by the ending of `out`, with its JSON twin beside it. */
      format: z.enum(["json", "csv", "bundle", "pdf", "xlsx", "md", "report"]),
      filter: EventFilter.optional(),
      out: path.optional(),
    }),
    result: z.object({ path: z.string(), files: z.array(z.string()), bytes: z.number() }),
  },
  /** Signatures across launches. `from`, `to`: a day (UTC, `to` inclusive) or a moment; `signer`: an operator's id or name. */
  "record.exportSignoffs": {
    params: z.strictObject({
      format: z.enum(["csv", "xlsx", "pdf", "bundle"]),
      from: z.string().max(40).optional(),
      to: z.string().max(40).optional(),
      launch: LaunchId.optional(),
      signer: z.string().trim().min(1).max(200).optional(),
      out: path.optional(),
    }),
    result: z.object({ path: z.string(), files: z.array(z.string()), bytes: z.number() }),
  },
  "record.backup": {
    params: z.strictObject({ out: path.optional() }),
    result: z.object({ path: z.string(), bytes: z.number(), report: VerifyReport }),
  },
  "record.auditorView": { params: z.strictObject({ log: LogId }), result: z.null() },
  // bundles of other installations, for reading
  ...BUNDLE_METHODS,
  ...PLAYBACK_METHODS,
  ...MOVING_METHODS,
  // terminals: the bytes go over their own channel, opened by id
  "terminal.list": {
    params: z.strictObject({ run: RunId }),
    result: z.array(z.object({ id: TerminalId, lane: z.string(), alive: z.boolean() })),
  },
} as const satisfies Record<string, { params: z.ZodType; result: z.ZodType }>;

export type Method = keyof typeof METHODS;
export type ParamsOf<M extends Method> = z.input<(typeof METHODS)[M]["params"]>;
export type ParsedParamsOf<M extends Method> = z.output<(typeof METHODS)[M]["params"]>;
export type ResultOf<M extends Method> = z.output<(typeof METHODS)[M]["result"]>;

export const EVENTS = {
  /** Something in the installation changed; ask for app.snapshot again. */
  "app.changed": z.object({ what: z.enum(["settings", "session", "library", "contexts", "logs", "record"]) }),
  /** A run changed: its header whole, and the steps that differ. `seq` grows by one per message of a run. */
  "run.changed": z.object({ header: RunHeader, steps: z.array(StepState), seq: z.int() }),
  "run.alarm": z.object({
    run: RunId,
    step: StepId.nullable(),
    severity: z.enum(["fail", "warn", "info"]),
    title: z.string(),
    detail: z.string(),
  }),
  /** Who looks at a run has changed. */
  "run.lookers": z.object({ run: RunId, lookers: z.array(Looker) }),
  /** Links to follow by were made or revoked; ask for follow.list again. */
  "follow.changed": z.object({}),
  "cluster.watched": z.object({
    run: RunId,
    cluster: ClusterName,
    objects: z.array(WatchedObject),
    at: z.string(),
    state: z.enum(["live", "lost", "off"]),
    /** What is not shown, and why: kinds that may not be read, too many pods. */
    notes: z.array(z.string()).optional(),
  }),
  /** A launch changed; ask for launch.get again. `seq` is the last event that did. */
  "launch.changed": z.object({ launch: LaunchId, seq: z.int() }),
  /** Something of a launch is overdue; it stands in the launch's view until it is done. Told once per start of the engine. */
  "launch.alarm": LaunchAlarm.extend({ launch: LaunchId, name: z.string() }),
  "record.appended": z.object({ log: LogId, events: z.int(), head: z.string(), fingerprint: z.string() }),
} as const satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof EVENTS;
export type PayloadOf<E extends EventName> = z.output<(typeof EVENTS)[E]>;
