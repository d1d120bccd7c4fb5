// Puts the report together from a log: runs that count, phases, features, figures of the summary. Owns: that computation and its methods in words.
// Pure over what it is handed: same log, head and exporter give the same report.
import { type LaunchView, type RunbookDocument, RunNote, type StoredEvent } from "../../protocol/index.ts";
import type { ReportModel } from "../report/model.ts";
import { type Data, dataOf, textOf } from "../report/read.ts";
import type { RunRow } from "../report/runs.ts";
import { contradictionsOf, type Said } from "./claims.ts";
import { DOWNTIME_METHOD, downtimeOf } from "./downtime.ts";
import { type Facts, factsOf, keyOf, type Texts } from "./facts.ts";
import { isBaselineName, kpisOf } from "./kpis.ts";
import { featuresOf, phasesOf, type StepPlan } from "./phases.ts";
import { summaryOf, wayBackRows } from "./summary.ts";
import type { GateRow, Migration, NightReport, RunFigures, Subject, Trouble, Typed, Validation } from "./types.ts";

export type NightInput = {
  model: ReportModel;
  events: readonly StoredEvent[];
  texts: Texts;
  /** Planned times of a run's steps by its text; empty where it says nothing. */
  planOf(document: RunbookDocument, run: RunRow, zone: string): ReadonlyMap<string, StepPlan>;
};

export function buildNight({ model, events, texts, planOf }: NightInput): NightReport {
  const view = model.launch?.view ?? null;
  const runs = countedRuns(model);
  const facts = factsOf(events, new Set(runs.map((one) => one.run)), texts);
  const zone = view?.header.facts.zone ?? "";
  const plans = new Map(
    runs.map((run) => {
      const document = texts.last(run.run);
      return [run.run, document === null ? new Map<string, StepPlan>() : planOf(document, run, zone)];
    }),
  );
  const steps = new Map(runs.flatMap((run) => run.steps.map((step) => [keyOf(run.run, step.id), step] as const)));
  const nameOf = (run: string, id: string) => {
    const step = steps.get(keyOf(run, id));
    const phase = step?.phase ?? "";
    const title = step === undefined ? id : `${step.number} ${step.title}${facts.back.has(run) ? ", way back" : ""}`.trim();
    return { title, phase, isBaseline: isBaselineName(id, step?.title ?? "", phase) };
  };
  const kpis = kpisOf(facts, nameOf, events, view);
  const downtime = downtimeOf(facts);
  const validation = validationOf(facts, nameOf, view);
  const wayBack = wayBackRows(facts, runs, texts);
  const migrations = migrationsOf(facts, wayBack);
  const notes = view?.notes ?? runNotes(events);
  const incidents = notes.filter(({ kind }) => kind === "incident").map(trouble);
  const nearMisses = notes.filter(({ kind }) => kind === "near-miss").map(trouble);
  const phases = runs.flatMap((run) => phasesOf(run, plans.get(run.run)!, facts.back.has(run.run)));
  const figures = runs.map((run) => figuresOf(run, facts, plans.get(run.run)!));
  const deviations = model.deviations.map(({ seq, at, kind, what, by, reason }) => ({ seq, at, kind, what, by, reason }));
  const signoffs = model.signatures.map(({ seq, at, name, role, meaning, subject, state, why }) => ({
    seq,
    at,
    name,
    role,
    meaning,
    subject,
    state,
    why,
  }));
  const report: Omit<NightReport, "contradictions"> = {
    v: 1,
    kind: "holdpoint.deployment-report",
    source: {
      log: model.log,
      number: model.number,
      of: view === null ? "run" : "launch",
      seq: model.head.seq,
      head: model.head.hash,
      fingerprint: model.head.fingerprint,
      at: model.head.at,
      installId: model.installId,
    },
    exporter: model.exporter,
    subject: subjectOf(model, view, runs),
    summary: summaryOf({ facts, runs, figures, kpis, validation, wayBack, incidents, nearMisses, migrations, deviations, signoffs, view }),
    phases,
    runs: figures,
    features: featuresOf(view?.header.facts.tickets ?? [], runs, facts, wayBack, texts),
    validation,
    kpis,
    downtime,
    migrations,
    wayBack,
    incidents,
    nearMisses,
    deviations,
    signoffs,
    decisions: decisionsOf(view),
    lessons: typed(notes, "lesson"),
    nextSteps: typed(notes, "next-step"),
    review: reviewOf(view, facts),
    methods: METHODS,
  };
  return { ...report, contradictions: contradictionsOf(saidIn(view, notes, events), report) };
}

/** Live runs of runbooks; rehearsals only where there is nothing else. Checks of a checklist are no part of the night. */
function countedRuns({ runs }: ReportModel): RunRow[] {
  const books = runs.filter(({ purpose }) => purpose !== "checks");
  const live = books.filter(({ mode }) => mode !== "rehearsal");
  return live.length > 0 ? live : books;
}

