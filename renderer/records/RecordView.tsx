// One log as its reader sees it: table of events, what is proved, one event whole, its recording, and handing it on.
// Owns: joining the slice to the leaves. Reading changes nothing.
import { FileOutput } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { LogId, LogSummary } from "../../engine/protocol/index.ts";
import {
  callOrNotify,
  FrameSituation,
  FrameWork,
  go,
  SituationCell,
  useApp,
  useFrameSubject,
  useKeys,
  useReadOnly,
  useSiteZone,
} from "../app/index.ts";
import {
  ActionBar,
  Button,
  EmptyState,
  formatBytes,
  formatClock,
  formatDate,
  formatSpent,
  Notice,
  PanelHead,
  PrimaryButton,
  plural,
  runStatus,
  StatusWord,
  Tabs,
  zoneWord,
} from "../design/index.ts";
import { useTheme } from "../settings/appearance.ts";
import { EventDetail } from "./EventDetail.tsx";
import { EventTable } from "./EventTable.tsx";
import { ExportDone, type Exported } from "./ExportDone.tsx";
import { FilterBar } from "./FilterBar.tsx";
import "./records.css";
import { useRecord } from "./slice.ts";
import { VerifyPanel } from "./VerifyPanel.tsx";

// xterm is a third of the window's script, and the library needs none of it.
const Player = lazy(async () => ({ default: (await import("./Player.tsx")).Player }));

export function RecordView({ log, seq }: { log: LogId; seq: number | null }) {
  const summary = useApp((state) => state.snapshot?.logs.find((one) => one.log === log));
  const open = useRecord((state) => state.open);
  const isOnline = useApp((state) => state.connection.state === "online");
  useEffect(() => {
    if (isOnline) open(log, seq);
  }, [open, log, seq, isOnline]);
  if (summary === undefined)
    return (
      <FrameWork label="Record">
        <div className="records-empty">
          <EmptyState title="No such record here" action={<a href="#/records">All records</a>}>
            The address names a log that this installation does not have.
          </EmptyState>
        </div>
      </FrameWork>
    );
  return <OpenRecord summary={summary} />;
}

