// The right column: what the file needs, what it asks for, what is wrong with it. Diagnostics lead to their line.
// Owns: drawing.
import { PenLine } from "lucide-react";
import type { ResultOf, RunbookDocument } from "../../engine/protocol/index.ts";
import { routeHash, useSiteZone } from "../app/index.ts";
import { Button, formatDuration, formatMoment, PanelHead, plural, Status } from "../design/index.ts";
import type { Findings } from "./DocumentView.tsx";

type Reviews = NonNullable<ResultOf<"document.open">["reviews"]>;

export function DocumentFacts({
  document: text,
  findings,
  path,
  isBuiltIn,
  reviews,
  unavailable,
  onReview,
  onShowLine,
}: {
  document: RunbookDocument;
  findings: Findings;
  path: string;
  isBuiltIn: boolean;
  reviews: Reviews;
  /** Why nothing is signed in this window; null where it is. */
  unavailable: string | null;
  onReview(): void;
  onShowLine(line: number): void;
}) {
  const facts: [string, string][] = [
    ["File", isBuiltIn ? `${path}, built in` : path],
    ["Owner", text.owner ?? ""],
    ["Review due", text.reviewDue ?? ""],
    ["Cluster", text.requires.cluster ? (text.clusters.length > 1 ? text.clusters.join(", ") : "one, chosen at the start") : "none needed"],
    ["Tools", text.requires.tools.join(", ")],
    ["Permissions", text.requires.permissions.join(", ")],
    ["Recovery time", text.rtoMs === null ? "" : formatDuration(text.rtoMs)],
    ["Recovery point", text.rpoMs === null ? "" : formatDuration(text.rpoMs)],
    ["Rehearsed", text.drill === undefined ? "" : `every ${text.drill.text}`],
  ];
  return (
    <>
      <PanelHead title="Needs" />
      <dl className="fact-list">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={name === "File" || name === "Tools" ? "mono" : ""}>{value}</dd>
            </div>
          ))}
      </dl>
      {text.kind === "runbook" ? (
        <p className="fact-link">
          <a href={routeHash({ view: "rehearse", path, compare: null })}>Rehearsals and live runs of it</a>
        </p>
      ) : null}
      {text.params.length === 0 ? null : (
        <>
          <PanelHead title="Asks for" sub={plural(text.params.length, "input")} />
          <ul className="param-list">
            {text.params.map((param) => (
              <li key={param.name}>
                <b className="mono">{param.name}</b>{" "}
                <span className="dim">
                  {param.type}
                  {param.required
                    ? ", required"
                    : param.default === null
                      ? ", optional"
                      : `, else ${param.type === "secret" ? "as set" : param.default}`}
                </span>
                {param.about === "" ? null : <div className="mid">{param.about}</div>}
              </li>
            ))}
          </ul>
        </>
      )}
      {text.kind === "runbook" ? <Reviewed reviews={reviews} unavailable={unavailable} onReview={onReview} /> : null}
      <PanelHead
        title="Findings in the text"
        sub={findings.list.length > 0 ? plural(findings.list.length, "finding") : findings.state === "done" ? "none" : ""}
      />
      <FindingList findings={findings} onShowLine={onShowLine} />
    </>
  );
}

/** Who signed that they read exactly these bytes; a text that differs in one of them has none. */
function Reviewed({ reviews, unavailable, onReview }: { reviews: Reviews; unavailable: string | null; onReview(): void }) {
  const zone = useSiteZone();
  return (
    <section aria-label="Review for production">
      <PanelHead title="Review for production" sub={reviews.length === 0 ? "none" : plural(reviews.length, "signature")} />
      <ul className="review-list">
        {reviews.map((one) => (
          <li key={`${one.name} ${one.at}`} title={one.statement}>
            <Status state="passed" size={14} />
            <span>
              <b>Reviewed by {one.name}</b> as {one.role}
              <small>{formatMoment(one.at, zone)}</small>
            </span>
          </li>
        ))}
        {reviews.length === 0 ? (
          <li>
            <Status state="signoff" size={14} />
            <span>
              Nobody has signed a review of this text. On production a run of it needs one, by somebody who did not write it, or a reason.
            </span>
          </li>
        ) : null}
      </ul>
      <div className="review-sign">
        <Button small icon={<PenLine size={14} aria-hidden="true" />} unavailable={unavailable} onClick={onReview}>
          Sign the review…
        </Button>
      </div>
    </section>
  );
}

const shapes = { error: "failed", warning: "nearmiss", info: "open" } as const;
/** Beyond this a list is not read; the command line gives all of them. */
const SHOWN = 200;

const SEVERITY_WORDS = { error: "Error", warning: "Warning", info: "Note" } as const;

function FindingList({ findings, onShowLine }: { findings: Findings; onShowLine(line: number): void }) {
  const { list } = findings;
  const more =
    findings.state === "failed" ? (
      <p className="findings-none warn-text" role="status">
        <Status state="unknown" size={14} /> Not looked at as lint does: {findings.message}
      </p>
    ) : findings.state === "looking" ? (
      <p className="findings-none" role="status">
        <Status state="open" size={14} /> Looking through the text…
      </p>
    ) : null;
  if (list.length === 0)
    return (
      more ?? (
        <p className="findings-none">
          <Status state="passed" size={14} /> Everything in it was understood, and lint found nothing.
        </p>
      )
    );
  const order = { error: 0, warning: 1, info: 2 };
  const sorted = [...list].sort((a, b) => order[a.severity] - order[b.severity] || a.line - b.line);
  return (
    <>
      {more}
      <ul className="findings">
        {sorted.slice(0, SHOWN).map((one) => (
          <li key={`${one.line}:${one.column} ${one.code} ${one.message}`}>
            <button type="button" onClick={() => onShowLine(one.line)}>
              <Status state={shapes[one.severity]} size={14} />
              <span>
                {one.message}
                <small>
                  <b className={one.severity === "error" ? "fail-text" : one.severity === "warning" ? "warn-text" : ""}>
                    {SEVERITY_WORDS[one.severity]}
                  </b>
                  , line {one.line}, <span className="mono">{one.code}</span>
                </small>
              </span>
            </button>
          </li>
        ))}
        {sorted.length > SHOWN ? (
          <li className="findings-none">{plural(sorted.length - SHOWN, "more finding")}: run holdpoint lint for all.</li>
        ) : null}
      </ul>
    </>
  );
}
