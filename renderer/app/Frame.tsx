// The frame: band, the view's own rows, rail, record bar, live regions; the places where a view puts its parts.
// Owns: the grid and the measured height above the work area. Does not know what a view shows.
import { type ReactNode, useEffect, useRef } from "react";
import "./frame.css";
import { ASSERTIVE_ID, POLITE_ID } from "./live.ts";

/** Row of 64 below the band: now, next, elapsed, forecast, Hold, Way back (or, for a record, what it is of). */
export function FrameSituation({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className="frame-situation" aria-label={label}>
      {children}
    </section>
  );
}
/** One cell of the situation row: small label, value, and anything below. */
export function SituationCell({ label, children, className = "" }: { label: ReactNode; children: ReactNode; className?: string }) {
  return (
    <div className={`situation-cell ${className}`}>
      <div className="situation-label">{label}</div>
      {children}
    </div>
  );
}
/** Row of 56, only while an alarm is unseen. */
export function FrameAlarm({ children }: { children: ReactNode }) {
  return <div className="frame-alarm">{children}</div>;
}
/** Everything between rail, situation and record bar. The view lays it out; it does not scroll as a whole unless `scrolls`. */
export function FrameWork({
  label,
  scrolls = false,
  hasHeading = false,
  children,
}: {
  label: string;
  scrolls?: boolean;
  /** The view shows its own first heading; else `label` is one for screen readers. */
  hasHeading?: boolean;
  children: ReactNode;
}) {
  return (
    <main id="work" className={`frame-work ${scrolls ? "scrolls" : ""}`} aria-label={label} tabIndex={-1}>
      {hasHeading ? null : <h1 className="visually-hidden">{label}</h1>}
      {children}
    </main>
  );
}

export function Frame({
  band,
  rail,
  record,
  view,
  overlay,
  isRehearsal,
}: {
  band: ReactNode;
  rail: ReactNode;
  record: ReactNode;
  /** The view's rows: FrameSituation?, FrameAlarm?, FrameWork. */
  view: ReactNode;
  overlay?: ReactNode;
  isRehearsal: boolean;
}) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    // Dialogs begin below the last of band, situation, alarm and messages, and end above the record bar, whatever they wrap to.
    const measure = (): void => {
      const tops = [
        ...element.querySelectorAll(":scope > .frame-band, :scope > .frame-situation, :scope > .frame-alarm, :scope > .notices"),
      ];
      const bottom = Math.max(0, ...tops.map((one) => one.getBoundingClientRect().bottom));
      const recordTop = element.querySelector(":scope > .frame-record")?.getBoundingClientRect().top ?? window.innerHeight;
      document.documentElement.style.setProperty("--work-top", `${Math.round(bottom)}px`);
      document.documentElement.style.setProperty("--work-bottom", `${Math.round(window.innerHeight - recordTop)}px`);
    };
    const sizes = new ResizeObserver(measure);
    const observe = (): void => {
      sizes.disconnect();
      sizes.observe(element);
      for (const child of element.children) sizes.observe(child);
      measure();
    };
    const children = new MutationObserver(observe);
    children.observe(element, { childList: true });
    observe();
    return () => {
      sizes.disconnect();
      children.disconnect();
    };
  }, []);
  useEffect(() => {
    const root = document.documentElement;
    if (isRehearsal) root.dataset.mode = "rehearsal";
    else delete root.dataset.mode;
  }, [isRehearsal]);
  return (
    <>
      <div className={`frame ${isRehearsal ? "rehearsal" : ""}`} ref={frame}>
        <button type="button" className="skip-link" onClick={() => document.getElementById("work")?.focus()}>
          Skip to the work area
        </button>
        {band}
        {rail}
        {view}
        {record}
        {overlay}
      </div>
      <div id={POLITE_ID} className="visually-hidden" role="status" aria-live="polite" />
      <div id={ASSERTIVE_ID} className="visually-hidden" role="alert" aria-live="assertive" />
    </>
  );
}