function OpenRecord({ summary }: { summary: LogSummary }) {
  const record = useRecord();
  const zone = useSiteZone();
  const theme = useTheme();
  const snapshot = useApp((state) => state.snapshot);
  const [isBusy, setBusy] = useState(false);
  const [exported, setExported] = useState<Exported | null>(null);
  const [isRaw, setRaw] = useState(false);
  const [tab, setTab] = useState("events");
  const { log } = summary;
  const readOnly = useReadOnly();
  useFrameSubject(useMemo(() => ({ kind: "record" as const, log: summary }), [summary]));

  const isAuditor = snapshot?.session?.operator.roles.includes("auditor") === true;
  useEffect(() => {
    // A view by an auditor is itself an event (RECORDS.md).
    if (isAuditor && readOnly === null) void callOrNotify("record.auditorView", { log });
  }, [isAuditor, log, readOnly]);
  const { grown } = record;
  useEffect(() => {
    if (summary.events > 0) grown();
  }, [summary.events, grown]);

  const isFiltered = Object.keys(record.filter).length > 0;
  const handOn = async (format: "json" | "csv"): Promise<void> => {
    setBusy(true);
    const done = await callOrNotify("record.export", isFiltered ? { log, format, filter: record.filter } : { log, format });
    setBusy(false);
    if (done !== null) setExported({ ...done, format, isPartial: isFiltered });
  };
  useKeys([
    { combo: "Enter", scope: "free", run: () => readOnly === null && void handOn("json") },
    { combo: "V", scope: "free", run: () => readOnly === null && void record.runVerify() },
    { combo: "/", scope: "free", run: () => document.querySelector<HTMLInputElement>("#record-search")?.focus() },
  ]);
  const select = (seq: number): void => {
    record.select(seq);
    window.history.replaceState(null, "", `#/records/${log}/${seq}`);
    setTab("event");
  };

  const table = (
    <>
      <FilterBar
        filter={record.filter}
        kind={summary.kind}
        steps={record.steps}
        pages={record.pages}
        matching={record.matching}
        total={record.total}
        isLoading={record.isLoading}
        onChange={record.setFilter}
      />
      {record.error === null ? null : <Notice kind="fail">{record.error}</Notice>}
      <EventTable
        pages={record.pages}
        matching={record.matching}
        selected={record.selected}
        zone="UTC"
        onNeed={record.need}
        onSelect={select}
        isLoading={record.isLoading}
        isFiltered={isFiltered}
      />
    </>
  );
  const verify = (
    <VerifyPanel
      verify={record.verify}
      fingerprint={summary.fingerprint}
      of="Fingerprint of the head. Compare it with the one in the change ticket."
      idle="Verifying reads every event of the database, says what is proved and what is not, and stands on record itself."
      unavailable={readOnly}
      onVerify={() => void record.runVerify()}
      onOpenProblem={(other, seq) => (other === log ? select(seq) : go({ view: "record", log: other, seq }))}
    />
  );
  const detail =
    record.selected === null ? (
      <div className="side-body">
        <EmptyState title="No event chosen">Choose a row: its whole body, its hash and its recording are shown here.</EmptyState>
      </div>
    ) : (
      <>
        <EventDetail event={record.event} seq={record.selected} zone={zone} isRaw={isRaw} onRaw={setRaw} />
        {record.recording.state === "none" ? null : (
          <section className="recording" aria-label="Recording">
            <PanelHead
              title="Recording"
              sub={record.event === null ? "" : recordingWords(record.event.body.data)}
              end={
                record.recording.state === "ready" ? (
                  <StatusWord
                    state={record.recording.recording.hashMatches ? "passed" : "failed"}
                    size={14}
                    word={record.recording.recording.hashMatches ? "hash matches" : "hash differs"}
                  />
                ) : undefined
              }
            />
            {record.recording.state === "asking" ? <p className="player-note">Reading the recording…</p> : null}
            {record.recording.state === "failed" ? <Notice kind="warn">{record.recording.message}</Notice> : null}
            {record.recording.state === "ready" ? (
              <Suspense fallback={<p className="player-note">Reading the recording…</p>}>
                <Player
                  cast={record.recording.recording.cast}
                  truncated={record.recording.recording.truncated}
                  fontSize={snapshot?.settings.terminalFontSize ?? 13}
                  theme={theme}
                />
              </Suspense>
            ) : null}
          </section>
        )}
      </>
    );

  return (
    <>
      <RecordSituation summary={summary} />
      <FrameWork label={`Record of ${summary.title}`}>
        <div className="records record-columns">
          <section className="records-main" aria-label="Events">
            {table}
          </section>
          <aside className="records-side" aria-label="Proof and event">
            {verify}
            {detail}
          </aside>
        </div>
        <div className="record-tabs">
          <Tabs
            label="Parts of the record"
            value={tab}
            onChange={setTab}
            tabs={[
              { id: "events", label: "Events", content: table },
              { id: "event", label: record.selected === null ? "Event" : `Event ${record.selected}`, content: detail },
              { id: "proof", label: "Proof", content: verify },
            ]}
          />
        </div>
        {exported === null ? null : (
          <ExportDone exported={exported} canReveal={snapshot?.host.canRevealFile === true} onClose={() => setExported(null)} />
        )}
        <ActionBar
          icon={<FileOutput size={22} aria-hidden="true" />}
          say="Hand it on"
          detail={
            isFiltered
              ? "Only the events shown, and the export says so. Clear the filters for the whole log."
              : "Events, checkpoints, manifest and recordings in one folder, to be checked without Holdpoint."
          }
          after={{ label: "It says", value: "source, filter, counts, head" }}
        >
          <Button disabled={isBusy} unavailable={readOnly} onClick={() => void handOn("csv")}>
            Export table, CSV
          </Button>
          <PrimaryButton hotkey="Enter" disabled={isBusy} unavailable={readOnly} onClick={() => void handOn("json")}>
            {isBusy ? "Exporting…" : "Export record"}
          </PrimaryButton>
        </ActionBar>
      </FrameWork>
    </>
  );
}

function recordingWords(data: Record<string, unknown>): string {
  const name = typeof data["block"] === "string" ? data["block"] : typeof data["label"] === "string" ? data["label"] : "";
  const bytes = typeof data["bytes"] === "number" ? formatBytes(data["bytes"]) : "";
  return [name, bytes].filter((part) => part !== "").join(", ");
}

function RecordSituation({ summary }: { summary: LogSummary }) {
  const status = runStatus(summary.status);
  const took = summary.endedAt === null ? null : Date.parse(summary.endedAt) - Date.parse(summary.openedAt);
  return (
    <FrameSituation label="About this record">
      <SituationCell label="Record of">
        <div className="situation-value">
          {summary.title} <span className="small">{summary.kind === "install" ? "" : `run ${summary.number}`}</span>
        </div>
      </SituationCell>
      <SituationCell label={`${formatDate(summary.openedAt)}, UTC`}>
        <div className="situation-value">
          <span className="mono">
            {formatClock(summary.openedAt)}
            {summary.endedAt === null ? "" : ` to ${formatClock(summary.endedAt)}`}
          </span>
          <span className="small">{took === null ? zoneWord(summary.openedAt) : formatSpent(took)}</span>
        </div>
      </SituationCell>
      {summary.kind === "install" ? null : (
        <SituationCell label="Status">
          <div className="situation-value">
            <StatusWord state={status.state} word={status.word} />
            {summary.mode === "rehearsal" ? <span className="small">rehearsal</span> : null}
          </div>
        </SituationCell>
      )}
      <SituationCell label={summary.kind === "install" ? "Holds" : "Run by"}>
        <div className="situation-value">
          {summary.kind === "install" ? "people, settings, heads of all logs" : summary.operator}
          <span className="small">
            {plural(summary.events, "event")}
            {summary.solo ? ", SOLO" : ""}
          </span>
        </div>
      </SituationCell>
    </FrameSituation>
  );
}
