// All logs of this installation, and what checking the whole database says. Numbers run without gaps: a missing one would show.
// Owns: joining the snapshot to the leaves; verifying and backing up.
import { Archive, FileArchive, FileOutput, Save, ShieldCheck } from "lucide-react";
import { useMemo, useState } from "react";
import { callEngine, callOrNotify, FrameWork, go, useApp, useKeys, useReadOnly, useSiteZone } from "../app/index.ts";
import { ActionBar, Button, EmptyState, MenuButton, PanelHead, PrimaryButton, plural } from "../design/index.ts";
import { BundleRecord } from "./BundleRecord.tsx";
import { useBundle } from "./bundle.ts";
import { ExportDone, type Exported } from "./ExportDone.tsx";
import { LogTable } from "./LogTable.tsx";
import { OpenBundleDialog } from "./OpenBundleDialog.tsx";
import "./records.css";
import { SignoffsDialog } from "./SignoffsDialog.tsx";
import type { VerifyState } from "./slice.ts";
import { VerifyPanel } from "./VerifyPanel.tsx";

/** The logs of this installation, or the bundle that is open instead. */
export function RecordsView() {
  const bundle = useBundle((state) => state.view);
  return bundle === null ? <Logs /> : <BundleRecord key={bundle.bundle} view={bundle} />;
}

function Logs() {
  const openBundle = useBundle((state) => state.open);
  const [isOpening, setOpening] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [exported, setExported] = useState<Exported | null>(null);
  const snapshot = useApp((state) => state.snapshot);
  const notify = useApp((state) => state.notify);
  const [verify, setVerify] = useState<VerifyState>({ state: "none" });
  const zone = useSiteZone();
  const readOnly = useReadOnly();
  const logs = useMemo(() => [...(snapshot?.logs ?? [])].sort((a, b) => b.number - a.number), [snapshot]);
  const check = async (): Promise<void> => {
    setVerify({ state: "asking" });
    const result = await callEngine("record.verify", {});
    setVerify(result.ok ? { state: "done", report: result.value } : { state: "failed", message: result.error.message });
  };
  useKeys([{ combo: "Enter", scope: "free", run: () => readOnly === null && void check() }]);
  if (snapshot === null) return null;
  const backUp = async (): Promise<void> => {
    const made = await callOrNotify("record.backup", {});
    if (made !== null) notify("ok", `Backed up to ${made.path}: ${made.report.verdict}.`);
  };
  const events = logs.reduce((sum, log) => sum + log.events, 0);
  return (
    <FrameWork label="Records">
      <div className="records">
        <section className="records-main" aria-label="Logs">
          <PanelHead
            icon={<Archive size={16} aria-hidden="true" />}
            title="Records"
            sub={`${plural(logs.length, "log")}, ${plural(events, "event")}`}
          />
          <div className="records-scroll">
            {logs.filter((log) => log.kind !== "install").length === 0 ? (
              <div className="records-empty">
                <EmptyState title="No run on record yet">
                  Every run leaves a log here: each step, attempt and reason, chained so that a change is noticed. The practice run makes
                  the first one.
                </EmptyState>
              </div>
            ) : null}
            <LogTable logs={logs} zone={zone} activeRun={snapshot.activeRun} onOpen={(log) => go({ view: "record", log, seq: null })} />
          </div>
        </section>
        <aside className="records-side" aria-label="Verify">
          <PanelHead icon={<ShieldCheck size={16} aria-hidden="true" />} title="The whole database" sub="read, not changed" />
          <VerifyPanel
            verify={verify}
            fingerprint={snapshot.installFingerprint}
            of="Fingerprint of the installation's own log, which holds the head of every other"
            idle="Nothing was checked yet in this window. Verifying reads every event of every log and says what is proved, and what is not."
            onOpenProblem={(log, seq) => go({ view: "record", log, seq })}
          />
        </aside>
      </div>
      {exported === null ? null : (
        <ExportDone exported={exported} canReveal={snapshot.host.canRevealFile} onClose={() => setExported(null)} />
      )}
      <ActionBar
        icon={<ShieldCheck size={22} aria-hidden="true" />}
        say="Check that nothing was changed"
        detail="Every chain, every checkpoint, the numbers of all logs and the sidecar beside the database."
      >
        <Button icon={<FileArchive size={16} />} unavailable={readOnly} onClick={() => setOpening(true)}>
          Open a bundle
        </Button>
        <MenuButton
          label="More"
          unavailable={readOnly}
          items={[
            {
              id: "signoffs",
              label: "Export sign-offs",
              hint: "Of all launches, by day, launch and signer",
              icon: <FileOutput size={16} />,
              onSelect: () => setAsking(true),
            },
            {
              id: "backup",
              label: "Back up",
              hint: "A copy of the database, verified",
              icon: <Save size={16} />,
              onSelect: () => void backUp(),
            },
          ]}
        />
        <PrimaryButton hotkey="Enter" disabled={verify.state === "asking"} unavailable={readOnly} onClick={() => void check()}>
          {verify.state === "asking" ? "Verifying…" : "Verify all"}
        </PrimaryButton>
      </ActionBar>
      {isAsking ? (
        <SignoffsDialog
          onClose={() => setAsking(false)}
          onDone={(done) => {
            setAsking(false);
            setExported({ ...done, isPartial: false });
          }}
        />
      ) : null}
      {isOpening ? (
        <OpenBundleDialog
          canPick={snapshot.host.canPickFolder}
          onPick={() => callOrNotify("host.pick", { kind: "file" })}
          onOpen={async (path, fingerprint) => {
            const result = await openBundle(path, fingerprint);
            return result.ok ? null : result.error.message;
          }}
          onClose={() => setOpening(false)}
        />
      ) : null}
    </FrameWork>
  );
}
