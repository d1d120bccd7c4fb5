// All faults of a rehearsal on its own time, one row each: from when it came until it was noticed, and until it was dealt with.
// Owns: that drawing; the same is said in words on each card.
import type { Debrief, DebriefFault } from "../../engine/protocol/index.ts";
import { formatDuration, Status } from "../design/index.ts";
import { standOf } from "./words.ts";

/** Marks on the axis, at most. */
const MOST_TICKS = 6;
const NICE_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400].map((seconds) => seconds * 1000);

export function Course({ debrief, spanMs }: { debrief: Debrief; spanMs: number }) {
  const met = debrief.faults.filter((fault) => fault.injected !== null);
  if (met.length === 0) return null;
  const stepMs = NICE_MS.find((ms) => spanMs / ms <= MOST_TICKS) ?? spanMs;
  const ticks = Array.from({ length: Math.floor(spanMs / stepMs) + 1 }, (_, index) => index * stepMs);
  return (
    <figure className="card debrief-card debrief-course" aria-label="Faults on the time of the rehearsal">
      <div className="course-rows">
        {met.map((fault) => (
          <Row key={fault.name} fault={fault} spanMs={spanMs} />
        ))}
      </div>
      <div className="course-axis mono" aria-hidden="true">
        {ticks.map((ms) => (
          <span key={ms} style={{ left: `${(100 * ms) / spanMs}%` }}>
            {formatDuration(ms)}
          </span>
        ))}
      </div>
      <figcaption className="course-key">
        <span className="key-open">until noticed</span>
        <span className="key-known">until dealt with</span>
        <span className="key-missed">never noticed</span>
      </figcaption>
    </figure>
  );
}

function Row({ fault, spanMs }: { fault: DebriefFault; spanMs: number }) {
  const from = fault.injected?.elapsedMs ?? 0;
  const noticed = fault.noticed === null ? null : from + fault.noticed.afterMs;
  const handled = fault.handled === null ? null : from + fault.handled.afterMs;
  const end = Math.max(handled ?? spanMs, noticed ?? 0);
  const stand = standOf(fault);
  const part = (kind: string, a: number, b: number) => (
    <span
      className={`course-part ${kind}`}
      style={{ left: `${(100 * a) / spanMs}%`, width: `max(3px, ${(100 * Math.max(0, b - a)) / spanMs}%)` }}
    />
  );
  return (
    <div className="course-row">
      <span className="course-name">
        <Status state={stand.state} size={14} label={stand.word} />
        <span>{fault.title}</span>
      </span>
      <span className="course-track" aria-hidden="true">
        {noticed === null ? part("missed", from, end) : part("open", from, noticed)}
        {noticed === null || end <= noticed ? null : part("known", noticed, end)}
      </span>
    </div>
  );
}
