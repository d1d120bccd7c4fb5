// What a report is drawn from: the log read once, with the launch's view beside it. Owns: ReportModel and how it is made.
// Nothing here reads a clock: the moment is the head's, so that the same log and head give the same pages.
import type { Debrief, EventFilter, LaunchView, LogId, RunbookDocument, StoredEvent } from "../../protocol/index.ts";
import { fingerprintOf, matchesFilter } from "../../record/index.ts";
import { debriefsIn } from "../../rehearsal/index.ts";
import type { ExportJob } from "../index.ts";
import { pagesOf } from "../json.ts";
import { type Deviation, deviationsOf, type Noticed, noticedOf } from "./deviations.ts";
import { changesOf } from "./objects.ts";
import { type RecoveryRow, recoveriesOf } from "./recoveries.ts";
import { type CommandRow, type RunRow, runsOf } from "./runs.ts";
import { type SignatureRow, signaturesOf } from "./signatures.ts";

/** What other rooms know and a report needs; handed in, since this room imports neither launches nor documents. */
export type ReportSource = {
  /** The launch that these events come to, seen at `at`; null for a log of a run. */
  launch(log: LogId, events: StoredEvent[], head: { at: number; fingerprint: string }): Promise<LaunchView | null>;
  /** A text of the record, parsed. */
  parse(bytes: Uint8Array, path: string): Promise<RunbookDocument>;
  /** When each step of a run was planned to be, by its text alone; milliseconds since the epoch. Empty where the text says no time. */
  planOf(document: RunbookDocument, run: RunRow, zone: string): ReadonlyMap<string, { start: number; end: number }>;
  /** What an event says in a few words. */
  wordsOf(event: StoredEvent): string;
};

export type ReportModel = {
  kind: "launch" | "run" | "install";
  log: LogId;
  number: number;
  title: string;
  installId: string;
  head: { seq: number; hash: string; at: string; fingerprint: string };
  exporter: { id: string; name: string; role: string };
  filter: EventFilter | null;
  /** Those that the filter means, and how many the log has. */
  events: StoredEvent[];
  total: number;
  solo: boolean;
  rehearsal: boolean;
  launch: { view: LaunchView } | null;
  signatures: SignatureRow[];
  runs: RunRow[];
  commands: CommandRow[];
  recoveries: RecoveryRow[];
  /** Of rehearsals with an instructor that have ended. */
  debriefs: Debrief[];
  /** What the steps changed on their clusters, as far as it was taken down. */
  objects: ReturnType<typeof changesOf>;
  deviations: Deviation[];
  noticed: Noticed[];
  recordings: number;
  payloads: number;
  /** What each of the events says in a few words, by its seq. */
  words: ReadonlyMap<number, string>;
};

/** The model can be sent to another thread; `all`: every event of the log up to the head. */
export async function readModel(job: ExportJob, source: ReportSource): Promise<{ model: ReportModel; all: StoredEvent[] }> {
  const { store, log, head, filter, actor } = job;
  const events: StoredEvent[] = [];
  for await (const page of pagesOf(job)) events.push(...page);
  const genesis = store.genesis(log);
  const fingerprint = fingerprintOf(head.hash);
  const view = await source.launch(log, events, { at: Date.parse(head.at), fingerprint });
  const launch = view === null ? null : { view };
  const { runs, commands } = runsOf(events);
  const number = Number(genesis["number"]);
  const kind = genesis["kind"] === "launch" ? "launch" : genesis["kind"] === "install" ? "install" : "run";
  const title =
    launch === null
      ? String(genesis["title"] ?? genesis["name"] ?? runs[0]?.title ?? (kind === "install" ? "Installation" : "Run"))
      : launchTitle(launch.view);
  const categories = new Map(launch?.view.categories.map((one) => [one.key, one.title]) ?? []);
  const matching = filter === null ? events : events.filter((event) => matchesFilter(filter, event));
  const isMeant = new Set(matching.map((event) => event.body.seq));
  const model: ReportModel = {
    kind,
    log,
    number,
    title,
    installId: store.installId,
    head: { ...head, fingerprint },
    exporter: { id: actor.op_id, name: actor.name, role: actor.role },
    filter,
    // Without their lines: bodies say the same, and half as much goes to the thread that sets the pages.
    events: matching.map(({ hash, body }) => ({ hash, body, line: "" })),
    total: events.length,
    solo: genesis["solo"] === true || launch?.view.header.solo === true || runs.some((run) => run.solo),
    rehearsal: runs.length > 0 && runs.every((run) => run.mode === "rehearsal"),
    launch,
    signatures: signaturesOf(events, { log, number, title, categories }),
    runs,
    commands: commands.filter((command) => isMeant.has(command.seq)),
    recoveries: recoveriesOf(events),
    debriefs: debriefsIn(events, number, (seq, name) => store.payload(log, seq, name)),
    objects: changesOf(matching),
    deviations: deviationsOf(matching, source.wordsOf),
    noticed: noticedOf(matching, source.wordsOf),
    recordings: new Set(events.map((event) => event.body.data["recording"]).filter((path) => typeof path === "string" && path !== "")).size,
    payloads: events.reduce((sum, event) => sum + event.body.payloads.length, 0),
    words: new Map(matching.map((event) => [event.body.seq, source.wordsOf(event)])),
  };
  return { model, all: events };
}

export const launchTitle = ({ header: { facts } }: LaunchView): string =>
  facts.version === "" || facts.name.includes(facts.version) ? facts.name : `${facts.name} ${facts.version}`;

/** "type step, outcome failed", or "none: the whole log". */
export function filterWords(filter: EventFilter | null): string {
  if (filter === null) return "none: the whole log";
  return Object.entries(filter)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => `${key} is “${String(value)}”`)
    .join(", ");
}
