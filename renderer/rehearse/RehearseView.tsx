// The Rehearse page: every runbook with its drills, and the series of the chosen one; two of its runs side by side.
// Owns: joining route, engine and leaves, and which runs are chosen. The leaves take data and callbacks.
import { Drama, FileOutput } from "lucide-react";
import { useEffect, useState } from "react";
import type { RunId, SeriesEntry } from "../../engine/protocol/index.ts";
import { FrameWork, go, useApp, useKeys, useReadOnly, useSiteZone } from "../app/index.ts";
import { ActionBar, EmptyState, MenuButton, Notice, PrimaryButton } from "../design/index.ts";
import { useLibrary } from "../library/slice.ts";
import { ExportDone, type Exported } from "../records/ExportDone.tsx";
import { CompareView } from "./CompareView.tsx";
import { MeasurementsDialog } from "./MeasurementsDialog.tsx";
import { RunbookList } from "./RunbookList.tsx";
import { SeriesPanel } from "./SeriesPanel.tsx";
import { useSeries, useSeriesList } from "./useSeries.ts";
import "./rehearse.css";

export function RehearseView({ path, compare }: { path: string | null; compare: { a: RunId; b: RunId } | null }) {
  const list = useSeriesList();
  const zone = useSiteZone();
  const [isAsking, setAsking] = useState(false);
  const [exported, setExported] = useState<Exported | null>(null);
  const canReveal = useApp((app) => app.snapshot?.host.canRevealFile ?? false);
  const entries = list.value;
  // The most urgent one is shown where none was chosen: the list is in that order.
  const chosen = path ?? entries?.[0]?.path ?? null;
  const entry = entries?.find((one) => one.path === chosen) ?? null;
  return (
    <FrameWork label="Rehearse" hasHeading={false}>
      <div className="rehearse">
        <RunbookList entries={entries} chosen={chosen} error={list.error} zone={zone} />
        {chosen === null ? (
          <div className="rehearse-main">{entries === null ? <p className="rehearse-wait mid">Reading the record…</p> : <Nothing />}</div>
        ) : compare === null ? (
          <Chosen key={chosen} path={chosen} zone={zone} />
        ) : (
          <CompareView key={`${compare.a} ${compare.b}`} a={compare.a} b={compare.b} path={chosen} zone={zone} />
        )}
      </div>
      {exported === null ? null : <ExportDone exported={exported} canReveal={canReveal} onClose={() => setExported(null)} />}
      {chosen === null ? null : <Act path={chosen} entry={entry} onExport={() => setAsking(true)} />}
      {isAsking ? (
        <MeasurementsDialog
          onClose={() => setAsking(false)}
          onDone={(done) => {
            setAsking(false);
            setExported({ ...done, isPartial: false });
          }}
        />
      ) : null}
    </FrameWork>
  );
}

function Chosen({ path, zone }: { path: string; zone: string }) {
  const { value, error } = useSeries(path);
  const [picked, setPicked] = useState<RunId[]>([]);
  useEffect(() => {
    // A run that is gone from the series cannot stay chosen.
    if (value !== null) setPicked((before) => before.filter((run) => value.runs.some((one) => one.run === run)));
  }, [value]);
  /** The two chosen last, in the order they were run. */
  const pick = (run: RunId, isPicked: boolean): void =>
    setPicked((before) => (isPicked ? [...before.filter((one) => one !== run), run].slice(-2) : before.filter((one) => one !== run)));
  const pair = value === null ? [] : value.runs.filter(({ run }) => picked.includes(run)).map(({ run }) => run);
  return (
    <div className="rehearse-main">
      {error === null ? null : <Notice kind="fail">{error}</Notice>}
      {value === null ? (
        error === null ? (
          <p className="rehearse-wait mid">Reading the record…</p>
        ) : null
      ) : (
        <SeriesPanel
          view={value}
          zone={zone}
          picked={picked}
          onPick={pick}
          onCompare={() => {
            const [a, b] = pair;
            if (a !== undefined && b !== undefined) go({ view: "rehearse", path, compare: { a, b } });
          }}
        />
      )}
    </div>
  );
}

function Nothing() {
  return (
    <div className="rehearse-empty">
      <EmptyState title="No runbook yet">
        A rehearsal practises a runbook without touching production: walked through, replayed from a recording, or run in a sandbox. Open a
        folder with runbooks in the library first.
      </EmptyState>
    </div>
  );
}

function Act({
  path,
  entry,
  onExport,
}: {
  path: string;
  entry: Pick<SeriesEntry, "title" | "isListed" | "rehearsals"> | null;
  onExport(): void;
}) {
  const readOnly = useReadOnly();
  const { start, startPath } = useLibrary();
  const gone = entry !== null && !entry.isListed ? "Its file is in no opened folder: open the folder in the library first." : null;
  const unavailable = readOnly ?? gone;
  const begin = (): void => {
    if (unavailable === null && startPath === null) start(path, "rehearsal");
  };
  useKeys([{ combo: "Enter", scope: "free", run: begin }]);
  return (
    <div className="rehearse-act">
      <ActionBar
        icon={<Drama size={22} aria-hidden="true" />}
        say={entry === null ? "Rehearse" : `Rehearse ${entry.title}`}
        detail="Walk through it, replay a recorded run, or run it in a sandbox. Production is never touched."
        {...(entry === null ? {} : { after: { label: "It will be", value: `rehearsal ${entry.rehearsals + 1}` } })}
      >
        <MenuButton
          label="More"
          unavailable={readOnly}
          items={[
            {
              id: "measurements",
              label: "Export recovery measurements",
              hint: "Every recovery, live and rehearsed, against its targets",
              icon: <FileOutput size={16} />,
              onSelect: onExport,
            },
          ]}
        />
        <PrimaryButton hotkey="Enter" unavailable={unavailable} onClick={begin}>
          Start a rehearsal
        </PrimaryButton>
      </ActionBar>
    </div>
  );
}
