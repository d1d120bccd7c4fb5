// The state of a run as a fold over its events: the same events give the same state, on any machine, at any time.
// Owns: what each event changes. Reads no clock, no file, no document; `apply` costs the same for the first event and the last.
// Event data is read as untrusted: a missing or wrong key gives the neutral value, never an exception.
import type { BlockState, ClusterName, PinView, StepId, StepState, StoredEvent } from "../protocol/index.ts";
import { ClusterClass, ClusterIdentity, PinView as PinViewSchema, Principal, ShellKind, TerminalId } from "../protocol/index.ts";
import { attachmentIn } from "./attached.ts";
import { AWAY_HANDLERS, settleSkips } from "./away-state.ts";
import { changeBlock, changeStep, type Data, numberOrNull, sum, text, textOrNull, texts, verdictOf, whole } from "./fold-data.ts";
import { forgetSoak, GATE_HANDLERS } from "./fold-gates.ts";
import { undoesOf, WAY_BACK_HANDLERS } from "./fold-wayback.ts";
import { forgetManual, noteSecrets, noteValues, WORK_HANDLERS } from "./fold-work.ts";
import { HANDOVER_HANDLERS, happened } from "./handover-state.ts";
import { noteRecovery, RECOVERY_HANDLERS, readRecovery } from "./recovery-state.ts";
import { playedIn, rehearsalOf } from "./rehearsed.ts";
import { emptyRunState, type RunState } from "./state.ts";

/** `run` picks the events of one run out of a log that holds more: a launch's. */
export function foldRun(events: Iterable<StoredEvent>, run?: string): RunState {
  const state = emptyRunState();
  for (const event of events) if (run === undefined || event.body.subject.run === run) applyEvent(state, event);
  return state;
}

/**
 * Brings `state` forward by one event, in place. Steps are replaced, not changed, so a reference to an earlier StepState
 * stays as it was. Returns the id of the step that changed, or null where none or all did.
 */
export function applyEvent(state: RunState, event: StoredEvent): string | null {
  const { body } = event;
  state.events = body.seq;
  state.head = event.hash;
  const { step } = body.subject;
  if (ENDS.has(body.type)) state.endSeqs.set(step, body.seq);
  if (EXECUTES.has(body.type)) execute(state, step, body.actor.op_id);
  // Gone past by a second person's signature: who asked for it has done it.
  if (body.type === "step.skipped" && typeof body.data.proposed_by === "string") execute(state, step, body.data.proposed_by);
  settleSkips(state, event);
  happened(state, event);
  noteRecovery(state, event);
  const handler = HANDLERS[body.type];
  if (handler) handler(state, event);
  if (body.type.startsWith("signoff.")) return heldStep(state, body.data);
  return body.subject.step === "" ? null : body.subject.step;
}

/** The hold point that a signature is about: its event names no step, since the signature may be of anything. */
function heldStep(state: RunState, data: Data): string | null {
  const subject = (data.subject ?? {}) as Data;
  const id = text(subject, "id");
  return text(subject, "kind") === "holdpoint" && id.startsWith(`${state.run}/`) ? id.slice(state.run.length + 1) : null;
}

const ENDS = new Set(["step.ended", "step.skipped", "step.judged"]);
const EXECUTES = new Set(["step.started", "block.started", "block.walked", "check.confirmed", "step.skipped"]);
function execute(state: RunState, step: string, operator: string) {
  if (operator === "" || operator === "engine") return;
  const known = state.executors.get(step) ?? new Set();
  state.executors.set(step, known.add(operator));
}

