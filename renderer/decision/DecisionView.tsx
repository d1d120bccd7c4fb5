// The go / no-go board of a launch: what stands against it, what was measured, who signs, and the decision itself.
// Owns: joining the launch's slice to the leaves, and the draft of a proposal. Nothing on the board is typed; the engine computes it.
import { Gavel, PenLine } from "lucide-react";
import { useEffect, useId, useMemo, useState } from "react";
import type { LaunchId, LaunchView, OperatorId, SignatureView, SignMeaning } from "../../engine/protocol/index.ts";
import { announce, FrameWork, useApp, useKeys, useSiteZone } from "../app/index.ts";
import { ActionBar, Button, Notice, PrimaryButton, plural, Status, useNow } from "../design/index.ts";
import { LaunchDock } from "../launches/LaunchDock.tsx";
import { LaunchSituation } from "../launches/LaunchSituation.tsx";
import { nextStep } from "../launches/next.ts";
import { actOn, useLaunches } from "../launches/slice.ts";
import { useMay } from "../launches/useMay.ts";
import { useNext } from "../launches/useNext.tsx";
import { useOpenLaunch } from "../launches/useOpenLaunch.tsx";
import { fromLocalInput } from "../launches/words.ts";
import { useDelegations } from "../signing/delegations.ts";
import { MEANINGS, roleWords, SignForm, useSignButton, useSigning, WithdrawDialog } from "../signing/index.ts";
import { BlockersCard, RisksCard, UnsignedCard, WaiversCard } from "./Cards.tsx";
import { CloseConditionDialog } from "./CloseConditionDialog.tsx";
import { CriteriaTable } from "./CriteriaTable.tsx";
import "./decision.css";
import { Conditions, HistoryCard } from "./History.tsx";
import { counts, OUTCOME_WORDS, signaturesOf, standing, standOf, whyNot } from "./model.ts";
import { NEW_PROPOSAL, type ProposalDraft, type ProposalErrors, ProposeForm } from "./ProposeForm.tsx";
import { RingsRow } from "./RingsRow.tsx";
import { SignaturesCard } from "./Signatures.tsx";

