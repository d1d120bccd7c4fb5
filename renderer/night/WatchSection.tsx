// The watch of a launch: how long it still is, what is due, what was entered, late or missed, who is on shift. Owns: drawing.
// What is due is the engine's word; only the countdowns are counted here.
import { useState } from "react";
import type { LaunchView, RosterEntry, WatchEntry, WatchSlot } from "../../engine/protocol/index.ts";
import { Button, formatDuration, formatMoment, formatPlanned, plural, Status, StatusWord, useNow } from "../design/index.ts";
import { Section } from "../launches/Section.tsx";
import type { May } from "../launches/useMay.ts";
import { EndWatchDialog } from "./EndWatchDialog.tsx";
import { EnterDialog } from "./EnterDialog.tsx";
import { WatchDialog } from "./WatchDialog.tsx";
import { clockOf, limitWords, scheduleWords, slotWord, WATCH_WORDS } from "./words.ts";

/** Looks to come that are shown before anybody asks for all. */
const SHOWN_AHEAD = 4;

export function WatchSection({
  view,
  may,
  people,
  asked,
  onAsk,
}: {
  view: LaunchView;
  may: May;
  people: RosterEntry[];
  /** Due time of the look whose entry is being made, "" for one beside the schedule; null for none. */
  asked: string | null;
  onAsk(due: string | null): void;
}) {
  const [open, setOpen] = useState<"plan" | "end" | null>(null);
  const [isAll, setAll] = useState(false);
  const { watch, header } = view;
  const { config, counts } = watch;
  const isOn = header.state === "watch";
  const isOver = watch.state === "over" || watch.state === "ended" || header.state === "closed";
  const ahead = watch.slots.filter((one) => one.state === "upcoming");
  const hidden = isAll ? 0 : Math.max(0, ahead.length - SHOWN_AHEAD);
  const shown = watch.slots.slice(0, watch.slots.length - hidden);
  return (
    <Section
      title="Watch"
      sub={`${formatPlanned(config.durationMs)}, ${WATCH_WORDS[watch.state]}${watch.isConfigured ? "" : ", as nobody has planned it otherwise"}`}
      {...(isOver ? {} : { act: () => setOpen("plan"), actLabel: isOn ? "Change the watch" : "Plan the watch" })}
      unavailable={may.keep}
      end={
        isOn ? (
          <>
            <Button small unavailable={may.keep} onClick={() => onAsk("")}>
              Enter one more
            </Button>
            {isOver ? null : (
              <Button small unavailable={may.lead} onClick={() => setOpen("end")}>
                End it early
              </Button>
            )}
          </>
        ) : null
      }
    >
      <dl className="night-facts">
        <Countdown view={view} />
        <div>
          <dt>Looks</dt>
          <dd>
            {watch.startedAt === null ? `${counts.planned} planned` : `${counts.entered} of ${counts.planned} entered in time`}
            {counts.late === 0 ? null : <span className="warn-text">, {counts.late} late</span>}
            {counts.missed === 0 ? null : <b className="fail-text">, {counts.missed} missed</b>}
            {counts.notOk === 0 ? null : <b className="fail-text">, {counts.notOk} not ok</b>}
          </dd>
        </div>
        <div>
          <dt>Schedule</dt>
          <dd>{scheduleWords(config)}</dd>
        </div>
        <div>
          <dt>What to look at</dt>
          <dd>
            {config.looks.length === 0
              ? "nothing in particular"
              : config.looks.map((one) => [one.title, limitWords(one.expect, one.unit)].filter((part) => part !== "").join(" ")).join(", ")}
          </dd>
        </div>
        <div>
          <dt>On shift</dt>
          <dd>
            {config.shifts.length === 0 ? (
              <span className="warn-text">nobody is named</span>
            ) : (
              <>
                {isOn ? <b>{watch.onShift.length === 0 ? "nobody now" : watch.onShift.join(", ")}</b> : null}
                <ul>
                  {config.shifts.map((one) => (
                    <li key={`${one.operator} ${one.from}`}>
                      {one.name}, {clockOf(one.from)} to {clockOf(one.to, one.from)} UTC
                    </li>
                  ))}
                </ul>
                {watch.gaps.length === 0 ? null : (
                  <span className="warn-text">
                    {plural(watch.gaps.length, "gap")}, the first {clockOf(watch.gaps[0]?.from ?? null)} to{" "}
                    {clockOf(watch.gaps[0]?.to ?? null, watch.gaps[0]?.from)} UTC
                  </span>
                )}
              </>
            )}
          </dd>
        </div>
        {watch.endedEarly === null ? null : (
          <div>
            <dt>Ended early</dt>
            <dd>
              {watch.endedEarly.by}
              {watch.endedEarly.second === "" ? "" : ` with ${watch.endedEarly.second}`}, {formatPlanned(watch.endedEarly.leftMs)} before
              its time: {watch.endedEarly.reason}
            </dd>
          </div>
        )}
      </dl>
      {watch.slots.length === 0 ? null : (
        <div className="night-scroll">
          <table className="table night-table">
            <thead>
              <tr>
                <th>Due, UTC</th>
                <th>State</th>
                <th>Seen</th>
                <th>By</th>
                <th>
                  <span className="visually-hidden">Acts</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((slot) => (
                <SlotRow
                  key={slot.due}
                  slot={slot}
                  startedAt={watch.startedAt}
                  may={isOn ? may.keep : "The watch is behind us."}
                  onEnter={() => onAsk(slot.due)}
                />
              ))}
              {watch.extra.map((entry) => (
                <tr key={entry.seq}>
                  <td className="nowrap">
                    <span className="dim">beside, </span>
                    {clockOf(entry.claimedAt, watch.startedAt)}
                  </td>
                  <td>
                    <StatusWord {...slotWord({ due: "", until: "", state: "entered", entry, onShift: [] })} />
                  </td>
                  <td>
                    <Seen entry={entry} />
                  </td>
                  <td>{entry.by}</td>
                  <td />
                </tr>
              ))}
            </tbody>
          </table>
          {ahead.length > SHOWN_AHEAD ? (
            <Button kind="ghost" small onClick={() => setAll(!isAll)} aria-expanded={isAll}>
              {isAll ? "Show fewer" : `Show ${hidden} more to come`}
            </Button>
          ) : null}
        </div>
      )}
      {open === "plan" ? <WatchDialog view={view} people={people} onClose={() => setOpen(null)} /> : null}
      {open === "end" ? <EndWatchDialog view={view} people={people} onClose={() => setOpen(null)} /> : null}
      {asked === null ? null : <EnterDialog key={asked} view={view} due={asked === "" ? null : asked} onClose={() => onAsk(null)} />}
    </Section>
  );
}

