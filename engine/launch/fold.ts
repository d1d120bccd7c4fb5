// The state of a launch as a fold over its events: the same events give the same state, on any machine, at any time.
// Owns: what each event changes. Event data is read as untrusted: a missing or wrong key gives the neutral value, never an exception.
import { noFacts, readDecimal } from "../checklist/index.ts";
import {
  type EventBody,
  Evidence,
  ItemState,
  LaunchFacts,
  type LaunchView,
  Note,
  Risk,
  SignMeaning,
  type StoredEvent,
  Verdict,
} from "../protocol/index.ts";
import { answerWords, type Change, checkWords, textChanges } from "./changes.ts";
import { NIGHT_HANDLERS, runEnded, runStarted } from "./night-fold.ts";
import { readOutputData } from "./output-source.ts";
import { type Data, list, number, record, text, textOrNull, texts, truth } from "./read-data.ts";
import { readRunData } from "./run-evidence.ts";
import { emptyLaunch, type LaunchFold, NO_FACTS } from "./state.ts";

export function foldLaunch(events: Iterable<StoredEvent>): LaunchFold {
  const state = emptyLaunch();
  for (const event of events) applyEvent(state, event);
  return state;
}

/** Brings `state` forward by one event, in place. */
export function applyEvent(state: LaunchFold, event: StoredEvent): void {
  const { body } = event;
  state.events = body.seq;
  state.head = event.hash;
  if (addsToClose(body)) state.substance = body.seq;
  HANDLERS[body.type]?.(state, body);
}

/** Whether a signature of the close does not cover this event any more when it comes after it. */
export function addsToClose({ type, data = {} }: { type: string; data?: Data }): boolean {
  if (type === "clock.step" || type.startsWith("record.")) return false;
  return !(type.startsWith("signoff.") && text(record(data, "subject"), "kind") === "close");
}

