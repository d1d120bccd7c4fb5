// The library: what can be opened, on what it can run, and what was run lately.
// Owns: joining the slices to the leaf components. The leaves take data and callbacks.
import { useEffect, useMemo, useState } from "react";
import type { LogSummary } from "../../engine/protocol/index.ts";
import { callEngine, callOrNotify, FrameWork, go, routeHash, useApp, useKeys, useReadOnly, useSiteZone } from "../app/index.ts";
import { ClustersPanel } from "../cluster/ClustersPanel.tsx";
import { Button } from "../design/index.ts";
import "./library.css";
import { DocumentTable } from "./DocumentTable.tsx";
import { FolderSection } from "./FolderSection.tsx";
import { FourThings } from "./FourThings.tsx";
import { OpenDialog } from "./OpenDialog.tsx";
import { PracticeCard } from "./PracticeCard.tsx";
import { looksLikeFile } from "./paths.ts";
import { RecentRuns } from "./RecentRuns.tsx";
import { recentPaths, rememberPath, useLibrary } from "./slice.ts";

/** A run's own log, or a launch's in which something was run. */
const isOfRuns = (log: LogSummary): boolean => log.kind === "run" || (log.runs ?? []).length > 0;

export function LibraryView() {
  const snapshot = useApp((state) => state.snapshot);
  const { probes, probe, probeAll, classify, start } = useLibrary();
  const [isOpening, setOpening] = useState(false);
  const [isLooking, setLooking] = useState(false);
  const zone = useSiteZone();
  const contexts = snapshot?.contexts;
  const readOnly = useReadOnly();
  const operator = snapshot?.session?.operator.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: who signs in may ask what nobody was allowed to before
  useEffect(() => {
    // Once per window and person: a question to each server, so that the list says what answers. "Look again" repeats it.
    if (readOnly !== null) return;
    const unasked = (contexts ?? []).filter((one) => (useLibrary.getState().probes[one.name]?.state ?? "failed") === "failed");
    if (unasked.length > 0) void probeAll(unasked);
  }, [contexts, probeAll, readOnly, operator]);

  const builtIn = useMemo(() => (snapshot?.folders ?? []).filter((one) => one.builtIn), [snapshot]);
  const opened = useMemo(() => (snapshot?.folders ?? []).filter((one) => !one.builtIn), [snapshot]);
  const entries = useMemo(() => builtIn.flatMap((folder) => folder.entries), [builtIn]);
  const practice = entries.find((one) => /(^|[\\/])practice\.md$/.test(one.path));
  const runs = useMemo(() => (snapshot?.logs ?? []).filter(isOfRuns).sort((a, b) => b.number - a.number), [snapshot]);
  const isFresh = runs.length === 0;
  const startPractice = (): void => {
    if (practice !== undefined && snapshot?.host.isReadOnly === false) start(practice.path);
  };
  useKeys([
    { combo: "Enter", scope: "free", run: () => isFresh && startPractice() },
    { combo: "O", scope: "free", run: () => setOpening(readOnly === null) },
  ]);
  if (snapshot === null) return null;

  const lookAgain = async (): Promise<void> => {
    setLooking(true);
    await Promise.all([callEngine("cluster.contexts", {}), callEngine("library.rescan", {})]);
    await useApp.getState().refresh();
    await probeAll(useApp.getState().snapshot?.contexts ?? []);
    setLooking(false);
  };
  /** Resolves to the words of a failure, or null. */
  const openPath = async (path: string): Promise<string | null> => {
    const isFile = looksLikeFile(path);
    const result = isFile ? await callEngine("document.open", { path }) : await callEngine("library.openFolder", { path });
    if (!result.ok) return result.error.message;
    rememberPath(path);
    setOpening(false);
    if (isFile) go({ view: "document", path: (result.value as { path: string }).path });
    else await useApp.getState().refresh();
    return null;
  };

  return (
    <FrameWork label="Library">
      <div className="library">
        <div className="library-main">
          <div className="library-width">
            {practice === undefined || snapshot.host.isReadOnly ? null : (
              <PracticeCard isFresh={isFresh} plannedMs={practice.plannedMs} steps={practice.steps} onStart={startPractice} />
            )}
            {isFresh ? <FourThings /> : null}
            <DocumentTable
              title="Runbooks"
              sub="built in, plain Markdown, yours to copy"
              entries={entries.filter((one) => one.kind !== "checklist")}
              end={
                <Button kind="ghost" small unavailable={readOnly} onClick={() => setOpening(true)}>
                  Open a file or folder
                </Button>
              }
            />
            {entries.some((one) => one.kind === "checklist") ? (
              <DocumentTable title="Checklists" sub="each can begin a launch" entries={entries.filter((one) => one.kind === "checklist")} />
            ) : null}
            {opened.map((folder) => (
              <FolderSection
                key={folder.path}
                folder={folder}
                unavailable={readOnly}
                onTrust={(trusted) => void callOrNotify("library.trust", { folder: folder.path, trusted })}
                onClose={() => void callOrNotify("library.closeFolder", { path: folder.path })}
              />
            ))}
          </div>
        </div>
        <aside className="library-side" aria-label="Runs and clusters">
          <RecentRuns runs={runs} activeRun={snapshot.activeRun} zone={zone} toRecords={routeHash({ view: "records" })} />
          <ClustersPanel
            contexts={snapshot.contexts}
            probes={probes}
            isLooking={isLooking}
            unavailable={readOnly}
            onLookAgain={() => void lookAgain()}
            onProbe={(context) => void probe(context)}
            onClassify={(context, cluster) => void classify(context, cluster)}
          />
        </aside>
      </div>
      {isOpening ? (
        <OpenDialog
          recent={recentPaths()}
          known={snapshot.folders.map((folder) => folder.path)}
          canPick={snapshot.host.canPickFolder}
          onPick={async (kind) => {
            const picked = await callEngine("host.pick", { kind });
            return picked.ok ? picked.value : null;
          }}
          onOpen={openPath}
          onClose={() => setOpening(false)}
        />
      ) : null}
    </FrameWork>
  );
}
