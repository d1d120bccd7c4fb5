// What reports need of the other rooms: the launch as its log has it at a head, texts parsed, events in words.
// Owns: seeing a launch as of then. Nothing of today enters: the same log and head give the same report.
import type { ReportSource } from "../export/index.ts";
import { foldLaunch, viewOf } from "../launch/index.ts";
import { ClusterClass, type RunbookDocument, type StoredEvent } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import { createSchedule } from "../schedule/index.ts";
import { whatHappened } from "./rows.ts";

export type ReportDeps = {
  store: RecordStore;
  people: { isSolo(): boolean };
  documents: { parse(source: Uint8Array, path: string): Promise<RunbookDocument> };
};

export function createReportSource({ store, people, documents }: ReportDeps): ReportSource {
  return {
    async launch(log, events, head) {
      const entry = store.logs().find((one) => one.log === log);
      if (entry?.kind !== "launch") return null;
      const adopted = events.findLast((event) => event.body.type === "checklist.adopted");
      const bytes = adopted === undefined ? null : store.payload(log, adopted.body.seq, "checklist");
      const document = bytes === null ? null : await documents.parse(bytes, String(adopted?.body.data["path"] ?? ""));
      const state = foldLaunch(events);
      const outside = {
        clusterClass: classOf(store, events, state.facts.context, head.at),
        isAlone: state.solo && people.isSolo(),
        number: entry.number,
        fingerprint: head.fingerprint,
      };
      return viewOf(state, document, outside, head.at);
    },
    parse: documents.parse,
    planOf,
    wordsOf: whatHappened,
  };
}

/** As the log pinned it; before any pin, as the installation had classified that context by then. */
function classOf(store: RecordStore, events: readonly StoredEvent[], context: string | null, at: number): ClusterClass | null {
  if (context === null) return null;
  const said = (event: StoredEvent | undefined): ClusterClass | null => ClusterClass.safeParse(event?.body.data["class"]).data ?? null;
  const pinned = said(events.findLast(({ body }) => body.type === "cluster.pinned" && body.data["context"] === context));
  if (pinned !== null) return pinned;
  return said(
    store
      .events(store.install)
      .findLast(({ body }) => body.type === "cluster.classified" && body.data["context"] === context && Date.parse(body.ts_utc) <= at),
  );
}

/** By the text alone: what was learnt from other logs would make the same log give another report. */
const planOf: ReportSource["planOf"] = (document, run, zone) => {
  const startMs = Date.parse(run.startedAt);
  const rows = new Map(run.steps.map((step) => [step.id, step]));
  const isOffPlan = (id: string): boolean => {
    const row = rows.get(id);
    return row === undefined || row.isWayBack;
  };
  const schedule = createSchedule({ document, isWayBack: ({ id }) => isOffPlan(id), learntOf: () => null });
  const standing = {
    startMs,
    nowMs: startMs,
    endedMs: null,
    actuals: document.steps.map(({ id }) => {
      const row = rows.get(id);
      const isOff = row?.skipped?.applies === false && row.attempts.length === 0;
      return { status: "todo" as const, start: null, end: null, isOff };
    }),
    zone,
    windowStart: null,
    windowEnd: null,
  };
  const view = schedule.view(NO_HEAD, standing, () => ({ status: "todo", verdict: null, actualMs: null }));
  if (view.steps.every(({ source }) => source === "none")) return new Map();
  return new Map(
    view.steps.flatMap(({ id, plannedStart, plannedEnd, isOff }) =>
      plannedStart === null || plannedEnd === null || isOff
        ? []
        : [[id as string, { start: Date.parse(plannedStart), end: Date.parse(plannedEnd) }] as const],
    ),
  );
};

const NO_HEAD = {
  run: null,
  number: null,
  log: null,
  fingerprint: null,
  launch: null,
  mode: null,
  path: "",
  title: "",
  version: null,
  sha256: "0".repeat(64),
  isStarted: false,
};
