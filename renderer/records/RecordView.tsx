// One log as its reader sees it: table of events, what is proved, one event whole, its recording, and handing it on.
// Owns: joining the slice to the leaves. Reading changes nothing.
import { FileOutput } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { LogId, LogSummary } from "../../engine/protocol/index.ts";
import { callOrNotify, FrameWork, go, useApp, useFrameSubject, useKeys, useReadOnly } from "../app/index.ts";
import { ActionBar, EmptyState, MenuButton, PrimaryButton } from "../design/index.ts";
import { ExportDone, type Exported } from "./ExportDone.tsx";
import { type ExportFormat, formatsFor, PRIMARY_FORMAT } from "./formats.ts";
import { RecordColumns } from "./RecordColumns.tsx";
import { RecordSituation } from "./RecordSituation.tsx";
import "./records.css";
import { useRecord } from "./slice.ts";
import { logSource } from "./source.ts";
import { VerifyPanel } from "./VerifyPanel.tsx";

export function RecordView({ log, seq }: { log: LogId; seq: number | null }) {
  const summary = useApp((state) => state.snapshot?.logs.find((one) => one.log === log));
  const open = useRecord((state) => state.open);
  const isOnline = useApp((state) => state.connection.state === "online");
  useEffect(() => {
    if (isOnline) open(logSource(log), seq);
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
  const snapshot = useApp((state) => state.snapshot);
  const [isBusy, setBusy] = useState(false);
  const [exported, setExported] = useState<Exported | null>(null);
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
  const formats = formatsFor(summary.kind, isFiltered);
  const primary = formats.find((one) => one.id === PRIMARY_FORMAT) ?? formats[0]!;
  const handOn = async (format: ExportFormat): Promise<void> => {
    setBusy(true);
    const done = await callOrNotify("record.export", isFiltered ? { log, format, filter: record.filter } : { log, format });
    setBusy(false);
    if (done !== null) setExported({ ...done, format, isPartial: isFiltered });
  };
  useKeys([
    { combo: "Enter", scope: "free", run: () => readOnly === null && !isBusy && void handOn(primary.id) },
    { combo: "V", scope: "free", run: () => readOnly === null && void record.runVerify() },
    { combo: "/", scope: "free", run: () => document.querySelector<HTMLInputElement>("#record-search")?.focus() },
  ]);
  const select = (seq: number): void => {
    record.select(seq);
    window.history.replaceState(null, "", `#/records/${log}/${seq}`);
    setTab("event");
  };
  return (
    <>
      <RecordSituation summary={summary} />
      <FrameWork label={`Record of ${summary.title}`}>
        <RecordColumns
          kind={summary.kind}
          tab={tab}
          onTab={setTab}
          onSelect={select}
          proof={
            <VerifyPanel
              verify={record.verify}
              fingerprint={summary.fingerprint}
              of="Fingerprint of the head. Compare it with the one in the change ticket."
              idle="Verifying reads every event of the database, says what is proved and what is not, and stands on record itself."
              unavailable={readOnly}
              onVerify={() => void record.runVerify()}
              onOpenProblem={(other, seq) => (other === log ? select(seq) : go({ view: "record", log: other, seq }))}
            />
          }
        />
        {exported === null ? null : (
          <ExportDone exported={exported} canReveal={snapshot?.host.canRevealFile === true} onClose={() => setExported(null)} />
        )}
        <ActionBar
          icon={<FileOutput size={22} aria-hidden="true" />}
          say="Hand it on"
          detail={
            isFiltered
              ? "Only the events shown, and the export says so. Clear the filters for the whole log, as a bundle that proves itself."
              : primary.hint
          }
          after={{ label: "It says", value: "source, filter, counts, head" }}
        >
          <MenuButton
            label="As something else"
            unavailable={readOnly}
            disabled={isBusy}
            items={formats
              .filter((one) => one.id !== primary.id)
              .map(({ id, label, hint }) => ({ id, label, hint, disabled: isBusy, onSelect: () => void handOn(id) }))}
          />
          <PrimaryButton hotkey="Enter" disabled={isBusy} unavailable={readOnly} onClick={() => void handOn(primary.id)}>
            {isBusy ? "Exporting…" : primary.button}
          </PrimaryButton>
        </ActionBar>
      </FrameWork>
    </>
  );
}
