// Recovery time (or duration) by run: points on a line, the target dashed, the run under way dotted to its forecast.
// Owns: the drawing. Geometry is trend.ts; every figure stands in the table of runs too.
import { useLayoutEffect, useRef, useState } from "react";
import type { SeriesTrend } from "../../engine/protocol/index.ts";
import { pointWords, type TrendMark, trendPicture, trendWords } from "./trend.ts";
import "./trend.css";

/** `height` in pixels; the width is that of the place it stands in. */
export function TrendChart({ trend, height = 190 }: { trend: SeriesTrend; height?: number }) {
  const root = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return undefined;
    const sizes = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  const picture = trendPicture(trend, { width, height, left: 84, right: 44, top: 26, bottom: 24 });
  const { target, forecast, line, base } = picture;
  return (
    <div className="trend" ref={root} style={{ height }}>
      {width === 0 ? null : (
        <svg width={width} height={height} role="img" aria-label={trendWords(trend)}>
          <line className="trend-axis" x1={64} x2={width - 12} y1={base} y2={base} />
          {target === null ? null : (
            <g>
              <line className="trend-target" x1={64} x2={width - 12} y1={target.y} y2={target.y} />
              <text className="trend-target-word" x={57} y={target.y + 4} textAnchor="end">
                {target.label}
              </text>
            </g>
          )}
          {line.length > 1 ? <polyline className="trend-line" points={line.map(({ x, y }) => `${x},${y}`).join(" ")} /> : null}
          {forecast === null ? null : <line className="trend-ahead" {...forecast} />}
          {picture.marks.map((mark) => (
            <Mark key={mark.point.run} mark={mark} of={trend.of} base={base} />
          ))}
        </svg>
      )}
    </div>
  );
}

function Mark({
  mark: { point, x, y, label, labelY, tick, isComparable },
  of,
  base,
}: {
  mark: TrendMark;
  of: SeriesTrend["of"];
  base: number;
}) {
  const kind = point.isForecast ? "ahead" : !isComparable ? "apart" : point.met === false ? "missed" : point.met === true ? "met" : "plain";
  return (
    <g className={`trend-point ${kind} ${point.mode}`}>
      <title>{pointWords(point, of)}</title>
      {kind === "missed" ? (
        <path d={`M${x - 2.6} ${y - 6.4}h5.2l3.8 3.8v5.2l-3.8 3.8h-5.2l-3.8-3.8v-5.2z`} />
      ) : point.mode === "live" ? (
        <rect x={x - 5} y={y - 5} width={10} height={10} rx={2} />
      ) : (
        <circle cx={x} cy={y} r={5.5} />
      )}
      {label === "" ? null : (
        <text className="trend-figure" x={x} y={labelY} textAnchor="middle">
          {label}
        </text>
      )}
      {tick === "" ? null : (
        <text className={`trend-tick ${point.isForecast ? "now" : ""}`} x={x} y={base + 17} textAnchor="middle">
          {tick}
        </text>
      )}
    </g>
  );
}

/** A trend as small as a word, for a row of a list. */
export function TrendLine({ trend }: { trend: SeriesTrend }) {
  const size = { width: 84, height: 26, left: 5, right: 5, top: 5, bottom: 5 };
  const { marks, line, target } = trendPicture(trend, size);
  if (marks.length === 0) return <span className="trend-small" />;
  const last = marks.at(-1)!;
  return (
    <svg className="trend-small" width={size.width} height={size.height} role="img" aria-label={trendWords(trend)}>
      {target === null ? null : <line className="trend-target" x1={0} x2={size.width} y1={target.y} y2={target.y} />}
      {line.length > 1 ? <polyline className="trend-line" points={line.map(({ x, y }) => `${x},${y}`).join(" ")} /> : null}
      <g className={`trend-point ${last.point.met === false ? "missed" : last.point.met === true ? "met" : "plain"}`}>
        <circle cx={last.x} cy={last.y} r={3} />
      </g>
    </svg>
  );
}
