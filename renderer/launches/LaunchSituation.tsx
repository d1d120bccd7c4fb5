// The situation row of a launch: the checklist's count, signatures, what comes next, the window, and its rooms.
// Owns: drawing. Numbers are the engine's.
import { ListChecks, Pause, Rocket, Settings2, Undo2 } from "lucide-react";
import type { LaunchView } from "../../engine/protocol/index.ts";
import { FrameSituation, SituationCell } from "../app/Frame.tsx";
import { routeHash } from "../app/route.ts";
import { useApp } from "../app/store.ts";
import { formatDay, formatMinute, Status, TwoLineButton, useNow, zoneWord } from "../design/index.ts";
import { decisionWords, stateShown, untilWords } from "./words.ts";

export function LaunchSituation({ view, room }: { view: LaunchView; room: "setup" | "readiness" | "decision" }) {
  const { header } = view;
  const share = header.items === 0 ? 0 : header.answered / header.items;
  const activeRun = useApp(({ snapshot }) => snapshot?.activeRun ?? null);
  return (
    <FrameSituation label="Situation">
      <SituationCell label={header.checklist?.title ?? "Checklist"} className="launch-cell-count">
        <div className="situation-value">
          {header.checklist === null ? (
            <span className="mid">none taken yet</span>
          ) : (
            <>
              <span className="launch-big">{header.answered}</span>
              <span className="small">
                of {header.items} answered
                {header.failed === 0 ? "" : ", "}
                {header.failed === 0 ? null : <b className="fail-text">{header.failed} failed</b>}
              </span>
            </>
          )}
        </div>
        {header.checklist === null ? null : (
          <div className="progress" aria-hidden="true">
            <i style={{ width: `${share * 100}%` }} />
          </div>
        )}
      </SituationCell>
      <SituationCell label="Signed">
        <div className="situation-value">
          <span className="launch-big">{header.signed}</span>
          <span className="small">of {header.categories}</span>
          {header.stale === 0 ? null : <b className="warn-text">{header.stale} stale</b>}
        </div>
      </SituationCell>
      <SituationCell label="Decision">
        <div className="situation-value">
          <Status state={decisionWords(header.decision).state} size={16} />
          <span className={header.decision === null ? "mid" : ""}>{decisionWords(header.decision).word}</span>
        </div>
      </SituationCell>
      <StateCell view={view} />
      <nav className="launch-rooms" aria-label="This launch">
        {room === "readiness" ? null : (
          <a className="btn" href={routeHash({ view: "readiness", launch: header.launch, item: null })}>
            <ListChecks size={16} aria-hidden="true" /> Readiness
          </a>
        )}
        {room === "setup" ? null : (
          <a className="btn" href={routeHash({ view: "launch", launch: header.launch })}>
            <Settings2 size={16} aria-hidden="true" /> Set-up
          </a>
        )}
        {activeRun === null ? (
          <>
            <TwoLineButton
              className="launch-brake"
              icon={<Pause size={20} aria-hidden="true" />}
              title="Hold"
              detail="no run"
              unavailable="No run is under way: there is nothing to hold."
            />
            <TwoLineButton
              className="launch-brake"
              icon={<Undo2 size={20} aria-hidden="true" />}
              title="Way back"
              detail="no run"
              unavailable="No run is under way: there is nothing to go back from."
            />
          </>
        ) : (
          <a className="btn" href={routeHash({ view: "run", run: activeRun })}>
            <Rocket size={16} aria-hidden="true" /> Run under way
          </a>
        )}
      </nav>
    </FrameSituation>
  );
}

function StateCell({ view }: { view: LaunchView }) {
  const now = useNow();
  const { facts } = view.header;
  const shown = stateShown(view.header);
  const { windowStart, windowEnd } = facts;
  const at = windowStart === null ? null : Date.parse(windowStart);
  const end = windowEnd === null ? null : Date.parse(windowEnd);
  const isWithin = at !== null && now >= at && (end === null || now < end);
  return (
    <SituationCell label={shown.word} className="launch-cell-window">
      <div className="situation-value">
        <Status state={shown.state} size={16} />
        {at === null || windowStart === null ? (
          <span className="mid">no window set</span>
        ) : (
          <>
            <span>{isWithin ? "Window open" : now < at ? "Window" : "Window over"}</span>
            <span className="small nowrap">
              {formatDay(windowStart)} {formatMinute(windowStart)} UTC
              {zoneWord(windowStart, facts.zone) === "UTC"
                ? ""
                : `, ${formatMinute(windowStart, facts.zone)} ${zoneWord(windowStart, facts.zone)}`}
            </span>
            <span className="small nowrap">{isWithin && end !== null ? `closes ${untilWords(end - now)}` : untilWords(at - now)}</span>
          </>
        )}
      </div>
    </SituationCell>
  );
}
