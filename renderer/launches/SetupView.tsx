// The set-up of a launch: everything about it but the answers. Owns: joining slice and sections; the sections take the view.
import { useState } from "react";
import type { LaunchId, LaunchView } from "../../engine/protocol/index.ts";
import { callEngine, FrameWork, useApp } from "../app/index.ts";
import { formatMoment, StatusWord } from "../design/index.ts";
import { checklistsOf } from "./Checklists.tsx";
import { LaunchDock } from "./LaunchDock.tsx";
import { LaunchSituation } from "./LaunchSituation.tsx";
import "./launches.css";
import { stepElsewhere } from "./next.ts";
import { Section } from "./Section.tsx";
import { ChecklistSection, FactsSection, TicketsSection } from "./SetupFacts.tsx";
import { AttachmentsSection, GlassSection, NotesSection } from "./SetupNotes.tsx";
import { BriefingSection, PeopleSection, usePeople } from "./SetupPeople.tsx";
import { ArtefactsSection, RisksSection } from "./SetupRisks.tsx";
import { useMay } from "./useMay.ts";
import { useNext } from "./useNext.tsx";
import { useOpenLaunch } from "./useOpenLaunch.tsx";
import { STATE_GLYPHS, STATE_WORDS } from "./words.ts";

export function SetupView({ launch }: { launch: LaunchId }) {
  const opened = useOpenLaunch(launch, "Set-up");
  return opened.view === null ? opened.rest : <Setup view={opened.view} />;
}

function Setup({ view }: { view: LaunchView }) {
  const snapshot = useApp((state) => state.snapshot);
  const may = useMay(view.header.state === "closed");
  const people = usePeople();
  const [isChoosing, setChoosing] = useState(false);
  const step = stepElsewhere(view);
  const next = useNext(view, (plan) => {
    if (plan.type !== "checklist") return false;
    setChoosing(true);
    return true;
  });
  const { header } = view;
  const isGuarded = header.facts.context !== null && (header.clusterClass === null || header.clusterClass === "production");
  const unavailable = step.plan.type === "checklist" || step.plan.type === "advance" ? may.lead : null;
  const onPick =
    snapshot?.host.canPickFolder === true
      ? async (): Promise<string | null> => {
          const picked = await callEngine("host.pick", { kind: "file" });
          return picked.ok ? picked.value : null;
        }
      : null;
  return (
    <>
      <LaunchSituation view={view} room="setup" />
      <FrameWork label={`Set-up of ${header.facts.name}`}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1) */}
        <section className="setup" tabIndex={0} aria-label="Set-up">
          <div className="setup-grid">
            <div className="setup-column">
              <FactsSection view={view} may={may} contexts={snapshot?.contexts ?? []} />
              <ChecklistSection
                view={view}
                may={may}
                entries={checklistsOf(snapshot?.folders ?? [])}
                isAsked={isChoosing}
                onPick={onPick}
                onAsk={setChoosing}
              />
              <TicketsSection view={view} may={may} />
              <ArtefactsSection view={view} may={may} />
              <AttachmentsSection view={view} may={may} />
            </div>
            <div className="setup-column">
              <PeopleSection view={view} may={may} people={people} />
              <RisksSection view={view} may={may} />
              <BriefingSection
                view={view}
                may={may}
                onSign={(seq) => next.sign({ subject: { kind: "briefing", id: String(seq) }, role: null, title: "Sign attendance" })}
              />
              <NotesSection view={view} may={may} />
              <GlassSection
                view={view}
                may={may}
                onSign={(kind, seq) =>
                  next.sign({
                    subject: { kind, id: String(seq) },
                    role: null,
                    title: kind === "break-glass" ? "Sign as the second" : "Sign the review",
                  })
                }
              />
              <StatesSection view={view} />
            </div>
          </div>
        </section>
        <LaunchDock
          step={step}
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

function StatesSection({ view }: { view: LaunchView }) {
  return (
    <Section title="History of the state">
      <ol className="setup-list">
        {view.states.map((one) => (
          <li key={`${one.at} ${one.state}`}>
            <StatusWord state={STATE_GLYPHS[one.state]} word={STATE_WORDS[one.state]} />
            <span className="grow">
              <small>
                {formatMoment(one.at)}
                {one.by === "" ? "" : `, ${one.by}`}
                {one.reason === "" ? "" : `: ${one.reason}`}
              </small>
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
