// The three ways to rehearse as three cards, and what each still asks: the run to replay, speed, compressed waits, an instructor.
// Owns: the drawing. What is chosen lies in the dialog's draft.
import { Footprints, History, SquareTerminal } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { RehearsalSource, RehearsalWay, ResultOf } from "../../engine/protocol/index.ts";
import { callEngine, useSiteZone } from "../app/index.ts";
import { Field, formatDate, formatPlanned, Notice, plural, SelectField } from "../design/index.ts";
import { SPEEDS } from "../terminal/index.ts";
import { isPlayed, type RehearsalDraft } from "./rehearsal.ts";

type Scenario = ResultOf<"rehearsal.scenarios">[number];

/** Earlier runs that can be replayed, and scenarios beside the file; null before they were read. */
export function useRehearsalChoices(path: string, isWanted: boolean) {
  const [sources, setSources] = useState<RehearsalSource[] | null>(null);
  const [scenarios, setScenarios] = useState<Scenario[]>([]);
  useEffect(() => {
    if (!isWanted) return undefined;
    let isGone = false;
    void callEngine("rehearsal.sources", { path }).then((result) => {
      if (!isGone) setSources(result.ok ? result.value : []);
    });
    void callEngine("rehearsal.scenarios", { path }).then((result) => {
      if (!isGone && result.ok) setScenarios(result.value);
    });
    return () => {
      isGone = true;
    };
  }, [path, isWanted]);
  return { sources, scenarios };
}

const WAYS: { way: RehearsalWay; word: string; icon: ReactNode; what: string; touches: string }[] = [
  {
    way: "walk",
    word: "Walk",
    icon: <Footprints size={18} aria-hidden="true" />,
    what: "Read each step, say how it would end, take the time.",
    touches: "Nothing runs.",
  },
  {
    way: "replay",
    word: "Replay",
    icon: <History size={18} aria-hidden="true" />,
    what: "What an earlier run printed plays again, and ends as then.",
    touches: "Nothing runs.",
  },
  {
    way: "sandbox",
    word: "Sandbox",
    icon: <SquareTerminal size={18} aria-hidden="true" />,
    what: "Commands really run, on a cluster classed sandbox or local.",
    touches: "Never on production.",
  },
];

export function Ways({
  draft,
  sources,
  scenarios,
  onChange,
  onSource,
}: {
  draft: RehearsalDraft;
  sources: RehearsalSource[] | null;
  scenarios: Scenario[];
  onChange(part: Partial<RehearsalDraft>): void;
  onSource(source: RehearsalSource): void;
}) {
  return (
    <>
      <fieldset className="start-ways">
        <legend>How it is practised</legend>
        {WAYS.map(({ way, word, icon, what, touches }) => (
          <label key={way} className={`start-way ${draft.way === way ? "chosen" : ""}`}>
            <input type="radio" name="way" className="visually-hidden" checked={draft.way === way} onChange={() => onChange({ way })} />
            <span className="start-way-head">
              {icon}
              <b>{word}</b>
            </span>
            <span>{what}</span>
            <span className="start-way-touches">{touches}</span>
          </label>
        ))}
      </fieldset>
      {draft.way === "replay" ? <Sources draft={draft} sources={sources} onSource={onSource} /> : null}
      <div className="start-pair">
        {draft.way === "replay" ? (
          <SelectField
            label="Speed"
            hint="Can be changed while it plays."
            value={draft.speed}
            onChange={(event) => onChange({ speed: event.target.value })}
          >
            {SPEEDS.map(({ value, word }) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </SelectField>
        ) : null}
        <Field
          label="Waits divided by"
          hint="Gates and soaks; both times go on record."
          inputMode="decimal"
          value={draft.compress}
          onChange={(event) => onChange({ compress: event.target.value })}
        />
      </div>
      <Instructor draft={draft} scenarios={scenarios} onChange={onChange} />
    </>
  );
}

function Sources({
  draft,
  sources,
  onSource,
}: {
  draft: RehearsalDraft;
  sources: RehearsalSource[] | null;
  onSource(source: RehearsalSource): void;
}) {
  const zone = useSiteZone();
  if (sources === null) return <p className="mid">Looking for earlier runs…</p>;
  if (sources.length === 0)
    return (
      <Notice kind="warn">No run of this runbook has ended yet, so there is nothing to replay. Walk it through, or run it once.</Notice>
    );
  const chosen = sources.find((one) => one.run === draft.source);
  return (
    <SelectField
      label="Replays"
      {...(chosen === undefined ? {} : { hint: coverage(chosen) })}
      value={draft.source ?? ""}
      onChange={(event) => {
        const source = sources.find((one) => one.run === event.target.value);
        if (source !== undefined) onSource(source);
      }}
    >
      {draft.source === null ? <option value="">Choose a run…</option> : null}
      {sources.map((one) => (
        <option key={one.run} value={one.run}>
          {one.mode === "live" ? "live run" : "rehearsal"} {one.number}, {formatDate(one.startedAt, zone)}, {one.result}
          {one.from === "" ? "" : ", from another machine"}
        </option>
      ))}
    </SelectField>
  );
}

function coverage({ same, changed, absent, playsMs, operator, from }: RehearsalSource): string {
  const parts = [`${plural(same + changed, "step")} play, ${formatPlanned(playsMs)} at real speed`];
  if (changed > 0) parts.push(`${changed} of them had another text then`);
  if (absent > 0) parts.push(`${absent} ${absent === 1 ? "was" : "were"} not run then and ${absent === 1 ? "is" : "are"} walked`);
  return `By ${operator}${from === "" ? "" : `, packed by ${from}`}: ${parts.join("; ")}.`;
}

function Instructor({
  draft,
  scenarios,
  onChange,
}: {
  draft: RehearsalDraft;
  scenarios: Scenario[];
  onChange(part: Partial<RehearsalDraft>): void;
}) {
  const { instructor } = draft;
  return (
    <>
      <SelectField
        label="Instructor"
        hint={
          instructor === "none"
            ? "Nothing is made to fail."
            : `Makes things fail${isPlayed(draft) ? ", played" : ", really where it can"}; the debrief at the end shows what.`
        }
        value={instructor === "file" ? `file ${draft.scenario}` : instructor}
        onChange={(event) => {
          const { value } = event.target;
          if (value.startsWith("file ")) onChange({ instructor: "file", scenario: value.slice("file ".length) });
          else onChange({ instructor: value === "seed" ? "seed" : "none", scenario: "" });
        }}
      >
        <option value="none">nobody</option>
        {scenarios.map((one) => (
          <option key={one.file} value={`file ${one.file}`} disabled={one.diagnostics.some(({ severity }) => severity === "error")}>
            {one.title === "" ? one.file : one.title}, {plural(one.faults, "fault")}
          </option>
        ))}
        <option value="seed">made up from a seed</option>
      </SelectField>
      {instructor === "seed" ? (
        <Field
          label="Seed"
          hint="The same seed gives the same faults at the same moments."
          mono
          maxLength={80}
          value={draft.seed}
          onChange={(event) => onChange({ seed: event.target.value })}
        />
      ) : null}
    </>
  );
}