type Handler = (state: LaunchFold, body: EventBody) => void;
const HANDLERS: Record<string, Handler> = {
  "launch.created": created,
  "launch.changed": (state, { seq, data, ts_utc }) => {
    const changes = record(data, "changes");
    const merged = Object.fromEntries(Object.entries(changes).map(([key, change]) => [key, (change as Data | null)?.["to"]]));
    const parsed = LaunchFacts.safeParse({ ...state.facts, ...merged });
    if (parsed.success) state.facts = parsed.data;
    const words = (value: unknown): string =>
      typeof value === "string" ? value : value == null ? "" : JSON.stringify(value).slice(0, 300);
    for (const [field, change] of Object.entries(changes)) {
      const [from, to] = [words((change as Data | null)?.["from"]), words((change as Data | null)?.["to"])];
      state.changes.push({ seq, at: ts_utc, item: field, what: "launch", from, to, category: "" });
    }
  },
  "launch.state": (state, { seq, data, ts_utc, actor, reason }) => {
    if (text(data, "to") === "cut-over") state.cutOver ||= seq;
    moveTo(state, text(data, "to"), ts_utc, actor.name, reason);
  },
  "launch.closed": (state, { ts_utc, actor, reason }) => moveTo(state, "closed", ts_utc, actor.name, reason),
  "checklist.adopted": adopted,
  "people.assigned": (state, { data, ts_utc }) => {
    unassign(state, data);
    state.people.push({
      role: text(data, "role"),
      operator: text(data, "op_id") as LaunchView["people"][number]["operator"],
      name: text(data, "name"),
      title: text(data, "title"),
      since: ts_utc,
    });
  },
  "people.unassigned": (state, { data }) => unassign(state, data),
  "risk.set": (state, { data }) => {
    const risk = Risk.safeParse(data);
    if (risk.success) state.risks.set(risk.data.id, risk.data);
  },
  "artefact.set": (state, { data }) => {
    const id = text(data, "id");
    const expected = text(data, "expected");
    state.artefacts.set(id, {
      id,
      path: text(data, "path"),
      purpose: text(data, "purpose"),
      expected: expected === "" ? null : expected,
      present: null,
      sha256: null,
      bytes: null,
      checkedAt: null,
    });
  },
  "artefact.removed": (state, { data }) => void state.artefacts.delete(text(data, "id")),
  "artefact.checked": (state, { data, ts_utc }) => {
    const known = state.artefacts.get(text(data, "id"));
    if (!known) return;
    const present = truth(data, "present");
    const sha256 = text(data, "sha256");
    state.artefacts.set(known.id, {
      ...known,
      present,
      sha256: sha256 === "" ? null : sha256,
      bytes: present ? number(data, "bytes") : null,
      checkedAt: ts_utc,
    });
  },
  "briefing.held": (state, { seq, data, ts_utc, actor }) =>
    void state.briefings.push({ seq, text: text(data, "text"), at: ts_utc, by: actor.name, byId: actor.op_id }),
  "item.answered": answered,
  "item.assigned": (state, { data }) => {
    const item = itemOf(state, text(data, "item"));
    const id = text(data, "op_id");
    item.assignee = id === "" ? null : id;
    item.assigneeName = text(data, "name");
    item.due = textOrNull(data, "due");
  },
  "item.noted": (state, { seq, data, ts_utc, actor }) =>
    void itemOf(state, text(data, "item")).notes.push({ seq, by: actor.name, at: ts_utc, text: text(data, "note") }),
  "evidence.added": evidenceAdded,
  "evidence.removed": (state, { seq: at, data, ts_utc }) => {
    const seq = number(data, "seq");
    for (const [id, item] of state.items) {
      const struck = item.evidences.find((one) => one.seq === seq);
      if (struck === undefined) continue;
      item.evidences = item.evidences.map((one) => (one === struck ? { ...one, removed: true } : one));
      changed(state, { seq: at, at: ts_utc, item: id, what: "evidence", from: struck.title, to: "" });
    }
  },
  "item.checked": checked,
  "signoff.added": signed,
  "signoff.invalidated": (state, { seq, data, reason, ts_utc }) =>
    changeSignature(state, text(data, "signature"), {
      state: "stale",
      staleBecause: text(data, "why") || reason,
      staleAt: ts_utc,
      staleSeq: seq,
    }),
  "signoff.withdrawn": (state, { seq, data, reason, ts_utc }) =>
    changeSignature(state, text(data, "signature"), {
      state: "stale",
      isWithdrawn: true,
      staleBecause: `taken back: ${reason}`,
      staleAt: ts_utc,
      staleSeq: seq,
    }),
  "decision.proposed": proposed,
  "decision.taken": (state, { data, ts_utc }) => {
    const id = text(data, "id");
    state.decisions = state.decisions.map((one) =>
      one.id === id ? { ...one, status: "taken", takenAt: ts_utc } : one.status === "taken" ? { ...one, status: "replaced" } : one,
    );
  },
  "decision.withdrawn": (state, { data }) => {
    const id = text(data, "id");
    state.decisions = state.decisions.map((one) => (one.id === id ? { ...one, status: "withdrawn" } : one));
  },
  "condition.closed": (state, { data, ts_utc, actor }) => {
    const id = text(data, "decision");
    const index = number(data, "index");
    state.decisions = state.decisions.map((one) =>
      one.id === id
        ? {
            ...one,
            conditions: one.conditions.map((part, at) => (at === index ? { ...part, closedAt: ts_utc, closedBy: actor.name } : part)),
          }
        : one,
    );
  },
  "note.added": (state, { seq, data, ts_utc, actor }) => {
    const kind = text(data, "kind");
    state.notes.push({
      seq,
      kind: Note.shape.kind.safeParse(kind).data ?? "note",
      title: text(data, "title"),
      text: text(data, "text"),
      at: ts_utc,
      by: actor.name,
      severity: text(data, "severity"),
      closedAt: null,
      acknowledgedAt: null,
      acknowledgedBy: "",
    });
  },
  "note.closed": (state, { data, ts_utc }) => {
    state.notes = state.notes.map((one) => (one.seq === number(data, "seq") ? { ...one, closedAt: ts_utc } : one));
  },
  "attachment.added": (state, { seq, data, ts_utc, actor }) =>
    void state.attachments.push({
      seq,
      title: text(data, "title"),
      payload: "attachment",
      mediaType: text(data, "media_type"),
      bytes: number(data, "bytes"),
      sha256: text(data, "sha256"),
      by: actor.name,
      at: ts_utc,
    }),
  "break_glass.opened": (state, { seq, data, ts_utc, actor, reason }) => {
    const kind = text(data, "kind");
    state.breakGlass.push({
      seq,
      kind: kind === "approver-absent" || kind === "no-go-override" ? kind : "outside-window",
      reason,
      by: actor.name,
      byId: actor.op_id,
      second: "",
      secondId: "",
      at: ts_utc,
      reviewDue: text(data, "review_due"),
      reviewedAt: null,
      isConfirmed: false,
    });
  },
  "break_glass.confirmed": (state, { data, actor }) =>
    changeGlass(state, number(data, "seq"), { isConfirmed: true, second: actor.name, secondId: actor.op_id }),
  "break_glass.reviewed": (state, { data, ts_utc }) => changeGlass(state, number(data, "seq"), { reviewedAt: ts_utc }),
  "run.started": runStarted,
  "cluster.pinned": (state, { data, subject }) =>
    void state.runs.get(subject.run)?.pins.set(text(data, "name"), { context: text(data, "context"), clusterClass: text(data, "class") }),
  "run.held": (state, { subject }) => runIs(state, subject.run, "held"),
  "run.resumed": (state, { subject }) => runIs(state, subject.run, "active"),
  "run.aborted": (state, body) => runEnded(state, body, "aborted"),
  "run.finished": (state, body) => runEnded(state, body, "finished"),
  "step.started": (state, { actor, subject }) => {
    execute(state, actor.op_id);
    const run = state.runs.get(subject.run);
    if (run) run.current = run.steps.get(subject.step) ?? subject.step;
  },
  "block.ended": (state, { data, subject }) => {
    if (state.runs.get(subject.run)?.kind === "checks") state.measured.set(`${subject.run}/${subject.step}`, text(data, "last_number"));
  },
  "step.ended": stepEnded,
  "step.judged": (state, { subject, outcome, data }) => {
    const item = state.items.get(subject.step);
    if (item?.check?.run !== subject.run || state.runs.get(subject.run)?.kind !== "checks") return;
    item.check = { ...item.check, judgement: outcome || text(data, "outcome") };
  },
  ...NIGHT_HANDLERS,
};

