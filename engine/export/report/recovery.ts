// Recovery measurements as tables and as Markdown. Owns: columns and words. A rehearsal says so in each of its lines.
import { plain } from "../night/markdown.ts";
import type { RecoveryModel } from "../recovery.ts";
import { type Table, table } from "./tables.ts";
import { duration, plural, utc } from "./words.ts";

type Row = RecoveryModel["rows"][number];
const WAYS: Record<string, string> = { walk: "walked through", replay: "replayed", sandbox: "in a sandbox" };

/** What a figure is worth beside its target. */
const AGAINST: Record<string, string> = {
  met: "met",
  missed: "missed",
  measured: "measured, no target",
  open: "not measured",
  waiting: "not declared yet",
  running: "under way",
};
const against = (state: string): string => AGAINST[state] ?? state;
/** What was walked, played faster or had its waits compressed is held against a target that is meant for the real thing: it says so. */
const rtoWords = ({ rto, rtoMs, pace }: Row): string =>
  rtoMs === null || pace === "real" ? against(rto) : `${against(rto)}, not in real time`;
const modeOf = ({ mode }: Row): string => (mode === "rehearsal" ? "REHEARSAL" : "LIVE");

export const recoveryTable = (model: RecoveryModel): Table =>
  table("Recovery measurements", model.rows, {
    "#run_number": (one) => one.number,
    mode: modeOf,
    way: (one) => one.way,
    times: (one) => one.pace,
    "#speed": (one) => one.speed,
    "#compressed_by": (one) => one.compress,
    "~runbook": (one) => one.title,
    version: (one) => one.version,
    cluster: (one) => one.cluster,
    cluster_class: (one) => one.clusterClass,
    "@declared_at_utc": (one) => one.declaredAt,
    declared_by: (one) => one.declaredBy,
    declared_later: (one) => (one.isClaimed ? "yes" : ""),
    "~reason": (one) => one.reason,
    "@last_write_utc": (one) => one.stores[0]?.lastWrite ?? null,
    "@verified_at_utc": (one) => one.verifiedAt,
    verified_by: (one) => one.verifiedBy,
    "#rto_ms": (one) => one.rtoMs,
    "#rto_target_ms": (one) => one.rtoTargetMs,
    rto: (one) => rtoWords(one),
    "#rto_uncompressed_ms": (one) => one.rtoTextMs,
    "#rpo_ms": (one) => one.rpoMs,
    "#rpo_target_ms": (one) => one.rpoTargetMs,
    rpo: (one) => against(one.rpo),
    "~stores": (one) =>
      one.stores
        .map(
          (store) =>
            `${store.block}: ${store.lastWrite}${store.lostMs === null ? "" : `, ${store.lostMs} ms lost`}${store.isPlayed ? ", played" : ""}`,
        )
        .join("; "),
    "~not_measured": (one) => one.notMeasured.join("; "),
    "#clocks_parted_ms": (one) => one.clocksPartedMs,
    status: (one) => one.status,
    result: (one) => one.result,
    "#faults": (one) => one.faults?.length ?? null,
    "~faults_found": (one) =>
      one.faults === null
        ? "not told before the debrief"
        : one.faults.map(({ title, foundMs }) => `${title}: ${foundMs === null ? "not noticed" : `after ${foundMs} ms`}`).join("; "),
    operator: (one) => one.operator,
    "~people": (one) => one.people.join("; "),
    solo: (one) => (one.solo ? "SOLO" : ""),
    "@started_at_utc": (one) => one.startedAt,
    "@ended_at_utc": (one) => one.endedAt,
    "~path": (one) => one.path,
    plan_sha256: (one) => one.planSha256,
    launch: (one) => one.launch,
    run: (one) => one.run,
    log: (one) => one.log,
    "#declared_event": (one) => one.declaredSeq || null,
    "#verified_event": (one) => one.verifiedSeq || null,
    "#head_event": (one) => one.head.seq,
    fingerprint: (one) => one.head.fingerprint,
  });

