// The night as bars per lane: outline planned, filled actual, hatched forecast, underlined the critical path; lines across all lanes.
// Owns: the drawing, the keys of its bars, and zoom by key. Times and slack are the engine's; what is where is model.ts.
import { type KeyboardEvent, memo, type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { PlanView } from "../../engine/protocol/index.ts";
import { Status } from "../design/index.ts";
import { at, type Bar, barsOf, barWords, END_PX, labelsOf, laneNames, neighbour, spanOf, ticksOf } from "./model.ts";

export type ClockOf = (moment: number | string, withSeconds?: boolean) => string;

const AXIS_PX = 30;
const LANE_PX = 60;
/** Planned outline above, actual or forecast below it, the underline at its foot; from the top of a lane. */
const PLANNED_Y = 7;
const PLANNED_PX = 10;
const BAR_Y = 22;
const BAR_PX = 24;
const UNDER_Y = BAR_Y + BAR_PX + 3;
const FOOT_PX = 24;
const LEFT_PX = 10;
const TICK_APART_PX = 76;
/** Nothing that happened is too short to be seen. */
const THINNEST_PX = 3;
/** Mean width of a character of the labels' type (12 px), on the safe side. */
const CHARACTER_PX = 6.9;
const widthOf = (text: string): number => text.length * CHARACTER_PX;

type Props = {
  view: PlanView;
  now: number;
  clock: ClockOf;
  zoom: number;
  /** On paper: this width, everything in it, no keys. */
  paperPx?: number;
  chosen: number | null;
  onChoose(index: number): void;
  onOpen(index: number): void;
  onZoom(direction: 1 | -1 | 0): void;
};

export function PlanChart({ view, now, clock, zoom, paperPx, chosen, onChoose, onOpen, onZoom }: Props) {
  const scroller = useRef<HTMLElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || paperPx !== undefined) return undefined;
    const sizes = new ResizeObserver(([entry]) => setRoom(entry?.contentRect.width ?? 0));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [paperPx]);
  const still = useMemo(() => barsOf(view, at(view.at)), [view]);
  // Only what runs moves with the clock: the other lanes and bars are not drawn again.
  const lanes = useMemo(() => still.map((bars) => (bars.some(isMoving) ? bars.map((bar) => movedOn(bar, now)) : bars)), [still, now]);
  const names = useMemo(() => laneNames(view), [view]);
  const namesPx = Math.min(140, Math.max(64, ...names.map((name) => widthOf(name) + 28)));
  const span = useMemo(() => spanOf(view, lanes, now), [view, lanes, now]);
  const innerPx = Math.max(240, (paperPx ?? room) - namesPx - END_PX - LEFT_PX) * (paperPx === undefined ? zoom : 1);
  const x = useMemo(() => {
    const perMs = innerPx / (span.to - span.from);
    return (moment: number): number => LEFT_PX + (moment - span.from) * perMs;
  }, [innerPx, span.from, span.to]);
  const heightPx = AXIS_PX + lanes.length * LANE_PX + FOOT_PX;
  const isLive = view.isStarted && view.endedAt === null;

  // What was in the middle stays there when the scale changes; the first time, now does.
  const middle = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new scale moves the picture
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || paperPx !== undefined || room === 0) return;
    const moment = middle.current ?? (isLive ? now : span.from);
    element.scrollLeft = x(moment) - (element.clientWidth - namesPx) / 2;
  }, [zoom, room > 0]);
  const keepMiddle = (): void => {
    const element = scroller.current;
    if (element === null) return;
    const px = element.scrollLeft + (element.clientWidth - namesPx) / 2;
    middle.current = span.from + ((px - LEFT_PX) / innerPx) * (span.to - span.from);
  };

  const isMoved = useRef(false);
  useEffect(() => {
    if (chosen === null || !isMoved.current) return;
    isMoved.current = false;
    const bar = scroller.current?.querySelector<SVGElement>(`[data-step="${chosen}"]`);
    bar?.focus({ preventScroll: true });
    bar?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = { "+": 1, "=": 1, "-": -1, "0": 0 }[event.key];
    if (direction !== undefined) {
      event.preventDefault();
      onZoom(direction as 1 | -1 | 0);
      return;
    }
    const first = chosen ?? lanes.flat()[0]?.index ?? null;
    if (first === null) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onOpen(first);
    } else if (/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) {
      event.preventDefault();
      const next = neighbour(lanes, first, event.key);
      if (next === null) return;
      isMoved.current = true;
      onChoose(next.index);
    }
  };
  const { moments, everyMs } = ticksOf(span.from, span.to, innerPx, TICK_APART_PX);
  const nowX = x(now);
  const nowText = `now ${clock(now, true)}`;
  const nowPx = widthOf(nowText) + 14;
  // The chip stays in the picture where the line is at its edge.
  const chipX = Math.min(Math.max(nowX, nowPx / 2), LEFT_PX + innerPx + END_PX - nowPx / 2);
  const marks = isLive ? [chipX - nowPx / 2 - 36, chipX + nowPx / 2 + 36] : [Number.NaN, Number.NaN];
  const tabStop = chosen ?? lanes.flat()[0]?.index ?? null;
  const isEmpty = paperPx === undefined && room === 0;
  return (
    <section
      className={`plan-chart ${paperPx === undefined ? "" : "paper"}`}
      ref={scroller}
      onScroll={keepMiddle}
      onKeyDown={onKeyDown}
      aria-label="Bars by lane. Arrow keys go from step to step, Enter shows the step in the text, plus and minus zoom, 0 fits. The same stands in the table below."
      data-own-keys
    >
      <div className="plan-chart-inner" style={{ width: namesPx + LEFT_PX + innerPx + END_PX, height: heightPx }}>
        <div className="plan-lanes" style={{ width: namesPx, paddingTop: AXIS_PX }} aria-hidden="true">
          {names.map((name) => (
            <div key={name} style={{ height: LANE_PX }}>
              <span>{name}</span>
            </div>
          ))}
        </div>
        {isEmpty ? null : (
          // biome-ignore lint/a11y/useSemanticElements: a drawing's group of bars is no fieldset
          <svg width={LEFT_PX + innerPx + END_PX} height={heightPx} role="group" aria-label={`Steps in ${names.length} lanes`}>
            <Patterns />
            {lanes.map((_, row) =>
              row % 2 === 0 ? (
                <rect key={names[row]} className="plan-stripe" x={0} y={AXIS_PX + row * LANE_PX} width="100%" height={LANE_PX} />
              ) : null,
            )}
            {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus; its words stand in the bars' names and the table */}
            <g aria-hidden="true">
              {moments.map((moment) => (
                <g key={moment}>
                  <line className="plan-grid" x1={x(moment)} x2={x(moment)} y1={AXIS_PX} y2={heightPx - FOOT_PX} />
                  {x(moment) > marks[0]! && x(moment) < marks[1]! ? null : (
                    <text className="plan-tick" x={x(moment)} y={19} textAnchor="middle">
                      {clock(moment, everyMs < 60_000)}
                    </text>
                  )}
                </g>
              ))}
              <Across
                view={view}
                clock={clock}
                x={x}
                top={AXIS_PX}
                bottom={heightPx - FOOT_PX}
                hasWindowEnd={span.hasWindowEnd}
                edge={LEFT_PX + innerPx + END_PX}
              />
              <CriticalLinks view={view} lanes={lanes} x={x} />
            </g>
            {lanes.map((bars, row) => (
              <Lane
                key={names[row]}
                bars={bars}
                x={x}
                top={AXIS_PX + row * LANE_PX}
                tabStop={paperPx === undefined ? tabStop : null}
                clock={clock}
                onChoose={onChoose}
                onOpen={onOpen}
              />
            ))}
            {isLive ? (
              // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus; its words stand in the bars' names and the table
              <g aria-hidden="true">
                <line className="plan-now" x1={nowX} x2={nowX} y1={AXIS_PX - 4} y2={heightPx - FOOT_PX + 4} />
                <rect className="plan-now-chip" x={chipX - nowPx / 2} y={3} width={nowPx} height={22} rx={4} />
                <text className="plan-now-text" x={chipX} y={18} textAnchor="middle">
                  {nowText}
                </text>
              </g>
            ) : null}
          </svg>
        )}
      </div>
    </section>
  );
}

