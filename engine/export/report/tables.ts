// The report as tables, for spreadsheets and programs. Owns: which tables there are, their columns and the kind of each.
// A cell is text, a number or a moment (ISO 8601 UTC); how it is written is xlsx.ts and csv.ts.
import type { LaunchView } from "../../protocol/index.ts";
import { debriefTable } from "./debriefs.ts";
import type { ReportModel } from "./model.ts";
import { filterWords } from "./model.ts";
import { againstTarget, lossWords, paceOf, type RecoveryRow } from "./recoveries.ts";
import { stepState } from "./runs.ts";
import type { SignatureRow } from "./signatures.ts";
import { ageWords, OUTCOMES, wordOf } from "./words.ts";

export type Kind = "text" | "number" | "moment" | "long";
export type Cell = string | number | boolean | null;
export type Table = { name: string; columns: { title: string; kind: Kind }[]; rows: Cell[][] };

const KINDS: Record<string, Kind> = { "#": "number", "@": "moment", "~": "long" };
/** `#seq` is a number, `@at_utc` a moment, `~text` long text, all else text. */
export function table<T>(name: string, of: readonly T[], columns: Record<string, (row: T) => Cell>): Table {
  const entries = Object.entries(columns);
  return {
    name,
    columns: entries.map(([key]) => ({ title: key.replace(/^[#@~]/, ""), kind: KINDS[key[0]!] ?? "text" })),
    rows: of.map((row) => entries.map(([, cell]) => cell(row))),
  };
}

export function itemsTable({ launch }: ReportModel): Table {
  const titles = new Map(launch?.view.categories.map((one) => [one.key, one.title]));
  return table("Items", launch?.view.items ?? [], {
    item: (one) => one.id,
    category: (one) => titles.get(one.category) ?? one.category,
    state: (one) => wordOf(one.state),
    "~text": (one) => one.text,
    "#value": (one) => one.answer?.value ?? null,
    unit: (one) => one.unit,
    answered_by: (one) => (one.derived === null ? (one.answer?.name ?? "") : "Holdpoint"),
    answered_by_id: (one) => one.answer?.by ?? "",
    "@answered_at_utc": (one) => one.answer?.at ?? null,
    "#answer_event": (one) => one.answer?.seq ?? null,
    "~note": (one) => one.answer?.note ?? "",
    "~reason": (one) => one.answer?.reason ?? "",
    waived_by: (one) => one.answer?.approverName ?? "",
    "@waived_until_utc": (one) => one.answer?.expires ?? null,
    evidence_wanted: (one) => one.evidence,
    "#evidence": (one) => one.evidences.filter((evidence) => !evidence.removed).length,
    "~evidence_titles": (one) => one.evidences.map((evidence) => `${evidence.title}${evidence.removed ? " (struck out)" : ""}`).join("; "),
    "~evidence_runs": (one) =>
      one.evidences
        .filter((evidence) => evidence.ofRun != null && !evidence.removed)
        .map(({ ofRun, title }) =>
          ofRun == null
            ? ""
            : `${title}: ${ofRun.mode === "rehearsal" ? `REHEARSAL (${ofRun.way})` : "live"} ${ofRun.result}, ended ${ofRun.endedAt}, ${ageWords(ofRun.ageMs)} old when taken`,
        )
        .join("; "),
    "~evidence_sha256": (one) => one.evidences.map((evidence) => evidence.sha256).join(" "),
    check: (one) => one.check?.verdict ?? "",
    check_judgement: (one) => one.check?.judgement ?? "",
    "#measured": (one) => one.check?.measured ?? null,
    limit: (one) => (one.expect === null ? "" : `${one.expect.operator} ${one.expect.value}`),
    "~check_because": (one) => one.check?.because ?? "",
    "@checked_at_utc": (one) => one.check?.at ?? null,
    "#check_event": (one) => one.check?.seq ?? null,
    check_context: (one) => one.check?.context ?? "",
    check_cluster_class: (one) => one.check?.clusterClass ?? "",
    "~flags": (one) => one.flags.join("; "),
    assigned_to: (one) => one.assigneeName,
    "@due_utc": (one) => one.due,
    text_sha256: (one) => one.sha256,
  });
}

export const signoffsTable = (signatures: readonly SignatureRow[]): Table =>
  table("Sign-offs", signatures, {
    "#log_number": (one) => one.number,
    of: (one) => one.title,
    launch: (one) => one.launch,
    run: (one) => one.run,
    log: (one) => one.log,
    "#event": (one) => one.seq,
    signature: (one) => one.id,
    subject_kind: (one) => one.kind,
    subject: (one) => one.subject,
    name: (one) => one.name,
    title: (one) => one.position,
    id: (one) => one.opId,
    role: (one) => one.role,
    on_behalf_of: (one) => one.onBehalfOf,
    meaning: (one) => one.meaning,
    "~statement": (one) => one.statement,
    "~reason": (one) => one.reason,
    "@signed_at_utc": (one) => one.at,
    zone: (one) => one.zone,
    "#zone_offset_min": (one) => one.offset,
    "#n": (one) => one.n,
    "#of_m": (one) => one.m,
    state: (one) => (one.state === "rejected" ? "rejection" : wordOf(one.state)),
    "~state_because": (one) => one.why,
    "@state_since_utc": (one) => one.changedAt || null,
    covers_sha256: (one) => one.digest,
    key_id: (one) => one.keyId,
  });

/** Every sheet of the workbook, the cover first. */
export function tablesOf(model: ReportModel): Table[] {
  const view = model.launch?.view;
  const steps = model.runs.flatMap((run) => run.steps.map((step) => ({ run, step })));
  const common = [
    table("Runs", model.runs, {
      run: (one) => one.run,
      title: (one) => one.title,
      mode: (one) => one.mode,
      status: (one) => one.status,
      cluster: (one) => one.cluster,
      class: (one) => one.clusterClass,
      principal: (one) => one.principal,
      started_by: (one) => one.by,
      "@started_utc": (one) => one.startedAt,
      "@ended_utc": (one) => one.endedAt || null,
      "#planned_ms": (one) => one.plannedMs,
      "#took_ms": (one) => (one.endedAt === "" ? null : Date.parse(one.endedAt) - Date.parse(one.startedAt)),
      path: (one) => one.path,
      version: (one) => one.version,
    }),
    table("Steps", steps, {
      run: ({ run }) => run.run,
      mode: ({ run }) => run.mode,
      number: ({ step }) => step.number,
      step: ({ step }) => step.id,
      "~title": ({ step }) => step.title,
      phase: ({ step }) => step.phase,
      state: ({ step }) => stepState(step),
      judgement: ({ step }) => step.judgements.at(-1)?.outcome ?? "",
      judged_by: ({ step }) => step.judgements.at(-1)?.by ?? "",
      "~reason": ({ step }) => step.judgements.at(-1)?.reason ?? step.skipped?.reason ?? "",
      "#attempts": ({ step }) => step.attempts.length,
      "#planned_ms": ({ step }) => step.plannedMs,
      "#actual_ms": ({ step }) => (step.attempts.length === 0 ? null : step.attempts.reduce((sum, one) => sum + (one.durationMs ?? 0), 0)),
      "@started_utc": ({ step }) => step.attempts[0]?.startedAt || null,
      "@ended_utc": ({ step }) => step.attempts.at(-1)?.endedAt || null,
      "~because": ({ step }) => step.attempts.at(-1)?.because ?? "",
    }),
    ...(model.recoveries.length === 0 ? [] : [recoveryTable(model.recoveries)]),
    ...(model.debriefs.length === 0 ? [] : [debriefTable(model.debriefs)]),
    table("Commands", model.commands, {
      "#event": (one) => one.seq,
      run: (one) => one.run,
      step: (one) => one.step,
      "#attempt": (one) => one.attempt,
      "~text": (one) => one.text,
      verdict: (one) => one.verdict,
      "~because": (one) => one.because,
      "#exit_code": (one) => one.exitCode,
      signal: (one) => one.signal,
      pipe_status: (one) => one.pipeStatus,
      "@started_utc": (one) => one.startedAt,
      "@ended_utc": (one) => one.endedAt || null,
      "#duration_ms": (one) => one.durationMs,
      "#planned_ms": (one) => one.plannedMs,
      by: (one) => one.by,
      shell: (one) => one.shell,
      cwd: (one) => one.cwd,
      cluster: (one) => one.cluster,
      principal: (one) => one.principal,
      "#output_bytes": (one) => one.bytes,
      output_sha256: (one) => one.outputSha256,
      recording: (one) => one.recording,
    }),
    ...(model.objects.comparisons.length === 0
      ? []
      : [
          table("Cluster changes", model.objects.changes, {
            run: (one) => one.run,
            step: (one) => one.step,
            "#attempt": (one) => one.attempt,
            cluster: (one) => one.cluster,
            object: (one) => one.object,
            what: (one) => one.field,
            "~before": (one) => one.before,
            "~after": (one) => one.after,
            "#event_before": (one) => one.from,
            "#event_after": (one) => one.to,
          }),
        ]),
    table("Deviations", model.deviations, {
      "#event": (one) => one.seq,
      "@at_utc": (one) => one.at,
      kind: (one) => one.kind,
      "~what": (one) => one.what,
      "~reason": (one) => one.reason,
      by: (one) => one.by,
      role: (one) => one.role,
    }),
    timelineTable(model),
  ];
  if (view === undefined) return [coverTable(model), ...(model.signatures.length > 0 ? [signoffsTable(model.signatures)] : []), ...common];
  const conditions = view.decisions.flatMap((decision) => [
    { decision, condition: null },
    ...decision.conditions.map((condition) => ({ decision, condition })),
  ]);
  return [
    coverTable(model),
    itemsTable(model),
    signoffsTable(model.signatures),
    table("Decisions", conditions, {
      decision: ({ decision }) => decision.id,
      outcome: ({ decision }) => OUTCOMES[decision.outcome] ?? decision.outcome,
      state: ({ decision }) => decision.state,
      proposed_by: ({ decision }) => decision.proposedBy,
      "@proposed_utc": ({ decision }) => decision.proposedAt,
      "@taken_utc": ({ decision }) => decision.takenAt,
      "~overtaken": ({ decision }) => decision.overtaken,
      signed_by: ({ decision }) => decision.signed.join(", "),
      "#signatures_needed": ({ decision }) => decision.needed,
      "~reason": ({ decision }) => decision.reason,
      "~condition": ({ condition }) => condition?.text ?? "",
      condition_owner: ({ condition }) => condition?.owner ?? "",
      "@condition_due_utc": ({ condition }) => condition?.due ?? null,
      "@condition_closed_utc": ({ condition }) => condition?.closedAt ?? null,
    }),
    table("Risks", view.risks, {
      risk: (one) => one.id,
      "~what": (one) => one.risk,
      likelihood: (one) => one.likelihood,
      impact: (one) => one.impact,
      "~controls": (one) => one.controls,
      owner: (one) => one.owner,
      status: (one) => one.status,
    }),
    table("Incidents and notes", view.notes, {
      "#event": (one) => one.seq,
      "@at_utc": (one) => one.at,
      kind: (one) => one.kind,
      severity: (one) => one.severity,
      "~title": (one) => one.title,
      "~text": (one) => one.text,
      by: (one) => one.by,
      "@closed_utc": (one) => one.closedAt,
      "@acknowledged_utc": (one) => one.acknowledgedAt,
      acknowledged_by: (one) => one.acknowledgedBy,
    }),
    ...nightTables(view),
    ...common,
  ];
}

function nightTables({ plan, watch, duty }: LaunchView): Table[] {
  const looks = [
    ...watch.slots
      .filter((one) => one.state !== "upcoming")
      .map(({ due, state, entry, onShift }) => ({ due, state: state as string, entry, onShift })),
    ...watch.extra.map((entry) => ({ due: null, state: "beside", entry, onShift: [] as string[] })),
  ];
  return [
    table("Plan", plan.entries, {
      entry: (one) => one.id,
      "~title": (one) => one.title,
      path: (one) => one.path,
      role: (one) => one.role,
      owner: (one) => one.ownerName,
      state: (one) => one.state,
      "~because": (one) => one.because,
      "#planned_ms": (one) => one.plannedMs,
      "@planned_start_utc": (one) => one.plannedStart,
      "@planned_end_utc": (one) => one.plannedEnd,
      "@actual_start_utc": (one) => one.actualStart,
      "@actual_end_utc": (one) => one.actualEnd,
      "#drift_ms": (one) => one.driftMs,
      run: (one) => one.run,
    }),
    table("Watch", looks, {
      "@due_utc": (one) => one.due,
      state: (one) => one.state,
      outcome: (one) => one.entry?.outcome ?? "",
      "~seen": (one) => (one.entry?.values ?? []).map((each) => `${each.title}: ${each.value} ${each.unit}`.trim()).join("; "),
      "~outside": (one) =>
        (one.entry?.values ?? [])
          .filter((each) => each.verdict === "not met")
          .map((each) => `${each.title} ${each.limit}`)
          .join("; "),
      "~note": (one) => one.entry?.note ?? "",
      by: (one) => one.entry?.by ?? "",
      "@claimed_utc": (one) => one.entry?.claimedAt ?? null,
      "@entered_utc": (one) => one.entry?.enteredAt ?? null,
      on_shift: (one) => one.onShift.join(", "),
      "#event": (one) => one.entry?.seq ?? null,
    }),
    table("Open loops", duty.loops, {
      "~what": (one) => one.name,
      "@opened_utc": (one) => one.openedAt,
      opened_by: (one) => one.openedBy,
      "@by_utc": (one) => one.dueAt,
      "@closed_utc": (one) => one.closedAt,
      closed_by: (one) => one.closedBy,
      run: (one) => one.run,
      step: (one) => one.step,
    }),
  ];
}

export const recoveryTable = (recoveries: readonly RecoveryRow[]): Table =>
  table("Recovery", recoveries, {
    run: (one) => one.run,
    "~title": (one) => one.title,
    mode: (one) => one.mode,
    "~pace": (one) => paceOf(one),
    "@declared_utc": (one) => one.declaredAt || null,
    declared_by: (one) => one.declaredBy,
    "#declared_event": (one) => one.declaredSeq,
    "~declared_because": (one) => one.reason,
    "@verified_utc": (one) => one.verifiedAt || null,
    "#verified_event": (one) => one.verifiedSeq,
    "#rto_ms": (one) => one.rtoMs,
    "#rto_as_written_ms": (one) => one.rtoTextMs,
    "#rto_target_ms": (one) => one.rtoTargetMs,
    rto: (one) => againstTarget(one.rtoMs, one.rtoTargetMs, one.declaredAt === "" ? "not declared" : "not verified"),
    "#rpo_ms": (one) => one.rpoMs,
    "#rpo_target_ms": (one) => one.rpoTargetMs,
    rpo: (one) => againstTarget(one.rpoMs, one.rpoTargetMs, "not measured"),
    "~last_writes": (one) => lossWords(one).join("; "),
    "#clocks_parted_ms": (one) => one.clocksPartedMs,
  });

export const timelineTable = (model: ReportModel): Table =>
  table("Timeline", model.events, {
    "#event": ({ body }) => body.seq,
    "@at_utc": ({ body }) => body.ts_utc,
    type: ({ body }) => body.type,
    "~what": ({ body }) => model.words.get(body.seq) ?? body.type,
    who: ({ body }) => body.actor.name,
    who_id: ({ body }) => body.actor.op_id,
    role: ({ body }) => body.actor.role,
    run: ({ body }) => body.subject.run,
    mode: ({ body }) => body.subject.mode,
    step: ({ body }) => body.subject.step,
    outcome: ({ body }) => body.outcome,
    "~reason": ({ body }) => body.reason,
    hash: ({ hash }) => hash,
  });

function coverTable(model: ReportModel): Table {
  const { head, exporter } = model;
  const rows: [string, Cell][] = [
    ["Title", model.title],
    ["Kind", model.kind],
    ["Number in the installation", model.number],
    ["Installation", model.installId],
    ["Log", model.log],
    ["Filter", filterWords(model.filter)],
    ["Events in the log", model.total],
    ["Events by the filter", model.events.length],
    ["Signatures", model.signatures.length],
    ["Signatures valid", model.signatures.filter((one) => one.state === "valid").length],
    ["Items", model.launch?.view.items.length ?? 0],
    ["Runs", model.runs.length],
    ["Commands", model.commands.length],
    ["Head, event", head.seq],
    ["Head, hash", head.hash],
    ["Head, time (UTC)", head.at],
    ["Fingerprint", head.fingerprint],
    ["Exported by", `${exporter.name} (${exporter.id}, ${exporter.role})`],
    ["SOLO", model.solo ? "yes: one person, nobody else existed to check" : "no"],
    ["Rehearsal", model.rehearsal ? "yes" : "no"],
    ["Times", "UTC throughout"],
    ["What it proves", "nothing by itself: the bundle is what is verified, against the fingerprint"],
  ];
  return {
    name: "Cover",
    columns: [
      { title: "what", kind: "text" },
      { title: "value", kind: "long" },
    ],
    rows,
  };
}
