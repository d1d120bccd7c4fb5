// Heads of panels, the action bar, empty states, notices: the few shapes that every view repeats.
// Owns: their markup and names. Does not own any state.
import type { ReactNode } from "react";
import { Status, type StatusState } from "./Status.tsx";

export function PanelHead({
  icon,
  title,
  sub,
  end,
  id,
}: {
  icon?: ReactNode;
  title: string;
  sub?: ReactNode;
  end?: ReactNode;
  id?: string;
}) {
  return (
    <div className="panel-head">
      {icon}
      <h2 id={id}>{title}</h2>
      {sub === undefined ? null : <span>{sub}</span>}
      {end === undefined ? null : <span className="end">{end}</span>}
    </div>
  );
}

/** The bar at the bottom of a view: what is to be done, what comes after, and the one button at the right. */
export function ActionBar({
  icon,
  say,
  detail,
  after,
  children,
}: {
  icon?: ReactNode;
  say: ReactNode;
  detail?: ReactNode;
  after?: { label: string; value: ReactNode };
  children?: ReactNode;
}) {
  return (
    <section className="action-bar" aria-label="Next action">
      {icon}
      <div className="say">
        {say}
        {detail === undefined ? null : <small>{detail}</small>}
      </div>
      {after === undefined ? null : (
        <div className="after">
          {after.label}
          <b>{after.value}</b>
        </div>
      )}
      {children}
    </section>
  );
}

/** Teaches: what this is, and one button to the next thing. */
export function EmptyState({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      <div>{children}</div>
      {action}
    </div>
  );
}

const noticeState: Record<"fail" | "warn" | "ok", StatusState> = { fail: "failed", warn: "nearmiss", ok: "passed" };
/** A sentence that must be read: what happened, what it means, what to do. */
export function Notice({ kind, children, live = false }: { kind: "fail" | "warn" | "ok"; children: ReactNode; live?: boolean }) {
  return (
    <div className={`notice ${kind}`} {...(live ? { role: kind === "fail" ? "alert" : "status" } : {})}>
      <Status state={noticeState[kind]} />
      <div>{children}</div>
    </div>
  );
}
