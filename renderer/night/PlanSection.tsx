// The plan of a launch as a table: planned and actual times, drift, who, and what can be done with each entry. Owns: drawing and its dialogs.
// States and times are the engine's.
import { useState } from "react";
import type { LaunchPlanRow, LaunchView, RosterEntry } from "../../engine/protocol/index.ts";
import { go } from "../app/index.ts";
import { Button, formatPlanned, Menu, type MenuItem, StatusWord, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { Section } from "../launches/Section.tsx";
import { actOn } from "../launches/slice.ts";
import type { May } from "../launches/useMay.ts";
import { useLibrary } from "../library/slice.ts";
import { PlanEntryDialog } from "./PlanEntryDialog.tsx";
import { clockOf, driftWords, rowWord, siteClock } from "./words.ts";

export function PlanSection({ view, may, people }: { view: LaunchView; may: May; people: RosterEntry[] }) {
  const [edited, setEdited] = useState<LaunchPlanRow | "new" | null>(null);
  const [asked, setAsked] = useState<{ row: LaunchPlanRow; what: "skip" | "remove" } | null>(null);
  const { plan, header } = view;
  const isOver = ["watch", "retrospective", "closed"].includes(header.state);
  const stands = isOver ? "What was planned for the night stands." : may.keep;
  const lasts = plan.entries.every((one) => one.plannedMs !== null)
    ? plan.entries.reduce((sum, one) => sum + (one.plannedMs ?? 0), 0)
    : null;
  return (
    <Section
      title="Plan"
      sub={
        plan.entries.length === 0 || lasts === null
          ? ""
          : `${formatPlanned(lasts)} planned${plan.driftMs === null ? "" : `, ${driftWords(plan.driftMs)}`}`
      }
      act={() => setEdited("new")}
      actLabel="Add an entry"
      unavailable={stands}
      isEmpty={plan.entries.length === 0 && edited === null}
      empty="The runbooks of the night in their order, each with its planned start, its length and who runs it. After the GO the next one stands here as the one thing to do, and the times of its run are held against the plan. The watch follows the last of them."
    >
      {plan.entries.length === 0 ? null : (
        <div className="night-scroll">
          <table className="table night-table night-plan">
            <thead>
              <tr>
                <th>Entry</th>
                <th>State</th>
                <th>Planned, UTC</th>
                <th>Actual, UTC</th>
                <th>Drift</th>
                <th>
                  <span className="visually-hidden">Acts</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {plan.entries.map((row) => (
                <Row
                  key={row.id}
                  row={row}
                  view={view}
                  may={may}
                  stands={stands}
                  onEdit={() => setEdited(row)}
                  onAsk={(what) => setAsked({ row, what })}
                />
              ))}
              {plan.watch === null ? null : (
                <tr>
                  <td>
                    <b>Watch</b>
                    <div className="launch-sub">{formatPlanned(plan.watch.durationMs)}, after the last entry</div>
                  </td>
                  <td className="quiet">
                    <StatusWord
                      state={view.watch.state === "planned" ? "open" : view.watch.state === "running" ? "running" : "passed"}
                      word={view.watch.state === "planned" ? "Planned" : view.watch.state === "running" ? "Running" : "Over"}
                    />
                  </td>
                  <td className="night-planned nowrap">{spanOf(plan.watch.plannedStart, plan.watch.plannedEnd)}</td>
                  <td className="night-actual nowrap">{spanOf(view.watch.startedAt, view.watch.endedAt)}</td>
                  <td />
                  <td />
                </tr>
              )}
            </tbody>
          </table>
        </div>
      )}
      {edited === null ? null : (
        <PlanEntryDialog view={view} people={people} row={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      )}
      {asked === null ? null : <GoPast view={view} {...asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}

function spanOf(from: string | null, to: string | null): string {
  if (from === null) return "";
  return `${clockOf(from, from)}${to === null ? "" : ` to ${clockOf(to, from)}`}`;
}

function Row({
  row,
  view,
  may,
  stands,
  onEdit,
  onAsk,
}: {
  row: LaunchPlanRow;
  view: LaunchView;
  may: May;
  stands: string | null;
  onEdit(): void;
  onAsk(what: "skip" | "remove"): void;
}) {
  const { facts, state } = view.header;
  const isNext = view.plan.next === row.id;
  const canStart = (state === "go" || state === "cut-over") && row.state !== "running" && !row.isSettled;
  const waits = row.because.startsWith("after ") ? `It comes ${row.because}.` : null;
  const items: MenuItem[] = [
    { id: "change", label: "Change…", onSelect: onEdit },
    ...(canStart && waits !== null
      ? [
          {
            id: "start",
            label: "Start it all the same…",
            hint: `${waits} A reason is asked for.`,
            onSelect: () => useLibrary.getState().start(row.path),
          },
        ]
      : []),
    ...(row.isSettled || row.state === "running" ? [] : [{ id: "skip", label: "Go past it…", onSelect: () => onAsk("skip") }]),
    ...(row.runs > 0 ? [] : [{ id: "remove", label: "Take out of the plan…", onSelect: () => onAsk("remove") }]),
  ];
  const site = siteClock(row.plannedStart, facts);
  return (
    <tr className={isNext ? "night-next" : ""}>
      <td>
        <b>{row.title}</b>
        <div className="launch-sub">
          {[row.role, row.ownerName, row.plannedMs === null ? "no planned time" : formatPlanned(row.plannedMs), row.note]
            .filter((part) => part !== "")
            .join(", ")}
          {row.isOtherText ? <b className="warn-text"> another text than planned</b> : null}
        </div>
      </td>
      <td className={row.state === "failed" ? "" : "quiet"}>
        <StatusWord {...rowWord(row)} />
        {row.because === "" ? null : <div className="launch-sub">{row.because}</div>}
      </td>
      <td className="night-planned nowrap">
        {spanOf(row.plannedStart, row.plannedEnd) || <span className="dim">no time</span>}
        {site === "" ? null : <div className="launch-sub">{site}</div>}
      </td>
      <td className="night-actual nowrap">
        {spanOf(row.actualStart, row.actualEnd)}
        {row.state === "running" && row.forecastEnd !== null ? (
          <div className="launch-sub">until about {clockOf(row.forecastEnd, row.actualStart)}</div>
        ) : null}
      </td>
      <td className={`night-drift nowrap ${(row.driftMs ?? 0) >= 60_000 ? "warn-text" : ""}`}>{driftWords(row.driftMs)}</td>
      <td className="night-acts">
        {row.run === null ? null : (
          <Button kind="ghost" small onClick={() => go({ view: "run", run: row.run as NonNullable<typeof row.run> })}>
            Run<span className="visually-hidden"> of {row.title}</span>
          </Button>
        )}
        {canStart ? (
          <Button
            small
            kind={isNext ? "accent" : "plain"}
            unavailable={may.keep ?? waits}
            onClick={() => useLibrary.getState().start(row.path)}
          >
            {row.state === "failed" ? "Start again…" : "Start…"}
            <span className="visually-hidden"> {row.title}</span>
          </Button>
        ) : null}
        {stands === null ? (
          <Menu
            items={items}
            trigger={
              <Button small kind="ghost">
                More<span className="visually-hidden"> of {row.title}</span>
              </Button>
            }
          />
        ) : null}
      </td>
    </tr>
  );
}

function GoPast({ view, row, what, onClose }: { view: LaunchView; row: LaunchPlanRow; what: "skip" | "remove"; onClose(): void }) {
  const [reason, setReason] = useState("");
  const isDecided = view.decisions.some((one) => one.state === "taken");
  const needs = what === "skip" || isDecided;
  return (
    <FormDialog
      title={what === "skip" ? `Go past ${row.title}?` : `Take ${row.title} out of the plan?`}
      about={
        what === "skip"
          ? "It stays in the plan as skipped (or failed), and what needs it can go on."
          : "It has not been run. The record keeps that it was planned."
      }
      button={what === "skip" ? "Go past it" : "Take it out"}
      isDanger={what === "skip"}
      problem={needs && reason.trim() === "" ? "A reason is needed." : null}
      onSend={async () => {
        const result = await actOn("launch.planEntry", {
          launch: view.header.launch,
          ...(what === "skip" ? { skip: row.id } : { remove: row.id }),
          ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
        });
        return result.ok ? null : result.error.message;
      }}
      onClose={onClose}
    >
      <TextAreaField
        label={needs ? "Reason" : "Reason, if there is one to give"}
        rows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