type Handler = (state: RunState, event: StoredEvent) => void;
const HANDLERS: Record<string, Handler> = {
  "run.started": started,
  "cluster.pinned": pinned,
  "cluster.checked": checked,
  "step.started": stepStarted,
  "block.started": blockStarted,
  "block.ended": blockEnded,
  "check.confirmed": checkConfirmed,
  "step.ended": stepEnded,
  "step.skipped": stepSkipped,
  "step.judged": (state, { body }) =>
    changeStep(state, body.subject.step, () => ({
      judgement: {
        outcome: body.outcome === "accepted" ? "accepted" : "rejected",
        by: body.actor.name,
        reason: body.reason,
        at: body.ts_utc,
      },
    })),
  "run.armed": (state) => {
    state.runAllArmed = true;
  },
  "run.held": (state, { body }) => {
    state.status = "held";
    state.hold = { by: body.actor.name, reason: body.reason, since: body.ts_utc };
  },
  "run.resumed": (state, { body }) => {
    state.status = "active";
    state.hold = null;
    noteSecrets(state, body, "again");
  },
  "rehearsal.paced": (state, { body }) => {
    const speed = Number(text(body.data, "speed"));
    if (state.rehearsal !== null && Number.isFinite(speed) && speed >= 0) state.rehearsal = { ...state.rehearsal, speed };
  },
  "run.amendment_proposed": (state, { body }) => {
    const { data, actor } = body;
    state.proposal = {
      seq: body.seq,
      sha256: text(data, "sha256"),
      by: actor.op_id,
      name: actor.name,
      reason: body.reason,
      at: body.ts_utc,
    };
  },
  "run.amendment_rejected": (state) => {
    state.proposal = null;
  },
  "run.amended": amended,
  "instructor.briefed": (state, { body: { data } }) => {
    const { seed, scenario } = data as Data;
    const named = scenario as Data | null | undefined;
    if (state.rehearsal !== null)
      state.rehearsal = {
        ...state.rehearsal,
        seed: typeof seed === "string" ? seed : null,
        scenario: named ? { title: text(named, "title"), sha256: text(named, "sha256") } : null,
      };
  },
  ...AWAY_HANDLERS,
  ...GATE_HANDLERS,
  ...WORK_HANDLERS,
  ...WAY_BACK_HANDLERS,
  ...HANDOVER_HANDLERS,
  ...RECOVERY_HANDLERS,
  "signoff.added": signed,
  "signoff.invalidated": (state, { body }) => {
    const id = text(body.data, "signature");
    state.signatures = state.signatures.map((one) => (one.id === id ? { ...one, isStale: true, staleBecause: body.reason } : one));
  },
  "run.aborted": (state, { body }) => end(state, "aborted", "aborted", body.ts_utc),
  "run.finished": (state, { body }) => end(state, "finished", text(body.data, "result"), body.ts_utc),
};

function end(state: RunState, status: "aborted" | "finished", result: string, at: string) {
  state.status = status;
  state.result = result;
  state.endedAt = at;
  state.hold = null;
}

function signed(state: RunState, { body }: StoredEvent) {
  const { data } = body;
  const subject = (data.subject ?? {}) as Data;
  const kind = text(subject, "kind");
  const id = text(subject, "id");
  // The id names the run first: RUN/STEP, RUN/HASH.
  if (!id.startsWith(`${state.run}/`)) return;
  state.signatures.push({
    id: text(data, "signature"),
    seq: body.seq,
    kind,
    about: id.slice(state.run.length + 1),
    role: text(data, "role"),
    operator: text(data, "op_id"),
    name: text(data, "name"),
    meaning: text(data, "meaning"),
    at: body.ts_utc,
    reason: body.reason,
    isStale: false,
    staleBecause: "",
  });
}

function started(state: RunState, { body }: StoredEvent) {
  const { data } = body;
  state.startedSeq = body.seq;
  state.run = body.subject.run;
  state.log = body.log;
  state.launch = body.subject.launch;
  state.isChecks = text(data, "kind") === "checks";
  state.mode = body.subject.mode === "rehearsal" ? "rehearsal" : "live";
  state.rehearsal = rehearsalOf(data, state.mode);
  readRecovery(state, data);
  state.title = text(data, "title");
  state.path = text(data, "path");
  state.version = textOrNull(data, "version");
  state.reviewed = textOrNull(data, "reviewed");
  state.planSha256 = body.subject.plan_sha256;
  state.operator = body.actor.name;
  state.operatorId = body.actor.role === "unauthenticated" ? "" : body.actor.op_id;
  state.solo = data.solo === true;
  state.startedAt = body.ts_utc;
  state.plannedMs = numberOrNull(data, "planned_ms");
  state.namespace = textOrNull(data, "namespace");
  state.values = texts(data.params);
  state.placeholders = texts(data.placeholders);
  noteValues(state, body, "start", { ...state.placeholders, ...state.values });
  noteSecrets(state, body, "start");
  state.undoes = undoesOf(data);
  state.only = Array.isArray(data.only) ? data.only.filter((id) => typeof id === "string") : null;
  const { only } = state;
  const steps = stepsIn(data).filter((step) => only === null || only.includes(text(step, "id")));
  state.steps = steps.map(emptyStep);
  state.texts = textsOf(steps);
  state.positions = positionsOf(state.steps);
}

const stepsIn = (data: Data): Data[] => (Array.isArray(data.steps) ? (data.steps as Data[]) : []);
const textsOf = (steps: Data[]) => new Map(steps.map((step) => [text(step, "id"), text(step, "sha256")]));
const positionsOf = (steps: StepState[]) => new Map(steps.map((step, position) => [step.id as string, position]));

