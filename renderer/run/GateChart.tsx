// A gate in its block: what is asked, how long it still takes, each probe as a point against the limit, and what happens at the end.
// Owns: the drawing and the acts of a gate that stands. Geometry is gate-chart.ts; the engine decides.
import { useEffect, useId, useRef } from "react";
import type { BlockState, GateProbe, GateState } from "../../engine/protocol/index.ts";
import { Button, formatClock, formatDuration, Notice, Status, type StatusState, useNow } from "../design/index.ts";
import { Compressed } from "./Compressed.tsx";
import { chartOf, endWords, limitWords, type Mark, type Size, summary } from "./gate-chart.ts";

const SIZE: Size = { width: 500, height: 190, left: 52, right: 30, top: 12, bottom: 26 };

export type GateActs = { onGoOn(go: "continue" | "restart"): void; onJudge(): void; onRetry(): void; onSkip(): void };
type Props = { name: string; state: BlockState; gate: GateState; hasWayBack: boolean; isQuiet: boolean } & GateActs;

/** On a low screen the chart lies below its step's command: it comes into view when it begins and when it stops, unless another step is read. */
function useInView(state: GateState["state"]) {
  const root = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the state shows it once
  useEffect(() => {
    const step = root.current?.closest("[data-step]");
    if (!root.current || !step) return;
    const { top, bottom } = step.getBoundingClientRect();
    if (top < window.innerHeight && bottom > 0) root.current.scrollIntoView({ block: "nearest" });
  }, [state]);
  return root;
}

