// Every runbook with its last drill, when the next is due, and its trend; the most urgent first. Owns: drawing.
import { Drama, FileArchive } from "lucide-react";
import { useState } from "react";
import type { SeriesEntry } from "../../engine/protocol/index.ts";
import { routeHash, useReadOnly } from "../app/index.ts";
import { Button, formatDate, Notice, PanelHead, plural, Status } from "../design/index.ts";
import { UnpackDialog } from "../moving/index.ts";
import { TrendLine } from "./TrendChart.tsx";
import { dueWords, WAY_WORDS } from "./words.ts";

export function RunbookList({
  entries,
  chosen,
  error,
  zone,
}: {
  entries: SeriesEntry[] | null;
  chosen: string | null;
  error: string | null;
  zone: string;
}) {
  const readOnly = useReadOnly();
  const [isOpening, setOpening] = useState(false);
  const count = (state: string): number => (entries ?? []).filter(({ drill }) => drill?.state === state).length;
  const standing = [
    count("due") === 0 ? "" : `${count("due")} overdue`,
    count("soon") === 0 ? "" : `${count("soon")} due soon`,
    count("never") === 0 ? "" : `${count("never")} never rehearsed`,
  ].filter(Boolean);
  return (
    <nav className="rehearse-list" aria-label="Runbooks to rehearse">
      <PanelHead
        icon={<Drama size={16} aria-hidden="true" />}
        title="Rehearse"
        sub={entries === null ? "" : standing.join(", ") || plural(entries.length, "runbook")}
      />
      {error === null ? null : <Notice kind="fail">{error}</Notice>}
      <div className="rehearse-bundle">
        <Button small icon={<FileArchive size={15} aria-hidden="true" />} unavailable={readOnly} onClick={() => setOpening(true)}>
          Open a rehearsal bundle
        </Button>
      </div>
      {isOpening ? <UnpackDialog onClose={() => setOpening(false)} /> : null}
      <ul>
        {(entries ?? []).map((entry) => (
          <li key={entry.path}>
            <a
              href={routeHash({ view: "rehearse", path: entry.path, compare: null })}
              aria-current={entry.path === chosen ? "page" : undefined}
            >
              <span className="rehearse-title">{entry.title}</span>
              <TrendLine trend={entry.trend} />
              <Drill entry={entry} />
              <span className="rehearse-last">
                {entry.last === null
                  ? entry.live > 0
                    ? `${plural(entry.live, "live run")}, no rehearsal`
                    : "not rehearsed"
                  : `${entry.rehearsals === 1 ? "1 rehearsal" : `${entry.rehearsals} rehearsals`}, last ${formatDate(entry.last.at, zone)}${entry.last.way === null ? "" : `, ${WAY_WORDS[entry.last.way].toLowerCase()}`}`}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Drill({ entry: { drill } }: { entry: SeriesEntry }) {
  if (drill === null) return null;
  const { state, word, detail } = dueWords(drill);
  return (
    <span className={`rehearse-due ${drill.state}`}>
      <Status state={state} size={14} />
      <b>{word}</b> {drill.state === "never" ? `every ${drill.every}` : detail}
    </span>
  );
}