function Patterns() {
  return (
    <defs>
      <pattern id="plan-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line className="plan-hatch" x1="1" x2="1" y1="0" y2="6" />
      </pattern>
      <pattern id="plan-dots" width="5" height="5" patternUnits="userSpaceOnUse">
        <circle className="plan-dot" cx="2.5" cy="2.5" r="1.1" />
      </pattern>
    </defs>
  );
}

type X = (moment: number) => number;

/** Fixed starts, planned end, window end and hold points: what concerns every lane. Words at the foot, where they do not meet. */
function Across({
  view,
  x,
  top,
  bottom,
  hasWindowEnd,
  edge,
  clock,
}: {
  view: PlanView;
  clock: ClockOf;
  x: X;
  top: number;
  bottom: number;
  hasWindowEnd: boolean;
  edge: number;
}) {
  const lines: { key: string; x: number; kind: string; word: string }[] = view.fixedStarts.map(({ phase, at: moment }) => ({
    key: `fixed ${moment} ${phase}`,
    x: x(at(moment)),
    kind: "fixed",
    word: `${phase}: not before ${clock(moment)}`,
  }));
  if (view.plannedEnd !== null) lines.push({ key: "planned end", x: x(at(view.plannedEnd)), kind: "planned-end", word: "planned end" });
  if (hasWindowEnd) lines.push({ key: "window", x: x(at(view.window.end!)), kind: "window", word: "window closes" });
  lines.sort((a, b) => a.x - b.x);
  // The more a line matters the sooner it gets its words.
  const taken: [number, number][] = [];
  const words = new Map<string, number>();
  for (const kind of ["window", "planned-end", "fixed"])
    for (const line of lines) {
      if (line.kind !== kind) continue;
      const half = widthOf(line.word) / 2 + 6;
      const middle = Math.min(Math.max(line.x, half), edge - half);
      if (taken.some(([from, to]) => middle - half < to && middle + half > from)) continue;
      taken.push([middle - half, middle + half]);
      words.set(line.key, middle);
    }
  return (
    <>
      {view.steps.map((step) =>
        step.signoff.length === 0 || step.start === null || step.isWayBack ? null : (
          <g key={step.id} className={`plan-hold ${step.status === "todo" ? "" : "past"}`}>
            {[-5, -2, 1, 4].map((shift, index) => (
              <line
                key={shift}
                x1={x(at(step.start!)) + shift}
                x2={x(at(step.start!)) + shift}
                y1={top}
                y2={bottom}
                strokeDasharray={index < 2 ? undefined : "5 3"}
              />
            ))}
          </g>
        ),
      )}
      {lines.map((line) => (
        <g key={line.key} className={`plan-line ${line.kind}`}>
          <line x1={line.x} x2={line.x} y1={top - 6} y2={bottom} />
          {words.has(line.key) ? (
            <text x={words.get(line.key)} y={bottom + 17} textAnchor="middle">
              {line.word}
            </text>
          ) : null}
        </g>
      ))}
    </>
  );
}