function subjectOf(model: ReportModel, view: LaunchView | null, runs: readonly RunRow[]): Subject {
  const facts = view?.header.facts;
  return {
    title: model.title,
    change: facts?.change ?? "",
    approval: facts?.approval ?? "",
    riskClass: facts?.riskClass ?? "",
    summary: facts?.summary ?? "",
    cluster: facts?.context ?? runs.find(({ cluster }) => cluster !== "")?.cluster ?? "",
    clusterClass: view?.header.clusterClass ?? runs.find(({ clusterClass }) => clusterClass !== "")?.clusterClass ?? "",
    windowStart: facts?.windowStart ?? null,
    windowEnd: facts?.windowEnd ?? null,
    zone: facts?.zone ?? "",
    solo: model.solo,
    rehearsal: runs.length > 0 && runs.every(({ mode }) => mode === "rehearsal"),
    people: (view?.people ?? []).map(({ role, name }) => `${role}: ${name}`),
  };
}

function figuresOf(run: RunRow, { back }: Facts, plan: ReadonlyMap<string, StepPlan>): RunFigures {
  const ends = [...plan.values()].map(({ end }) => end);
  const end = run.endedAt === "" ? null : Date.parse(run.endedAt);
  return {
    run: run.run,
    title: run.title,
    path: run.path,
    version: run.version,
    planSha256: run.planSha256,
    result: run.status,
    by: run.by,
    startedAt: run.startedAt,
    endedAt: run.endedAt || null,
    elapsedMs: end === null ? null : end - Date.parse(run.startedAt),
    plannedMs: ends.length === 0 ? run.plannedMs : Math.max(...ends) - Date.parse(run.startedAt),
    driftMs: end === null || ends.length === 0 ? null : end - Math.max(...ends),
    isWayBack: back.has(run.run),
    seq: run.seq,
  };
}

type NameOf = (run: string, step: string) => { title: string };
function validationOf({ gates, checks }: Facts, nameOf: NameOf, view: LaunchView | null): Validation {
  const of = (gate: Facts["gates"][number], verdict: string) => gate.probes.filter((one) => one.verdict === verdict).length;
  const rows = gates.map(
    (gate): GateRow => ({
      run: gate.run,
      step: gate.step,
      title: nameOf(gate.run, gate.step).title,
      name: gate.name,
      kind: gate.kind,
      attempt: gate.attempt,
      limit: gate.limit,
      spanMs: gate.spanMs,
      everyMs: gate.everyMs,
      probes: {
        total: gate.probes.length,
        passed: of(gate, "passed"),
        failed: of(gate, "failed"),
        unknown: of(gate, "unknown"),
        warned: gate.warned,
      },
      durationMs: gate.durationMs,
      verdict: gate.verdict,
      judged: gate.judged,
      because: gate.because,
      gapMs: gate.gapMs,
      seq: gate.seq,
      endSeq: gate.endSeq,
    }),
  );
  const tests = (view?.items ?? []).flatMap((item) =>
    item.evidences.flatMap(({ tests: counted, removed, title, seq }) =>
      counted === null || removed ? [] : [{ item: item.id, title, ...counted, seq }],
    ),
  );
  return { gates: rows, checks, tests };
}

function migrationsOf({ captured }: Facts, wayBack: NightReport["wayBack"]): Migration[] {
  return captured
    .filter(({ name }) => /^migrations?(_|$)/i.test(name))
    .map(({ name, value, step, run, by, at, seq }) => {
      const isUndone = wayBack.some(
        (one) => one.of === run && one.outcome === "passed" && one.steps.includes(step) && (one.endSeq ?? 0) > seq,
      );
      return { name, value, step, run, by, at, seq, isUndone };
    });
}

type Note = LaunchView["notes"][number];
function trouble({ seq, title, text, severity, by, at, acknowledgedAt, closedAt }: Note): Trouble {
  const since = (end: string | null): number | null => (end === null ? null : Date.parse(end) - Date.parse(at));
  const times = { acknowledgedAt, toAcknowledgeMs: since(acknowledgedAt), closedAt, durationMs: since(closedAt) };
  return { seq, title, text, severity, by, at, ...times };
}
/** A run outside any launch has a timeline of its own; nothing on it is closed. */
const runNotes = (events: readonly StoredEvent[]): Note[] =>
  events
    .filter(({ body }) => body.type === "note.added")
    .map(({ body: { seq, ts_utc, actor, data } }) => ({
      seq,
      kind: RunNote.shape.kind.safeParse(data["kind"]).data ?? "note",
      title: textOf(data as Data, "title"),
      text: textOf(data as Data, "text"),
      at: ts_utc,
      by: actor.name,
      severity: "",
      closedAt: null,
      acknowledgedAt: null,
      acknowledgedBy: "",
    }));
const typed = (notes: readonly Note[], wanted: Note["kind"]): Typed[] =>
  notes.filter(({ kind }) => kind === wanted).map(({ seq, title, text, by, at }) => ({ seq, title, text, by, at }));

