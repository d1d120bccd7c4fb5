// A record's events and the event chosen, beside what is proved; the same for a log of this installation and for a bundle.
// Owns: the layout and the choice of tab. The slice holds what is loaded.
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { LogSummary, PlaybackState } from "../../engine/protocol/index.ts";
import { useApp, useSiteZone } from "../app/index.ts";
import { EmptyState, formatBytes, Notice, PanelHead, StatusWord, Tabs } from "../design/index.ts";
import { useTheme } from "../settings/appearance.ts";
import { EventDetail } from "./EventDetail.tsx";
import { EventTable } from "./EventTable.tsx";
import { FilterBar } from "./FilterBar.tsx";
import { useRecord } from "./slice.ts";

// xterm is a third of the window's script, and the library needs none of it.
const Player = lazy(async () => ({ default: (await import("./Player.tsx")).Player }));

export function RecordColumns({
  kind,
  tab,
  onTab,
  proof,
  more,
  onSelect,
}: {
  kind: LogSummary["kind"];
  /** Which part is shown where there is no room for all: `events`, `event`, `proof`, or one of `more`. */
  tab: string;
  onTab(tab: string): void;
  proof: ReactNode;
  /** A further part beside proof and event, such as signatures. */
  more?: { id: string; label: string; content: ReactNode };
  onSelect(seq: number): void;
}) {
  const record = useRecord();
  const zone = useSiteZone();
  const theme = useTheme();
  const [isRaw, setRaw] = useState(false);
  const fontSize = useApp(({ snapshot }) => snapshot?.settings.terminalFontSize ?? 13);
  const isFiltered = Object.keys(record.filter).length > 0;
  const table = (
    <>
      <FilterBar
        filter={record.filter}
        kind={kind}
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
        onSelect={onSelect}
        isLoading={record.isLoading}
        isFiltered={isFiltered}
      />
    </>
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
              end={record.recording.state === "ready" ? <HashWord recording={record.recording.recording} /> : undefined}
            />
            {record.recording.state === "asking" ? <p className="player-note">Reading the recording…</p> : null}
            {record.recording.state === "failed" ? <Notice kind="warn">{record.recording.message}</Notice> : null}
            {record.recording.state === "ready" ? (
              <Suspense fallback={<p className="player-note">Reading the recording…</p>}>
                <Player state={record.recording.recording} fontSize={fontSize} theme={theme} />
              </Suspense>
            ) : null}
          </section>
        )}
      </>
    );
  return (
    <>
      <div className="records record-columns">
        <section className="records-main" aria-label="Events">
          {table}
        </section>
        <aside className="records-side" aria-label="Proof and event">
          {proof}
          {more?.content}
          {detail}
        </aside>
      </div>
      <div className="record-tabs">
        <Tabs
          label="Parts of the record"
          value={tab}
          onChange={onTab}
          tabs={[
            { id: "events", label: "Events", content: table },
            { id: "event", label: record.selected === null ? "Event" : `Event ${record.selected}`, content: detail },
            { id: "proof", label: "Proof", content: proof },
            ...(more === undefined ? [] : [more]),
          ]}
        />
      </div>
    </>
  );
}

/** Whether the file is the one that the record binds. */
function HashWord({ recording: { hashMatches, isComplete } }: { recording: PlaybackState }) {
  if (hashMatches !== null)
    return <StatusWord state={hashMatches ? "passed" : "failed"} size={14} word={hashMatches ? "hash matches" : "hash differs"} />;
  return isComplete ? <span className="dim">no hash on record yet</span> : null;
}

function recordingWords(data: Record<string, unknown>): string {
  const name = typeof data["block"] === "string" ? data["block"] : typeof data["label"] === "string" ? data["label"] : "";
  const bytes = typeof data["bytes"] === "number" ? formatBytes(data["bytes"]) : "";
  return [name, bytes].filter((part) => part !== "").join(", ");
}