/** From the foot of each critical bar to the next one's, across lanes. */
function CriticalLinks({ view, lanes, x }: { view: PlanView; lanes: Bar[][]; x: X }) {
  const places = new Map<string, { bar: Bar; row: number }>();
  lanes.forEach((bars, row) => {
    for (const bar of bars) places.set(bar.step.id, { bar, row });
  });
  return view.criticalPath.map((id, index) => {
    const [from, to] = [places.get(id), places.get(view.criticalPath[index + 1] ?? "")];
    if (from === undefined || to === undefined || from.row === to.row) return null;
    const foot = (row: number) => AXIS_PX + row * LANE_PX + UNDER_Y + 1.5;
    const path = `M${x(from.bar.to)} ${foot(from.row)}H${x(to.bar.from)}V${foot(to.row)}`;
    return <path key={id} className={`plan-link ${to.bar.kind === "todo" ? "forecast" : ""}`} d={path} />;
  });
}

const isMoving = (bar: Bar): boolean => bar.kind === "running";
const movedOn = (bar: Bar, now: number): Bar => (isMoving(bar) ? { ...bar, reached: now, to: Math.max(bar.to, now) } : bar);

type LaneProps = {
  bars: Bar[];
  x: X;
  top: number;
  /** Index of the bar that Tab reaches; null on paper. */
  tabStop: number | null;
  clock: ClockOf;
  onChoose(index: number): void;
  onOpen(index: number): void;
};
const Lane = memo(function Lane({ bars, x, top, tabStop, ...acts }: LaneProps) {
  const boxes = bars.map((bar) => ({
    x: x(bar.from),
    width: Math.max(THINNEST_PX, x(bar.to) - x(bar.from)),
    number: bar.step.number,
    title: bar.step.title,
  }));
  const { labels, end } = labelsOf(boxes, widthOf);
  return (
    <g transform={`translate(0 ${top})`}>
      {bars.map((bar, index) => (
        <StepBar
          key={bar.step.id}
          bar={bar}
          x={x}
          label={labels[index]?.text ?? null}
          labelX={labels[index]?.x ?? 0}
          place={labels[index]?.place ?? "inside"}
          tabIndex={tabStop === null ? undefined : tabStop === bar.index ? 0 : -1}
          {...acts}
        />
      ))}
      {end === null ? null : (
        // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus; its words stand in the bars' names and the table
        <text className="plan-label end" x={end.x} y={BAR_Y + 16} aria-hidden="true">
          {end.text}
        </text>
      )}
    </g>
  );
});

