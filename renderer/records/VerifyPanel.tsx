// What checking says: the verdict in one word, the fingerprint to read out, what was counted, what is not proved.
// Owns: drawing. The verifier is the engine's.
import { Copy } from "lucide-react";
import type { LogId, VerifyReport } from "../../engine/protocol/index.ts";
import { Button, fingerprintGroups, formatCount, formatTook, IconButton, Kbd, Notice, Status } from "../design/index.ts";
import type { VerifyState } from "./slice.ts";
import { verdictOf } from "./words.ts";

export function VerifyPanel({
  verify,
  fingerprint,
  of,
  idle,
  onOpenProblem,
  onVerify,
  unavailable = null,
}: {
  verify: VerifyState;
  fingerprint: string;
  /** Words under the fingerprint: whose it is. */
  of: string;
  idle: string;
  onOpenProblem(log: LogId, seq: number): void;
  /** Left out where the view's own primary action verifies. */
  onVerify?(): void;
  /** Why it cannot be verified here. */
  unavailable?: string | null;
}) {
  const report = verify.state === "done" ? verify.report : null;
  const shown = report === null ? null : verdictOf(report.verdict);
  return (
    <div className="verify" aria-live="polite">
      <div className="verify-head">
        {report === null || shown === null ? (
          <>
            <Status state={verify.state === "asking" ? "running" : "open"} size={26} />
            <span className="verify-word">
              {verify.state === "asking" ? "Verifying…" : verify.state === "failed" ? "Not checked" : "Not checked yet"}
            </span>
          </>
        ) : (
          <>
            <Status state={shown.state} size={26} />
            <strong className={`verify-word ${shown.kind === "ok" ? "ok-text" : shown.kind === "warn" ? "warn-text" : "fail-text"}`}>
              {report.verdict}
            </strong>
            <span className="verify-took dim">{formatTook(report.durationMs)}</span>
          </>
        )}
        {onVerify === undefined ? null : (
          <Button small disabled={verify.state === "asking"} unavailable={unavailable} onClick={onVerify} className="verify-again">
            {report === null ? "Verify" : "Verify again"} <Kbd combo="V" />
          </Button>
        )}
      </div>
      <Fingerprint value={fingerprint} />
      <p className="verify-of">{of}</p>
      {verify.state === "failed" ? <Notice kind="fail">{verify.message}</Notice> : null}
      {report === null || shown === null ? (
        verify.state === "none" ? (
          <p className="mid">{idle}</p>
        ) : null
      ) : (
        <>
          <p className="mid">{shown.meaning}</p>
          <Counts report={report} />
          <Problems title="Problems" problems={report.problems} kind="failed" onOpen={onOpenProblem} />
          <Problems title="Warnings" problems={report.warnings} kind="nearmiss" onOpen={onOpenProblem} />
          {report.notProved.length === 0 ? null : (
            <div className="not-proved">
              <b>Not proved</b>
              <ul>
                {report.notProved.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </div>
          )}
        </>
      )}
    </div>
  );
}

export function Fingerprint({ value }: { value: string }) {
  const groups = fingerprintGroups(value);
  return (
    <div className="fingerprint">
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups of one value have no other identity, and may be equal
        <span key={index} className="mono">
          {group}
        </span>
      ))}
      <IconButton label="Copy the fingerprint" onClick={() => void navigator.clipboard?.writeText(groups.join(" "))}>
        <Copy size={15} />
      </IconButton>
    </div>
  );
}

function Counts({ report }: { report: VerifyReport }) {
  const hasProblems = report.problems.length > 0;
  const counts: [string, string, boolean][] = [
    ["Logs", formatCount(report.logs), true],
    ["Events in the chain", formatCount(report.events), true],
    ["Recordings", formatCount(report.recordings), true],
    ["Checkpoints", formatCount(report.checkpoints), true],
    ["Problems", formatCount(report.problems.length), !hasProblems],
    ["After the last checkpoint", formatCount(report.unanchored), report.unanchored === 0],
  ];
  return (
    <dl className="verify-counts">
      {counts.map(([name, value, isGood]) => (
        <div key={name}>
          <dt>
            {isGood && !hasProblems ? (
              <Status state="passed" size={14} />
            ) : (
              <Status state={name === "Problems" && hasProblems ? "failed" : isGood ? "open" : "nearmiss"} size={14} />
            )}
            {name}
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Problems({
  title,
  problems,
  kind,
  onOpen,
}: {
  title: string;
  problems: VerifyReport["problems"];
  kind: "failed" | "nearmiss";
  onOpen(log: LogId, seq: number): void;
}) {
  if (problems.length === 0) return null;
  return (
    <section aria-label={title}>
      <p className="verify-sub">{title}</p>
      <ul className="verify-problems">
        {problems.map((problem, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a report is read once, whole
          <li key={index}>
            <Status state={kind} size={14} />
            <span className="grow">
              {problem.message}
              <small className="mono dim"> {problem.code}</small>
            </span>
            {problem.log !== null && problem.seq !== null ? (
              <button type="button" className="btn ghost small" onClick={() => onOpen(problem.log as LogId, problem.seq ?? 1)}>
                Event {formatCount(problem.seq)}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