function created(state: LaunchFold, { log, data, subject, ts_utc, actor }: EventBody): void {
  state.launch = text(data, "launch") || subject.launch;
  state.log = log;
  state.facts = LaunchFacts.safeParse({ ...NO_FACTS, ...record(data, "facts") }).data ?? NO_FACTS;
  state.solo = truth(data, "solo");
  state.createdAt = ts_utc;
  state.createdBy = actor.name;
  moveTo(state, "preparing", ts_utc, actor.name, "");
}

function moveTo(state: LaunchFold, to: string, at: string, by: string, reason: string): void {
  const known = ["preparing", "ready", "go", "cut-over", "watch", "retrospective", "closed"] as const;
  const next = known.find((one) => one === to);
  if (!next) return;
  state.state = next;
  state.states.push({ state: next, at, by, reason });
}

function adopted(state: LaunchFold, { seq, data, ts_utc }: EventBody): void {
  const items = new Map<string, { category: string; sha256: string }>();
  for (const one of list(data, "items") as Data[])
    items.set(text(one, "id"), { category: text(one, "category"), sha256: text(one, "sha256") });
  const version = text(data, "version");
  const before = state.checklist;
  state.checklist = {
    seq,
    path: text(data, "path"),
    title: text(data, "title"),
    version: version === "" ? null : version,
    sha256: text(data, "sha256"),
    items,
  };
  state.changes.push(...textChanges(before, state.checklist, seq, ts_utc));
}

/** Remembered where it is of an item of the list in force: nothing else is ever signed. */
function changed(state: LaunchFold, change: Omit<Change, "category">): void {
  const category = state.checklist?.items.get(change.item)?.category;
  if (category !== undefined) state.changes.push({ ...change, category });
}

