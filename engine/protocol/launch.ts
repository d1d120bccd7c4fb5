// A launch as it stands: one go-live with its checklist, people, risks, sign-offs and decision; the fold of its log.
// Owns: shapes and methods. The fold and the rules are engine/launch and engine/checklist. Moments ISO 8601 UTC, durations milliseconds.
import { z } from "zod";
import { Expectation, RunbookDocument } from "./document.ts";
import { Contact, DutyView, dutyParams, EscalationLevel } from "./duty.ts";
import { ClusterClass, LaunchId, LogId, OperatorId, Reason, RunId, Sha256, StepId, Timestamp, Verdict } from "./ids.ts";
import { LaunchPlan, planParams } from "./launch-plan.ts";
import { RunSource } from "./run-evidence.ts";
import { SignatureView } from "./signing.ts";
import { WatchView, watchParams } from "./watch.ts";

export const LaunchState = z.enum(["preparing", "ready", "go", "cut-over", "watch", "retrospective", "closed"]);
export type LaunchState = z.infer<typeof LaunchState>;
export const RiskClass = z.enum(["low", "medium", "high", "critical"]);
const text = (max: number) => z.string().trim().max(max);
const ItemId = z.string().min(1).max(100);

/** What a launch is about; every field but `name` may be filled later, and changes are events. */
export const LaunchFacts = z.object({
  name: text(200).min(1),
  version: text(100),
  /** Change number and who approved the change where (ticket, board, minutes). */
  change: text(200),
  approval: text(500),
  windowStart: Timestamp.nullable(),
  windowEnd: Timestamp.nullable(),
  /** IANA zone of the site, e.g. Europe/Vilnius. */
  zone: text(64),
  riskClass: RiskClass,
  /** Why a change freeze does not hold for this one; "" where none applies. */
  freezeException: text(2000),
  /** Kubeconfig context, or null for none. */
  context: z.string().max(1000).nullable(),
  tickets: z.array(z.object({ id: text(100).min(1), title: text(300), url: text(1000) })).max(500),
  summary: text(4000),
  /** Whom to call, where everybody talks, and how long an incident waits for an answer before the next level is called. */
  contacts: z.array(Contact).max(200),
  bridge: text(1000),
  escalation: z.array(EscalationLevel).max(9),
});
export type LaunchFacts = z.infer<typeof LaunchFacts>;

export const Assignment = z.object({ role: z.string(), operator: OperatorId, name: z.string(), title: z.string(), since: Timestamp });
export type Assignment = z.infer<typeof Assignment>;

export const Risk = z.object({
  id: z.string(),
  risk: text(500).min(1),
  likelihood: z.enum(["low", "medium", "high"]),
  impact: z.enum(["low", "medium", "high"]),
  controls: text(2000),
  owner: z.string(),
  status: z.enum(["open", "mitigated", "accepted", "closed"]),
});
export type Risk = z.infer<typeof Risk>;
export const Artefact = z.object({
  id: z.string(),
  path: text(4096).min(1),
  purpose: text(500),
  /** Hash that is expected, if known; and what the last look found. */
  expected: Sha256.nullable(),
  present: z.boolean().nullable(),
  sha256: Sha256.nullable(),
  bytes: z.int().nullable(),
  checkedAt: Timestamp.nullable(),
});
export type Artefact = z.infer<typeof Artefact>;

export const ItemState = z.enum(["open", "done", "failed", "not-applicable", "waived"]);
export type ItemState = z.infer<typeof ItemState>;