const decisionsOf = (view: LaunchView | null): NightReport["decisions"] =>
  (view?.decisions ?? []).map(({ seq, outcome, state, proposedAt, takenAt, signed, overtaken, conditions }) => ({
    seq,
    outcome,
    state,
    proposedAt,
    takenAt,
    signed,
    overtaken,
    conditions: conditions.map(({ text, due, closedAt }) => ({ text, due, closedAt })),
  }));

/** What the close would still refuse, and how far the launch has come. */
function reviewOf(view: LaunchView | null, { loops }: Facts): NightReport["review"] {
  if (view === null)
    return { state: "", open: loops.filter((one) => one.closedAt === null).map(({ name }) => `“${name}” is still open`), closedAt: null };
  const open = [
    ...view.runs
      .filter(({ status }) => status === "active" || status === "held")
      .map((one) => `the run of “${one.title}” is ${one.status}`),
    ...view.notes.filter((one) => one.kind === "incident" && one.closedAt === null).map((one) => `the incident “${one.title}” is open`),
    ...view.breakGlass
      .filter((one) => !one.isOpen && one.reviewedAt === null)
      .map((one) => `the broken glass of event ${one.seq} has not been reviewed (due ${one.reviewDue.slice(0, 10)})`),
    ...view.duty.loops.filter((one) => one.closedAt === null).map((one) => `“${one.name}” is still open`),
    ...view.decisions
      .filter((one) => one.state === "taken")
      .flatMap((one) => one.conditions.filter((part) => part.closedAt === null).map((part) => `the condition “${part.text}” is open`)),
    ...view.board.waivers.filter((one) => one.isExpired).map((one) => `the waiver of ${one.item} has run out`),
    ...(view.watch.counts.missed > 0 ? [`${view.watch.counts.missed} looks of the watch were missed`] : []),
  ];
  return { state: view.header.state, open, closedAt: view.states.find((one) => one.state === "closed")?.at ?? null };
}

/** Everything that a person typed as free words, and that could hold a figure. */
function saidIn(view: LaunchView | null, notes: readonly Note[], events: readonly StoredEvent[]): Said[] {
  const words = notes.map(({ seq, kind, title, text }) => ({
    seq,
    where: `${kind.replace("-", " ")} “${title}”`,
    text: `${title}.\n${text}`,
  }));
  if (view === null) return words;
  const summary = events.findLast(({ body }) => {
    const data = body.data as Data;
    return textOf(dataOf(data, "facts"), "summary") !== "" || "summary" in dataOf(data, "changes");
  });
  return [
    ...(view.header.facts.summary === ""
      ? []
      : [{ seq: summary?.body.seq ?? 1, where: "the summary of the launch", text: view.header.facts.summary }]),
    ...words,
    ...[...view.watch.slots.flatMap(({ entry }) => (entry === null ? [] : [entry])), ...view.watch.extra].map(({ seq, note }) => ({
      seq,
      where: "a look of the watch",
      text: note,
    })),
  ];
}

const METHODS: NightReport["methods"] = [
  {
    of: "What counts",
    how: "Live runs of runbooks in this log. Checks of the checklist and rehearsals are left out of phases, steps and gates. Steps that exist to undo others count in the way back alone.",
  },
  {
    of: "Phases",
    how: "A phase is a first-level heading of a run's text. Planned times follow the text in force, from the run's start, in the order that its needs and lanes give; durations learnt from earlier runs are not used, and a step whose text says less than its own gates and soak take is counted with those. Actual: first start to last end of its steps. Drift: actual end minus planned end.",
  },
  {
    of: "Values",
    how: "Of a gate: every probe on record that measured a number, also those before it was started again. Worst: the largest where the target is an upper limit, the smallest where it is a lower one. Median of an even number: the mean of the two in the middle. Verdict: that of the gate, command, check or look, as it ended; a person’s judgement stands beside it and changes nothing.",
  },
  {
    of: "Baseline",
    how: "The last value of the same name measured earlier in a step, phase or under a name that says “baseline”. Change: median minus baseline, in percent of the baseline.",
  },
  { of: "Downtime", how: DOWNTIME_METHOD },
  {
    of: "Migrations",
    how: "Values captured from commands under a name that begins with MIGRATION. A list is counted by its entries, a single whole number is the count.",
  },
  {
    of: "Way back",
    how: "From the decision on record to the end of its verification; a way back within the same run from its step’s start to its end.",
  },
  {
    of: "Features",
    how: "A ticket is linked to the steps whose title, id, phase, text or sent commands name its id. Its result is the worst of theirs, “rolled back” where one of them was undone.",
  },
  {
    of: "Contradictions",
    how: "Figures in the summary, in notes and in looks of the watch, held against the computed ones, rounded as they were written. A sentence that is not understood is not flagged: no flag is no proof.",
  },
];