type StepBarProps = Pick<LaneProps, "x" | "clock" | "onChoose" | "onOpen"> & {
  bar: Bar;
  label: string | null;
  labelX: number;
  place: "inside" | "after";
  tabIndex: number | undefined;
};
const StepBar = memo(function StepBar({ bar, x, label, labelX, place, tabIndex, clock, onChoose, onOpen }: StepBarProps) {
  const { step } = bar;
  const left = x(bar.from);
  const width = Math.max(THINNEST_PX, x(bar.to) - left);
  const words = barWords(step, clock);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a bar of a drawing cannot be a button element
    <g
      role="button"
      tabIndex={tabIndex}
      data-step={bar.index}
      className={`plan-bar ${bar.kind} st-${bar.glyph} ${step.isCritical ? "critical" : ""}`}
      aria-label={words}
      onClick={() => onChoose(bar.index)}
      onDoubleClick={() => onOpen(bar.index)}
      onFocus={() => onChoose(bar.index)}
    >
      <title>{words}</title>
      {bar.planned === null ? null : (
        <rect
          className="plan-planned"
          x={x(bar.planned[0])}
          y={PLANNED_Y}
          width={Math.max(THINNEST_PX, x(bar.planned[1]) - x(bar.planned[0]))}
          height={PLANNED_PX}
          rx={2}
        />
      )}
      <rect className="plan-focus" x={left - 3} y={BAR_Y - 3} width={width + 6} height={BAR_PX + 6} rx={5} />
      <BarBody bar={bar} x={x} width={width}>
        <Parts bar={bar} x={x} />
      </BarBody>
      {step.isCritical ? <rect className="plan-under" x={left} y={UNDER_Y} width={width} height={3} /> : null}
      {label === null ? null : (
        <text className={`plan-label ${place}`} x={labelX} y={BAR_Y + 16}>
          {label}
        </text>
      )}
      {bar.glyph === "failed" || bar.glyph === "unknown" ? (
        <g transform={`translate(${left - 5} ${BAR_Y - 7})`} className="plan-glyph">
          <Status state={bar.glyph} size={14} />
        </g>
      ) : null}
    </g>
  );
});

function BarBody({ bar, x, width, children }: { bar: Bar; x: X; width: number; children: ReactNode }) {
  const left = x(bar.from);
  const reached = bar.kind === "done" ? width : bar.kind === "todo" ? 0 : Math.max(1, x(bar.reached) - left);
  return (
    <>
      {bar.kind === "done" ? null : (
        <>
          <rect className="plan-forecast-ground" x={left} y={BAR_Y} width={width} height={BAR_PX} rx={3} />
          <rect className="plan-forecast" x={left} y={BAR_Y} width={width} height={BAR_PX} rx={3} fill="url(#plan-hatch)" />
        </>
      )}
      {reached > 0 ? <rect className="plan-actual" x={left} y={BAR_Y} width={reached} height={BAR_PX} rx={3} /> : null}
      {children}
    </>
  );
}

/** Gates and the soak, from the end of the bar backwards: they are the last that a step does. */
function Parts({ bar, x }: { bar: Bar; x: X }) {
  let right = bar.to;
  return bar.step.parts.toReversed().map((part, index) => {
    const from = Math.max(bar.from, right - part.ms);
    const [x0, x1] = [x(from), x(right)];
    right = from;
    if (x1 - x0 < 1) return null;
    const key = `${part.kind} ${index}`;
    return (
      <g key={key} className={`plan-part ${part.kind}`}>
        <line x1={x0} x2={x0} y1={BAR_Y} y2={BAR_Y + BAR_PX} />
        <rect x={x0} y={BAR_Y + BAR_PX - 6} width={x1 - x0} height={6} fill="url(#plan-dots)" />
      </g>
    );
  });
}

export function Legend() {
  const id = useId();
  const swatch = (name: string, word: string, drawing: ReactNode): ReactNode => (
    <li key={`${id} ${name}`}>
      <svg width="26" height="14" aria-hidden="true">
        {drawing}
      </svg>
      {word}
    </li>
  );
  return (
    <ul className="plan-legend" aria-label="Signs">
      {swatch("planned", "planned", <rect className="plan-planned" x="1" y="3" width="24" height="8" rx="2" />)}
      {swatch("actual", "actual", <rect className="plan-actual st-passed" x="1" y="2" width="24" height="10" rx="2" />)}
      {swatch("forecast", "forecast", <rect className="plan-forecast" x="1" y="2" width="24" height="10" rx="2" fill="url(#plan-hatch)" />)}
      {swatch("critical", "critical path", <rect className="plan-under" x="0" y="6" width="26" height="3" />)}
      {swatch("gate", "gate or soak", <rect x="1" y="4" width="24" height="6" fill="url(#plan-dots)" />)}
      {swatch(
        "hold",
        "hold point",
        <g className="plan-hold">
          <path d="M8 0V14M12 0V14" />
          <path d="M16 0V14M20 0V14" strokeDasharray="5 3" />
        </g>,
      )}
    </ul>
  );
}