/** Another text is in force: what was done stays done, under its own text; what was not begun is as the new text has it. */
function amended(state: RunState, { body }: StoredEvent) {
  const { data } = body;
  const steps = stepsIn(data);
  const before = new Map(state.steps.map((step) => [step.id as string, step]));
  const now = steps.map((step) => {
    const fresh = emptyStep(step);
    const old = before.get(fresh.id);
    if (!old) return fresh;
    const { number, title, phase, lane, on, plannedMs, unsupported, wayBack } = fresh;
    const kept = { ...old, number, title, phase, lane, on, plannedMs, unsupported, wayBack };
    if (text(step, "sha256") === state.texts.get(fresh.id) && old.removed !== true) return kept;
    if (old.status !== "done") return { ...fresh, attempt: old.attempt };
    state.shapes.set(fresh.id, { blocks: fresh.blocks.length, checks: fresh.checks.length });
    return { ...kept, earlierText: true, removed: false };
  });
  const isIn = new Set(now.map((step) => step.id));
  let previous = -1;
  for (const old of state.steps) {
    const at = now.findIndex((step) => step.id === old.id);
    if (at !== -1) previous = at;
    // What was done stays on record beside its old neighbour.
    else if (!isIn.has(old.id) && old.status === "done") now.splice(++previous, 0, { ...old, removed: true });
  }
  state.steps = now;
  state.texts = textsOf(steps);
  state.positions = positionsOf(now);
  state.title = text(data, "title") || state.title;
  state.version = textOrNull(data, "version");
  state.reviewed = textOrNull(data, "reviewed");
  state.plannedMs = numberOrNull(data, "planned_ms");
  state.planSha256 = text(data, "to");
  readRecovery(state, data);
  Object.assign(state.values, texts(data.params));
  noteValues(state, body, "amended", texts(data.params));
  state.proposal = null;
}

function emptyStep(data: Data): StepState {
  return {
    id: text(data, "id") as StepId,
    number: text(data, "number"),
    title: text(data, "title"),
    phase: Array.isArray(data.phase) ? data.phase.filter((part) => typeof part === "string") : [],
    lane: text(data, "lane"),
    on: text(data, "on"),
    status: "todo",
    verdict: null,
    judgement: null,
    attempt: 0,
    startedAt: null,
    endedAt: null,
    durationMs: null,
    plannedMs: numberOrNull(data, "planned_ms"),
    reason: "",
    because: "",
    blocks: Array.from({ length: whole(data, "blocks") }, (_, index) => emptyBlock(index)),
    checks: Array.from({ length: whole(data, "checks") }, (_, index) => emptyCheck(index)),
    shell: null,
    terminal: null,
    recording: null,
    unsupported: Array.isArray(data.unsupported) ? data.unsupported.filter((key) => typeof key === "string") : [],
    passedOver: false,
    wayBack: data.way_back === true,
  };
}

const emptyBlock = (index: number, attempt = 0): BlockState => ({
  index,
  status: "todo",
  verdict: null,
  attempt,
  startedAt: null,
  durationMs: null,
  exitCode: null,
  pipeStatus: [],
  because: "",
  bytes: 0,
  redactions: 0,
  resolved: null,
  captured: null,
});
const emptyCheck = (index: number): StepState["checks"][number] => ({ index, confirmed: false, by: "", at: null, value: null });

function pinned(state: RunState, { body }: StoredEvent) {
  const { data } = body;
  const name = text(data, "name") as ClusterName;
  state.pins.set(name, {
    name,
    context: text(data, "context"),
    class: ClusterClass.safeParse(data.class).data ?? null,
    identity: ClusterIdentity.safeParse(data.identity).data ?? null,
    principal: Principal.safeParse(data.principal).data ?? null,
    provedAt: data.state === "unreachable" ? null : body.ts_utc,
    state: PinViewSchema.shape.state.safeParse(data.state).data ?? "proved",
    differs: [],
  });
}

function checked(state: RunState, { body }: StoredEvent) {
  const name = text(body.data, "name") as ClusterName;
  const pin = state.pins.get(name);
  if (!pin) return;
  const seen: PinView["state"] = PinViewSchema.shape.state.safeParse(body.data.state).data ?? "unproved";
  const differs = Array.isArray(body.data.differs) ? body.data.differs.filter((part) => typeof part === "string") : [];
  state.pins.set(name, { ...pin, state: seen, differs, provedAt: seen === "proved" ? body.ts_utc : pin.provedAt });
}