export function DecisionView({ launch }: { launch: LaunchId }) {
  const { view, rest } = useOpenLaunch(launch, "Decision");
  if (view === null) return rest;
  return (
    <>
      <LaunchSituation view={view} room="setup" />
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
  const categoryHref = (_category: string): string => `#/launch/${launch}/readiness`;
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
          board={board}
          href={(one) => (one.item !== null ? itemHref(one.item) : one.category !== null ? categoryHref(one.category) : null)}
        />
        <div className="board-stack">
          <WaiversCard waivers={board.waivers} now={now} href={itemHref} />
          <RisksCard risks={board.risks} />
        </div>
        <SignaturesCard
          decision={shown}
          signatures={shown === null ? [] : signaturesOf(signatures, shown.id)}
          people={view.people}
          roles={board.decisionRoles}
          zone={zone}
          self={self}
          onTakeBack={open?.state === "open" ? setTakingBack : undefined}
        />
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

/** Two columns and the bar: the board at the left, what is done about it at the right. */
function Columns({
  board,
  title,
  sub,
  side,
  bar,
}: {
  board: React.ReactNode;
  title: string;
  sub: React.ReactNode;
  side: React.ReactNode;
  bar: React.ReactNode;
}) {
  return (
    <>
      <div className="decision">
        <div className="decision-board">{board}</div>
        <aside className="decision-side" aria-label={title}>
          <div className="sign-head">
            <PenLine size={18} aria-hidden="true" />
            <h2>{title}</h2>
            <span className="dim">{sub}</span>
          </div>
          <div className="sign-body">{side}</div>
        </aside>
      </div>
      {bar}
    </>
  );
}

function Signing({
  view,
  decision,
  board,
  onAnew,
}: {
  view: LaunchView;
  decision: string;
  board: React.ReactNode;
  onAnew: (() => void) | null;
}) {
  const form = useId();
  const [meaning, setMeaning] = useState<SignMeaning>("approved");
  const subject = useMemo(() => ({ kind: "decision" as const, id: decision }), [decision]);
  const signing = useSigning({ launch: view.header.launch, subject }, meaning);
  const { outcome } = view.decisions.find((one) => one.id === decision)!;
  const word = OUTCOME_WORDS[outcome];
  const button = useSignButton(signing, meaning, meaning === "rejected" ? `Reject ${word}` : `Sign ${word}`);
  const { prepared } = signing;
  const isLast = prepared !== null && prepared.n >= prepared.m && meaning !== "rejected";
  useKeys([
    { combo: "Mod+Enter", scope: "free", run: () => document.querySelector<HTMLFormElement>(`form[id="${form}"]`)?.requestSubmit() },
  ]);
  return (
    <Columns
      board={board}
      title={`Sign ${word}`}
      sub={prepared === null ? "" : `signature ${prepared.n} of ${prepared.m}`}
      side={
        <>
          <SignForm
            id={form}
            signing={signing}
            meanings={MEANINGS.decision}
            meaning={meaning}
            onMeaning={setMeaning}
            onSigned={() => {
              setMeaning("approved");
              void useLaunches.getState().refresh();
            }}
          />
          {onAnew === null ? null : (
            <p className="sign-anew">
              <Button small kind="ghost" onClick={onAnew}>
                Propose something else instead
              </Button>
            </p>
          )}
        </>
      }
      bar={
        <ActionBar
          icon={<PenLine size={22} aria-hidden="true" />}
          say={
            meaning === "rejected"
              ? "Your rejection ends this proposal"
              : isLast
                ? "Your signature makes the decision"
                : `${word} is being signed`
          }
          detail={
            meaning === "rejected"
              ? "It is withdrawn with your reason on record. Another proposal can follow."
              : isLast
                ? "It cannot be taken back. A later decision is a new entry, with a reason."
                : prepared === null
                  ? "Each role signs with id and password."
                  : `${plural(prepared.m - prepared.n + 1, "signature")} missing. Each role signs with id and password, at this keyboard or another.`
          }
        >
          <PrimaryButton
            type="submit"
            form={form}
            hotkey="Mod+Enter"
            unavailable={button.unavailable}
            aria-disabled={!button.isReady}
            className={button.unavailable === null && !button.isReady ? "arming" : ""}
          >
            {button.label}
          </PrimaryButton>
        </ActionBar>
      }
    />
  );
}

function Taken({ view, board, may, onAnew }: { view: LaunchView; board: React.ReactNode; may: string | null; onAnew(): void }) {
  const taken = standing(view.decisions).taken!;
  const word = OUTCOME_WORDS[taken.outcome];
  const given = signaturesOf(view.signatures, taken.id).filter((one) => one.meaning !== "rejected");
  const stale = given.find((one) => one.state === "stale");
  const { header } = view;
  const step = nextStep(view);
  const { act, overlay } = useNext(view, () => false);
  const mayMove = useMay(header.state === "closed").lead;
  return (
    <Columns
      board={board}
      title={`${word} in force`}
      sub={`${given.length} of ${taken.needed}`}
      side={
        <div className="sign-form">
          {stale === undefined ? null : (
            <Notice kind="warn">
              <b>It no longer holds.</b> {stale.staleBecause}. Decide again.
            </Notice>
          )}
          {given.map((one) => (
            <figure key={one.id} className="given">
              <blockquote className="sign-statement">{one.statement}</blockquote>
              <figcaption>
                <b>{one.name}</b>, {roleWords(one.role)}
                {one.onBehalfOf === "" ? "" : `, on behalf of ${one.onBehalfOf}`}
              </figcaption>
            </figure>
          ))}
        </div>
      }
      bar={
        <>
          <LaunchDock
            step={step}
            isGuarded={header.clusterClass === "production" || header.clusterClass === null}
            isPending={false}
            unavailable={step.plan.type === "advance" ? mayMove : null}
            refusal={null}
            end={
              <Button unavailable={may} onClick={onAnew}>
                Decide anew
              </Button>
            }
            onPrimary={() => act(step)}
          />
          {overlay}
        </>
      }
    />
  );
}

function Proposing({
  view,
  board,
  zone,
  nameOf,
  names,
  unavailable,
  onBack,
  onDone,
}: {
  view: LaunchView;
  board: React.ReactNode;
  zone: string;
  nameOf(id: string): string;
  names: Map<string, string>;
  unavailable: string | null;
  onBack: (() => void) | null;
  onDone(): void;
}) {
  const form = useId();
  const { taken } = standing(view.decisions);
  const [draft, setDraft] = useState<ProposalDraft>(() => ({ ...NEW_PROPOSAL, outcome: view.board.canGo ? "go" : null }));
  const [errors, setErrors] = useState<ProposalErrors>({});
  const [isBusy, setBusy] = useState(false);
  const { outcome } = draft;
  const owners = useMemo(() => {
    const all = new Map([...names, ...view.people.map((one) => [one.operator, one.name] as [string, string])]);
    return [...all].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
  }, [names, view.people]);
  const why = unavailable ?? (outcome === null ? (whyNot("go", view.board) ?? "Choose what you propose.") : whyNot(outcome, view.board));

  const propose = async (): Promise<void> => {
    if (why !== null || outcome === null || isBusy) return;
    const found: ProposalErrors = {};
    if (draft.reason.trim() === "" && outcome === "no-go") found.reason = "A NO-GO needs a reason.";
    if (draft.reason.trim() === "" && taken !== null)
      found.reason = `${OUTCOME_WORDS[taken.outcome]} is in force: another decision needs a reason.`;
    const conditions = draft.conditions.map((one) => ({
      text: one.text.trim(),
      owner: one.owner as OperatorId,
      due: fromLocalInput(one.due, zone) ?? "",
    }));
    if (outcome === "conditional-go") {
      if (conditions.length === 0) found.conditions = "A conditional GO needs at least one condition.";
      else if (conditions.some((one) => one.text === "" || (one.owner as string) === "" || one.due === ""))
        found.conditions = "Each condition needs its words, an owner and a due time.";
    }
    setErrors(found);
    if (Object.keys(found).length > 0) {
      if (found.reason !== undefined) document.querySelector<HTMLElement>(`form[id="${form}"] [name=reason]`)?.focus();
      return;
    }
    setBusy(true);
    const result = await actOn("launch.propose", {
      launch: view.header.launch,
      outcome,
      ...(outcome === "conditional-go" ? { conditions } : {}),
      ...(draft.reason.trim() === "" ? {} : { reason: draft.reason.trim() }),
    });
    setBusy(false);
    if (!result.ok) return setErrors({ all: result.error.message });
    announce(`${OUTCOME_WORDS[outcome]} is proposed. It is signed next.`);
    onDone();
  };
  useKeys([{ combo: "Mod+Enter", scope: "free", run: () => void propose() }]);
  const word = outcome === null ? "" : OUTCOME_WORDS[outcome];
  return (
    <Columns
      board={board}
      title={taken === null ? "Propose the decision" : "Decide anew"}
      sub=""
      side={
        <ProposeForm
          id={form}
          board={view.board}
          draft={draft}
          owners={owners}
          zone={zone}
          errors={errors}
          needsReason={taken !== null}
          onChange={setDraft}
          onSubmit={() => void propose()}
        />
      }
      bar={
        <ActionBar
          icon={<Gavel size={22} aria-hidden="true" />}
          say={outcome === null ? "Nothing is proposed yet" : `Propose ${word}`}
          detail={`It is signed then by ${view.board.decisionRoles.map((role) => roleOf(view, role, nameOf)).join(" and ")}.`}
        >
          {onBack === null ? null : <Button onClick={onBack}>Leave it</Button>}
          <PrimaryButton hotkey="Mod+Enter" unavailable={why} disabled={isBusy} onClick={() => void propose()}>
            {isBusy ? "Recording…" : outcome === null ? "Propose" : `Propose ${word}`}
          </PrimaryButton>
        </ActionBar>
      }
    />
  );
}

function roleOf(view: LaunchView, role: string, nameOf: (id: string) => string): string {
  const holders = view.people.filter((one) => one.role === role).map((one) => nameOf(one.operator));
  return holders.length === 0 ? roleWords(role) : `${roleWords(role)} (${holders.join(" or ")})`;
}
