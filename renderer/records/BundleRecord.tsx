// A bundle as an auditor reads it: verified before anything is shown, its events, signatures and recordings, nothing to change.
// Owns: joining the opened bundle to the leaves that a log of this installation has too.
import { Archive } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { BundleView } from "../../engine/protocol/index.ts";
import { FrameWork, useFrameSubject, useKeys, useSiteZone } from "../app/index.ts";
import { ActionBar, baseName, formatBytes, formatMoment, Notice, PanelHead, PrimaryButton, plural, StatusWord } from "../design/index.ts";
import { roleWords } from "../signing/words.ts";
import { summaryOf, useBundle } from "./bundle.ts";
import { short } from "./event-data.ts";
import { RecordColumns } from "./RecordColumns.tsx";
import { RecordSituation } from "./RecordSituation.tsx";
import { useRecord } from "./slice.ts";
import { bundleSource } from "./source.ts";
import { VerifyPanel } from "./VerifyPanel.tsx";

export function BundleRecord({ view }: { view: BundleView }) {
  const record = useRecord();
  const { open: reopen, close, fingerprint } = useBundle();
  const [tab, setTab] = useState("proof");
  const summary = useMemo(() => summaryOf(view), [view]);
  useFrameSubject(useMemo(() => (summary === null ? { kind: "none" as const } : { kind: "record" as const, log: summary }), [summary]));
  const { open } = record;
  useEffect(
    () =>
      open(
        bundleSource(view, () => reopen(view.path, fingerprint)),
        null,
      ),
    [open, reopen, view, fingerprint],
  );
  useKeys([
    { combo: "Enter", scope: "free", run: close },
    { combo: "/", scope: "free", run: () => document.querySelector<HTMLInputElement>("#record-search")?.focus() },
  ]);
  const select = (seq: number): void => {
    record.select(seq);
    setTab("event");
  };
  const name = baseName(view.path);
  const proof = (
    <>
      <VerifyPanel
        verify={{ state: "done", report: view.report }}
        fingerprint={view.report.fingerprint ?? ""}
        of={
          fingerprint === ""
            ? "Fingerprint of the head. Compare it with the one you were given by another way."
            : "Fingerprint of the head. Checked against the one you gave."
        }
        idle=""
        onOpenProblem={(log, seq) => {
          if (log === view.log?.log) select(seq);
        }}
      />
      <BundleFacts view={view} />
    </>
  );
  return (
    <>
      {summary === null ? null : (
        <RecordSituation
          summary={summary}
          from={{
            label: "Opened from",
            value: (
              <>
                {name}{" "}
                <span className="small">
                  {formatBytes(view.bytes)}, {plural(view.log?.events ?? 0, "event")}, {plural(view.recordings, "recording")}
                </span>
              </>
            ),
          }}
        />
      )}
      <FrameWork label={`Bundle ${name}`}>
        {view.closed === "" ? (
          <RecordColumns
            kind={view.log?.kind ?? "run"}
            tab={tab}
            onTab={setTab}
            onSelect={select}
            proof={proof}
            more={{
              id: "signatures",
              label: `Signatures ${view.signatures.length}`,
              content: <BundleSignatures signatures={view.signatures} onOpen={select} />,
            }}
          />
        ) : (
          <div className="records">
            <section className="records-main" aria-label="Events">
              <div className="bundle-closed">
                <Notice kind="fail">{view.closed}</Notice>
              </div>
            </section>
            <aside className="records-side" aria-label="Proof">
              {proof}
            </aside>
          </div>
        )}
        <ActionBar
          icon={<Archive size={22} aria-hidden="true" />}
          say="Read only"
          detail="The bundle is not changed by reading it, and nothing of it is kept here. That it was viewed stands on record."
        >
          <PrimaryButton hotkey="Enter" onClick={close}>
            Close the bundle
          </PrimaryButton>
        </ActionBar>
      </FrameWork>
    </>
  );
}

function BundleFacts({ view }: { view: BundleView }) {
  const zone = useSiteZone();
  return (
    <dl className="facts person-facts">
      <dt>File</dt>
      <dd className="mono">{view.path}</dd>
      <dt>SHA-256</dt>
      <dd className="mono" title={view.sha256}>
        {short(view.sha256)}
      </dd>
      {view.log === null ? null : (
        <>
          <dt>Exported by</dt>
          <dd>{view.log.exportedBy || "not said"}</dd>
          <dt>Last event</dt>
          <dd>{view.log.headAt === "" ? "none" : formatMoment(view.log.headAt, zone)}</dd>
          <dt>Installation</dt>
          <dd className="mono">{view.log.install}</dd>
        </>
      )}
      <dt>Reports in it</dt>
      <dd>{view.reports.length === 0 ? "none" : view.reports.join(", ")}</dd>
    </dl>
  );
}

function BundleSignatures({ signatures, onOpen }: { signatures: BundleView["signatures"]; onOpen(seq: number): void }) {
  const zone = useSiteZone();
  if (signatures.length === 0) return null;
  const valid = signatures.filter((one) => one.stale === "" && one.meaning !== "rejected").length;
  return (
    <section className="bundle-signatures" aria-label="Signatures">
      <PanelHead title="Signatures" sub={`${valid} of ${signatures.length} count`} />
      <ul className="quiet">
        {signatures.map((one) => (
          <li key={one.seq}>
            <button type="button" onClick={() => onOpen(one.seq)}>
              <span className="signed-line">
                <b>
                  {one.name}, {roleWords(one.role)}
                </b>
                <StatusWord
                  state={one.stale !== "" ? "stale" : one.meaning === "rejected" ? "failed" : "passed"}
                  size={14}
                  word={one.stale !== "" ? "stale" : one.meaning}
                />
              </span>
              <small>{one.statement}</small>
              <small className="dim">
                {formatMoment(one.at, zone)}
                {one.onBehalfOf === "" ? "" : `, on behalf of ${one.onBehalfOf}`}
                {one.stale === "" ? "" : `; ${one.stale}`}
              </small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
