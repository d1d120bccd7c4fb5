// Search and filters over a log, as chips that say what they narrow to.
// Owns: drawing. Values that only the log knows (persons, types) are those seen in the rows loaded so far.
import { Search, X } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { EventFilter, EventRow, LogSummary } from "../../engine/protocol/index.ts";
import { formatCount, Menu, type MenuItem, Status } from "../design/index.ts";
import { INSTALL_EVENT_TYPES, LAUNCH_EVENT_TYPES, OUTCOMES, RUN_EVENT_TYPES, SIGNATURES } from "./words.ts";

const TYPES = { install: INSTALL_EVENT_TYPES, run: RUN_EVENT_TYPES, launch: [...LAUNCH_EVENT_TYPES, ...RUN_EVENT_TYPES] } as const;

/** A word is searched when typing has paused this long, milliseconds. */
const PAUSE_MS = 160;

export function FilterBar({
  filter,
  kind,
  steps,
  pages,
  matching,
  total,
  isLoading,
  onChange,
}: {
  filter: EventFilter;
  kind: LogSummary["kind"];
  steps: { id: string; title: string; number: string }[];
  pages: Record<number, EventRow[]>;
  matching: number;
  total: number;
  isLoading: boolean;
  onChange(part: EventFilter): void;
}) {
  const [text, setText] = useState(filter.text ?? "");
  useEffect(() => {
    if (text === (filter.text ?? "")) return;
    const timer = setTimeout(() => onChange({ text }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, filter.text, onChange]);
  const seen = useMemo(() => Object.values(pages).flat(), [pages]);
  const people = useMemo(() => [...new Set(seen.map((row) => row.who))].filter((who) => who !== "").sort(), [seen]);
  const types = useMemo(() => [...new Set([...TYPES[kind], ...seen.map((row) => row.type)])], [seen, kind]);
  const step = steps.find((one) => one.id === filter.step);
  return (
    <search className="filters">
      <label className="filters-search">
        <Search size={16} aria-hidden="true" />
        <input
          id="record-search"
          type="search"
          placeholder="Search in the record"
          aria-label="Search in the record"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && setText("")}
        />
      </label>
      {steps.length === 0 ? null : (
        <Chip
          name="Step"
          value={step === undefined ? (filter.step ?? null) : `${step.number} ${step.title}`}
          any="any"
          options={steps.map((one) => ({ id: one.id, label: `${one.number} ${one.title}` }))}
          onChange={(value) => onChange({ step: value as EventFilter["step"] })}
        />
      )}
      <Chip
        name="Type"
        value={filter.type === SIGNATURES ? null : (filter.type ?? null)}
        any="any"
        options={types.map((type) => ({ id: type, label: type }))}
        onChange={(type) => onChange({ type })}
      />
      <Chip
        name="Person"
        value={filter.actor ?? null}
        any="anyone"
        options={people.map((who) => ({ id: who, label: who }))}
        onChange={(actor) => onChange({ actor })}
      />
      <Chip
        name="Outcome"
        value={filter.outcome ?? null}
        any="any"
        options={OUTCOMES.map((outcome) => ({ id: outcome, label: outcome }))}
        onChange={(outcome) => onChange({ outcome })}
      />
      {kind === "install" ? null : (
        <button
          type="button"
          className={`filter-chip toggle ${filter.type === SIGNATURES ? "on" : ""}`}
          aria-pressed={filter.type === SIGNATURES}
          onClick={() => onChange({ type: filter.type === SIGNATURES ? undefined : SIGNATURES })}
        >
          <Status state="signoff" size={14} /> Signatures
        </button>
      )}
      <span className="filters-count dim" role="status">
        {isLoading ? "Reading…" : matching === total ? formatCount(total) : `${formatCount(matching)} of ${formatCount(total)}`}
      </span>
    </search>
  );
}

function Chip({
  name,
  value,
  any,
  options,
  onChange,
}: {
  name: string;
  value: string | null;
  any: string;
  options: { id: string; label: string }[];
  onChange(value: string | undefined): void;
}) {
  const items: MenuItem[] = [
    { id: "", label: any, checked: value === null, onSelect: () => onChange(undefined) },
    { kind: "separator", id: "separator" },
    ...options.map((option) => ({
      id: option.id,
      label: option.label,
      checked: option.id === value || option.label === value,
      onSelect: () => onChange(option.id),
    })),
  ];
  return (
    <span className={`filter-chip ${value === null ? "" : "on"}`}>
      <Menu
        align="start"
        items={items}
        trigger={
          <button type="button">
            {name} <b>{value ?? any}</b>
          </button>
        }
      />
      {value === null ? null : (
        <button type="button" aria-label={`Clear ${name.toLowerCase()}`} onClick={() => onChange(undefined)}>
          <X size={14} />
        </button>
      )}
    </span>
  );
}
