// The outline: phases, steps with verdict glyphs, planned and actual times, hold lines. Virtualised, and walked by keys.
// Owns: drawing and the keyboard of the list. Rows are made by outline-rows.ts.
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight, Undo2 } from "lucide-react";
import { memo, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import type { RunbookDocument, RunHeader, StepState } from "../../engine/protocol/index.ts";
import {
  formatCount,
  formatDuration,
  formatSpent,
  HoldLine,
  runStatus,
  STATUS_WORDS,
  Status,
  StatusWord,
  useNow,
} from "../design/index.ts";
import { measureLater, observeLater } from "../design/measure-later.ts";
import { holdWords } from "./hold.ts";
import { countGlyphs, glyphOf, moveInOutline, type OutlineRow, outlineRows, ROW_PX, type StepGlyph } from "./outline-rows.ts";
import { isLate, stepElapsedMs } from "./progress.ts";
import { besideVerdict, nowWords, verdictWords } from "./words.ts";

type Props = {
  document: RunbookDocument;
  states: StepState[];
  /** Of the run: an aborted one says so at the head of its steps too. */
  status: RunHeader["status"];
  current: string | null;
  onChoose(step: string): void;
};

const COUNTED: StepGlyph[] = ["passed", "failed", "unknown", "skipped", "running", "signoff", "open"];

export function Outline({ document: text, states, status, current, onChoose }: Props) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const steps = useMemo(() => new Map(text.steps.map((step) => [step.id as string, step])), [text]);
  const rows = useMemo(() => outlineRows(text, states, folded, current), [text, states, folded, current]);
  const counts = useMemo(() => countGlyphs(states, steps), [states, steps]);
  const scroller = useRef<HTMLDivElement>(null);
  const idBase = useId();
  const currentRow = rows.findIndex((row) => row.type === "step" && states[row.index]!.id === current);
  const [cursor, setCursor] = useState(0);
  const at = Math.min(cursor, rows.length - 1);
  // The virtualiser works out every row anew when this function changes.
  const getItemKey = useCallback((index: number) => rows[index]!.key, [rows]);
  const virtual = useVirtualizer({
    useFlushSync: false,
    measureElement: measureLater,
    observeElementRect: observeLater,
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey,
    estimateSize: (index) => (index === currentRow ? ROW_PX.current : ROW_PX[rows[index]!.type]),
    overscan: 6,
    paddingEnd: 12,
    initialRect: { width: 292, height: 700 },
  });
  // The eye follows the run: when the step under way changes, its row comes into view with what is before and after it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the step moves the list, not a change of its rows
  useEffect(() => {
    if (currentRow < 0) return;
    setCursor(currentRow);
    virtual.scrollToIndex(currentRow, { align: "auto" });
    if (currentRow + 3 < rows.length) virtual.scrollToIndex(currentRow + 3, { align: "auto" });
  }, [currentRow]);

  const toggle = (key: string): void => {
    setFolded((was) => {
      const next = new Set(was);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  };
  const activate = (row: OutlineRow | undefined): void => {
    if (row?.type === "step") onChoose(states[row.index]!.id);
    else if (row?.type === "phase") toggle(row.key);
    else if (row?.type === "folded") toggle(row.phase);
  };
  const typed = useRef({ text: "", at: 0 });
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[at];
    const to = moveInOutline(event.key, at, rows);
    if (to !== null) {
      setCursor(to);
      virtual.scrollToIndex(to, { align: "auto" });
    } else if (event.key === "Enter" || event.key === " ") {
      activate(row);
    } else if (event.key === "ArrowLeft" && row?.type === "phase" && !row.isFolded) toggle(row.key);
    else if (event.key === "ArrowLeft" && row?.type === "folded") toggle(row.phase);
    else if (event.key === "ArrowLeft" && row?.type === "step") {
      const phase = rows.findLastIndex((one, index) => index < at && one.type === "phase");
      if (phase >= 0) setCursor(phase);
    } else if (event.key === "ArrowRight" && row?.type === "phase" && row.isFolded) toggle(row.key);
    else if (event.key.length === 1) {
      // Typing finds a step by its number or the beginning of its title, as lists do.
      const now = event.timeStamp;
      typed.current = {
        text: now - typed.current.at < 800 ? typed.current.text + event.key.toLowerCase() : event.key.toLowerCase(),
        at: now,
      };
      const found = rows.findIndex((one) => {
        if (one.type !== "step") return false;
        const state = states[one.index]!;
        return state.number.startsWith(typed.current.text) || state.title.toLowerCase().startsWith(typed.current.text);
      });
      if (found < 0) return;
      setCursor(found);
      virtual.scrollToIndex(found, { align: "auto" });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section className="run-outline" data-region="outline" aria-label="Outline">
      <div className="panel-head">
        <h2>Outline</h2>
        {status === "aborted" ? <StatusWord {...runStatus(status)} size={14} /> : null}
        <span className="end run-counts">
          {COUNTED.map((glyph) => {
            const count = counts.get(glyph) ?? 0;
            if (count === 0) return null;
            return (
              <span key={glyph} className="run-count">
                <Status state={glyph} size={14} label={STATUS_WORDS[glyph]} />
                {formatCount(count)}
              </span>
            );
          })}
        </span>
      </div>
      <div className="run-outline-head" aria-hidden="true">
        <span>Step</span>
        <span className="run-head-planned">planned</span>
        <span className="run-head-actual">actual</span>
      </div>
      <div
        className="run-outline-rows"
        ref={scroller}
        role="tree"
        aria-label="Steps"
        tabIndex={0}
        data-region-focus
        data-own-keys
        aria-activedescendant={rows.length > 0 ? `${idBase}-${at}` : undefined}
        onKeyDown={onKeyDown}
      >
        <div className="run-virtual" style={{ height: virtual.getTotalSize() }} role="presentation">
          <div
            className="run-virtual-rows"
            style={{ transform: `translateY(${virtual.getVirtualItems()[0]?.start ?? 0}px)` }}
            role="presentation"
          >
            {virtual.getVirtualItems().map(({ index, key }) => {
              const row = rows[index]!;
              return (
                <div key={key} ref={virtual.measureElement} data-index={index} className="run-virtual-row" role="presentation">
                  <Row
                    id={`${idBase}-${index}`}
                    row={row}
                    state={row.type === "step" ? states[row.index]! : null}
                    step={row.type === "step" ? steps.get(states[row.index]!.id) : undefined}
                    isCurrent={index === currentRow}
                    isCursor={index === at}
                    onActivate={activate}
                  />
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </section>
  );
}

type RowProps = {
  id: string;
  row: OutlineRow;
  state: StepState | null;
  step: RunbookDocument["steps"][number] | undefined;
  isCurrent: boolean;
  isCursor: boolean;
  onActivate(row: OutlineRow): void;
};
const Row = memo(
  function Row({ id, row, state, step, isCurrent, isCursor, onActivate }: RowProps) {
    const common = { id, "data-cursor": isCursor || undefined, onClick: () => onActivate(row) };
    switch (row.type) {
      case "hold":
        return (
          <div className="run-hold">
            <HoldLine state={row.state === "waiting" ? "on" : row.state === "next" ? "next" : "quiet"} />
          </div>
        );
      case "phase":
        return (
          <div
            {...common}
            role="treeitem"
            tabIndex={-1}
            aria-level={1}
            aria-expanded={!row.isFolded}
            aria-selected={isCursor}
            className="run-row phase"
          >
            {row.isFolded ? <ChevronRight size={14} aria-hidden="true" /> : <ChevronDown size={14} aria-hidden="true" />}
            <span className="run-n">{row.number}</span>
            <span className="run-t">{row.title}</span>
            <Time ms={row.plannedMs} word="planned" isPlanned />
            <Time ms={row.actualMs} word="took" isLate={isLate(row.actualMs, row.plannedMs)} />
          </div>
        );
      case "folded":
        return (
          <div {...common} role="treeitem" tabIndex={-1} aria-level={2} aria-selected={isCursor} className="run-row quiet">
            <Status state={row.worst} size={16} />
            <span className="run-t">{row.words}</span>
            <ChevronRight size={14} aria-hidden="true" />
          </div>
        );
      case "step":
        return state === null ? null : (
          <div
            {...common}
            role="treeitem"
            tabIndex={-1}
            aria-level={2}
            aria-selected={isCursor}
            {...(isCurrent ? { "aria-current": "step" as const } : {})}
            className={`run-row ${isCurrent ? `current ${trouble(state)}` : "quiet"} ${state.status}`}
          >
            <StepRow state={state} step={step} isCurrent={isCurrent} />
          </div>
        );
      default:
        return row satisfies never;
    }
  },
  // The callback is new at every render of the list and does the same for the same row.
  (a, b) =>
    a.id === b.id &&
    a.row === b.row &&
    a.state === b.state &&
    a.isCurrent === b.isCurrent &&
    a.isCursor === b.isCursor &&
    a.step === b.step,
);

function trouble(state: StepState): string {
  return state.status !== "running" && (state.verdict === "failed" || state.verdict === "unknown") ? state.verdict : "";
}

function StepRow({ state, step, isCurrent }: { state: StepState; step: RowProps["step"]; isCurrent: boolean }) {
  const glyph = glyphOf(state, step);
  const lane = state.lane === "main" || state.lane === "" ? null : <span className="chip">{state.lane}</span>;
  const held = holdWords(state);
  const words = state.status === "done" ? verdictWords(state) : held === "" ? STATUS_WORDS[glyph] : held;
  // What a hold point ahead waits for is its glyph's name; what happened to it already is said.
  const isTold = !isCurrent && held !== "" && (!held.startsWith("waits") || held.includes("stale"));
  return (
    <>
      <Status state={glyph} size={16} {...(isCurrent ? {} : { label: words })} />
      <span className="run-n">{state.number}</span>
      <span className="run-t">
        {state.title}
        {state.wayBack ? <Undo2 className="run-undo" size={13} aria-label="way back" /> : null}
        {isCurrent ? <small>{nowWords(state)}</small> : null}
        {isTold ? <small>{held}</small> : null}
        {state.status === "done" && !isCurrent && besideVerdict(state) !== "" ? <small>{besideVerdict(state)}</small> : null}
      </span>
      {lane}
      <Time ms={state.plannedMs} word="planned" isPlanned />
      {state.status === "done" || state.startedAt === null ? (
        <Time ms={state.durationMs} word="took" isLate={isLate(state.durationMs, state.plannedMs)} />
      ) : (
        <RunningTime state={state} />
      )}
    </>
  );
}
function RunningTime({ state }: { state: StepState }) {
  const elapsed = stepElapsedMs(state, useNow());
  return <Time ms={elapsed} word="since" isLate={isLate(elapsed, state.plannedMs)} />;
}
function Time({
  ms,
  word,
  isPlanned = false,
  isLate: late = false,
}: {
  ms: number | null;
  word: string;
  isPlanned?: boolean;
  isLate?: boolean;
}) {
  if (ms === null) return <span className={isPlanned ? "run-planned" : "run-actual"} />;
  return (
    <span className={`${isPlanned ? "run-planned" : "run-actual"} ${late ? "late" : ""}`}>
      <span className="visually-hidden">
        {late ? "late, " : ""}
        {word}{" "}
      </span>
      {late ? <i aria-hidden="true">▲</i> : null}
      {isPlanned || word === "since" ? formatDuration(ms) : formatSpent(ms)}
    </span>
  );
}
