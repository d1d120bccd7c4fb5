// The evidence of an item: what it is, by whom, what it says against the item; pictures shown, files saved, struck out with a reason.
// Owns: drawing and fetching the pictures. Removing goes back to the view.
import { Drama, ExternalLink, FileText, FlaskConical, Image, SquareTerminal } from "lucide-react";
import { useEffect, useState } from "react";
import type { Evidence, LaunchId, OutputSource } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import { Button, formatAgo, formatBytes, Notice, StatusWord, useNow } from "../design/index.ts";
import { payloadBlob, savePayload } from "../launches/files.ts";
import { EndedRun } from "./EndedRun.tsx";
import { OutputFacts, OutputText } from "./OutputFacts.tsx";

const ICONS: Record<Evidence["kind"], typeof FileText> = {
  file: FileText,
  text: FileText,
  picture: Image,
  link: ExternalLink,
  tests: FlaskConical,
  output: SquareTerminal,
  run: Drama,
};

export function EvidenceList({
  launch,
  evidences,
  zone,
  unavailable,
  onRemove,
}: {
  launch: LaunchId;
  evidences: Evidence[];
  zone: string;
  unavailable: string | null;
  onRemove(evidence: Evidence): void;
}) {
  const now = useNow(10_000);
  return (
    <ul className="evidences">
      {evidences.map((one) => {
        const Icon = ICONS[one.kind];
        return (
          <li key={one.seq} className={one.removed ? "removed" : ""}>
            <div className="evidence-line">
              <Icon size={15} aria-hidden="true" />
              <span className="grow">
                {one.removed ? <s>{one.title}</s> : one.title}
                <small>
                  {one.removed ? "struck out; " : ""}
                  {one.by}, {formatAgo(now - Date.parse(one.at))}
                  {one.bytes === 0 ? "" : `, ${formatBytes(one.bytes)}`}
                  {one.sha256 === "" ? "" : `, SHA-256 ${one.sha256.slice(0, 10)}…`}
                </small>
              </span>
              {one.kind === "link" && /^https?:\/\//.test(one.url ?? "") ? (
                <a href={one.url ?? ""} target="_blank" rel="noreferrer noopener" title={one.url ?? ""}>
                  Open<span className="visually-hidden"> {one.title}</span>
                </a>
              ) : null}
              {one.payload !== null && one.kind !== "link" ? (
                <Button kind="ghost" small onClick={() => void savePayload(launch, one.seq, one.payload ?? "evidence", one.title)}>
                  Save<span className="visually-hidden"> {one.title}</span>
                </Button>
              ) : null}
              {one.removed ? null : (
                <Button kind="ghost" small unavailable={unavailable} onClick={() => onRemove(one)}>
                  Strike out<span className="visually-hidden"> {one.title}</span>
                </Button>
              )}
            </div>
            {one.tests === null ? null : <TestCounts tests={one.tests} />}
            {one.kind === "picture" && one.payload !== null && !one.removed ? (
              <Picture launch={launch} seq={one.seq} name={one.payload} title={one.title} />
            ) : null}
            {one.output == null || one.removed ? null : <Output launch={launch} evidence={one} source={one.output} zone={zone} />}
            {one.ofRun == null || one.removed ? null : <EndedRun source={one.ofRun} takenAt={one.at} ageMs={one.ofRun.ageMs} zone={zone} />}
            {one.findings.length === 0 || one.removed ? null : (
              <Notice kind="fail">
                {one.findings.map((finding) => (
                  <div key={finding}>{finding}</div>
                ))}
              </Notice>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function TestCounts({ tests }: { tests: NonNullable<Evidence["tests"]> }) {
  const isGreen = tests.passed === tests.total && tests.total > 0;
  return (
    <p className="test-counts">
      <b className={isGreen ? "ok-text" : "fail-text"}>{isGreen ? "Green" : "Not green"}</b>: {tests.passed} passed
      {tests.failed === 0 ? "" : `, ${tests.failed} failed`}
      {tests.errors === 0 ? "" : `, ${tests.errors} with an error`}
      {tests.skipped === 0 ? "" : `, ${tests.skipped} skipped`} of {tests.total}
    </p>
  );
}

/** What ran and how it ended; the text itself when it is asked for. */
function Output({ launch, evidence, source, zone }: { launch: LaunchId; evidence: Evidence; source: OutputSource; zone: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="output-evidence">
      <p>
        <StatusWord state={source.verdict} size={14} word={`${source.verdict}:`} /> <OutputFacts source={source} zone={zone} />{" "}
        <a href={routeHash({ view: "run", run: source.run })}>Run</a>{" "}
        <a href={routeHash({ view: "record", log: source.log, seq: source.seq })}>Event {source.seq}</a>
      </p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Commands and output</summary>
        {isOpen ? <KeptOutput launch={launch} evidence={evidence} source={source} /> : null}
      </details>
    </div>
  );
}

function KeptOutput({ launch, evidence, source }: { launch: LaunchId; evidence: Evidence; source: OutputSource }) {
  const [text, setText] = useState<string | null>(null);
  const { seq, payload } = evidence;
  useEffect(() => {
    let isHere = true;
    if (payload !== null)
      void payloadBlob(launch, seq, payload)
        .then((blob) => blob?.text())
        .then((found) => isHere && setText(found ?? "It cannot be read."));
    return () => {
      isHere = false;
    };
  }, [launch, seq, payload]);
  return <OutputText label={`Output of ${evidence.title}`} source={source} text={text} />;
}

function Picture({ launch, seq, name, title }: { launch: LaunchId; seq: number; name: string; title: string }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let isHere = true;
    void payloadBlob(launch, seq, name).then((blob) => {
      if (blob === null || !isHere) return;
      made = URL.createObjectURL(blob);
      setUrl(made);
    });
    return () => {
      isHere = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [launch, seq, name]);
  return url === null ? <p className="dim">Reading the picture…</p> : <img className="evidence-picture" src={url} alt={title} />;
}
