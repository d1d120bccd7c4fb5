// The night of a launch: its plan, its watch, and what is kept an eye on; the one next action at the bottom right.
// Owns: joining slice and sections. What is due and what comes next is the engine's word.
import { useState } from "react";
import type { LaunchId, LaunchView } from "../../engine/protocol/index.ts";
import { FrameWork } from "../app/index.ts";
import { Notice } from "../design/index.ts";
import { LaunchDock } from "../launches/LaunchDock.tsx";
import "../launches/launches.css";
import { stepElsewhere } from "../launches/next.ts";
import { usePeople } from "../launches/SetupPeople.tsx";
import { useMay } from "../launches/useMay.ts";
import { useNext } from "../launches/useNext.tsx";
import { useOpenLaunch } from "../launches/useOpenLaunch.tsx";
import { EscalationSection, LoopsSection, UpdatesSection } from "./DutySections.tsx";
import "./night.css";
import { NightSituation } from "./NightSituation.tsx";
import { PlanSection } from "./PlanSection.tsx";
import { useQuickLog } from "./quick-log.ts";
import { WatchSection } from "./WatchSection.tsx";

export function NightView({ launch }: { launch: LaunchId }) {
  const opened = useOpenLaunch(launch, "Night");
  return opened.view === null ? opened.rest : <Night view={opened.view} />;
}

function Night({ view }: { view: LaunchView }) {
  const { header, duty } = view;
  const may = useMay(header.state === "closed");
  const people = usePeople();
  const openLog = useQuickLog((state) => state.open);
  const [asked, setAsked] = useState<string | null>(null);
  const step = stepElsewhere(view);
  const next = useNext(view, (plan) => {
    if (plan.type !== "enter") return false;
    setAsked(plan.due);
    return true;
  });
  const isGuarded = header.facts.context !== null && (header.clusterClass === null || header.clusterClass === "production");
  const { type } = step.plan;
  const unavailable = type === "advance" ? may.lead : type === "start" || type === "enter" ? may.keep : null;
  // Here is where the watch is: there is nothing to go to.
  const shown = type === "watch" ? { ...step, button: "" } : step;
  const isWatched = ["watch", "retrospective", "closed"].includes(header.state);
  const plan = <PlanSection view={view} may={may} people={people} />;
  const watch = <WatchSection view={view} may={may} people={people} asked={asked} onAsk={setAsked} />;
  return (
    <>
      <NightSituation view={view} />
      <FrameWork label={`Night of ${header.facts.name}`}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1) */}
        <section className="setup" tabIndex={0} aria-label="Night">
          {duty.alarms.length === 0 ? null : (
            <ul className="night-alarms" aria-label="Overdue">
              {duty.alarms.map((one) => (
                <li key={one.key}>
                  <Notice kind={one.severity}>
                    <b>{one.title}.</b> {one.detail}
                  </Notice>
                </li>
              ))}
            </ul>
          )}
          <div className="night-wide">
            {isWatched ? watch : plan}
            {isWatched ? plan : watch}
          </div>
          <div className="setup-grid">
            <div className="setup-column">
              <EscalationSection view={view} may={may} onLog={() => openLog({ launch: header.launch })} />
            </div>
            <div className="setup-column">
              <UpdatesSection view={view} may={may} />
              <LoopsSection view={view} may={may} />
            </div>
          </div>
        </section>
        <LaunchDock
          step={shown}
          isGuarded={isGuarded}
          isPending={false}
          unavailable={unavailable}
          refusal={null}
          onPrimary={() => next.act(step)}
        />
      </FrameWork>
      {next.overlay}
    </>
  );
}