/** A step's end whose output speaks for an item: what of it the record binds. The run may be of this launch or of any other log here. */
export const OutputSource = z.object({
  run: RunId,
  /** The log that the run is in, and in it the event that ended this attempt. */
  log: LogId,
  seq: z.int(),
  hash: Sha256,
  title: z.string(),
  mode: z.string(),
  step: z.string(),
  stepTitle: z.string(),
  attempt: z.int(),
  verdict: Verdict,
  because: z.string(),
  /** "accepted by Ana: seen by hand" where the verdict was judged; "" otherwise. It never rewrites the verdict. */
  judgement: z.string(),
  endedAt: Timestamp,
  /** The run's name for its cluster, and the context and class that were pinned under it; "" without one. */
  cluster: z.string(),
  context: z.string(),
  clusterClass: z.string(),
  /** Everybody who ran it: executors of the item that it speaks for. */
  ranBy: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Redacted, as sent; the hash of the output is of the redacted bytes. */
  commands: z.array(
    z.object({ text: z.string(), textSha256: z.string(), verdict: z.string(), because: z.string(), outputSha256: z.string() }),
  ),
  recordings: z.array(z.object({ path: z.string(), sha256: Sha256, bytes: z.int() })),
  /** Characters that the whole output has as text, and how many of them are kept: its beginning and its end. */
  chars: z.int(),
  kept: z.int(),
});
export type OutputSource = z.infer<typeof OutputSource>;

/** Something that speaks for or against an item; bound to the log by hash. */
export const Evidence = z.object({
  seq: z.int(),
  kind: z.enum(["file", "picture", "text", "link", "tests", "output", "run"]),
  title: z.string(),
  /** Payload name for file, picture, text and tests; the address of a link. */
  payload: z.string().nullable(),
  url: z.string().nullable(),
  mediaType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  /** Of an output: the run and step it came from. */
  run: RunId.nullable(),
  step: z.string().nullable(),
  by: z.string(),
  at: Timestamp,
  /** What reading it found against the item: "1 of 297 tests failed", "1968 ms is above the limit of 1500 ms". Empty: nothing. */
  findings: z.array(z.string()),
  /** Of a JUnit file. */
  tests: z.object({ total: z.int(), passed: z.int(), failed: z.int(), errors: z.int(), skipped: z.int() }).nullable(),
  /** Of a command's output. */
  output: OutputSource.nullable().optional(),
  /** Of a whole run, such as a rehearsal: its age counts from its end, not from when it was taken. `ageMs`: its age when it was taken. */
  ofRun: RunSource.extend({ ageMs: z.int() }).nullable().optional(),
  removed: z.boolean(),
});
export type Evidence = z.infer<typeof Evidence>;

/** The last automatic check of an item. */
export const ItemCheck = z.object({
  verdict: Verdict,
  /** accepted / rejected by a person where it was unknown. */
  judgement: z.string().nullable(),
  because: z.string(),
  /** Last number printed, where `expect` compares one. */
  measured: z.number().nullable(),
  at: Timestamp,
  run: RunId,
  seq: z.int(),
  /** Older than the item's `max-age`. */
  isOld: z.boolean(),
  /** The run's name for its cluster, and the context and class that were pinned under it; "" where none was. */
  cluster: z.string(),
  context: z.string().optional(),
  clusterClass: z.string().optional(),
});
export type ItemCheck = z.infer<typeof ItemCheck>;

