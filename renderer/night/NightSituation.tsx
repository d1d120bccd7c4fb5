// The situation row of a launch's night: now, next, elapsed against plan, forecast end against the window, and the way to its other rooms.
// Owns: drawing. Times are the engine's; only clocks are counted here.
import { ListChecks, Settings2 } from "lucide-react";
import type { LaunchView } from "../../engine/protocol/index.ts";
import { FrameSituation, SituationCell } from "../app/Frame.tsx";
import { routeHash } from "../app/route.ts";
import { formatDuration, formatPlanned, Status, useNow } from "../design/index.ts";
import { stateShown } from "../launches/words.ts";
import { clockOf, driftWords, rowWord, siteClock } from "./words.ts";

export function NightSituation({ view }: { view: LaunchView }) {
  const { header, plan, watch } = view;
  const shown = stateShown(header);
  const running = plan.entries.find((one) => one.state === "running");
  // What runs holds back what follows it: that is next all the same.
  const next =
    plan.entries.find((one) => one.id === plan.next) ?? plan.entries.find((one) => !one.isSettled && one.state !== "running") ?? null;
  const isWatch = header.state === "watch";
  return (
    <FrameSituation label="Situation">
      <SituationCell label="Now">
        <div className="situation-value">
          <Status state={running === undefined ? shown.state : rowWord(running).state} size={16} />
          <span>
            {running?.title ?? shown.word}
            {running?.runStatus === "held" ? ", held" : ""}
          </span>
        </div>
      </SituationCell>
      <SituationCell label="Next">
        <div className="situation-value">
          {isWatch && watch.nextDue !== null ? (
            <span>
              look at {clockOf(watch.nextDue, watch.startedAt)} <span className="small">UTC</span>
            </span>
          ) : (
            <span className={next === null ? "mid" : ""}>
              {next?.title ?? (plan.entries.length === 0 ? "no plan yet" : isWatch ? "retrospective" : "watch")}
            </span>
          )}
        </div>
      </SituationCell>
      <Elapsed view={view} />
      <SituationCell
        label={
          isWatch
            ? "Watch ends"
            : `Forecast end${header.facts.windowEnd === null ? "" : `, window to ${clockOf(header.facts.windowEnd)} UTC`}`
        }
        className="launch-cell-window"
      >
        <div className="situation-value">
          {isWatch ? (
            <>
              <span className="launch-big">{clockOf(watch.endsAt)}</span>
              <span className="small nowrap">UTC</span>
            </>
          ) : plan.forecastEnd === null ? (
            <span className="mid">not known</span>
          ) : (
            <>
              <span className="launch-big nowrap">{clockOf(plan.forecastEnd, header.facts.windowEnd)}</span>
              <span className="small nowrap">UTC {siteClock(plan.forecastEnd, header.facts)}</span>
              <b className={(plan.driftMs ?? 0) >= 60_000 ? "warn-text" : "small"}>{driftWords(plan.driftMs)}</b>
              {plan.slackMs !== null && plan.slackMs < 0 ? (
                <b className="fail-text">{formatPlanned(-plan.slackMs)} over the window</b>
              ) : null}
            </>
          )}
        </div>
      </SituationCell>
      <nav className="launch-rooms night-rooms" aria-label="This launch">
        <a className="btn" href={routeHash({ view: "readiness", launch: header.launch, item: null })}>
          <ListChecks size={16} aria-hidden="true" /> Readiness
        </a>
        <a className="btn" href={routeHash({ view: "launch", launch: header.launch })}>
          <Settings2 size={16} aria-hidden="true" /> Set-up
        </a>
      </nav>
    </FrameSituation>
  );
}

function Elapsed({ view: { states, plan, watch } }: { view: LaunchView }) {
  const now = useNow();
  const isWatch = watch.startedAt !== null;
  const from = isWatch ? watch.startedAt : (states.findLast((one) => one.state === "cut-over")?.at ?? null);
  const end = isWatch ? watch.endedAt : null;
  const lasts = isWatch
    ? watch.config.durationMs
    : plan.entries.every((one) => one.plannedMs !== null)
      ? plan.entries.reduce((sum, one) => sum + (one.plannedMs ?? 0), 0)
      : 0;
  const spent = from === null ? 0 : Math.max(0, (end === null ? now : Date.parse(end)) - Date.parse(from));
  return (
    <SituationCell
      label={isWatch ? `On watch, ${formatPlanned(lasts)} planned` : lasts === 0 ? "Elapsed" : `Elapsed, plan ${formatPlanned(lasts)}`}
    >
      <div className="situation-value">
        {from === null ? <span className="mid">not begun</span> : <span className="launch-big night-clock">{formatDuration(spent)}</span>}
      </div>
      {from === null || lasts === 0 ? null : (
        <div className="progress" aria-hidden="true">
          <i style={{ width: `${Math.min(100, (spent / lasts) * 100)}%` }} />
        </div>
      )}
    </SituationCell>
  );
}
