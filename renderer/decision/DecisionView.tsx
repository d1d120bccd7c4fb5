// The go / no-go board of a launch: what stands against it, what was measured, who signs, and the decision itself.
// Owns: joining the launch's slice to the leaves, and the draft of a proposal. Nothing on the board is typed; the engine computes it.
import { useEffect, useState } from "react";
import type { LaunchId, LaunchView, SignatureView } from "../../engine/protocol/index.ts";
import { announce, FrameWork, useApp, useSiteZone } from "../app/index.ts";
import { plural, Status, useNow } from "../design/index.ts";
import { LaunchSituation } from "../launches/LaunchSituation.tsx";
import { actOn, useLaunches } from "../launches/slice.ts";
import { useMay } from "../launches/useMay.ts";
import { useOpenLaunch } from "../launches/useOpenLaunch.tsx";
import { useDelegations } from "../signing/delegations.ts";
import { WithdrawDialog } from "../signing/index.ts";
import { BlockersCard, RisksCard, UnsignedCard, WaiversCard } from "./Cards.tsx";
import { CloseConditionDialog } from "./CloseConditionDialog.tsx";
import { CriteriaTable } from "./CriteriaTable.tsx";
import "./decision.css";
import { Conditions, HistoryCard } from "./History.tsx";
import { blockersOf, counts, signaturesOf, standing, standOf } from "./model.ts";
import { Proposing } from "./Proposing.tsx";
import { RingsRow } from "./RingsRow.tsx";
import { SignaturesCard } from "./Signatures.tsx";
import { Signing } from "./Signing.tsx";
import { Taken } from "./Taken.tsx";

export function DecisionView({ launch }: { launch: LaunchId }) {
  const { view, rest } = useOpenLaunch(launch, "Decision");
  if (view === null) return rest;
  return (
    <>
      <LaunchSituation view={view} room="decision" />
      <Board key={launch} view={view} />
    </>
  );
}

function Board({ view }: { view: LaunchView }) {
  const { header, board, categories, signatures } = view;
  const { launch } = header;
  const siteZone = useSiteZone();
  const zone = header.facts.zone === "" ? siteZone : header.facts.zone;
  const now = useNow(15_000);
  const self = useApp(({ snapshot }) => (snapshot?.session?.locked === false ? snapshot.session.operator.id : ""));
  const may = useMay(header.state === "closed");
  const { open, taken } = standing(view.decisions);
  const [isAnew, setAnew] = useState(false);
  const [closing, setClosing] = useState<number | null>(null);
  const [takingBack, setTakingBack] = useState<SignatureView | null>(null);
  const handed = useDelegations();
  const nameOf = (id: string): string => handed.names.get(id) ?? view.people.find((one) => one.operator === id)?.name ?? id;
  const stand = standOf(view);
  const tally = counts(view);
  const hasActed = !["preparing", "ready", "go"].includes(header.state);
  const shown = open ?? taken;
  const mode = open?.state === "open" && !isAnew ? "sign" : taken !== null && open === null && !isAnew ? "taken" : "propose";
  const itemHref = (item: string): string => `#/launch/${launch}/readiness/${encodeURIComponent(item)}`;
  const categoryHref = (category: string): string => `#/launch/${launch}/readiness/${encodeURIComponent(category)}`;
  useEffect(() => announce(`${stand.title}. ${stand.detail}`), [stand.title, stand.detail]);

  const parts = (
    <div className="board-main">
      <div className="board-head">
        <Status state={stand.state} size={26} />
        <div className="grow">
          <h1>{stand.title}</h1>
          <p className="mid">{stand.detail}</p>
        </div>
        <ul className="board-tally" aria-label="In numbers">
          <li>
            <Status state={tally.signed === tally.toSign ? "passed" : "signoff"} /> {tally.signed} of {tally.toSign} signed
          </li>
          <li>
            <Status state={tally.blockers === 0 ? "passed" : "failed"} /> {plural(tally.blockers, "blocker")}
          </li>
          <li>
            <Status state={tally.met === tally.criteria ? "passed" : "nearmiss"} /> {tally.met} of {tally.criteria} criteria
          </li>
        </ul>
      </div>
      <RingsRow categories={categories} href={categoryHref} />
      <div className="board-cards">
        <BlockersCard
          blockers={blockersOf(view)}
          href={(one) => (one.item !== null ? itemHref(one.item) : one.category !== null ? categoryHref(one.category) : null)}
        />
        <SignaturesCard
          decision={shown}
          signatures={shown === null ? [] : signaturesOf(signatures, shown.id)}
          people={view.people}
          roles={board.decisionRoles}
          zone={zone}
          self={self}
          onTakeBack={open?.state === "open" ? setTakingBack : undefined}
        />
        <WaiversCard waivers={board.waivers} now={now} href={itemHref} />
        {shown === null || shown.conditions.length === 0 ? null : (
          <section className="card board-card" aria-label="Conditions">
            <header>
              <h2>Conditions</h2>
              <span className="dim">{shown.conditions.filter((one) => one.closedAt === null).length} open</span>
            </header>
            <Conditions
              decision={shown}
              zone={zone}
              now={now}
              nameOf={nameOf}
              onClose={shown.state === "taken" && header.state !== "closed" ? setClosing : undefined}
            />
          </section>
        )}
        {board.unsigned.length === 0 ? null : <UnsignedCard unsigned={board.unsigned} href={categoryHref} />}
        <RisksCard risks={board.risks} />
      </div>
      <CriteriaTable criteria={board.criteria} now={now} href={itemHref} />
      <HistoryCard decisions={view.decisions} signatures={signatures} zone={zone} recordHref={(seq) => `#/records/${header.log}/${seq}`} />
    </div>
  );

  return (
    <FrameWork label={`Decision, ${header.facts.name}`} hasHeading>
      {mode === "sign" && open !== null ? (
        <Signing view={view} decision={open.id} board={parts} onAnew={may.lead === null ? () => setAnew(true) : null} />
      ) : mode === "taken" && taken !== null ? (
        <Taken view={view} board={parts} may={hasActed ? "The decision has been acted on." : may.lead} onAnew={() => setAnew(true)} />
      ) : (
        <Proposing
          view={view}
          board={parts}
          zone={zone}
          nameOf={nameOf}
          names={handed.names}
          unavailable={hasActed ? `The launch is in ${header.state}: the decision has been acted on.` : may.lead}
          onBack={isAnew ? () => setAnew(false) : null}
          onDone={() => setAnew(false)}
        />
      )}
      {closing === null || shown === null ? null : (
        <CloseConditionDialog
          text={shown.conditions[closing]?.text ?? ""}
          onClose={() => setClosing(null)}
          onDone={async (note) => {
            const result = await actOn("launch.closeCondition", { launch, decision: shown.id, index: closing, note });
            if (!result.ok) return result.error.message;
            announce("The condition is closed.");
            setClosing(null);
            return null;
          }}
        />
      )}
      {takingBack === null ? null : (
        <WithdrawDialog
          launch={launch}
          signature={takingBack}
          onClose={() => setTakingBack(null)}
          onDone={() => {
            setTakingBack(null);
            void useLaunches.getState().refresh();
          }}
        />
      )}
    </FrameWork>
  );
}