export function recoveryTables(model: RecoveryModel): Table[] {
  return [
    {
      name: "Cover",
      columns: [
        { title: "what", kind: "text" },
        { title: "value", kind: "long" },
      ],
      rows: coverOf(model),
    },
    recoveryTable(model),
  ];
}

function coverOf(model: RecoveryModel): [string, string | number][] {
  const of = (mode: Row["mode"]): number => model.rows.filter((one) => one.mode === mode).length;
  return [
    ["Title", "Recovery measurements"],
    ["Installation", model.installId],
    ["Filter", filterText(model)],
    ["Runs by the filter", model.rows.length],
    ["Runs with recovery in all", model.total],
    ["Live", of("live")],
    ["Rehearsal", of("rehearsal")],
    ["Up to (UTC)", model.at],
    ["Exported by", `${model.exporter.name} (${model.exporter.id}, ${model.exporter.role})`],
    ["RTO", "recovery time: from the declared moment of the disaster to the verified end"],
    ["RPO", "recovery point: from the last write that could be recovered to the declared moment, the worst of the stores measured"],
    ["Proof", "this table proves nothing by itself: each line names its log, events and head; export that log as a bundle and verify it"],
  ];
}

const filterText = ({ filter: { from, to } }: RecoveryModel): string =>
  from === undefined && to === undefined
    ? "none: every run on record"
    : `${[from === undefined ? "" : `from ${from}`, to === undefined ? "" : `to ${to}`].filter(Boolean).join(" ")} (UTC, days inclusive)`;

export function recoveryMarkdown(model: RecoveryModel): string {
  const rehearsals = model.rows.filter(({ mode }) => mode === "rehearsal").length;
  const out = [
    "# Recovery measurements",
    "",
    `Computed by Holdpoint from ${plural(model.rows.length, "run")} (${rehearsals === 1 ? "1 rehearsal" : `${rehearsals} rehearsals`}, ${model.rows.length - rehearsals} live) of ${model.total} on record, up to ${utc(model.at)} UTC. Filter: ${plain(filterText(model))}. Installation \`${model.installId}\`. Exported by ${plain(model.exporter.name)}. No figure was typed.`,
    "",
    "| No. | Mode | Runbook | Declared (UTC) | Last write (UTC) | Verified (UTC) | RTO | Target | | RPO | Target | | Who | Head |",
    "| ---: | --- | --- | --- | --- | --- | ---: | ---: | --- | ---: | ---: | --- | --- | --- |",
    ...model.rows.map(line),
    "",
    "RTO: from the declared moment of the disaster to the verified end. RPO: from the last write that could be recovered to the declared moment, the worst of the stores measured. Each line stands in the log that its head belongs to; that log, exported as a bundle, proves it.",
  ];
  return `${out.join("\n")}\n`;
}

function line(one: Row): string {
  const how = [
    WAYS[one.way] ?? "",
    one.compress > 1 ? `waits compressed by ${one.compress}` : "",
    one.way === "replay" && one.speed !== 1 ? `played at ${one.speed} times the speed` : "",
  ].filter(Boolean);
  const rto =
    duration(one.rtoMs) + (one.rtoTextMs === null || one.rtoTextMs === one.rtoMs ? "" : `<br>${duration(one.rtoTextMs)} uncompressed`);
  const cells = [
    String(one.number),
    `**${modeOf(one)}**${how.length === 0 ? "" : `<br>${how.join(", ")}`}`,
    `${plain(one.title)}${one.version === "" ? "" : ` ${plain(one.version)}`}`,
    utc(one.declaredAt),
    one.stores.map((store) => `${utc(store.lastWrite)} ${plain(store.block)}`).join("<br>"),
    utc(one.verifiedAt),
    rto,
    duration(one.rtoTargetMs),
    rtoWords(one),
    duration(one.rpoMs),
    duration(one.rpoTargetMs),
    against(one.rpo),
    one.people.map(plain).join(", "),
    `\`${one.head.fingerprint}\``,
  ];
  return `| ${cells.join(" | ")} |`;
}
