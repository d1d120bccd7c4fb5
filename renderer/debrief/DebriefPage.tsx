// The debrief of a rehearsal: what was injected, when it was noticed, what was done, in how long; every line leads to its event.
// Owns: asking for it and its layout. The figures are the engine's.
import { ArrowLeft, GraduationCap } from "lucide-react";
import { useEffect, useState } from "react";
import type { Debrief, RunHeader } from "../../engine/protocol/index.ts";
import { bridge } from "../bridge/index.ts";
import { Button, EmptyState, formatDuration, formatMoment, Notice, PanelHead, plural, Status } from "../design/index.ts";
import { Course } from "./Course.tsx";
import "./debrief.css";
import { FaultCard } from "./FaultCard.tsx";
import { HOW_WORDS, resultWords } from "./words.ts";

export function DebriefPage({ header, zone, onBack }: { header: RunHeader; zone: string; onBack(): void }) {
  const [debrief, setDebrief] = useState<Debrief | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { run, status } = header;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again when the run has ended
  useEffect(() => {
    let isOpen = true;
    void bridge()
      .call("run.debrief", { run })
      .then((answer) => {
        if (!isOpen) return;
        setDebrief(answer.ok ? answer.value : null);
        setProblem(answer.ok ? null : answer.error.message);
      });
    return () => {
      isOpen = false;
    };
  }, [run, status]);
  return (
    <section className="debrief" data-region="document" aria-label="Debrief" tabIndex={-1}>
      <PanelHead
        icon={<GraduationCap size={16} aria-hidden="true" />}
        title="Debrief"
        sub={
          debrief === null
            ? undefined
            : `${debrief.scenario.title || "Drill"}${debrief.scenario.seed === null ? "" : `, seed ${debrief.scenario.seed}`}`
        }
        end={
          <Button small icon={<ArrowLeft size={15} aria-hidden="true" />} onClick={onBack}>
            Runbook
          </Button>
        }
      />
      <div className="debrief-body">
        {problem !== null ? (
          <EmptyState title="Not yet">{problem}</EmptyState>
        ) : debrief === null ? (
          <p role="status">Putting the debrief together…</p>
        ) : (
          <Page debrief={debrief} header={header} zone={zone} />
        )}
      </div>
    </section>
  );
}

function Page({ debrief, header, zone }: { debrief: Debrief; header: RunHeader; zone: string }) {
  const { figures, faults, falseAlarms } = debrief;
  const { state, title, detail } = resultWords(debrief);
  const href = (seq: number): string => `#/records/${header.log}/${seq}`;
  const spanMs = Date.parse(debrief.endedAt) - Date.parse(debrief.startedAt);
  const troubles = faults.filter((fault) => fault.state === "met" && fault.cleared === null && fault.how === "real");
  return (
    <>
      <header className="debrief-head">
        <Status state={state} size={26} />
        <div className="grow">
          <h2>{title}</h2>
          <p className="mid">{detail}</p>
        </div>
        <ul className="debrief-figures" aria-label="In numbers">
          <Figure value={`${figures.injected}`} more={`of ${figures.planned}`} label="injected" />
          <Figure value={`${figures.noticed}`} more={`of ${figures.injected}`} label="noticed" />
          <Figure value={`${figures.handled}`} more={`of ${figures.injected}`} label="dealt with" />
          <Figure value={figures.medianNoticeMs === null ? "–" : formatDuration(figures.medianNoticeMs)} more="" label="median to notice" />
          <Figure value={`${figures.hinted}`} more="" label={figures.hinted === 1 ? "hint given" : "hints given"} />
        </ul>
      </header>
      <p className="debrief-when dim">
        {debrief.title}, {debrief.way}, {formatMoment(debrief.startedAt, zone)}, {formatDuration(spanMs)}
        {debrief.compress === 1 ? "" : `, waits divided by ${debrief.compress}`}, {debrief.result}
        {debrief.scenario.file === "" ? "" : `, ${debrief.scenario.file}`}
      </p>
      {troubles.length === 0 ? null : (
        <Notice kind="fail">
          {plural(troubles.length, "fault")} could not be put right again: {troubles.map((fault) => fault.title).join(", ")}. Put it right
          by hand before the sandbox is used for anything else.
        </Notice>
      )}
      {faults.length === 0 ? (
        <EmptyState title="Nothing was planned">The seed found nothing in this text that could fail.</EmptyState>
      ) : (
        <>
          <Course debrief={debrief} spanMs={Math.max(1, spanMs)} />
          <ol className="debrief-faults">
            {faults.map((fault) => (
              <FaultCard key={fault.name} fault={fault} href={href} />
            ))}
          </ol>
        </>
      )}
      {falseAlarms.length === 0 ? null : (
        <section className="card debrief-card" aria-label="False alarms">
          <h3>“I see a fault” where none was</h3>
          <ul className="debrief-deeds">
            {falseAlarms.map((deed) => (
              <li key={deed.seq}>
                <a className="mono" href={href(deed.seq)}>
                  {formatDuration(Date.parse(deed.at) - Date.parse(debrief.startedAt))}
                </a>{" "}
                {deed.by} {HOW_WORDS[deed.how]}
                {deed.text === "" ? "" : `: ${deed.text}`}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Figure({ value, more, label }: { value: string; more: string; label: string }) {
  return (
    <li>
      <b className="mono">{value}</b>
      {more === "" ? null : <span className="dim"> {more}</span>}
      <span className="debrief-label">{label}</span>
    </li>
  );
}