export const ItemView = z.object({
  id: ItemId,
  category: z.string(),
  text: z.string(),
  line: z.int(),
  depth: z.int(),
  state: ItemState,
  /** Null where nobody answered yet. */
  answer: z
    .object({
      seq: z.int(),
      by: OperatorId.or(z.string()),
      name: z.string(),
      at: Timestamp,
      note: z.string(),
      reason: z.string(),
      value: z.number().nullable(),
      /** Waivers only. */
      approver: z.string(),
      approverName: z.string(),
      expires: Timestamp.nullable(),
    })
    .nullable(),
  /** A waiver that ran out, an answer whose item text changed: open again, and why. */
  reopened: z.string(),
  evidence: z.enum(["required", "optional", "none"]),
  evidences: z.array(Evidence),
  /** Limit on a measured or typed value, with its unit. */
  expect: Expectation.nullable(),
  unit: z.string(),
  maxAgeMs: z.int().nullable(),
  /** The criterion needs a green test report: no failure, no error, no skip. */
  tests: z.boolean(),
  /** Role that owns the item by the text; who it is assigned to, and until when. */
  ownerRole: z.string().nullable(),
  assignee: OperatorId.nullable(),
  assigneeName: z.string(),
  due: Timestamp.nullable(),
  isOverdue: z.boolean(),
  /** Automatic check: how many blocks; 0 for none. */
  blocks: z.int(),
  check: ItemCheck.nullable(),
  /** Computed by Holdpoint: cannot be answered. */
  derived: z.string().nullable(),
  /** Why `done` would be refused now, in words; empty where it would not. */
  obstacles: z.array(z.string()),
  /** Flags that hold whatever the state: old check, finding in evidence, contradiction. */
  flags: z.array(z.string()),
  notes: z.array(z.object({ seq: z.int(), by: z.string(), at: Timestamp, text: z.string() })),
  /** SHA-256 of the item's source bytes. */
  sha256: Sha256,
  /** Of a table's row: the cell that says the state (document.ts). */
  stateCell: z.object({ column: z.int(), isText: z.boolean() }).optional(),
});
export type ItemView = z.infer<typeof ItemView>;

export const CategoryView = z.object({
  key: z.string(),
  title: z.string(),
  /** Launch roles that sign it, and how many distinct people in all. */
  signoff: z.array(z.string()),
  eyes: z.int(),
  counts: z.object({ open: z.int(), done: z.int(), failed: z.int(), notApplicable: z.int(), waived: z.int(), total: z.int() }),
  /** nothing to sign · unsigned · partly · signed · stale · rejected. */
  state: z.enum(["none", "unsigned", "partly", "signed", "stale", "rejected"]),
  signed: z.int(),
  needed: z.int(),
  /** Roles still wanted. */
  missing: z.array(z.string()),
  /** What must change before it can be signed. */
  blockers: z.array(z.string()),
  digest: Sha256,
});
export type CategoryView = z.infer<typeof CategoryView>;

export const Condition = z.object({ text: text(1000).min(1), owner: OperatorId, due: Timestamp });
export const Decision = z.object({
  id: z.string(),
  seq: z.int(),
  outcome: z.enum(["go", "conditional-go", "no-go"]),
  conditions: z.array(Condition.extend({ closedAt: Timestamp.nullable(), closedBy: z.string() })),
  reason: z.string(),
  proposedBy: z.string(),
  proposedAt: Timestamp,
  /** open: signatures missing · taken: in force · replaced: by a later one · withdrawn · stale: what it rests on changed before it was taken. */
  state: z.enum(["open", "taken", "replaced", "withdrawn", "stale"]),
  takenAt: Timestamp.nullable(),
  /** Of a decision in force: what changed since under one of its signatures; "" while all of it stands. It does not carry a cut-over then. */
  overtaken: z.string(),
  /** Who has signed; of a decision once taken also those whose signature something has overtaken since. */
  signed: z.array(z.string()),
  missing: z.array(z.string()),
  needed: z.int(),
  /** The decision before, which this one replaces. */
  replaces: z.string().nullable(),
});
export type Decision = z.infer<typeof Decision>;

export const Criterion = z.object({
  item: ItemId,
  text: z.string(),
  limit: z.string(),
  measured: z.string(),
  source: z.string(),
  at: Timestamp.nullable(),
  isOld: z.boolean(),
  verdict: z.enum(["met", "not met", "unknown", "waived"]),
});
/** What stands between here and GO, computed; nothing on it is typed. */
export const Board = z.object({
  canGo: z.boolean(),
  /** In words, worst first, each naming its item, category, risk or role. */
  blockers: z.array(z.object({ text: z.string(), item: ItemId.nullable(), category: z.string().nullable(), kind: z.string() })),
  waivers: z.array(z.object({ item: ItemId, text: z.string(), until: Timestamp.nullable(), approver: z.string(), isExpired: z.boolean() })),
  criteria: z.array(Criterion),
  unsigned: z.array(z.object({ category: z.string(), title: z.string(), roles: z.array(z.string()) })),
  risks: z.array(Risk),
  oldEvidence: z.array(z.object({ item: ItemId, at: Timestamp, limitMs: z.int() })),
  rule: z.string(),
  decisionRoles: z.array(z.string()),
});
export type Board = z.infer<typeof Board>;