function unassign(state: LaunchFold, data: Data): void {
  const role = text(data, "role");
  const id = text(data, "op_id");
  state.people = state.people.filter((one) => one.role !== role || one.operator !== id);
}

function itemOf(state: LaunchFold, id: string) {
  const known = state.items.get(id);
  if (known) return known;
  const made = noFacts();
  state.items.set(id, made);
  return made;
}

const isPerson = (op: string): boolean => op !== "" && op !== "engine";
function execute(state: LaunchFold, op: string): void {
  if (isPerson(op)) state.executors.add(op);
}

function answered(state: LaunchFold, { seq, data, outcome, reason, actor, ts_utc }: EventBody): void {
  const item = itemOf(state, text(data, "item"));
  const answer = ItemState.safeParse(outcome || text(data, "state")).data ?? "open";
  const isEngine = !isPerson(actor.op_id);
  const before = answerWords(item.answer);
  item.reopened = answer === "open" && isEngine ? reason : "";
  item.answer = {
    seq,
    sha256: text(data, "item_sha256"),
    state: answer,
    by: actor.op_id,
    name: actor.name,
    at: ts_utc,
    note: text(data, "note"),
    reason,
    value: readDecimal(data["value"]),
    approver: text(data, "approver"),
    approverName: text(data, "approver_name"),
    expires: textOrNull(data, "expires"),
  };
  changed(state, { seq, at: ts_utc, item: text(data, "item"), what: "answer", from: before, to: answerWords(item.answer) });
  if (isEngine) return;
  item.executors.set(actor.op_id, "answered");
  execute(state, actor.op_id);
}

function evidenceAdded(state: LaunchFold, { seq, data, actor, ts_utc, payloads }: EventBody): void {
  const item = itemOf(state, text(data, "item"));
  const output = readOutputData(data);
  const ofRun = readRunData(data);
  const evidence = Evidence.safeParse({
    seq,
    kind: data["kind"],
    title: text(data, "title"),
    payload: payloads[0]?.name ?? null,
    url: textOrNull(data, "url"),
    mediaType: text(data, "media_type"),
    bytes: number(data, "bytes"),
    sha256: text(data, "sha256"),
    run: output?.run ?? ofRun?.run ?? null,
    step: output?.step ?? null,
    by: actor.name,
    at: ts_utc,
    findings: texts(data, "findings"),
    tests: data["tests"] ?? null,
    ...(output === null ? {} : { output }),
    ...(ofRun === null ? {} : { ofRun }),
    removed: false,
  });
  if (!evidence.success) return;
  item.evidences = [...item.evidences, evidence.data];
  changed(state, { seq, at: ts_utc, item: text(data, "item"), what: "evidence", from: "", to: evidence.data.title });
  // Whoever ran the command did what the item asks for, whoever pinned it here.
  for (const { id } of output?.ranBy ?? ofRun?.ranBy ?? []) if (isPerson(id)) item.executors.set(id, "ran a command that is evidence for");
  if (!isPerson(actor.op_id)) return;
  item.executors.set(actor.op_id, "supplied evidence for");
  execute(state, actor.op_id);
}

function checked(state: LaunchFold, { seq, data, outcome, actor, ts_utc }: EventBody): void {
  const id = text(data, "item");
  const step = number(data, "step_seq");
  state.pending = state.pending.filter((one) => one.seq !== step);
  const item = itemOf(state, id);
  const before = checkWords(item.check);
  const pin = state.runs.get(text(data, "run"))?.pins.get(text(data, "cluster"));
  item.check = {
    seq,
    sha256: text(data, "item_sha256"),
    verdict: Verdict.safeParse(outcome || text(data, "verdict")).data ?? "unknown",
    judgement: null,
    because: text(data, "because"),
    measured: readDecimal(data["measured"]),
    at: ts_utc,
    run: text(data, "run"),
    cluster: text(data, "cluster"),
    context: pin?.context ?? "",
    clusterClass: pin?.clusterClass ?? "",
    by: actor.op_id,
  };
  changed(state, { seq, at: ts_utc, item: id, what: "check", from: before, to: checkWords(item.check) });
  if (!isPerson(actor.op_id)) return;
  item.executors.set(actor.op_id, "ran the check of");
  execute(state, actor.op_id);
}

