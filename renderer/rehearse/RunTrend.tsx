// The trend beside a rehearsal that is under way: the runs before it, and where this one is heading. Owns: when it is shown.
import type { RunHeader } from "../../engine/protocol/index.ts";
import { formatDuration } from "../design/index.ts";
import { TrendChart } from "./TrendChart.tsx";
import { useSeries } from "./useSeries.ts";
import "./trend.css";

/** Beside a run the series is read again so often, milliseconds: it moves by its own forecast only. */
const EVERY_MS = 20_000;

/** Nothing for a live run, for one that measures no recovery, and for the first of its series. */
export function RunTrend({ header }: { header: RunHeader }) {
  return header.mode === "rehearsal" && header.recovery != null ? <Trend header={header} /> : null;
}

function Trend({ header: { path, run } }: { header: RunHeader }) {
  const { value } = useSeries(path, EVERY_MS);
  if (value === null || !value.trend.points.some((point) => point.run !== run)) return null;
  const { of, targetMs } = value.trend;
  return (
    <section className="run-trend" aria-label="Trend">
      <div className="run-trend-head">
        <span>{of === "rto" ? "Recovery time by rehearsal" : "Start to end by rehearsal"}</span>
        <span>{targetMs === null ? "no target" : `dashed: target ${formatDuration(targetMs)}`}</span>
      </div>
      <TrendChart trend={value.trend} height={160} />
    </section>
  );
}