export const Note = z.object({
  seq: z.int(),
  kind: z.enum(["incident", "near-miss", "note", "decision", "lesson", "next-step"]),
  title: z.string(),
  text: z.string(),
  at: Timestamp,
  by: z.string(),
  severity: z.string(),
  closedAt: Timestamp.nullable(),
  /** Of an incident: somebody has taken it on, and the escalation stands still. */
  acknowledgedAt: Timestamp.nullable(),
  acknowledgedBy: z.string(),
});
export const Attachment = z.object({
  seq: z.int(),
  title: z.string(),
  payload: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  sha256: Sha256,
  by: z.string(),
  at: Timestamp,
});
export const BreakGlass = z.object({
  seq: z.int(),
  kind: z.enum(["outside-window", "approver-absent", "no-go-override"]),
  reason: z.string(),
  by: z.string(),
  second: z.string(),
  at: Timestamp,
  reviewDue: Timestamp,
  reviewedAt: Timestamp.nullable(),
  /** Not in force until the second person has signed. */
  isOpen: z.boolean(),
});
export type BreakGlass = z.infer<typeof BreakGlass>;
export const Briefing = z.object({ seq: z.int(), text: z.string(), at: Timestamp, by: z.string(), attended: z.array(z.string()) });

export const LaunchHeader = z.object({
  launch: LaunchId,
  log: LogId,
  number: z.int(),
  facts: LaunchFacts,
  state: LaunchState,
  /** Class of the cluster as known now; null for no cluster or one never seen. */
  clusterClass: ClusterClass.nullable(),
  createdAt: Timestamp,
  createdBy: z.string(),
  solo: z.boolean(),
  checklist: z.object({ title: z.string(), path: z.string(), sha256: Sha256, version: z.string().nullable() }).nullable(),
  items: z.int(),
  answered: z.int(),
  failed: z.int(),
  categories: z.int(),
  signed: z.int(),
  stale: z.int(),
  decision: z
    .object({
      id: z.string(),
      outcome: Decision.shape.outcome,
      state: Decision.shape.state,
      at: Timestamp,
      overtaken: Decision.shape.overtaken,
    })
    .nullable(),
  events: z.int(),
  head: Sha256,
  fingerprint: z.string(),
});
export type LaunchHeader = z.infer<typeof LaunchHeader>;
export const LaunchView = z.object({
  header: LaunchHeader,
  people: z.array(Assignment),
  categories: z.array(CategoryView),
  items: z.array(ItemView),
  risks: z.array(Risk),
  artefacts: z.array(Artefact),
  briefings: z.array(Briefing),
  decisions: z.array(Decision),
  signatures: z.array(SignatureView),
  notes: z.array(Note),
  attachments: z.array(Attachment),
  breakGlass: z.array(BreakGlass),
  runs: z.array(z.object({ run: RunId, title: z.string(), kind: z.enum(["checks", "runbook"]), status: z.string(), startedAt: Timestamp })),
  /** Wall-clock history of the state. */
  states: z.array(z.object({ state: LaunchState, at: Timestamp, by: z.string(), reason: z.string() })),
  board: Board,
  plan: LaunchPlan,
  watch: WatchView,
  duty: DutyView,
  /** One thing that comes next, in words: what the screen's one primary action is. */
  next: z.object({
    kind: z.enum(["answer", "check", "sign", "decide", "cut-over", "start", "run", "enter", "watch", "review", "close", "none"]),
    text: z.string(),
    target: z.string().nullable(),
  }),
});
export type LaunchView = z.infer<typeof LaunchView>;