export function GateChart(props: Props) {
  const { name, state, gate, hasWayBack, isQuiet } = props;
  const now = useNow();
  const id = useId().replaceAll(":", "");
  const isProbing = gate.state === "probing";
  const elapsed = gate.elapsedMs + (isProbing ? Math.max(0, now - Date.parse(gate.elapsedAt)) : 0);
  const chart = chartOf(gate, SIZE, elapsed);
  const hasFailed = gate.state === "done" && state.verdict === "failed";
  const line = chart.marks.filter((mark) => mark.probe.value !== null).map((mark) => `${mark.x},${mark.y}`);
  const { limit } = chart;
  const root = useInView(gate.state);
  return (
    <div className="gate" ref={root}>
      <div className="gate-head">
        <span>{limitWords(gate)}</span>
        {gate.warn === null ? null : (
          <span className="warn-text">
            warns unless {gate.warn.operator} {gate.warn.value}
          </span>
        )}
        {gate.minSamples === null ? null : <span>at least {gate.minSamples} samples</span>}
        <span className="end">{probeWords(gate)}</span>
      </div>
      <svg className="gate-chart" viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={summary(gate, name)}>
        <defs>
          <pattern id={`bad-${id}`} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="2" height="7" className="gate-hatch-bad" />
          </pattern>
          <pattern id={`gap-${id}`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
            <rect width="2.5" height="6" className="gate-hatch-gap" />
          </pattern>
        </defs>
        {limit?.forbidden ? (
          <rect
            x={SIZE.left}
            y={limit.forbidden.y}
            width={SIZE.width - SIZE.left - SIZE.right}
            height={limit.forbidden.height}
            fill={`url(#bad-${id})`}
          />
        ) : null}
        {chart.gaps.map((gap) => (
          <g key={gap.x}>
            <rect x={gap.x} y={SIZE.top} width={gap.width} height={chart.base - SIZE.top} fill={`url(#gap-${id})`} />
            <title>Nothing was measured here</title>
          </g>
        ))}
        <line className="gate-axis" x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={chart.base} y2={chart.base} />
        {chart.ticks.map((tick) => (
          <g key={tick.x}>
            <line className="gate-axis" x1={tick.x} x2={tick.x} y1={chart.base} y2={chart.base + 4} />
            <text className="gate-tick" x={tick.x} y={chart.base + 18} textAnchor="middle">
              {tick.label}
            </text>
          </g>
        ))}
        {chart.isMeasured ? (
          <text className="gate-tick" x={SIZE.left - 8} y={chart.base + 4} textAnchor="end">
            0
          </text>
        ) : null}
        {chart.warn === null ? null : <Limit y={chart.warn.y} labelY={chart.warn.labelY} label={chart.warn.label} kind="warn" />}
        {limit === null ? null : <Limit y={limit.y} labelY={limit.y} label={limit.label} kind="fail" />}
        {line.length > 1 ? <polyline className="gate-line" points={line.join(" ")} /> : null}
        {isProbing ? <line className="gate-now" x1={chart.nowX} x2={chart.nowX} y1={SIZE.top} y2={chart.base} /> : null}
        {gate.state === "interrupted" || hasFailed ? (
          <g>
            <line className="gate-stop" x1={chart.nowX} x2={chart.nowX} y1={SIZE.top} y2={chart.base} />
            <text
              className="gate-stopped"
              x={chart.nowX > SIZE.width * 0.6 ? chart.nowX - 8 : chart.nowX + 8}
              y={chart.noteY}
              textAnchor={chart.nowX > SIZE.width * 0.6 ? "end" : "start"}
            >
              on hold, no more probes
            </text>
          </g>
        ) : null}
        {chart.marks.map((mark) => (
          <Point key={mark.probe.n} mark={mark} />
        ))}
      </svg>
      {isProbing ? (
        <p className="gate-words">
          <b className="gate-left">{formatDuration(Math.max(0, Date.parse(gate.endsAt ?? gate.elapsedAt) - now))}</b> left, until{" "}
          {formatClock(gate.endsAt ?? gate.elapsedAt)} UTC. {endWords(gate, hasWayBack)}
          {gate.text === undefined ? null : (
            <>
              {" "}
              <Compressed textMs={gate.text.forMs ?? gate.text.withinMs ?? 0} by={gate.text.compress} />
            </>
          )}
        </p>
      ) : null}
      {gate.state === "interrupted" ? <Interrupted {...props} /> : null}
      {gate.gaps.length === 0 ? null : (
        <ul className="gate-gaps">
          {gate.gaps.map((gap) => (
            <li key={gap.from}>
              Not measured for {formatDuration(gap.ms)} from {formatClock(gap.from)} to {formatClock(gap.to)} UTC: {gap.why}
              {gap.acceptedBy === "" ? "" : `. Accepted by ${gap.acceptedBy}`}
            </li>
          ))}
        </ul>
      )}
      <ProbeTable gate={gate} name={name} />
      {hasFailed && !isQuiet ? (
        <div className="gate-acts">
          <Button small onClick={props.onRetry}>
            Probe again
          </Button>
          <Button small kind="ghost" onClick={props.onSkip}>
            Go past it with a reason…
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Interrupted({ gate, isQuiet, onGoOn, onJudge }: Props) {
  return (
    <StandsStill what="gate" because={gate.interruptedBecause} since={gate.elapsedAt} isQuiet={isQuiet} onGoOn={onGoOn} onJudge={onJudge} />
  );
}

/** A gate or a soak that was interrupted, with what a person can decide. */
export function StandsStill(
  props: { what: "gate" | "soak"; because: string; since: string; isQuiet: boolean } & Pick<GateActs, "onGoOn" | "onJudge">,
) {
  return (
    <Notice kind="warn">
      <b>{props.what === "gate" ? "The gate was interrupted" : "The soak was interrupted"}</b>: {props.because}.{" "}
      {props.what === "gate" ? "Nothing was measured" : "Nobody watched"} since {formatClock(props.since)} UTC. Nothing was rolled back.
      {props.isQuiet ? null : (
        <span className="gate-acts">
          <Button small onClick={() => props.onGoOn("restart")}>
            Start again
          </Button>
          <Button small onClick={() => props.onGoOn("continue")}>
            Continue…
          </Button>
          <Button small kind="ghost" onClick={props.onJudge}>
            Judge…
          </Button>
        </span>
      )}
    </Notice>
  );
}

function Limit({ y, labelY, label, kind }: { y: number; labelY: number; label: string; kind: "fail" | "warn" }) {
  return (
    <g>
      <line className={`gate-limit ${kind}`} x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={y} y2={y} />
      <text className={`gate-tick ${kind}`} x={SIZE.left - 8} y={labelY + 4} textAnchor="end">
        {label}
      </text>
    </g>
  );
}

/** Shape and colour both tell the verdict. */
function Point({ mark: { probe, x, y, label } }: { mark: Mark }) {
  const isHigh = y < SIZE.top + 24;
  return (
    <g className={`gate-point ${probe.isWarn ? "warn" : probe.verdict}`}>
      <title>{`Probe ${probe.n} at ${formatClock(probe.at)} UTC: ${probe.because}`}</title>
      {probe.verdict === "failed" ? (
        <g transform={`translate(${x - 8} ${y - 8})`}>
          <path d="M5 .9h6L15.1 5v6L11 15.1H5L.9 11V5z" />
          <path className="cut" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" />
        </g>
      ) : probe.verdict === "unknown" ? (
        <g transform={`translate(${x - 8} ${y - 8})`}>
          <path className="open" d="M8 .9L15.1 8 8 15.1.9 8z" />
          <path className="ask" d="M6.5 6.6c0-.9.7-1.5 1.5-1.5s1.5.6 1.5 1.4c0 1-1.5 1.1-1.5 2.2M8 10.9h.01" />
        </g>
      ) : probe.isWarn ? (
        <path d={`M${x} ${y - 6}l6 10.5h-12z`} />
      ) : (
        <circle cx={x} cy={y} r="4.5" />
      )}
      {label === "" ? null : (
        <text
          className="gate-value"
          x={probe.verdict === "failed" ? x + 13 : x}
          y={probe.verdict === "failed" ? y + 4.5 : isHigh ? y + 20 : y - 10}
          textAnchor={probe.verdict === "failed" ? "start" : "middle"}
        >
          {label}
        </text>
      )}
    </g>
  );
}

const GLYPHS: Record<GateProbe["verdict"], StatusState> = { passed: "passed", failed: "failed", unknown: "unknown", skipped: "skipped" };

function ProbeTable({ gate, name }: { gate: GateState; name: string }) {
  if (gate.probes.length === 0) return null;
  return (
    <details className="run-sample gate-table">
      <summary>
        {gate.probes.length} {gate.probes.length === 1 ? "probe" : "probes"} as a table
      </summary>
      <table className="table" aria-label={`Probes of ${name}`}>
        <thead>
          <tr>
            <th scope="col">Probe</th>
            <th scope="col">UTC</th>
            <th scope="col">Value</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {gate.probes.toReversed().map((probe) => (
            <tr key={probe.n}>
              <td className="mono">{probe.n}</td>
              <td className="mono">{formatClock(probe.at)}</td>
              <td className="mono">{probe.value ?? ""}</td>
              <td>
                <Status state={probe.isWarn ? "nearmiss" : GLYPHS[probe.verdict]} size={14} label={probe.verdict} /> {probe.because}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function probeWords(gate: GateState): string {
  const made = gate.probes.at(-1)?.n ?? 0;
  const span = gate.kind === "hold" ? gate.forMs : null;
  const total = span === null || gate.everyMs === 0 ? null : Math.max(made, Math.ceil(span / gate.everyMs));
  if (gate.state === "done" && gate.counts.failed === 0 && total !== null) return `${gate.counts.passed} of ${total} passed`;
  return total === null ? `probe ${made}` : `probe ${made} of ${total}`;
}
