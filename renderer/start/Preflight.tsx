// The findings of the preflight, all at once: blockers first, each with what to do; what is well stays folded.
// Owns: the drawing. Does not check: the engine does.
import { RefreshCw } from "lucide-react";
import type { Finding, RunbookDocument } from "../../engine/protocol/index.ts";
import { Button, plural, Status } from "../design/index.ts";

export type PreflightState =
  | { state: "idle" }
  | { state: "checking"; before: Finding[] | null }
  /** `key` names the request that was looked at. */
  | { state: "done"; findings: Finding[]; key: string }
  | { state: "failed"; message: string; key: string };

export function findingsOf(preflight: PreflightState): Finding[] | null {
  if (preflight.state === "done") return preflight.findings;
  return preflight.state === "checking" ? preflight.before : null;
}

export function Preflight({
  preflight,
  isOld,
  document: text,
  onCheck,
  onReview,
}: {
  preflight: PreflightState;
  /** Inputs have changed since it was looked at. */
  isOld: boolean;
  document: RunbookDocument;
  onCheck(): void;
  /** To where this text is reviewed and signed. */
  onReview(): void;
}) {
  const findings = findingsOf(preflight) ?? [];
  const blockers = findings.filter((one) => one.severity === "blocker");
  const warnings = findings.filter((one) => one.severity === "warning");
  const well = findings.filter((one) => one.severity === "ok");
  const isChecking = preflight.state === "checking";
  return (
    <section className="start-preflight" aria-label="Preflight">
      <header>
        <h3>Preflight</h3>
        <span className="mid" role="status">
          {isChecking
            ? "Looking…"
            : preflight.state === "failed"
              ? "Could not look"
              : preflight.state === "idle"
                ? "Not looked yet"
                : blockers.length > 0
                  ? `${plural(blockers.length, "blocker")}${warnings.length > 0 ? `, ${plural(warnings.length, "warning")}` : ""}`
                  : warnings.length > 0
                    ? plural(warnings.length, "warning")
                    : "All well"}
        </span>
        <Button small kind="ghost" icon={<RefreshCw size={15} aria-hidden="true" />} disabled={isChecking} onClick={onCheck}>
          Look again
        </Button>
      </header>
      {preflight.state === "failed" ? (
        <p className="fail-text" role="alert">
          {preflight.message}
        </p>
      ) : null}
      {preflight.state === "done" && isOld ? <p className="dim">Inputs have changed since. Looked at again when you start.</p> : null}
      {[...blockers, ...warnings].length > 0 ? (
        <ul className="start-findings">
          {[...blockers, ...warnings].map((finding) => (
            <FindingRow
              key={`${finding.code} ${finding.subject} ${finding.step} ${finding.line} ${finding.message}`}
              finding={finding}
              text={text}
              onReview={finding.code === "not-signed" ? onReview : null}
            />
          ))}
        </ul>
      ) : null}
      {well.length > 0 ? (
        <details className="start-well">
          <summary>
            <Status state="passed" size={14} /> {plural(well.length, "thing")} found well
          </summary>
          <ul className="start-findings">
            {well.map((finding) => (
              <FindingRow key={`${finding.code} ${finding.subject} ${finding.message}`} finding={finding} text={text} onReview={null} />
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  );
}

const GLYPH = { blocker: "failed", warning: "nearmiss", ok: "passed" } as const;
const WORD = { blocker: "Blocker", warning: "Warning", ok: "Well" } as const;

function FindingRow({ finding, text, onReview }: { finding: Finding; text: RunbookDocument; onReview: (() => void) | null }) {
  const step = finding.step === null ? undefined : text.steps.find((one) => one.id === finding.step);
  const where = [step === undefined ? "" : `${step.number} ${step.title}`, finding.line === null ? "" : `line ${finding.line}`].filter(
    (part) => part !== "",
  );
  return (
    <li className={finding.severity}>
      <Status state={GLYPH[finding.severity]} size={16} label={WORD[finding.severity]} />
      <div>
        <b>{finding.subject}</b> {finding.message}
        {finding.todo === "" ? null : <div className="start-todo">{finding.todo}</div>}
        {onReview === null ? null : (
          <Button small className="start-review" onClick={onReview}>
            To its review…
          </Button>
        )}
        {where.length === 0 ? null : <div className="dim">{where.join(", ")}</div>}
      </div>
    </li>
  );
}