const at = { launch: LaunchId };
const path = z.string().min(1).max(4096);
const base64 = z.string().max(28_000_000);
const ofAttempt = { run: RunId, step: StepId, attempt: z.int().min(1).optional() };
export const LAUNCH_METHODS = {
  "launch.list": { params: z.strictObject({}), result: z.array(LaunchHeader) },
  "launch.get": { params: z.strictObject(at), result: z.object({ view: LaunchView, document: RunbookDocument.nullable() }) },
  /** The checklist's bytes are copied into the log: later edits of the file change nothing here. */
  "launch.create": {
    params: z.strictObject({ facts: LaunchFacts.partial().required({ name: true }), checklist: path.optional() }),
    result: LaunchView,
  },
  /** After a decision a reason is needed. */
  "launch.change": {
    params: z.strictObject({ ...at, change: LaunchFacts.partial(), reason: z.string().max(2000).optional() }),
    result: LaunchView,
  },
  /** Takes another checklist or a newer text of the same; answers of items whose text is the same stay, others open again. */
  "launch.replaceChecklist": { params: z.strictObject({ ...at, checklist: path, reason: Reason }), result: LaunchView },
  "launch.assign": {
    params: z.strictObject({ ...at, role: text(100).min(1), operator: OperatorId, remove: z.boolean().optional() }),
    result: LaunchView,
  },
  "launch.risk": { params: z.strictObject({ ...at, risk: Risk.extend({ id: z.string().max(40).optional() }) }), result: LaunchView },
  "launch.artefact": {
    params: z.strictObject({
      ...at,
      path,
      purpose: text(500),
      expected: Sha256.nullable().optional(),
      id: z.string().max(40).optional(),
      remove: z.boolean().optional(),
    }),
    result: LaunchView,
  },
  /** Looks whether every artefact is there and hashes it. */
  "launch.checkArtefacts": { params: z.strictObject(at), result: LaunchView },
  "launch.briefing": { params: z.strictObject({ ...at, text: text(10_000).min(1) }), result: LaunchView },
  "launch.note": {
    params: z.strictObject({
      ...at,
      kind: Note.shape.kind,
      title: text(300).min(1),
      text: text(10_000),
      severity: text(40).optional(),
      closes: z.int().optional(),
    }),
    result: LaunchView,
  },
  "launch.attach": {
    params: z.strictObject({ ...at, title: text(300).min(1), name: text(200).min(1), mediaType: text(100), base64 }),
    result: LaunchView,
  },
  /** Moves the state on where its conditions hold: ready ↔ preparing are computed; go needs the decision; `not-ready` says what is missing. */
  "launch.advance": { params: z.strictObject({ ...at, to: LaunchState, reason: z.string().max(2000).optional() }), result: LaunchView },
  "launch.breakGlass": {
    params: z.strictObject({ ...at, kind: BreakGlass.shape.kind, reason: Reason, reviewDue: Timestamp.optional() }),
    result: LaunchView,
  },
  "launch.propose": {
    params: z.strictObject({
      ...at,
      outcome: Decision.shape.outcome,
      conditions: z.array(Condition).max(50).optional(),
      reason: z.string().max(4000).optional(),
    }),
    result: LaunchView,
  },
  "launch.closeCondition": {
    params: z.strictObject({ ...at, decision: z.string(), index: z.int().min(0), note: Reason }),
    result: LaunchView,
  },
  /** One or many at once, durably in one transaction; all or none. `reason` for not-applicable and waived, approver and expiry for waived. */
  "item.answer": {
    params: z.strictObject({
      ...at,
      items: z.array(ItemId).min(1).max(1000),
      state: ItemState,
      note: text(10_000).optional(),
      reason: z.string().max(2000).optional(),
      value: z.number().optional(),
      approver: z.strictObject({ id: OperatorId, password: z.string().min(1).max(1024) }).optional(),
      expires: Timestamp.optional(),
    }),
    result: LaunchView,
  },
  "item.assign": {
    params: z.strictObject({
      ...at,
      items: z.array(ItemId).min(1).max(1000),
      operator: OperatorId.nullable(),
      due: Timestamp.nullable().optional(),
    }),
    result: LaunchView,
  },
  "item.note": { params: z.strictObject({ ...at, item: ItemId, text: text(10_000).min(1) }), result: LaunchView },
  "item.evidence": {
    params: z.strictObject({
      ...at,
      item: ItemId,
      kind: z.enum(["file", "picture", "text", "link", "tests"]),
      title: text(300).min(1),
      url: text(2000).optional(),
      name: text(200).optional(),
      mediaType: text(100).optional(),
      base64: base64.optional(),
    }),
    result: LaunchView,
  },
  /**
   * Takes the output of a step's ended attempt (the last one, where none is named) as evidence: its redacted text, verdict, commands and hashes.
   * `not-ready` while it runs, `unreadable` where its recording is not there or not the one on record.
   */
  "item.outputEvidence": {
    params: z.strictObject({ ...at, item: ItemId, ...ofAttempt, title: text(300).min(1) }),
    result: LaunchView,
  },
  /** The same as it would be taken; nothing is recorded by looking. */
  "item.previewOutput": {
    params: z.strictObject({ ...at, item: ItemId, ...ofAttempt }),
    result: z.object({
      source: OutputSource,
      text: z.string(),
      findings: z.array(z.string()),
      /** Every attempt of the step that has ended, in order. */
      attempts: z.array(z.object({ attempt: z.int(), verdict: Verdict, endedAt: Timestamp })),
    }),
  },
  /** Takes a run that has ended as evidence: its result, its recovery times, its age. `not-ready` while it goes on. */
  "item.runEvidence": {
    params: z.strictObject({ ...at, item: ItemId, run: RunId, title: text(300).min(1) }),
    result: LaunchView,
  },
  /** The same as it would be taken; nothing is recorded by looking. */
  "item.previewRun": {
    params: z.strictObject({ ...at, item: ItemId, run: RunId }),
    result: z.object({ source: RunSource, ageMs: z.int(), findings: z.array(z.string()) }),
  },
  /** Struck out with a reason; it stays on record. */
  "item.removeEvidence": { params: z.strictObject({ ...at, seq: z.int().min(1), reason: Reason }), result: LaunchView },
  /** Starts a run over the automatic checks of the named items (or all of a category, or all): its verdicts become the items' checks. */
  "item.check": {
    params: z.strictObject({
      ...at,
      items: z.array(ItemId).max(1000).optional(),
      category: z.string().max(200).optional(),
      params: z.record(z.string(), z.string().max(100_000)).optional(),
      typedCluster: z.string().max(1000).optional(),
    }),
    result: z.object({ run: RunId }),
  },
  "launch.planEntry": { params: planParams.entry, result: LaunchView },
  "launch.watchSet": { params: watchParams.set, result: LaunchView },
  "launch.watchEnter": { params: watchParams.enter, result: LaunchView },
  "launch.watchEnd": { params: watchParams.end, result: LaunchView },
  "launch.acknowledge": { params: dutyParams.acknowledge, result: LaunchView },
  "launch.openLoop": { params: dutyParams.openLoop, result: LaunchView },
  "launch.closeLoop": { params: dutyParams.closeLoop, result: LaunchView },
  "launch.audience": { params: dutyParams.audience, result: LaunchView },
  "launch.audienceAddress": { params: dutyParams.address, result: LaunchView },
  "launch.update": { params: dutyParams.update, result: LaunchView },
  /** A payload (picture, file, attachment, checklist) by event and name, for showing; at most 20 MB. */
  "launch.payload": {
    params: z.strictObject({ ...at, seq: z.int().min(1), name: z.string().max(200) }),
    result: z.object({ mediaType: z.string(), base64: z.string() }),
  },
} as const;