function stepStarted(state: RunState, { body }: StoredEvent) {
  forgetSoak(state, body.subject.step);
  forgetManual(state, body.subject.step);
  const only = numberOrNull(body.data, "only_block");
  const shape = state.shapes.get(body.subject.step);
  if (shape) {
    // Done under an earlier text, and begun again under the one in force: nothing of the old attempt is kept beside it.
    state.shapes.delete(body.subject.step);
    changeStep(state, body.subject.step, () => ({
      earlierText: false,
      blocks: Array.from({ length: shape.blocks }, (_, index) => emptyBlock(index)),
      checks: Array.from({ length: shape.checks }, (_, index) => emptyCheck(index)),
    }));
  }
  const back = state.undoneBy.at(-1);
  if (back?.status === "recovered") state.undoneBy = [...state.undoneBy.slice(0, -1), { ...back, isPast: true }];
  changeStep(state, body.subject.step, (step) => ({
    status: "open",
    verdict: null,
    judgement: null,
    attempt: body.subject.attempt,
    startedAt: body.ts_utc,
    endedAt: null,
    durationMs: null,
    reason: body.reason,
    because: "",
    passedOver: false,
    recording: null,
    undone: undefined,
    // A block run again alone leaves what its neighbours reached; a retry of the step asks for all of it again.
    blocks: step.blocks.map((block) => (only === null || block.index === only ? emptyBlock(block.index, block.attempt) : block)),
    checks: only === null ? step.checks.map((check) => emptyCheck(check.index)) : step.checks,
  }));
}

function blockStarted(state: RunState, { body }: StoredEvent) {
  const { data } = body;
  const index = whole(data, "block");
  const isBackground = data.background === true;
  state.running.push({ step: body.subject.step, block: index, isBackground, recording: text(data, "recording") });
  changeBlock(state, body.subject.step, index, (block) => ({
    ...emptyBlock(index, block.attempt + 1),
    status: "running",
    startedAt: body.ts_utc,
    resolved: text(data, "text"),
    ...playedOf(data),
  }));
  changeStep(state, body.subject.step, () => ({
    shell: ShellKind.safeParse(data.shell).data ?? null,
    terminal: TerminalId.safeParse(data.terminal).data ?? null,
    ...(isBackground ? {} : { status: "running" as const, recording: textOrNull(data, "recording") }),
  }));
}

/** How it is practised, of a block that is not run. */
function playedOf({ played }: Data): Pick<BlockState, "played"> {
  const how = playedIn(played);
  return how === undefined ? {} : { played: how };
}

function blockEnded(state: RunState, { body }: StoredEvent) {
  const { data } = body;
  const id = body.subject.step;
  const index = whole(data, "block");
  state.running = state.running.filter((entry) => !(entry.step === id && entry.block === index));
  const redactions = sum(data.redactions);
  state.redactions += redactions;
  state.recordedBytes += whole(data, "bytes");
  changeBlock(state, id, index, ({ gate }) => ({
    ...(gate === undefined ? {} : { gate: { ...gate, state: "done" as const, endsAt: null } }),
    status: "done",
    verdict: verdictOf(body.outcome),
    durationMs: numberOrNull(data, "duration_ms"),
    exitCode: numberOrNull(data, "exit_code"),
    pipeStatus: Array.isArray(data.pipe_status) ? data.pipe_status.filter((code) => Number.isInteger(code)) : [],
    because: text(data, "because"),
    bytes: whole(data, "bytes"),
    redactions,
  }));
  changeStep(state, id, (step) => (step.status === "running" && !isForeground(state, id) ? { status: "open" } : {}));
}

const isForeground = (state: RunState, id: string) => state.running.some((entry) => entry.step === id && !entry.isBackground);

function checkConfirmed(state: RunState, { body }: StoredEvent) {
  const index = whole(body.data, "check");
  const attachment = attachmentIn(body.seq, body.data);
  changeStep(state, body.subject.step, (step) => ({
    checks: step.checks.map((check) =>
      check.index === index
        ? {
            index,
            confirmed: body.outcome !== "failed",
            by: body.actor.name,
            at: body.ts_utc,
            value: textOrNull(body.data, "value"),
            ...(attachment === null ? {} : { attachment }),
          }
        : check,
    ),
  }));
}

function stepEnded(state: RunState, { body }: StoredEvent) {
  changeStep(state, body.subject.step, ({ soak }) => ({
    ...(soak === undefined ? {} : { soak: { ...soak, state: "done" as const, endsAt: null } }),
    status: "done",
    verdict: verdictOf(body.outcome),
    endedAt: body.ts_utc,
    durationMs: numberOrNull(body.data, "duration_ms"),
    because: text(body.data, "because"),
  }));
}

function stepSkipped(state: RunState, { body }: StoredEvent) {
  if (body.data.applies === false) state.notApplicable.add(body.subject.step);
  changeStep(state, body.subject.step, (step) => {
    // What failed or is unknown stays so: going past it is a decision beside the verdict, not a new verdict.
    if (step.status === "done" && step.verdict !== null) return { passedOver: true, reason: body.reason };
    return { status: "done", verdict: "skipped", endedAt: body.ts_utc, reason: body.reason, because: text(body.data, "because") };
  });
}
