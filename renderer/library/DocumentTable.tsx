// A list of runbooks or checklists, under the folders they lie in. One row, one link; figures stand under each other.
// Owns: drawing. Takes entries.
import { FileText, FileWarning, ListChecks } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import type { LibraryEntry } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import { formatDuration, plural, Status } from "../design/index.ts";
import { bySubject, firstSentence, insideFolder } from "./paths.ts";

export function DocumentTable({
  title,
  sub,
  entries,
  end,
  empty,
}: {
  title: string;
  sub?: ReactNode;
  entries: LibraryEntry[];
  end?: ReactNode;
  empty?: ReactNode;
}) {
  return (
    <section className="documents" aria-label={title}>
      <div className="documents-head">
        <h2>{title}</h2>
        {sub === undefined ? null : <span className="dim">{sub}</span>}
        {end === undefined ? null : <span className="end">{end}</span>}
      </div>
      {entries.length === 0
        ? (empty ?? null)
        : bySubject(entries).map(({ subject, entries: found }) => (
            <Fragment key={subject}>
              {subject === "" ? null : <h3 className="documents-subject">{subject}</h3>}
              <ul className="documents-list" {...(subject === "" ? {} : { "aria-label": subject })}>
                {found.map((entry) => (
                  <li key={entry.path}>
                    <a href={routeHash({ view: "document", path: entry.path })}>
                      <Row entry={entry} />
                    </a>
                  </li>
                ))}
              </ul>
            </Fragment>
          ))}
    </section>
  );
}

function Row({ entry }: { entry: LibraryEntry }) {
  if (entry.kind === "unreadable")
    return (
      <>
        <FileWarning size={18} className="warn-text" aria-hidden="true" />
        <span className="documents-name">
          <b>{insideFolder(entry.path, entry.folder)}</b>
          <span className="fail-text">{entry.error ?? "cannot be read"}</span>
        </span>
      </>
    );
  const isChecklist = entry.kind === "checklist";
  return (
    <>
      {isChecklist ? <ListChecks size={18} aria-hidden="true" /> : <FileText size={18} aria-hidden="true" />}
      <span className="documents-name">
        <b>{entry.title}</b>
        {entry.about === "" ? null : <span className="dim">{firstSentence(entry.about)}</span>}
      </span>
      {entry.errors + entry.warnings === 0 ? null : (
        <span className="documents-marks">
          {entry.errors === 0 ? null : (
            <span className="fail-text">
              <Status state="failed" size={14} /> {plural(entry.errors, "error")}
            </span>
          )}
          {entry.warnings === 0 ? null : (
            <span className="mid">
              <Status state="nearmiss" size={14} /> {plural(entry.warnings, "warning")}
            </span>
          )}
        </span>
      )}
      <span className="documents-count">{isChecklist ? plural(entry.items, "item") : plural(entry.steps, "step")}</span>
      <span className="documents-planned">{entry.plannedMs === null ? "" : formatDuration(entry.plannedMs)}</span>
      <span className="documents-needs">{isChecklist ? "" : entry.needsCluster ? "needs a cluster" : "needs no cluster"}</span>
    </>
  );
}