function stepEnded(state: LaunchFold, { seq, data, subject, outcome, actor }: EventBody): void {
  const run = state.runs.get(subject.run);
  if (run?.kind !== "checks") return;
  const known = state.pending.findIndex((one) => one.run === subject.run && one.item === subject.step);
  if (known !== -1) state.pending.splice(known, 1);
  state.pending.push({
    item: subject.step,
    run: subject.run,
    seq,
    verdict: outcome,
    because: text(data, "because"),
    measured: state.measured.get(`${subject.run}/${subject.step}`) ?? "",
    cluster: subject.cluster,
    attempt: subject.attempt,
    // An end that nobody saw is recorded by the engine; whoever started the checks executed them all the same.
    actor: isPerson(actor.op_id) ? { op_id: actor.op_id, name: actor.name } : run.startedBy,
  });
}

function signed(state: LaunchFold, body: EventBody): void {
  state.signatures.push(readSignature(body));
}

/** A `signoff.added` event as a signature, valid until something overtakes it. */
export function readSignature({ seq, data, reason, subject, ts_utc }: EventBody): LaunchFold["signatures"][number] {
  const envelope = record(data, "envelope");
  const payload = record(envelope, "payload");
  const about = record(data, "subject");
  const signatures = list(envelope, "signatures") as Data[];
  return {
    id: text(data, "signature"),
    seq,
    subject: { kind: text(about, "kind"), id: text(about, "id") } as LaunchView["signatures"][number]["subject"],
    run: (subject.run === "" ? null : subject.run) as LaunchView["signatures"][number]["run"],
    signer: text(data, "op_id") as LaunchView["signatures"][number]["signer"],
    name: text(data, "name"),
    title: text(data, "title"),
    role: text(data, "role"),
    onBehalfOf: text(data, "on_behalf_of"),
    meaning: SignMeaning.safeParse(data["meaning"]).data ?? "rejected",
    statement: text(data, "statement"),
    reason,
    at: text(payload, "at") || ts_utc,
    tz: text(payload, "tz"),
    n: number(data, "n"),
    m: number(data, "m"),
    state: "valid",
    staleBecause: "",
    staleAt: null,
    digest: text(data, "digest"),
    keyId: signatures[0] ? text(signatures[0], "keyid") : "",
    isWithdrawn: false,
    staleSeq: 0,
  };
}

function changeSignature(state: LaunchFold, id: string, change: Partial<LaunchFold["signatures"][number]>): void {
  state.signatures = state.signatures.map((one) => (one.id === id ? { ...one, ...change } : one));
}
function changeGlass(state: LaunchFold, seq: number, change: Partial<LaunchFold["breakGlass"][number]>): void {
  state.breakGlass = state.breakGlass.map((one) => (one.seq === seq ? { ...one, ...change } : one));
}
function runIs(state: LaunchFold, id: string, status: string): void {
  const run = state.runs.get(id);
  if (run) run.status = status;
}

function proposed(state: LaunchFold, { seq, data, outcome, reason, actor, ts_utc }: EventBody): void {
  const conditions = (list(data, "conditions") as Data[]).map((one) => ({
    text: text(one, "text"),
    owner: text(one, "owner") as LaunchView["decisions"][number]["conditions"][number]["owner"],
    due: text(one, "due"),
    closedAt: null,
    closedBy: "",
  }));
  const replaces = text(data, "replaces");
  state.decisions = state.decisions.map((one) => (one.status === "open" ? { ...one, status: "replaced" } : one));
  const said = outcome || text(data, "outcome");
  state.decisions.push({
    id: text(data, "id"),
    seq,
    outcome: said === "go" || said === "conditional-go" ? said : "no-go",
    conditions,
    reason,
    proposedBy: actor.name,
    proposedAt: ts_utc,
    takenAt: null,
    replaces: replaces === "" ? null : replaces,
    digest: text(data, "digest"),
    roles: texts(data, "roles"),
    needed: number(data, "needed"),
    status: "open",
  });
}