function Countdown({ view: { watch } }: { view: LaunchView }) {
  const now = useNow();
  if (watch.startedAt === null || watch.endsAt === null)
    return (
      <div>
        <dt>Begins</dt>
        <dd>when the launch goes on watch</dd>
      </div>
    );
  const left = Date.parse(watch.endsAt) - now;
  const due = watch.nextDue === null ? null : Date.parse(watch.nextDue) - now;
  return (
    <>
      <div>
        <dt>{watch.endedAt === null ? "Ends" : "Ended"}</dt>
        <dd>
          {formatMoment(watch.endedAt ?? watch.endsAt)}
          {watch.endedAt === null && left > 0 ? (
            <>
              , in <b className="night-clock">{formatDuration(left)}</b>
            </>
          ) : null}
        </dd>
      </div>
      {due === null || watch.nextDue === null ? null : (
        <div>
          <dt>Next look</dt>
          <dd>
            {due > 0 ? (
              <>
                in <b className="night-clock">{formatDuration(due)}</b>, at {clockOf(watch.nextDue, watch.startedAt)} UTC
              </>
            ) : (
              <b className="warn-text">due since {formatDuration(-due)}</b>
            )}
          </dd>
        </div>
      )}
    </>
  );
}

function SlotRow({ slot, startedAt, may, onEnter }: { slot: WatchSlot; startedAt: string | null; may: string | null; onEnter(): void }) {
  const canEnter = slot.state === "due" || slot.state === "missed";
  return (
    <tr className={slot.state === "due" ? "night-next" : ""}>
      <td className="nowrap">{clockOf(slot.due, startedAt)}</td>
      <td className={slot.state === "entered" ? "quiet" : ""}>
        <StatusWord {...slotWord(slot)} />
      </td>
      <td>{slot.entry === null ? null : <Seen entry={slot.entry} />}</td>
      <td>{slot.entry?.by ?? <span className="dim">{slot.onShift.join(", ")}</span>}</td>
      <td className="night-acts">
        {canEnter ? (
          <Button small kind={slot.state === "due" ? "accent" : "plain"} unavailable={may} onClick={onEnter}>
            {slot.state === "due" ? "Enter" : "Enter late"}
            <span className="visually-hidden"> the look of {clockOf(slot.due, startedAt)} UTC</span>
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

function Seen({ entry }: { entry: WatchEntry }) {
  return (
    <>
      {entry.values
        .filter((one) => one.value !== "")
        .map((one) => (
          <span key={one.look} className="night-value">
            {one.verdict === "not met" ? <Status state="failed" size={14} label="outside its limit" /> : null}
            {one.title} <b className={one.verdict === "not met" ? "fail-text" : ""}>{`${one.value} ${one.unit}`.trim()}</b>
            {one.limit === "" ? null : <span className="dim"> {one.limit}</span>}
            {one.check === null ? null : <span className="dim"> (by check)</span>}
          </span>
        ))}
      {entry.note === "" ? null : <div>{entry.note}</div>}
      {entry.isLate ? (
        <div className="launch-sub">
          says it was looked {clockOf(entry.claimedAt)} UTC, entered {clockOf(entry.enteredAt)} UTC
        </div>
      ) : null}
    </>
  );
}
